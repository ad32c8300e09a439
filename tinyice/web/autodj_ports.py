"""AutoDJs as pages and operations use them: promises that the rest of the house keeps.

Rules of this file:

- calls change what is to be, at once; what can't be done raises ``DomainError``;
- who edits a list may say which ``version`` of it they saw (None: any). When it is another
  one by now, ``ListChanged`` is raised, and nothing is changed;
- where a list is told as a page, its version is told as well.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from tinyice.core.artwork import Artwork
from tinyice.core.autodjs import (
    AutoDJSnapshot,
    DjModes,
    EntryRows,
    FolderRows,
    LibraryFacts,
    Mix,
    NameRows,
    PlayRow,
    Put,
    SavedPlaylist,
    TrackRows,
)
from tinyice.core.tracks import Tag, TrackQuery
from tinyice.core.waveform import Waveform

Unwatch = Callable[[], None]
"""Ends a watch."""


@dataclass(frozen=True, slots=True)
class Picked:
    """Tracks that somebody has chosen: all that is named here, in this order.

    By their numbers in the library; by their paths; all that is asked for; what a saved
    playlist lists, with its gain. ``gains``: those of the entries that ``paths`` become,
    in dB; (): they have none.
    """

    ids: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()
    query: TrackQuery | None = None
    saved: str = ""
    gains: tuple[float, ...] = ()


class Deck(Protocol):
    """What plays, and how."""

    def play(self, entry: int | None = None) -> None:
        """Play this entry of the playlist from its beginning; None: go on, or begin."""

    def pause(self, *, on: bool) -> None:
        """Pause in place, or go on; nothing where nothing plays."""

    def stop(self) -> None:
        """Leave the mount."""

    def next(self) -> None:
        """Play what comes next."""

    def previous(self) -> None:
        """Play what was before."""

    def seek(self, seconds: float, entry: int | None = None) -> None:
        """Play what plays, or this entry of the playlist, from there.

        Raises ``Conflict`` where nothing plays.
        """

    def set_volume(self, percent: int) -> None:
        """From 0 to 100."""

    def set_modes(self, modes: DjModes) -> None:
        """Play in this manner."""

    def set_mix(self, mix: Mix) -> None:
        """Other fades and gains hold from the next track on."""


class EditedPlaylist(Protocol):
    """The playlist. What plays goes on to its end, even where it is taken out."""

    def page(self, offset: int, limit: int) -> EntryRows:
        """The entries from ``offset`` on."""

    async def add(
        self, picked: Picked, *, before: int | None = None, version: int | None = None
    ) -> Put:
        """Put tracks in front of the entry ``before``; None: at the end."""

    async def replace(self, picked: Picked, *, version: int | None = None) -> Put:
        """Put tracks in the place of everything."""

    def remove(self, entries: Collection[int], *, version: int | None = None) -> None:
        """Take entries out; if any is not there, nothing is done."""

    def move(
        self, entries: Sequence[int], before: int | None, *, version: int | None = None
    ) -> None:
        """Put entries in front of the entry ``before``, in this order; None: at the end."""

    def clear(self, *, version: int | None = None) -> None:
        """Take out everything."""

    def shuffle(self, *, version: int | None = None) -> None:
        """Bring everything into an order of chance, for good."""

    def prioritise(self, entries: Collection[int], priority: int) -> None:
        """Play these before those of less priority (0 to 255; 0: in their turn)."""


class EditedQueue(Protocol):
    """What plays before the playlist goes on."""

    def page(self, offset: int, limit: int) -> EntryRows:
        """The entries from ``offset`` on."""

    async def add(self, picked: Picked, *, first: bool = False, version: int | None = None) -> Put:
        """Let tracks wait: behind the others, or in front of them."""

    def remove(self, entries: Collection[int], *, version: int | None = None) -> None:
        """Let entries wait no more; if any is not there, nothing is done."""

    def move(
        self, entries: Sequence[int], before: int | None, *, version: int | None = None
    ) -> None:
        """Put entries in front of the entry ``before``, in this order; None: at the end."""

    def clear(self, *, version: int | None = None) -> None:
        """Let nothing wait."""


class MusicLibrary(Protocol):
    """The files that there are."""

    async def tracks(self, query: TrackQuery) -> TrackRows:
        """One page of files."""

    async def folders(self, query: TrackQuery) -> NameRows:
        """The folders right in that of ``query``, with what is wanted below them."""

    async def names(self, tag: Tag, query: TrackQuery) -> NameRows:
        """What values a tag has in the tracks that are wanted; not for ``ANY`` and ``PATH``."""

    async def cover(self, track: int) -> Artwork | None:
        """The picture of a track of that number; None: there is none."""

    async def waveform(self, track: int) -> Waveform | None:
        """What a track of that number looks like; None: that can't be known.

        It is measured if it never was, which takes a while.
        """

    async def facts(self) -> LibraryFacts:
        """How much there is, and how up to date that is."""

    def scan(self, folder: str = "", *, again: bool = False) -> int:
        """Look for changes; ``again``: read also what did not change. The scan's number."""


class SavedPlaylists(Protocol):
    """Playlists under names: those of the AutoDJ, and the station's.

    Of one name that of the AutoDJ counts. Whatever would change one of the station's raises
    ``PlaylistOfStation``.
    """

    async def names(self) -> Sequence[SavedPlaylist]:
        """Which there are, by name."""

    async def save(self, name: str, *, replace: bool = True) -> int:
        """Save what is in the playlist; how many entries. The gain of that name stays.

        Raises ``Conflict`` for a name that is taken, unless it may be replaced.
        """

    async def take(self, name: str, data: bytes, kind: str, *, replace: bool) -> Put:
        """Save a playlist file, M3U, PLS or XSPF (``kind`` "": find out).

        The numbers of what is in the library are told; what is not is kept all the same.
        Raises ``Conflict`` for a name that is taken, unless it may be replaced.
        """

    async def give(self, name: str, kind: str) -> bytes:
        """One as a file: m3u, m3u8, pls or xspf."""

    async def set_gain(self, name: str, gain_db: float) -> None:
        """Let entries that come from one get this gain, from -24 to 12 dB, to a tenth."""

    async def rename(self, name: str, to: str) -> None:
        """Give one another name, which must be free."""

    async def remove(self, name: str) -> None:
        """Delete one."""


class AutoDj(Protocol):
    """One AutoDJ."""

    @property
    def mount(self) -> str:
        """Where it plays."""

    @property
    def deck(self) -> Deck:
        """What plays, and how."""

    @property
    def playlist(self) -> EditedPlaylist:
        """What it goes through."""

    @property
    def queue(self) -> EditedQueue:
        """What plays before that."""

    @property
    def library(self) -> MusicLibrary:
        """What it can play."""

    @property
    def saved(self) -> SavedPlaylists:
        """Playlists under names."""

    def snapshot(self) -> AutoDJSnapshot:
        """How it is doing."""

    async def history(self, limit: int, before: int | None = None) -> Sequence[PlayRow]:
        """What it has played, the newest first; ``before``: only what came before that one."""


class AutoDjs(Protocol):
    """All AutoDJs that run."""

    def get(self, mount: str) -> AutoDj | None:
        """The one that plays there."""

    def all(self) -> Sequence[AutoDj]:
        """Each, by its mount."""

    def watch(self, tell: Callable[[], None]) -> Unwatch:
        """``tell`` when a snapshot of any would say something else, positions apart.

        One that comes or goes is told as well. Who wants to know what has changed
        compares snapshots.
        """

    async def browse(self, path: str) -> FolderRows:
        """Folders that music may be in; "": those above all. Raises ``NotUsable``."""
