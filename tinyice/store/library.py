"""Libraries as the rest of the house asks for them; nothing here waits for a disk.

Each method raises ``NoDatabase`` or ``Busy``. A library is named by ``root``, its folder.
SQLAlchemy is loaded in the worker, with the first question to a file that there is.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from tinyice.core.loudness import Measurement
from tinyice.core.tracks import (
    FileState,
    LibraryCount,
    NamedPage,
    Play,
    Tag,
    Track,
    TrackPage,
    TrackQuery,
)
from tinyice.store.store import Store

if TYPE_CHECKING:
    from tinyice.store.track_tables import TrackTables

T = TypeVar("T")


class KeptLibraries:
    """The libraries and plays in ``store``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def roots(self) -> list[str]:
        """The folders of all libraries that were ever filled, and not forgotten."""
        return await self._ask(lambda tables: tables.roots(), [])

    async def known(self, root: str, after: str, limit: int) -> list[FileState]:
        """The files whose path comes after ``after``, in the order of their bytes."""
        return await self._ask(lambda tables: tables.known(root, after, limit), [])

    async def put(self, root: str, tracks: Sequence[Track]) -> None:
        """Write ``tracks``; those of a path that is known keep their numbers."""
        await self._change(lambda tables: tables.put(root, tracks))

    async def remove(self, root: str, paths: Sequence[str]) -> None:
        """Take away the tracks of ``paths``."""
        await self._change(lambda tables: tables.remove(root, paths))

    async def forget(self, root: str) -> None:
        """Take away a library, and all that is in it."""
        await self._change(lambda tables: tables.forget(root))

    async def page(self, root: str, query: TrackQuery) -> TrackPage:
        """The tracks that are wanted."""
        return await self._ask(lambda tables: tables.page(root, query), TrackPage())

    async def names(self, root: str, tag: Tag, query: TrackQuery) -> NamedPage:
        """The values of ``tag`` among the tracks that are wanted; not for ``ANY`` and ``PATH``."""
        return await self._ask(lambda tables: tables.names(root, tag, query), NamedPage())

    async def folders(self, root: str, query: TrackQuery) -> NamedPage:
        """The folders right in that of ``query``, with what is wanted below them."""
        return await self._ask(lambda tables: tables.folders(root, query), NamedPage())

    async def at_paths(self, root: str, paths: Sequence[str]) -> list[Track]:
        """The tracks of ``paths``, as far as they are known, in that order."""
        return await self._ask(lambda tables: tables.at_paths(root, paths), [])

    async def of_ids(self, root: str, ids: Sequence[int]) -> list[Track]:
        """The tracks of these numbers, as far as there are any, in that order."""
        return await self._ask(lambda tables: tables.of_ids(root, ids), [])

    async def draw(self, root: str, mount: str, count: int, folder: str = "") -> list[Track]:
        """Good tracks at random among those that ``mount`` never played, or not for longest."""
        return await self._ask(lambda tables: tables.draw(root, mount, count, folder), [])

    async def count(self, root: str) -> LibraryCount:
        """What there is."""
        return await self._ask(lambda tables: tables.count(root), LibraryCount())

    async def measurement(self, root: str, track: Track) -> Measurement | None:
        """What was measured of ``track``; None: nothing since its file has changed."""
        return await self._ask(lambda tables: tables.measurement(root, track), None)

    async def note_measurement(self, root: str, track: Track, measured: Measurement) -> None:
        """Keep what was measured of ``track``."""
        await self._change(lambda tables: tables.note_measurement(root, track, measured))

    async def note(self, play: Play) -> None:
        """Write down what was played."""
        await self._change(lambda tables: tables.note(play))

    async def plays(self, mount: str, limit: int, before: int | None = None) -> list[Play]:
        """What ``mount`` played, newest first; ``before``: only what came before this one."""
        return await self._ask(lambda tables: tables.plays(mount, limit, before), [])

    async def _ask(self, question: "Callable[[TrackTables], T]", nothing: T) -> T:
        return await self._store.ask(lambda database: database.ask_tracks(question), nothing)

    async def _change(self, change: "Callable[[TrackTables], T]") -> T:
        return await self._store.change(lambda database: database.change_tracks(change))
