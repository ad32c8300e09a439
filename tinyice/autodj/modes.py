"""How a playlist is played: the four switches that MPD clients know."""

from dataclasses import dataclass
from enum import Enum


class Switch(Enum):
    """On, off, or on for the track that plays and then off by itself."""

    OFF = "0"
    ON = "1"
    ONCE = "oneshot"

    def __bool__(self) -> bool:
        return self is not Switch.OFF


@dataclass(frozen=True, slots=True)
class Modes:
    """``random``: in an order of chance that keeps the rules. ``repeat``: for ever.

    ``single``: stop after each track, or with ``repeat`` play the same one again.
    ``consume``: what has played leaves the playlist.
    """

    random: bool = False
    repeat: bool = True
    single: Switch = Switch.OFF
    consume: Switch = Switch.OFF
