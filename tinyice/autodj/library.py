"""A library: a folder of music, what is known of it, and how that stays true.

What is asked is answered from the database; the disk is touched by scans, by children, and
in a worker, never by us. Paths are relative to ``root``, as in ``Track``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from twisted.internet.interfaces import IReactorProcess, IReactorTime

from tinyice.autodj.artworks import Artworks
from tinyice.autodj.bounds import Bounds, check_relative
from tinyice.autodj.cover_child import Cover, CoverReader
from tinyice.autodj.entries import TooManyEntries
from tinyice.autodj.librarian_messages import Piece, Scan, Scanned
from tinyice.autodj.places import candidates
from tinyice.autodj.playlist import ENTRIES_MAX
from tinyice.autodj.scan import RunningScan, ScanShelf
from tinyice.core.artwork import Artwork
from tinyice.core.tracks import LibraryCount, NamedPage, Tag, Track, TrackPage, TrackQuery
from tinyice.wire.listed import Listed
from tinyice.work.jobs import Work

PIECES_MAX = 200
"""More places than these that changed are a scan of everything."""

WHOLE = (Piece(""),)


class LibraryShelf(ScanShelf, Protocol):
    """What the database knows; all of it raises ``NoDatabase`` or ``Busy``."""

    async def page(self, root: str, query: TrackQuery) -> TrackPage:
        """The tracks that are wanted."""

    async def names(self, root: str, tag: Tag, query: TrackQuery) -> NamedPage:
        """The values of ``tag`` among the tracks that are wanted; not for ``ANY`` and ``PATH``."""

    async def folders(self, root: str, query: TrackQuery) -> NamedPage:
        """The folders right in that of ``query``, with what is wanted below them."""

    async def at_paths(self, root: str, paths: Sequence[str]) -> list[Track]:
        """The tracks of ``paths``, as far as they are known, in that order."""

    async def of_ids(self, root: str, ids: Sequence[int]) -> list[Track]:
        """The tracks of these numbers, as far as there are any, in that order."""

    async def draw(self, root: str, mount: str, count: int, folder: str = "") -> list[Track]:
        """Good tracks at random among those that ``mount`` never played, or not for longest."""

    async def count(self, root: str) -> LibraryCount:
        """What there is."""


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """``bounds``: the folders that nothing may lead out of. ``assumed``: a charset of tags."""

    root: str
    bounds: tuple[str, ...]
    assumed: str = ""


class Library:
    """The music at ``settings.root``. ``scanned`` is told of each scan that ends."""

    def __init__(
        self,
        settings: LibrarySettings,
        shelf: LibraryShelf,
        environment: Mapping[str, str],
        *,
        work: Work,
        spawner: IReactorProcess,
        clock: IReactorTime,
        now: Callable[[], float],
        scanned: Callable[[Scanned], None],
    ) -> None:
        self.settings = settings
        self._root = settings.root
        self._shelf = shelf
        self._environment = environment
        self._work = work
        self._spawner = spawner
        self._clock = clock
        self._now = now
        self._told = scanned
        self._covers = CoverReader(settings.bounds, environment, spawner=spawner, clock=clock)
        self._artworks = Artworks(self._small_cover, clock.seconds)
        self._running: RunningScan | None = None
        self._pieces: dict[Piece, None] = {}
        self._again = False
        self._is_stopped = False
        self._jobs = 0
        self.scanned_at = 0.0
        """When the last scan ended, in seconds since 1970; 0: none has."""
        self.last = Scanned()
        """What came of it."""

    @property
    def scanning(self) -> int:
        """The number of the scan that is under way; 0: none is."""
        return self._jobs if self._running is not None else 0

    @property
    def found(self) -> int:
        """How many files the scan under way has read."""
        return 0 if self._running is None else self._running.found

    def scan(self, folder: str = "", *, deep: bool = True, again: bool = False) -> int:
        """Look for changes there soon; the number of the scan that will.

        ``again``: read also files that did not change. Raises ``PathRefused``.
        """
        if folder:
            check_relative(folder)
        self._pieces[Piece(folder, deep)] = None
        self._again = self._again or again
        if self._running is None:
            self._begin()
            return self._jobs
        return self._jobs + 1

    def rebound(self, bounds: tuple[str, ...]) -> None:
        """Nothing may lead out of these from now on: look what that changes."""
        self.settings = replace(self.settings, bounds=bounds)
        self._covers.bounds = bounds
        self.scan()

    async def stop(self) -> None:
        """Break off what runs, and wait until no child is left; nothing is begun any more."""
        self._is_stopped = True
        if self._running is not None:
            await self._running.stop()
        await self._covers.stop()

    async def find(self, query: TrackQuery) -> TrackPage:
        """One page of tracks."""
        return await self._shelf.page(self._root, query)

    async def names(self, tag: Tag, query: TrackQuery) -> NamedPage:
        """What values a tag has in the tracks that are wanted; not for ``ANY`` and ``PATH``."""
        return await self._shelf.names(self._root, tag, query)

    async def folders(self, query: TrackQuery) -> NamedPage:
        """The folders right in that of ``query``."""
        return await self._shelf.folders(self._root, query)

    async def tracks(self, paths: Sequence[str]) -> list[Track | None]:
        """The tracks of these paths; None in the place of one that there is not."""
        found = {track.path: track for track in await self._shelf.at_paths(self._root, paths)}
        return [found.get(path) for path in paths]

    async def of_ids(self, ids: Sequence[int]) -> list[Track]:
        """The tracks of these numbers, as far as there are any."""
        return await self._shelf.of_ids(self._root, ids)

    async def draw(self, mount: str, count: int, folder: str = "") -> list[Track]:
        """Good tracks at random, those first that ``mount`` has not played for longest."""
        return await self._shelf.draw(self._root, mount, count, folder)

    async def count(self) -> LibraryCount:
        """What there is."""
        return await self._shelf.count(self._root)

    async def listed(self, listed: Sequence[Listed], folder: str = "") -> list[Track | None]:
        """The tracks that a playlist file in ``folder`` lists; None for what is not here.

        Raises ``TooManyEntries`` for more than a playlist may have.
        """
        if len(listed) > ENTRIES_MAX:
            raise TooManyEntries(ENTRIES_MAX)
        places = await self._work.perform(_places_in_worker, listed, self._root, folder)
        paths = list(dict.fromkeys(path for each in places for path in each))
        found = {track.path: track for track in await self._shelf.at_paths(self._root, paths)}
        return [next((found[path] for path in each if path in found), None) for each in places]

    async def file(self, path: str) -> str:
        """The absolute path of a track, which is in bounds at this moment; or ``PathRefused``."""
        bounds = Bounds(self.settings.bounds)
        return await self._work.perform(bounds.file_in_worker, self._root, path)

    async def cover(self, path: str) -> Cover | None:
        """The picture that belongs to a track, as it is in its file or beside it."""
        check_relative(path)
        return await self._covers.read(self._root, path)

    async def artwork(self, path: str) -> Artwork | None:
        """The same, made small for browsers, which ask often; None where that can't be, too."""
        return await self._artworks.of(path)

    async def _small_cover(self, path: str) -> Cover | None:
        check_relative(path)
        return await self._covers.read(self._root, path, is_small=True)

    def _begin(self) -> None:
        if self._is_stopped or not self._pieces:
            return
        settings, pieces = self.settings, tuple(self._pieces)
        if Piece("") in self._pieces or len(pieces) > PIECES_MAX:
            pieces = WHOLE
        scan = Scan(self._root, settings.bounds, pieces, settings.assumed, self._again)
        self._pieces, self._again = {}, False
        self._jobs += 1
        self._running = RunningScan(
            scan, self._shelf, self._environment, spawner=self._spawner, clock=self._clock
        )
        self._running.done.addCallback(self._ended)
        self._running.start()

    def _ended(self, outcome: Scanned) -> None:
        self._running = None
        self.scanned_at, self.last = self._now(), outcome
        self._told(outcome)
        self._begin()


def _places_in_worker(listed: Sequence[Listed], root: str, folder: str) -> list[list[str]]:
    return [candidates(each, root, folder) for each in listed]
