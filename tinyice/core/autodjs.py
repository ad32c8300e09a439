"""AutoDJs as people see them: values, built when somebody asks.

Rules of this file:

- all texts can be written down: bytes of names of files that are no text stand in paths as
  characters of a private area (``core/spelled.py``), and mean the same file when they come back;
- entries are told by their numbers, which stay, wherever an entry is moved.
"""

from dataclasses import dataclass
from enum import Enum

from tinyice.core.errors import Conflict
from tinyice.core.loudness import Loudness


class DjState(Enum):
    """What an AutoDJ does."""

    PLAY = "play"
    PAUSE = "pause"
    STOP = "stop"


class Turn(Enum):
    """Off, on, or on for the track that plays and then off by itself."""

    OFF = "off"
    ON = "on"
    ONCE = "once"


class GainBy(Enum):
    """By what tracks are brought to one loudness."""

    OFF = "off"
    TRACK = "track"
    ALBUM = "album"


class ListChanged(Conflict):
    """Somebody has changed the list meanwhile: it is not the one that was seen."""

    def __init__(self, seen: int, version: int) -> None:
        super().__init__(
            f"the list was changed meanwhile (it is version {version}, you saw {seen}):"
            " look at it again"
        )
        self.seen = seen
        self.version = version


class PlaylistOfStation(Conflict):
    """A playlist that all AutoDJs load, and that none of them may change."""

    def __init__(self, name: str, way: str) -> None:
        super().__init__(
            f"the playlist {name} is the station's: every AutoDJ may load it, none may change it."
            f" {way}"
        )
        self.name = name


@dataclass(frozen=True, slots=True)
class DjModes:
    """``shuffle``: in an order of chance that keeps the rules; ``loop``: for ever.

    ``single``: stop after each track, or with ``loop`` play the same one again.
    ``consume``: what has played leaves the playlist.
    """

    shuffle: bool = False
    loop: bool = True
    single: Turn = Turn.OFF
    consume: Turn = Turn.OFF


@dataclass(frozen=True, slots=True)
class Mix:
    """How tracks follow each other, and how loud they are.

    ``more_db`` is the operator's own gain, on top of what ``gain_by`` finds.
    """

    crossfade_s: float = 3.0
    curve: str = "sine"
    gain_by: GainBy = GainBy.TRACK
    target_lufs: float = -16.0
    more_db: float = 0.0


USUAL_MODES = DjModes()
USUAL_MIX = Mix()


@dataclass(frozen=True, slots=True)
class TrackRow:
    """A file of the library. ``fault``: why it can't be played; "": it can.

    ``id`` is its number in the library. What a file does not tell is 0 or "", but for
    ``title``, which is the file's name then. ``bitrate`` in bit/s.
    """

    id: int
    path: str
    title: str
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    genre: str = ""
    number: int = 0
    disc: int = 0
    year: int = 0
    seconds: float = 0.0
    has_cover: bool = False
    samplerate: int = 0
    channels: int = 0
    bitrate: int = 0
    size: int = 0
    fault: str = ""
    version: str = ""
    """Another one whenever the file is another one."""


