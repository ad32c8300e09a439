"""The shared ring: what a reader gets is what was written there, or nothing."""

import gc
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.ring import SPAN, Allocate, Memory, OwnMemory, Ring
from tinyice.workers.shared import SharedMemory, SharedRing, shared_memory

STREAM = bytes(at * 131 + (at >> 8) * 17 & 0xFF for at in range(5 * SPAN))


def reader_of(ring: Ring) -> SharedRing:
    """A second mapping of the ring's memory."""
    memory = ring.memory
    assert isinstance(memory, SharedMemory)
    return SharedRing(memory.descriptor, ring.capacity)


def stream(start: int, end: int) -> bytes:
    """The bytes that were written from offset ``start`` to ``end``."""
    return bytes(STREAM[at % len(STREAM)] for at in range(start, end))


def write(ring: Ring, size: int) -> None:
    ring.append(stream(ring.head, ring.head + size))


@given(
    start=st.integers(0, 1 << 40),
    steps=st.lists(st.tuples(st.integers(0, SPAN), st.booleans(), st.integers(0, 99)), max_size=10),
)
def test_a_reader_gets_what_was_written_or_nothing(
    start: int, steps: list[tuple[int, bool, int]]
) -> None:
    """However reader and writer take turns: a view is right, or empty where bytes are lost."""
    ring = Ring(SPAN, allocate=shared_memory, start=start)
    reader = reader_of(ring)
    assert (reader.head, reader.tail) == (start, start)
    for size, looks, part in steps:
        write(ring, size)
        if looks:
            reader.refresh()
            assert (reader.head, reader.tail) == (ring.head, ring.tail)
        at = reader.tail + (reader.head - reader.tail) * part // 99
        view = reader.view(at)
        if at < ring.tail:
            assert not view
        else:
            assert view == stream(at, reader.head)


class Meddling:
    """The bytes of a ring, under a reader's copying hand: the writer goes on meanwhile."""

    def __init__(self, ring: Ring, content: memoryview) -> None:
        self._ring = ring
        self._content = content

    def __getitem__(self, piece: slice) -> bytes:
        half = piece.start + (piece.stop - piece.start) // 2
        first = bytes(self._content[piece.start : half])
        write(self._ring, SPAN)
        return first + bytes(self._content[half : piece.stop])


def test_what_is_overwritten_while_it_is_copied_is_not_given() -> None:
    """A reader that is overtaken in the middle of a copy sees it afterwards."""
    ring = Ring(SPAN, allocate=shared_memory)
    write(ring, SPAN)
    write(ring, 1000)
    reader = reader_of(ring)
    reader._content = Meddling(ring, reader._content)
    assert not reader.view(reader.tail)
    assert not reader.view(reader.head - 10)


class Watched(Ring):
    """A ring that lets somebody look at the moment before it writes."""

    __slots__ = ("before_put",)

    before_put: Callable[[], None]

    def _put(self, at: int, data: bytes | memoryview) -> None:
        getattr(self, "before_put", lambda: None)()
        super()._put(at, data)


def test_the_tail_is_marked_before_bytes_are_overwritten() -> None:
    """At no moment does a reader see bytes as whole that are being replaced."""
    ring = Watched(SPAN, allocate=shared_memory)
    write(ring, SPAN)
    reader = reader_of(ring)
    seen: list[tuple[int, bytes]] = []

    def look() -> None:
        reader.refresh()
        seen.append((reader.tail, bytes(reader.view(reader.tail))))

    ring.before_put = look
    write(ring, 500)
    assert seen == [(500, stream(500, SPAN))]


def test_a_grown_ring_is_another_memory() -> None:
    """The old memory stays as it was, for those who have not heard of the new one."""
    ring = Ring(SPAN, allocate=shared_memory)
    write(ring, SPAN)
    before = reader_of(ring)
    ring.grow(2 * SPAN)
    write(ring, 10)
    before.refresh()
    assert (before.head, before.view(5)) == (SPAN, stream(5, SPAN))
    after = reader_of(ring)
    assert (after.head, after.tail, after.view(SPAN)) == (SPAN + 10, 0, stream(SPAN, SPAN + 10))


def test_no_descriptor_is_left_open() -> None:
    """A ring that is forgotten gives its descriptors back."""

    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    # Sockets that other tests left to the collector must not go while we count.
    gc.collect()
    before = open_files()
    for _ in range(20):
        ring = Ring(SPAN, allocate=shared_memory)
        reader = reader_of(ring)
        ring.grow(2 * SPAN)
        assert reader.head == 0
        del ring, reader
    assert open_files() == before


def test_a_ring_of_another_kind_of_memory_does_not_take_its_place() -> None:
    """Who reads the ring from another process could not follow it there."""
    kinds: list[Allocate] = [OwnMemory, SharedMemory]

    def allocate(size: int) -> Memory:
        return kinds.pop()(size)

    ring = Ring(SPAN, allocate=allocate)
    write(ring, 100)
    ring.grow(2 * SPAN)
    assert ring.capacity == SPAN
    assert bytes(ring.view(0)) == stream(0, 100)
