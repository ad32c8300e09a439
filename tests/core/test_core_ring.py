"""The ring: whatever is appended, what it holds can be read, in one piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.ring import SPAN, OwnMemory, Ring

STREAM = bytes(at * 131 + (at >> 8) * 17 & 0xFF for at in range(4 * SPAN))

sizes = st.one_of(
    st.integers(0, 5),
    st.integers(SPAN - 3, SPAN),
    st.integers(0, SPAN),
)


class Oracle:
    """The same stream as one growing run of bytes."""

    def __init__(self, start: int) -> None:
        self.start = self.tail = start
        self.data = bytearray()

    @property
    def head(self) -> int:
        return self.start + len(self.data)

    def append(self, size: int, capacity: int) -> bytes:
        at = len(self.data) % SPAN
        piece = STREAM[at : at + size]
        self.data += piece
        self.tail = max(self.tail, self.head - capacity)
        return piece

    def __getitem__(self, piece: slice) -> bytes:
        return bytes(self.data[piece.start - self.start : piece.stop - self.start])


def assert_same(ring: Ring, oracle: Oracle) -> None:
    """Everything the ring holds can be read, from its ends and from its middle."""
    assert (ring.tail, ring.head) == (oracle.tail, oracle.head)
    middle = (ring.tail + ring.head) // 2
    wrap = ring.head - ring.head % ring.capacity
    near = [wrap + step for step in (-2, -1, 0, 1, SPAN - 1, SPAN)]
    for start in {ring.tail, middle, ring.head, *near}:
        if not ring.tail <= start <= ring.head:
            continue
        view = ring.view(start)
        assert len(view) == min(ring.head - start, SPAN)
        assert view.contiguous
        assert bytes(view) == oracle[start : start + len(view)]
        assert bytes(ring.view(start, 3)) == oracle[start : min(start + 3, ring.head)]
    assert ring.copy(ring.tail, ring.head) == oracle[ring.tail : ring.head]


@given(
    capacity=st.integers(1, 3 * SPAN),
    start=st.integers(0, 1 << 40),
    steps=st.lists(st.tuples(sizes, st.integers(0, 4 * SPAN)), max_size=12),
)
def test_the_ring_holds_the_newest_bytes(
    capacity: int, start: int, steps: list[tuple[int, int]]
) -> None:
    """Any appends and growth: the newest bytes can be read, each window in one piece."""
    ring, oracle = Ring(capacity, start=start), Oracle(start)
    for size, grown in steps:
        ring.append(oracle.append(size, ring.capacity))
        assert_same(ring, oracle)
        if grown % 3 == 0:
            ring.grow(grown)
            assert_same(ring, oracle)


@pytest.mark.parametrize("before_the_wrap", range(6))
@pytest.mark.parametrize("size", range(7))
def test_every_way_over_the_end_of_the_buffer(before_the_wrap: int, size: int) -> None:
    """Short appends around the wrap are readable from every offset (no search, no loop)."""
    ring = Ring(SPAN)
    ring.append(STREAM[: SPAN - before_the_wrap])
    ring.append(STREAM[SPAN - before_the_wrap :][:size])
    for start in range(ring.head - min(12, ring.head), ring.head + 1):
        assert bytes(ring.view(start)) == STREAM[start : ring.head]


def test_what_is_not_held_cannot_be_read() -> None:
    """Lost bytes and bytes to come are an error, never other bytes."""
    ring = Ring(SPAN)
    ring.append(STREAM[:SPAN])
    ring.append(b"x")
    for outside in (0, ring.head + 1):
        with pytest.raises(IndexError):
            ring.view(outside)
    with pytest.raises(IndexError):
        ring.copy(ring.tail, ring.head + 1)
    with pytest.raises(IndexError):
        ring.copy(0, 5)


def test_more_than_fits_is_refused() -> None:
    """An append never overwrites itself."""
    ring = Ring(SPAN)
    with pytest.raises(ValueError, match="more bytes"):
        ring.append(bytes(SPAN + 1))
    assert ring.head == 0


def test_the_memory_can_be_given() -> None:
    """The buffer may lie in memory of another kind; growing asks for more of it."""
    asked: list[int] = []

    def allocate(size: int) -> OwnMemory:
        asked.append(size)
        return OwnMemory(size)

    ring = Ring(SPAN, allocate=allocate)
    ring.append(b"abc")
    ring.grow(2 * SPAN)
    ring.grow(SPAN)
    assert asked == [2 * SPAN, 3 * SPAN]
    assert bytes(ring.view(0)) == b"abc"


@given(
    capacity=st.integers(1, 3 * SPAN),
    start=st.integers(0, 1 << 40),
    steps=st.lists(st.tuples(sizes, st.booleans()), max_size=12),
)
def test_a_ring_may_move_to_memory_of_another_kind(
    capacity: int, start: int, steps: list[tuple[int, bool]]
) -> None:
    """At any moment: it holds what it held, and grows there from then on."""

    class Elsewhere(OwnMemory):
        """Memory that others see."""

    ring, oracle = Ring(capacity, start=start), Oracle(start)
    for size, moves in steps:
        ring.append(oracle.append(size, ring.capacity))
        if moves:
            ring.relocate(Elsewhere)
            assert isinstance(ring.memory, Elsewhere)
        assert_same(ring, oracle)
    ring.relocate(Elsewhere)
    memory = ring.memory
    ring.relocate(Elsewhere)
    assert ring.memory is memory
    ring.grow(4 * SPAN)
    assert isinstance(ring.memory, Elsewhere)
    assert_same(ring, oracle)
