"""What an upstream sends again is known again."""

from hypothesis import given
from hypothesis import strategies as st

from tinyice.formats.base import Chunk
from tinyice.relays.overlap import TAIL_BYTES, tail_of, unheard

UNIT = 100


def units(first: int, last: int) -> bytes:
    """Units of a stream of which none is like another."""
    return b"".join(b"%0100d" % number for number in range(first, last))


def chunked(first: int, last: int, each: int) -> list[Chunk]:
    """The same in chunks of ``each`` units, every one of which may be the first."""
    found = []
    for at in range(first, last, each):
        data = units(at, min(at + each, last))
        found.append(Chunk(data, tuple(range(0, len(data), UNIT))))
    return found


@given(
    st.integers(0, 30), st.integers(1, 30), st.integers(1, 7), st.integers(0, UNIT - 1), st.data()
)
def test_the_stream_goes_on_where_it_was_left(
    first: int, count: int, each: int, cut_short: int, data: st.DataObject
) -> None:
    """In the unit that was not complete, whatever comes before it in the burst."""
    last = first + count
    left = data.draw(st.integers(first + 4, last + 4).filter(lambda at: at <= last) | st.just(last))
    heard = units(0, left) + units(left, left + 1)[:cut_short]
    given_now = unheard(chunked(first, last, each), tail_of(b"", heard))
    known = len(heard) >= TAIL_BYTES and heard[-TAIL_BYTES:] in units(first, last)
    expected = units(left if known else first, last)
    assert b"".join(chunk.data for chunk in given_now) == expected


def test_another_stream_is_heard_whole() -> None:
    """Nothing in it is known."""
    chunks = chunked(50, 60, 3)
    assert unheard(chunks, tail_of(b"", units(0, 10))) == tuple(chunks)


def test_too_little_is_no_proof() -> None:
    """A few bytes occur everywhere."""
    chunks = chunked(0, 10, 3)
    assert unheard(chunks, units(0, 10)[-TAIL_BYTES + 1 :]) == tuple(chunks)


def test_streams_with_headers_are_left_alone() -> None:
    """What leads in may not be cut off."""
    chunks = [Chunk(units(0, 10), (0,), headers=b"lead")]
    assert unheard(chunks, units(0, 5)) == tuple(chunks)


@given(st.lists(st.binary(max_size=400), max_size=8))
def test_the_tail_is_the_end_of_all_that_came(pieces: list[bytes]) -> None:
    """However it was cut."""
    tail = b""
    for piece in pieces:
        tail = tail_of(tail, piece)
    assert tail == b"".join(pieces)[-TAIL_BYTES:]
