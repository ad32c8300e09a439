"""How transcoders are doing: values for people, built when somebody asks."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class TranscoderState(Enum):
    """What a transcoder does now."""

    OFF = "off"
    IDLE = "idle"
    """Nothing is heard on its input."""
    STARTING = "starting"
    """Its codec process is not ready."""
    READY = "ready"
    """Nobody hears its output, so nothing is encoded."""
    ENCODING = "encoding"
    REFUSED = "refused"
    """It can't work; the error says why."""


@dataclass(frozen=True, slots=True)
class TranscoderSnapshot:
    """One transcoder at one moment.

    ``samplerate`` and ``channels`` are those in use, 0 as long as nothing was heard.
    ``seconds`` of audio and ``bytes_out`` were encoded since ``since``, and ``shares``
    others have the same encoder. ``restarts`` of the codec process of its input;
    ``left_out`` bytes of the input were too much for that, ``faults`` pieces damaged.
    """

    name: str
    input: str
    output: str
    bitrate: int
    state: TranscoderState
    is_automatic: bool = False
    error: str = ""
    since: datetime | None = None
    samplerate: int = 0
    channels: int = 0
    seconds: float = 0.0
    bytes_out: int = 0
    shares: int = 0
    process: int | None = None
    restarts: int = 0
    left_out: int = 0
    faults: int = 0
