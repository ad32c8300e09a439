"""A chunk in the making."""

from collections.abc import Mapping

from tinyice.formats.base import Chunk
from tinyice.formats.frozen import State


class Draft:
    """Puts units together to chunks; ``take_chunks`` gives those that are finished."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []
        self._sync_points: list[int] = []
        self._seconds = 0.0
        self._chunks: list[Chunk] = []

    def freeze(self) -> State:
        """The chunk that is not finished; see ``formats/frozen.py``."""
        return {
            "data": b"".join(self._parts),
            "sync_points": list(self._sync_points),
            "seconds": self._seconds,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._parts, self.size = [state["data"]], len(state["data"])
        self._sync_points, self._seconds = list(state["sync_points"]), state["seconds"]

    def add(self, data: bytes, *, may_join: bool = False, seconds: float = 0.0) -> None:
        """Append a unit; ``may_join``: its start is a sync point."""
        if may_join:
            self._sync_points.append(self.size)
        self._parts.append(data)
        self.size += len(data)
        self._seconds += seconds

    def finish(
        self,
        headers: bytes | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """End the chunk, if it has any data, with what is in force after it."""
        if not self.size:
            return
        data, sync_points = b"".join(self._parts), tuple(self._sync_points)
        self._chunks.append(Chunk(data, sync_points, self._seconds, headers, tags))
        self._parts, self._sync_points = [], []
        self.size, self._seconds = 0, 0.0

    def take_chunks(self) -> list[Chunk]:
        """The chunks finished since the last call."""
        chunks, self._chunks = self._chunks, []
        return chunks
