"""What the server asks of the AutoDJ that it serves, and whom it tells."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum, Flag, auto
from random import Random
from typing import Protocol, TypeVar

from tinyice.autodj.cover_child import Cover
from tinyice.autodj.entries import Entry
from tinyice.autodj.modes import Modes
from tinyice.autodj.playlist import Playlist
from tinyice.core.clients import Client
from tinyice.core.errors import NotThere, NotUsable
from tinyice.core.tracks import LibraryCount, NamedPage, Tag, Track, TrackPage, TrackQuery

T = TypeVar("T")


class Subsystem(Enum):
    """What can change; the values are the words of the protocol."""

    DATABASE = "database"
    UPDATE = "update"
    STORED_PLAYLIST = "stored_playlist"
    PLAYLIST = "playlist"
    PLAYER = "player"
    MIXER = "mixer"
    OUTPUT = "output"
    OPTIONS = "options"
    PARTITION = "partition"
    STICKER = "sticker"
    SUBSCRIPTION = "subscription"
    MESSAGE = "message"
    NEIGHBOR = "neighbor"
    MOUNT = "mount"


class State(Enum):
    """What a player does; the values are the words of the protocol."""

    PLAY = "play"
    PAUSE = "pause"
    STOP = "stop"


class GainMode(Enum):
    """Which loudness of files is evened out; the values are the words of the protocol."""

    OFF = "off"
    TRACK = "track"
    ALBUM = "album"
    AUTO = "auto"


class Permission(Flag):
    """What a client may do."""

    READ = auto()
    ADD = auto()
    PLAYER = auto()
    CONTROL = auto()
    ADMIN = auto()


NOTHING = Permission(0)
EVERYTHING = ~NOTHING


@dataclass(frozen=True, slots=True)
class Playing:
    """What plays at one moment. ``upcoming``: what is known to come next.

    ``volume`` is in percent, ``crossfade_s`` what is configured; ``bitrate`` in kbit/s,
    ``samplerate`` and ``channels`` are the file's, 0 where they are not known.
    ``played_s``: how long music has played since the start. ``fault``: what went wrong
    last, for people.
    """

    state: State = State.STOP
    entry: Entry | None = None
    upcoming: Entry | None = None
    elapsed_s: float = 0.0
    bitrate: int = 0
    samplerate: int = 0
    channels: int = 0
    volume: int = 100
    crossfade_s: float = 0.0
    gain: GainMode = GainMode.OFF
    played_s: float = 0.0
    fault: str = ""


class Player(Protocol):
    """Plays a playlist. Entries are told by their ids; what it does not know it refuses.

    Calls change what is to be, at once; refusals are ``DomainError``.
    """

    @property
    def playlist(self) -> Playlist:
        """What it plays; it is changed through ``edit`` only."""

    @property
    def modes(self) -> Modes:
        """How it plays."""

    def playing(self) -> Playing:
        """What plays now."""

    def edit(self, change: Callable[[Playlist], T]) -> T:
        """Change the playlist, and follow: an entry that plays may be gone by it."""

    def play(self, entry: int | None = None) -> None:
        """Play this entry from its beginning; None: go on, or begin."""

    def pause(self, *, on: bool) -> None:
        """Pause in place, or go on; nothing where nothing plays."""

    def stop(self) -> None:
        """Play nothing; what played stays the current entry."""

    def next(self) -> None:
        """Play what comes next."""

    def previous(self) -> None:
        """Play what was before."""

    def seek(self, entry: int, seconds: float) -> None:
        """Play this entry from there."""

    def set_modes(self, modes: Modes) -> None:
        """Play in this manner."""

    def set_volume(self, percent: int) -> None:
        """From 0 to 100."""

    def set_crossfade(self, seconds: float) -> None:
        """How long tracks fade into each other."""

    def set_gain(self, mode: GainMode) -> None:
        """Which loudness is evened out."""

    def prioritise(self, entries: Collection[int], priority: int) -> None:
        """Play these before those of less priority (0 to 255; 0: in their turn)."""

    def priority(self, entry: int) -> int:
        """The priority that this entry has."""

    def clear_fault(self) -> None:
        """Tell no more of what went wrong."""


class Library(Protocol):
    """The files that there are. Only ``cover`` touches them."""

    async def find(self, query: TrackQuery) -> TrackPage:
        """One page of tracks."""

    async def tracks(self, paths: Sequence[str]) -> Sequence[Track | None]:
        """The tracks of these paths; None in the place of one that there is not."""

    async def folders(self, query: TrackQuery) -> NamedPage:
        """The folders right in that of ``query``, by their own names."""

    async def names(self, tag: Tag, query: TrackQuery) -> NamedPage:
        """What values a tag has in the tracks that are wanted; not for ``ANY`` and ``PATH``."""

    async def count(self) -> LibraryCount:
        """How much there is."""

    async def cover(self, path: str) -> Cover | None:
        """The picture that belongs to a track."""

    def scan(self, folder: str = "", *, again: bool = False) -> int:
        """Look for changes; ``again``: read also what did not change. The job's number."""

    @property
    def scanning(self) -> int:
        """The number of the job that is under way; 0: none is."""

    @property
    def scanned_at(self) -> float:
        """When the last one ended, in seconds since 1970; 0: never."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A playlist that is saved under a name; ``changed_at``: seconds since 1970.

    ``is_station``: it is the station's, and can't be changed from here. ``gain_db``: what is
    added to the gain of its entries.
    """

    name: str
    changed_at: float
    is_station: bool = False
    gain_db: float = 0.0


