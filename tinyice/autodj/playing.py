"""What an AutoDJ is told to be, and how it is doing. Values."""

from dataclasses import dataclass
from enum import Enum

from tinyice.autodj.entries import Entry
from tinyice.autodj.gains import GainRules
from tinyice.autodj.transitions import Fades
from tinyice.codec.joins import CUT, Join
from tinyice.core.quality import Quality
from tinyice.core.snapshots import StationHeaders

USUAL_FADES = Fades()
USUAL_GAINS = GainRules()
NOTHING_SAID = StationHeaders()


class PlayState(Enum):
    """What a player does; the values are those of MPD."""

    PLAY = "play"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class PlayerSettings:
    """``quality`` is resolved; ``root`` is the folder that paths of tracks begin in.

    Only files that really are in one of ``folders`` are played; without any, all are.
    """

    mount: str
    root: str
    quality: Quality
    folders: tuple[str, ...] = ()
    fades: Fades = USUAL_FADES
    gains: GainRules = USUAL_GAINS
    station: StationHeaders = NOTHING_SAID
    tells_titles: bool = True
    """Whether listeners are told what plays."""


@dataclass(frozen=True, slots=True)
class PlayerSnapshot:
    """One AutoDJ at one moment.

    ``is_heard``: nobody live is. ``entry`` plays, with ``gain_db`` added to it, and was
    chosen because of ``why``; ``upcoming`` comes next, by ``join``, and at once if it
    ``is_entering``. ``is_silent``: there is nothing to play, and ``words`` says why.
    ``volume`` in percent.
    """

    mount: str
    state: PlayState
    is_heard: bool = False
    entry: Entry | None = None
    elapsed_s: float = 0.0
    why: str = ""
    gain_db: float = 0.0
    upcoming: Entry | None = None
    join: Join = CUT
    volume: int = 100
    is_silent: bool = False
    words: str = ""
    error: str = ""
    played_s: float = 0.0
    is_encoding: bool = False
    is_entering: bool = False
    restarts: int = 0
    process: int | None = None
