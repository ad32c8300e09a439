"""Rings in memory that two processes see: one writes, the others read.

The memory has no name: it is gone when the last process that has it is gone,
whatever that one died of. Rules of this file:

- the writer never waits for a reader, nor knows where it stands;
- what a reader gets is a copy that was whole after it was made: the writer
  marks the new tail before it overwrites anything, and the reader looks at that
  mark after it has copied.
"""

import mmap
import os
import weakref

from tinyice.core.ring import HEAD_MARK, SPAN, TAIL_MARK, OwnMemory

_MARKS_BYTES = 64
"""The marks have a cache line of their own, in front of the bytes."""
_NOTHING = memoryview(b"")


class SharedMemory:
    """The writer's side: ``core.ring.Memory``."""

    __slots__ = ("__weakref__", "content", "descriptor", "marks")

    def __init__(self, size: int) -> None:
        self.descriptor = os.memfd_create("tinyice ring", os.MFD_CLOEXEC)
        """For a reader; open as long as this object lives."""
        weakref.finalize(self, os.close, self.descriptor)
        os.ftruncate(self.descriptor, _MARKS_BYTES + size)
        mapped = memoryview(mmap.mmap(self.descriptor, _MARKS_BYTES + size))
        self.content = mapped[_MARKS_BYTES:]
        self.marks = mapped[:_MARKS_BYTES].cast("Q")


def shared_memory(size: int) -> SharedMemory | OwnMemory:
    """Memory for a ring, shared if the system has some; else nobody else can read it."""
    try:
        return SharedMemory(size)
    except OSError:
        return OwnMemory(size)


class SharedRing:
    """The reader's side: the newest bytes of a stream that another process writes.

    ``head`` and ``tail`` stand still between two calls of ``refresh``.
    """

    __slots__ = ("_content", "_marks", "capacity", "head", "tail")

    def __init__(self, descriptor: int, capacity: int) -> None:
        size = _MARKS_BYTES + capacity + SPAN
        mapped = memoryview(mmap.mmap(descriptor, size, prot=mmap.PROT_READ))
        self._content = mapped[_MARKS_BYTES:]
        self._marks = mapped[:_MARKS_BYTES].cast("Q")
        self.capacity = capacity
        self.refresh()

    def refresh(self) -> None:
        """Look how far the writer has come."""
        self.head: int = self._marks[HEAD_MARK]
        self.tail: int = self._marks[TAIL_MARK]

    def view(self, start: int, limit: int = SPAN) -> memoryview:
        """A copy of the bytes from ``start`` on, as ``Ring.view``; nothing if any are lost."""
        at = start % self.capacity
        copy = bytes(self._content[at : at + min(self.head - start, limit, SPAN)])
        return _NOTHING if start < self._marks[TAIL_MARK] else memoryview(copy)