class PlaylistUnknown(NotThere):
    """No playlist is saved under this name."""

    def __init__(self, name: str) -> None:
        super().__init__("No such playlist")
        self.name = name


class PlaylistNameRefused(NotUsable):
    """No playlist can be saved under this name."""

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(fault)
        self.name = name


class StoredPlaylists(Protocol):
    """Playlists under names: paths of tracks, whether these are there or not.

    Raises ``PlaylistUnknown``, ``PlaylistNameRefused`` and ``PlaylistOfStation``.
    """

    async def names(self) -> Sequence[Stored]:
        """Which there are."""

    async def read(self, name: str) -> Sequence[str]:
        """The paths in one."""

    async def gain(self, name: str) -> float:
        """What is added to the gain of its entries, in dB."""

    async def write(self, name: str, paths: Sequence[str]) -> None:
        """Save one, in the place of what has its name."""

    async def remove(self, name: str) -> None:
        """Delete one."""

    async def rename(self, name: str, to: str) -> None:
        """Give one another name."""


class Stickers(Protocol):
    """Names and values that clients attach to songs."""

    async def of(self, path: str) -> dict[str, str]:
        """What is attached to a song."""

    async def set(self, path: str, name: str, value: str) -> None:
        """Attach it, in the place of what has its name."""

    async def remove(self, path: str, name: str | None) -> bool:
        """Take it off, or everything; whether there was any."""

    async def named(self, folder: str, name: str) -> Sequence[tuple[str, str]]:
        """The songs below a folder that have one of this name, and its value."""


class Keys(Protocol):
    """Who gets in."""

    async def open(self, password: bytes, client: Client) -> Permission:
        """What this password allows; raises Refused, LockedOut or Overloaded."""


Tell = Callable[[Subsystem], None]


@dataclass(frozen=True, slots=True)
class Station:
    """All that a conversation is about. ``mount`` is what clients see as the output.

    ``free``: what may be done without a password. ``since``: when it began; ``now`` is the
    time of day, both in seconds since 1970.
    """

    mount: str
    player: Player
    library: Library
    playlists: StoredPlaylists
    stickers: Stickers | None
    keys: Keys
    free: Permission
    since: float
    now: Callable[[], float]
    random: Random
