"""Events of codec processes and transcoders. The rules are those of ``events``."""

from dataclasses import dataclass
from typing import ClassVar

from tinyice.core.events import Event


@dataclass(frozen=True, slots=True)
class CodecLost(Event):
    """The codec process of ``mount`` ended; another one begins after so many ``seconds``."""

    id: ClassVar[str] = "codec.lost"
    mount: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CodecRestarted(Event):
    """The codec process of ``mount``, which was lost, is back."""

    id: ClassVar[str] = "codec.restarted"
    mount: str


@dataclass(frozen=True, slots=True)
class TranscoderRefused(Event):
    """A transcoder can't feed its ``mount``: told once for each new reason."""

    id: ClassVar[str] = "transcoder.refused"
    mount: str
    transcoder: str
    reason: str
