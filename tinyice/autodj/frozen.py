"""An AutoDJ at one moment, as values: for the next start, and for a process that takes over.

Taking them copies lists of what never changes, and is quick however long they are. As
text they are in ``frozen_lines.py``.
"""

from dataclasses import dataclass

from tinyice.autodj.entries import Entry
from tinyice.autodj.gains import Levelling
from tinyice.autodj.modes import Modes
from tinyice.autodj.playing import PlayState

USUAL = Modes()


@dataclass(frozen=True, slots=True)
class FrozenPlaylist:
    """``marks``: for each entry the version in which it came to its place."""

    entries: tuple[Entry, ...] = ()
    marks: tuple[int, ...] = ()
    version: int = 1
    bookmark: int = 0


@dataclass(frozen=True, slots=True)
class FrozenQueue:
    """Who waits, each with its priority."""

    waiting: tuple[tuple[Entry, int], ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class FrozenSuccession:
    """What has played in this round, the way back, and the entry that played last."""

    modes: Modes = USUAL
    played: tuple[int, ...] = ()
    back: tuple[int, ...] = ()
    current: int | None = None


@dataclass(frozen=True, slots=True)
class FrozenFailure:
    """A file that is let alone for so many seconds more."""

    path: str
    reason: str
    count: int
    left_s: float


@dataclass(frozen=True, slots=True)
class FrozenLists:
    """All that a player goes through. ``next_id``: the next entry's number."""

    next_id: int = 1
    playlist: FrozenPlaylist = FrozenPlaylist()
    queue: FrozenQueue = FrozenQueue()
    succession: FrozenSuccession = FrozenSuccession()
    priorities: tuple[tuple[int, int], ...] = ()
    failures: tuple[FrozenFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class FrozenTrack:
    """What plays, and how far it is. ``is_queued``: it came from the queue."""

    entry: Entry
    is_queued: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class FrozenPlayer:
    """What a player does, with what was settled while it ran. ``volume`` in percent."""

    lists: FrozenLists = FrozenLists()
    state: PlayState = PlayState.STOP
    track: FrozenTrack | None = None
    volume: int = 100
    crossfade_s: float = 0.0
    levelling: Levelling = Levelling.TRACK
    played_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Said:
    """What the configuration said when all this was so: where it says something else, that holds.

    ``root``: the folder of the music; ``playlist``: what the playlist was to begin with.
    """

    root: str = ""
    playlist: tuple[str, ...] = ()
    last_playlist: str = ""
    shuffle: bool = True
    loop: bool = True
    crossfade_s: float = 0.0
    levelling: Levelling = Levelling.TRACK


@dataclass(frozen=True, slots=True)
class FrozenAutoDJ:
    """``is_filled``: nobody has changed the playlist by hand; it is what it is to begin with."""

    said: Said = Said()
    player: FrozenPlayer = FrozenPlayer()
    is_filled: bool = True
