"""How pushes are doing: values for people, built when somebody asks."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class PushState(Enum):
    """What a push does now."""

    OFF = "off"
    IDLE = "idle"
    """Nothing is heard on its mount."""
    CONNECTING = "connecting"
    SENDING = "sending"
    WAITING = "waiting"
    """The stream was not taken, or the connection was lost; it tries again in a while."""


@dataclass(frozen=True, slots=True)
class PushSnapshot:
    """One push at one moment.

    ``called`` tells it from the others; ``target`` is its address as it may be shown,
    ``connected_at`` since when that takes the stream. ``error``: why the last try came to
    nothing, or the last connection ended, "" where nothing is wrong; ``titles_error`` the
    same of the last title. ``left_out`` bytes never went out, because the other side was
    too slow for them.
    """

    called: str
    mount: str
    target: str
    protocol: str
    state: PushState
    connected_at: datetime | None = None
    error: str = ""
    titles_error: str = ""
    next_try_s: float | None = None
    bytes_out: int = 0
    left_out: int = 0
