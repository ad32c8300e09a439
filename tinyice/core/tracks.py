"""Tracks: files of a library, and what is asked about them. Plain values."""

from dataclasses import dataclass
from enum import Enum, auto

PAGE_MAX = 1000
"""So many tracks, names or folders are on one page at most."""


@dataclass(frozen=True, slots=True)
class Gains:
    """ReplayGain as the file tells it: decibels, and peaks where 1.0 is full scale."""

    track_db: float | None = None
    track_peak: float | None = None
    album_db: float | None = None
    album_peak: float | None = None


NO_GAINS = Gains()


@dataclass(frozen=True, slots=True)
class Track:
    """A file that plays, or with a ``fault`` one that can't.

    ``path`` is relative to the folder of its library, with slashes; bytes of names that
    are no UTF-8 stand in it as lone surrogates (``os.fsencode`` gives them back).
    ``id``: its number in the database, which a change of the file leaves as it is; 0: it
    is in none. Numbers that a file does not tell are 0, words "".
    """

    path: str
    id: int = 0
    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    genre: str = ""
    number: int = 0
    disc: int = 0
    year: int = 0
    seconds: float = 0.0
    gains: Gains = NO_GAINS
    has_cover: bool = False
    samplerate: int = 0
    channels: int = 0
    bitrate: int = 0
    size: int = 0
    mtime_ns: int = 0
    fault: str = ""

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        name = self.path.rpartition("/")[2]
        stem, dot, _ending = name.rpartition(".")
        return stem if dot and stem else name

    @property
    def folder(self) -> str:
        """The folder that it is in; "" is the library's own."""
        return self.path.rpartition("/")[0]


class Tag(Enum):
    """What tracks are looked for by. ``ANY``: all the words, and the path."""

    ANY = auto()
    TITLE = auto()
    ARTIST = auto()
    ALBUM = auto()
    ALBUM_ARTIST = auto()
    GENRE = auto()
    YEAR = auto()
    PATH = auto()


class Match(Enum):
    """How a text is to fit. ``IS`` minds the case of letters, the others do not."""

    IS = auto()
    HOLDS = auto()
    BEGINS = auto()


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must be so; with ``negated`` must not."""

    tag: Tag
    text: str
    match: Match = Match.HOLDS
    negated: bool = False


class Order(Enum):
    """By what a page is in order."""

    PATH = auto()
    TITLE = auto()
    ARTIST = auto()
    ALBUM = auto()
    NEWEST = auto()
    """Files that changed last come first."""


@dataclass(frozen=True, slots=True)
class TrackQuery:
    """Which tracks are wanted: those that every condition fits.

    ``folder``: only those below it, or with ``only_here`` right in it; "" is all of the
    library. ``after``: only those whose path comes later, by its bytes. ``broken``: True for
    those with a fault, False for those without, None for all. ``is_counted``: whether it is
    to be known how many there are, which takes a look at all of them.
    """

    conditions: tuple[Condition, ...] = ()
    folder: str = ""
    only_here: bool = False
    after: str = ""
    broken: bool | None = False
    order: Order = Order.PATH
    offset: int = 0
    limit: int = 100
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class TrackPage:
    """Some tracks; ``total`` is how many there are on all pages.

    Where that was not asked, it is more than are here if there may be more.
    """

    tracks: tuple[Track, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """A value that tracks share, a folder or a tag: how many there are, and how long."""

    name: str
    tracks: int
    seconds: float


@dataclass(frozen=True, slots=True)
class NamedPage:
    """Some names; ``total`` is how many there are on all pages."""

    names: tuple[Named, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class FileState:
    """By what a change of a file is seen."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class LibraryCount:
    """What is in a library: ``broken`` are among ``tracks``."""

    tracks: int = 0
    broken: int = 0
    seconds: float = 0.0
    artists: int = 0
    albums: int = 0


@dataclass(frozen=True, slots=True)
class Play:
    """What an AutoDJ has played, and when it began (seconds since 1970)."""

    at: float
    mount: str
    root: str
    """The folder of the library that it is in."""
    track: Track
    """As the words were then; not what is measured of the file."""
    id: int = 0
