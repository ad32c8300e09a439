"""What a switch begins with: the newest, from a sync point on, and only once."""

from hypothesis import given
from hypothesis import strategies as st

from core.fakes import Rig
from core.units import unit
from tinyice.core.backlog import KEPT_BYTES, KEPT_S, Backlog, cut
from tinyice.formats.base import Chunk

SOURCE, OTHER = Rig().source(), Rig().source()


def chunk(number: int, seconds: float = 0.25, **more: bytes) -> Chunk:
    return Chunk(unit(number, 100), (0,), seconds, **more)


def test_as_much_is_given_as_was_missed_and_at_least_a_unit() -> None:
    backlog = Backlog(is_whole=False)
    for number in range(20):
        backlog.add(chunk(number), now=number / 4)
    entry = backlog.enter(1.1, now=5.0)
    assert [one.data for one in entry.chunks] == [unit(number, 100) for number in range(15, 20)]
    assert backlog.enter(9.0, now=5.0).chunks == (), "what was given once is not given again"
    backlog.add(chunk(20), now=5.1)
    assert len(backlog.enter(0.0, now=5.2).chunks) == 1


def test_a_stream_that_has_just_begun_is_entered_at_its_beginning() -> None:
    """Its headers are there, and nothing is lost."""
    backlog = Backlog()
    head = Chunk(b"HEAD", headers=b"HEAD")
    backlog.add(head, now=0.0)
    backlog.add(chunk(1), now=0.1)
    entry = backlog.enter(0.0, now=0.2)
    assert (entry.headers, entry.chunks, entry.is_whole) == (b"", (head, chunk(1)), True)
    assert backlog.headers == b"HEAD"


def test_the_headers_are_those_in_force_where_it_begins() -> None:
    backlog = Backlog(b"OLD", is_whole=False)
    for number in range(4):
        backlog.add(chunk(number), now=0.0)
    backlog.add(Chunk(b"NEW", headers=b"NEW"), now=1.0)
    backlog.add(chunk(5), now=1.0)
    entry = backlog.enter(0.0, now=1.0)
    assert (entry.headers, entry.is_whole) == (b"NEW", False)
    backlog = Backlog(b"OLD", is_whole=False)
    backlog.add(Chunk(b"no place to begin", headers=b"NEW"), now=0.0)
    entry = backlog.enter(0.0, now=0.1)
    assert (entry.headers, entry.chunks) == (b"NEW", ())


def test_a_chunk_is_cut_where_one_may_begin() -> None:
    whole = Chunk(b"aaaabbbbcc", (0, 4, 8), 10.0, headers=b"H")
    assert cut(whole, 0) is whole
    assert cut(whole, 4) == Chunk(b"bbbbcc", (0, 4), 6.0, headers=b"H")


def test_a_stream_that_does_not_tell_its_time_is_kept_by_the_clock() -> None:
    backlog = Backlog(is_whole=False)
    for second in range(60):
        backlog.add(chunk(second, 0.0), now=float(second))
    assert len(backlog) <= KEPT_S + 2
    assert len(backlog.enter(2.5, now=59.5).chunks) == 3


@given(
    st.lists(
        st.tuples(st.integers(1, 300_000), st.booleans(), st.floats(0, 3)), min_size=1, max_size=40
    ),
    st.floats(0, 20),
)
def test_what_is_kept_is_bounded_and_whole(
    sizes: list[tuple[int, bool, float]], missed: float
) -> None:
    """In bytes whatever comes; what is given is the end of what came."""
    backlog, came = Backlog(is_whole=False), b""
    for index, (size, may_join, seconds) in enumerate(sizes):
        data = bytes([index]) * size
        backlog.add(Chunk(data, (0,) if may_join else (), seconds), now=float(index))
        came += data
        assert sum(len(one.data) for one in backlog.chunks()) <= KEPT_BYTES + 300_000
    entry = backlog.enter(missed, now=float(len(sizes)))
    assert came.endswith(b"".join(one.data for one in entry.chunks))
    assert not entry.chunks or entry.chunks[0].sync_points[:1] == (0,)


def test_what_was_heard_by_another_way_is_not_given() -> None:
    """Nor what came before it; what came later, or from somewhere else, is."""
    backlog = Backlog(is_whole=False)
    for number, origin in enumerate((SOURCE, OTHER, SOURCE, OTHER, SOURCE)):
        backlog.add(chunk(number), float(number), origin)
    backlog.drop_heard({SOURCE: 2.5, Rig().source(): 9.0})
    assert list(backlog.chunks()) == [chunk(3), chunk(4)]
    backlog.drop_heard({})
    assert len(backlog) == 2
