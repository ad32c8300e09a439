"""Covers that browsers ask for: many ask for the same one at once, and it is read once."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from hashlib import blake2b

from twisted.internet.defer import Deferred

from tinyice.autodj.cover_child import Cover
from tinyice.core.artwork import Artwork

LARGEST_BYTES = 300_000
"""Larger pictures are not given to browsers; the child that reads them makes them smaller."""

KEPT_BYTES = 8 * 1024 * 1024
KEPT_MAX = 200
KEPT_S = 60.0
"""So long a picture is believed to be what it was: one beside a track may change alone."""

Read = Callable[[str], Awaitable[Cover | None]]


class Artworks:
    """The pictures that ``read`` finds for paths, those asked for last kept in memory."""

    def __init__(self, read: Read, clock: Callable[[], float]) -> None:
        self._read = read
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Artwork | None]] = OrderedDict()
        self._size = 0
        self._asked: dict[str, list[Deferred[Artwork | None]]] = {}

    async def of(self, path: str) -> Artwork | None:
        """The picture of that track, if it has one; raises what ``read`` does."""
        kept = self._kept.get(path)
        if kept is not None:
            if self._clock() < kept[0]:
                self._kept.move_to_end(path)
                return kept[1]
            self._forget(path)
        if path in self._asked:
            waiting: Deferred[Artwork | None] = Deferred()
            self._asked[path].append(waiting)
            return await waiting
        self._asked[path] = []
        try:
            found = _artwork(await self._read(path))
        except Exception as error:
            for each in self._asked.pop(path):
                each.errback(error)
            raise
        self._keep(path, found)
        for each in self._asked.pop(path):
            each.callback(found)
        return found

    def _keep(self, path: str, found: Artwork | None) -> None:
        self._kept[path] = self._clock() + KEPT_S, found
        self._size += _size(found)
        while self._size > KEPT_BYTES or len(self._kept) > KEPT_MAX:
            self._forget(next(iter(self._kept)))

    def _forget(self, path: str) -> None:
        self._size -= _size(self._kept.pop(path)[1])


def _artwork(cover: Cover | None) -> Artwork | None:
    if cover is None or len(cover.picture) > LARGEST_BYTES:
        return None
    digest = blake2b(cover.picture, digest_size=10).hexdigest()
    return Artwork(cover.kind, cover.picture, digest)


def _size(found: Artwork | None) -> int:
    return 0 if found is None else len(found.picture)
