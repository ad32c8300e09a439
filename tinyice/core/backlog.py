"""The newest chunks of an input that is not on air: what a switch to it begins with.

Rules of this file:

- what is given once is never given again;
- at an entry no more is given than listeners have missed, and one unit: old audio
  would only put everybody behind the programme;
- what is given begins at a sync point, or at the very beginning of the stream.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tinyice.core.source import Source
from tinyice.formats.base import Chunk
from tinyice.formats.frozen import State

KEPT_S = 10.0
KEPT_BYTES = 1024 * 1024
"""So much is kept, and a chunk more, so that there is a place to begin."""

NEVER = float("-inf")

BEGINNING_S = 1.0
"""A stream that is no longer than this is entered at its beginning."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a switch begins with.

    ``headers``: the stream headers in force before the first chunk. ``is_whole``:
    the chunks are the stream from its beginning. Without chunks the next one that
    comes is the first.
    """

    headers: bytes
    chunks: tuple[Chunk, ...]
    is_whole: bool


class Backlog:
    """Keeps what comes in while it is not played."""

    __slots__ = ("_bytes", "_is_whole", "_kept", "_seconds", "headers")

    def __init__(self, headers: bytes = b"", *, is_whole: bool = True) -> None:
        self.headers = headers
        """The stream headers in force before the oldest chunk."""
        self._is_whole = is_whole
        self._kept: deque[tuple[float, Chunk, Source | None]] = deque()
        self._seconds = 0.0
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def chunks(self) -> Iterator[Chunk]:
        """What is kept, the oldest first."""
        return (chunk for _, chunk, _ in self._kept)

    def add(self, chunk: Chunk, now: float, origin: Source | None = None) -> None:
        """Keep ``chunk``, which came now, and from ``origin`` in the end."""
        self._kept.append((now, chunk, origin))
        self._seconds += chunk.seconds
        self._bytes += len(chunk.data)
        while len(self._kept) > 1 and self._is_too_long(now):
            self._drop_oldest()

    def drop_heard(self, until: Mapping[Source, float]) -> None:
        """Forget what was heard already, by another way from the same origin."""
        heard = [
            index
            for index, (came, _, origin) in enumerate(self._kept)
            if origin is not None and came <= until.get(origin, NEVER)
        ]
        for _ in range(heard[-1] + 1 if heard else 0):
            self._drop_oldest()

    def enter(self, missed_s: float, now: float) -> Entry:
        """Give, once, what those begin with who have heard nothing for ``missed_s``."""
        kept = list(self.chunks())
        if self._is_whole and self._is_short(missed_s):
            entry = Entry(self.headers, tuple(kept), is_whole=True)
        else:
            entry = self._cut(missed_s, now)
        for chunk in kept:
            self._note_headers(chunk)
        self._kept.clear()
        self._seconds, self._bytes, self._is_whole = 0.0, 0, False
        return entry

    def freeze(self) -> State:
        """What is kept; see ``formats/frozen.py``."""
        kept = [
            [
                came,
                chunk.data,
                list(chunk.sync_points),
                chunk.seconds,
                chunk.headers,
                None if chunk.tags is None else dict(chunk.tags),
            ]
            for came, chunk, _ in self._kept
        ]
        return {"headers": self.headers, "is_whole": self._is_whole, "kept": kept}

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self.headers, self._is_whole = state["headers"], state["is_whole"]
        for came, data, points, seconds, headers, tags in state["kept"]:
            chunk = Chunk(data, tuple(points), seconds, headers, tags)
            self._kept.append((came, chunk, None))
            self._seconds += seconds
            self._bytes += len(data)

    def _is_too_long(self, now: float) -> bool:
        came, oldest, _ = self._kept[0]
        if self._bytes - len(oldest.data) >= KEPT_BYTES:
            return True
        seconds = self._seconds if self._seconds > 0 else now - came
        return seconds - oldest.seconds > KEPT_S and self._has_sync_behind()

    def _has_sync_behind(self) -> bool:
        """Whether one may begin behind the oldest chunk, too."""
        return any(chunk.sync_points for chunk in self._behind())

    def _behind(self) -> Iterator[Chunk]:
        """All but the oldest, the newest first."""
        newest = (chunk for _, chunk, _ in reversed(self._kept))
        return (chunk for chunk, _ in zip(newest, range(len(self._kept) - 1), strict=False))

    def _drop_oldest(self) -> None:
        _, chunk, _ = self._kept.popleft()
        self._seconds -= chunk.seconds
        self._bytes -= len(chunk.data)
        self._is_whole = False
        self._note_headers(chunk)

    def _note_headers(self, chunk: Chunk) -> None:
        if chunk.headers is not None:
            self.headers = chunk.headers

    def _is_short(self, missed_s: float) -> bool:
        return self._seconds <= max(missed_s, BEGINNING_S)

    def _cut(self, missed_s: float, now: float) -> Entry:
        """The latest place behind which there is as much as was missed, else the first."""
        behind, found = 0.0, None
        for index in range(len(self._kept) - 1, -1, -1):
            came, chunk, _ = self._kept[index]
            for point in reversed(chunk.sync_points):
                found = (index, point)
                if chunk.seconds:
                    length = chunk.seconds * (1 - point / len(chunk.data))
                else:
                    length = now - came
                if behind + length >= missed_s:
                    return self._from(*found)
            behind += chunk.seconds
        return (
            Entry(self._headers_behind(), (), is_whole=False)
            if found is None
            else self._from(*found)
        )

    def _from(self, index: int, point: int) -> Entry:
        headers = self.headers
        chunks = []
        for at, chunk in enumerate(self.chunks()):
            if at < index and chunk.headers is not None:
                headers = chunk.headers
            elif at == index:
                chunks.append(cut(chunk, point))
            elif at > index:
                chunks.append(chunk)
        return Entry(headers, tuple(chunks), is_whole=False)

    def _headers_behind(self) -> bytes:
        headers = self.headers
        for chunk in self.chunks():
            headers = headers if chunk.headers is None else chunk.headers
        return headers


def cut(chunk: Chunk, point: int) -> Chunk:
    """``chunk`` from one of its sync points on."""
    if point == 0:
        return chunk
    size = len(chunk.data)
    return replace(
        chunk,
        data=chunk.data[point:],
        sync_points=tuple(other - point for other in chunk.sync_points if other >= point),
        seconds=chunk.seconds * (size - point) / size,
    )