@dataclass(frozen=True, slots=True)
class TrackRows:
    """Some files of the library; ``total``: on all pages."""

    rows: tuple[TrackRow, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class NameRow:
    """A folder, or a value of a tag. ``path``: by what a folder is asked for, else as ``name``."""

    name: str
    path: str
    tracks: int
    seconds: float


@dataclass(frozen=True, slots=True)
class NameRows:
    """Some names; ``total``: on all pages."""

    rows: tuple[NameRow, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A track in the playlist or in the queue.

    ``id`` belongs to the entry alone, ``position`` counts from 0; -1: it is in no list
    any more. ``fault``: why it is passed over now. ``priority``: higher ones play first.
    ``begins_in``: in how many seconds it is bound to begin; None: that is not known.
    ``too_soon`` says what it repeats against the rules, "" when nothing. ``gain_db``: what
    the saved playlist that it came from adds to the gain of its track.
    """

    id: int
    track: TrackRow
    position: int = -1
    is_queued: bool = False
    priority: int = 0
    fault: str = ""
    begins_in: float | None = None
    too_soon: str = ""
    gain_db: float = 0.0


@dataclass(frozen=True, slots=True)
class EntryRows:
    """Some entries of a list, which is at this ``version``; ``total`` and ``seconds`` of all."""

    rows: tuple[EntryRow, ...] = ()
    total: int = 0
    seconds: float = 0.0
    version: int = 0


@dataclass(frozen=True, slots=True)
class AutoDJSnapshot:
    """One AutoDJ at one moment.

    ``quality`` is that of the stream, for people. ``is_heard``: it is what listeners of
    the mount hear; else somebody live is, or nothing. ``now`` plays, and has played for
    ``elapsed_s``; ``next`` comes then. ``gain_db`` is what is added to the track that
    plays, ``loudness`` what was measured of it; None: that is not known. ``why`` says in
    words why it was chosen, "" where nothing is to be said. ``is_silent``: there is
    nothing to play, and ``words`` says why; ``error``: why it can't have its mount;
    ``library_fault``: why its folder of music can't be read. ``volume`` in percent.
    """

    mount: str
    name: str
    state: DjState
    quality: str = ""
    is_heard: bool = False
    now: EntryRow | None = None
    next: EntryRow | None = None
    join: str = ""
    """How that follows: crossfade, gapless or cut; "" where nobody knows."""
    join_s: float = 0.0
    """For so long both are heard."""
    elapsed_s: float = 0.0
    gain_db: float = 0.0
    loudness: Loudness | None = None
    why: str = ""
    volume: int = 100
    modes: DjModes = USUAL_MODES
    mix: Mix = USUAL_MIX
    is_silent: bool = False
    words: str = ""
    error: str = ""
    library_fault: str = ""
    playlist_version: int = 0
    playlist_count: int = 0
    playlist_name: str = ""
    """The saved playlist that was loaded last."""
    queue_version: int = 0
    queue_count: int = 0
    scanning: int = 0
    """The scan of its library that is under way, as in ``LibraryFacts``; 0: none is."""
    found: int = 0
    scanned_at: float = 0.0
    played_s: float = 0.0
    restarts: int = 0
    process: int | None = None


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """What is in the library of an AutoDJ, and what the last scan came to.

    ``broken`` are among ``tracks``. ``scanning``: the number of the scan under way, which
    has ``found`` so many files; 0: none is. ``scanned_at`` in seconds since 1970, 0: never.
    ``fault``: why there was no scan; ``unread``: folders that could not be looked into,
    and why.
    """

    tracks: int = 0
    broken: int = 0
    seconds: float = 0.0
    artists: int = 0
    albums: int = 0
    scanning: int = 0
    found: int = 0
    scanned_at: float = 0.0
    fault: str = ""
    unread: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SavedPlaylist:
    """A playlist that is kept under a name; ``changed_at`` in seconds since 1970.

    ``is_station``: it is the station's, which every AutoDJ may load, and none may change.
    ``gain_db``: what entries that come from it are played louder by.
    """

    name: str
    changed_at: float
    is_station: bool = False
    gain_db: float = 0.0


@dataclass(frozen=True, slots=True)
class PlayRow:
    """What was played, and when it began (seconds since 1970); words as they were then."""

    id: int
    at: float
    path: str
    title: str
    artist: str = ""
    album: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Put:
    """What came of adding: the numbers of the entries, and what was not found."""

    entries: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    left_out: int = 0
    """Files that can't be played, or more than the list takes."""


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder of this machine; ``path`` is absolute."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class FolderRows:
    """Folders in ``path``, which is "" above all; ``parent``: the one above, if it may be seen.

    ``is_cut``: there are more than these.
    """

    path: str
    parent: str | None
    rows: tuple[FolderRow, ...] = ()
    is_cut: bool = False
