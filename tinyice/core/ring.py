"""One contiguous buffer with absolute offsets.

Byte ``n`` of a stream lies at ``n % capacity``; the first ``SPAN`` bytes of the
buffer are repeated behind its end, so that every window of up to ``SPAN`` bytes
is one memoryview and one ``send()``, wherever it begins. Rules of this file:

- offsets only grow; ``tail <= offset <= head`` is what can be read;
- a view is valid until the next ``append`` or ``grow``: use it at once;
- nothing here knows frames, listeners or time.
"""

from collections.abc import Callable

SPAN = 64 * 1024
"""The longest view, in bytes."""

Buffer = Callable[[int], bytearray | memoryview]
"""Gives zeroed writable memory of so many bytes."""


class Ring:
    """The newest ``capacity`` bytes of a stream."""

    __slots__ = ("_allocate", "_bytes", "_view", "capacity", "head", "tail")

    def __init__(self, capacity: int, *, allocate: Buffer = bytearray, start: int = 0) -> None:
        capacity = max(capacity, SPAN)
        self._allocate = allocate
        self._bytes = allocate(capacity + SPAN)
        self._view = memoryview(self._bytes)
        self.capacity = capacity
        self.head = start
        """Offset of the next byte to come."""
        self.tail = start
        """Offset of the oldest byte that can still be read."""

    def append(self, data: bytes | memoryview) -> None:
        """Add ``data`` (at most ``capacity`` bytes); the oldest bytes give way."""
        size = len(data)
        capacity = self.capacity
        if size > capacity:
            raise ValueError("more bytes than the ring holds")
        at = self.head % capacity
        first = min(size, capacity - at)
        self._put(at, data[:first])
        if first < size:
            self._put(0, data[first:])
        self.head += size
        self.tail = max(self.tail, self.head - capacity)

    def view(self, start: int, limit: int = SPAN) -> memoryview:
        """The bytes from ``start`` on: all up to the head, at most ``limit`` or ``SPAN``.

        ``start`` must not be older than the tail, nor newer than the head.
        """
        if not self.tail <= start <= self.head:
            raise IndexError(f"offset {start} is outside {self.tail}..{self.head}")
        at = start % self.capacity
        return self._view[at : at + min(self.head - start, limit, SPAN)]

    def copy(self, start: int, end: int) -> bytes:
        """The bytes from ``start`` to ``end``, however many, to keep."""
        if end > self.head:
            raise IndexError(f"offset {end} is beyond {self.head}")
        pieces: list[memoryview] = []
        while start < end:
            piece = self.view(start, end - start)
            pieces.append(piece)
            start += len(piece)
        return b"".join(pieces)

    def grow(self, capacity: int) -> None:
        """Hold ``capacity`` bytes from now on; what is held stays readable."""
        if capacity <= self.capacity:
            return
        larger = Ring(capacity, allocate=self._allocate, start=self.tail)
        at = self.tail
        while at < self.head:
            piece = self.view(at)
            larger.append(piece)
            at += len(piece)
        self._bytes, self._view, self.capacity = larger._bytes, larger._view, larger.capacity

    def _put(self, at: int, data: bytes | memoryview) -> None:
        """Write at a position of the buffer, and into the repeated part too."""
        end = at + len(data)
        self._view[at:end] = data
        if at < SPAN:
            shadow = min(end, SPAN) - at
            base = self.capacity + at
            self._view[base : base + shadow] = data[:shadow]
