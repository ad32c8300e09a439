"""One contiguous buffer with absolute offsets.

Byte ``n`` of a stream lies at ``n % capacity``; the first ``SPAN`` bytes of the
buffer are repeated behind its end, so that every window of up to ``SPAN`` bytes
is one memoryview and one ``send()``, wherever it begins. Rules of this file:

- offsets only grow; ``tail <= offset <= head`` is what can be read;
- the marks beside the bytes tell the same to readers in other processes: the new
  tail stands there before bytes are overwritten, the new head after the bytes;
- a view is valid until the next ``append``, ``grow`` or ``relocate``: use it at once;
- nothing here knows frames, listeners or time.
"""

from collections.abc import Callable, MutableSequence
from typing import Protocol

from tinyice.formats.frozen import State

SPAN = 64 * 1024
"""The longest view, in bytes."""

HEAD_MARK = 0
TAIL_MARK = 1


class Memory(Protocol):
    """Where a ring lies."""

    @property
    def content(self) -> memoryview:
        """The zeroed, writable bytes."""

    @property
    def marks(self) -> MutableSequence[int] | memoryview:
        """Head and tail, for readers elsewhere."""


class OwnMemory:
    """Memory of this process alone."""

    __slots__ = ("__weakref__", "content", "marks")

    def __init__(self, size: int) -> None:
        self.content = memoryview(bytearray(size))
        self.marks = [0, 0]


Allocate = Callable[[int], Memory]
"""Gives memory of so many bytes."""


class Ring:
    """The newest ``capacity`` bytes of a stream."""

    __slots__ = ("_allocate", "_marks", "_view", "capacity", "head", "memory", "tail")

    def __init__(self, capacity: int, *, allocate: Allocate = OwnMemory, start: int = 0) -> None:
        capacity = max(capacity, SPAN)
        self._allocate = allocate
        self._lie_in(allocate(capacity + SPAN))
        self.capacity = capacity
        self.head = start
        """Offset of the next byte to come."""
        self.tail = start
        """Offset of the oldest byte that can still be read."""
        self._marks[HEAD_MARK] = self._marks[TAIL_MARK] = start

    def append(self, data: bytes | memoryview) -> None:
        """Add ``data`` (at most ``capacity`` bytes); the oldest bytes give way."""
        size = len(data)
        capacity = self.capacity
        if size > capacity:
            raise ValueError("more bytes than the ring holds")
        at = self.head % capacity
        first = min(size, capacity - at)
        self.tail = self._marks[TAIL_MARK] = max(self.tail, self.head + size - capacity)
        self._put(at, data[:first])
        if first < size:
            self._put(0, data[first:])
        self.head += size
        self._marks[HEAD_MARK] = self.head

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
        """Hold ``capacity`` bytes from now on; what is held stays readable.

        Where only memory of another kind can be had, nothing grows: who reads
        this one from elsewhere could not follow.
        """
        if capacity <= self.capacity:
            return
        larger = Ring(capacity, allocate=self._allocate, start=self.tail)
        if type(larger.memory) is type(self.memory):
            self._continue_in(larger)

    def relocate(self, allocate: Allocate) -> None:
        """Lie in memory of that kind from now on; what is held stays readable."""
        self._allocate = allocate
        other = Ring(self.capacity, allocate=allocate, start=self.tail)
        if type(other.memory) is not type(self.memory):
            self._continue_in(other)

    def _continue_in(self, other: "Ring") -> None:
        """Take the place of ``other``, which begins at our tail."""
        at = self.tail
        while at < self.head:
            piece = self.view(at)
            other.append(piece)
            at += len(piece)
        self.capacity = other.capacity
        self._lie_in(other.memory)

    def freeze(self) -> State:
        """What it holds, and where; see ``formats/frozen.py``."""
        return {
            "capacity": self.capacity,
            "head": self.head,
            "content": self.copy(self.tail, self.head),
        }

    def thaw(self, state: State) -> None:
        """Hold the same, in as many bytes at least; of a fresh ring."""
        self.grow(state["capacity"])
        content = memoryview(state["content"])[-self.capacity :]
        self.head = self.tail = state["head"] - len(content)
        self._marks[HEAD_MARK] = self._marks[TAIL_MARK] = self.tail
        self.append(content)

    def _lie_in(self, memory: Memory) -> None:
        self.memory = memory
        self._view = memory.content
        self._marks = memory.marks

    def _put(self, at: int, data: bytes | memoryview) -> None:
        """Write at a position of the buffer, and into the repeated part too."""
        end = at + len(data)
        self._view[at:end] = data
        if at < SPAN:
            shadow = min(end, SPAN) - at
            base = self.capacity + at
            self._view[base : base + shadow] = data[:shadow]
