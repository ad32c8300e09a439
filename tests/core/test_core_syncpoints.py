"""Sync points: where to begin, and with which headers."""

from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.syncpoints import SyncPoints

parts = st.lists(
    st.tuples(
        st.integers(1, 400),
        st.sets(st.integers(0, 399), max_size=40),
        st.sampled_from((None, None, b"", b"one", b"two")),
    ),
    max_size=60,
)


@given(parts=parts, kept=st.integers(0, 4000), probe=st.integers(0, 30_000))
def test_every_question_is_answered_as_by_a_plain_list(
    parts: list[tuple[int, set[int], bytes | None]], kept: int, probe: int
) -> None:
    """Whatever is forgotten on the way, what the ring holds is answered rightly."""
    sync, head = SyncPoints(), 0
    points: list[int] = []
    headers: list[tuple[int, bytes]] = [(0, b"")]
    for size, starts, told in parts:
        here = tuple(sorted(start for start in starts if start < size))
        sync.add(head, here)
        points += [head + start for start in here]
        head += size
        if told is not None:
            sync.set_headers(head, told)
            headers.append((head, told))
        sync.forget(max(0, head - kept))
    tail = max(0, head - kept)
    at = min(max(probe, tail), head)
    assert sync.newest == (points[-1] if points else None)
    assert sync.at_or_after(at) == next((point for point in points if point >= at), None)
    held = [point for point in points if tail <= point < at]
    assert sync.before(at, tail) == (held[-1] if held else None)
    assert sync.headers_at(at) == [text for offset, text in headers if offset <= at][-1]
    assert sync.headers == headers[-1][1]


def test_old_points_are_forgotten() -> None:
    """A stream of days costs no more than what its ring holds."""
    sync = SyncPoints()
    for at in range(0, 200_000, 10):
        sync.add(at, (0,))
        sync.set_headers(at, b"%d" % at)
        sync.forget(at - 5000)
    assert len(sync._points) < 1600
    assert len(sync._headers) < 600


def test_sessions_without_data_leave_nothing_behind() -> None:
    """An encoder that connects and goes away again, for weeks, costs no memory."""
    sync = SyncPoints()
    for _ in range(1000):
        sync.set_headers(50, b"")
    sync.set_headers(50, b"last")
    assert len(sync._headers) == 1
    assert sync.headers_at(50) == b"last"
