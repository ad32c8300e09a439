"""What plays next is in the order of its priority, and of its coming."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.autodj.entries import EntryIds, EntryUnknown, TooManyEntries
from tinyice.autodj.upnext import UpNext
from tinyice.core.tracks import Track


def shown(queue: UpNext) -> str:
    return "".join(entry.track.path for entry in queue)


def test_higher_priority_is_first_and_then_who_came_first() -> None:
    queue = UpNext(EntryIds())
    for name, priority in (("a", 0), ("b", 5), ("c", 0), ("d", 5), ("e", 9)):
        queue.add(Track(name), priority)
    assert shown(queue) == "ebdac"
    queue.add(Track("f"), 5, first=True)
    assert shown(queue) == "efbdac"
    waiting = queue.next()
    assert waiting is not None
    assert waiting == queue.take()
    assert shown(queue) == "fbdac"


def test_an_empty_queue_has_nobody() -> None:
    queue = UpNext(EntryIds())
    before = queue.version
    queue.clear()
    assert (queue.next(), queue.take(), queue.version) == (None, None, before)


def test_a_full_queue_says_so() -> None:
    queue = UpNext(EntryIds(), limit=2)
    queue.add(Track("a"))
    gone = queue.add(Track("b"))
    with pytest.raises(TooManyEntries):
        queue.add(Track("c"))
    queue.remove(gone)
    with pytest.raises(EntryUnknown):
        queue.remove(gone)
    assert shown(queue) == "a"


@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=8),
    st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 9)), max_size=8),
)
def test_moves_keep_priorities_in_order(
    added: list[tuple[int, bool]], moves: list[tuple[int, int]]
) -> None:
    """However it is reordered by hand, what is added later finds its right place."""
    queue = UpNext(EntryIds())
    ids = [queue.add(Track("x"), priority, first=first) for priority, first in added]
    for which, to in moves:
        if which < len(ids):
            try:
                queue.move(ids[which], to)
            except EntryUnknown:
                assert not 0 <= to < len(ids)
            else:
                assert list(queue)[to].id == ids[which]
        priorities = [priority for _entry, priority in queue.all()]
        assert priorities == sorted(priorities, reverse=True)


@pytest.mark.parametrize(
    ("moved", "before", "after", "version"),
    [
        ("c", "a", "cabd", 1),
        ("da", None, "bcda", 1),
        ("db", "b", "adbc", 1),
        ("a", "a", "abcd", 0),
        ("", "a", "abcd", 0),
    ],
)
def test_several_are_moved_at_once(
    moved: str, before: str | None, after: str, version: int
) -> None:
    """With the priorities that are right where they wait then."""
    queue = UpNext(EntryIds())
    numbers = {name: queue.add(Track(name), int(name < "c")) for name in "abcd"}
    told = queue.version
    where = None if before is None else numbers[before]
    queue.gather([numbers[each] for each in moved], where)
    assert shown(queue) == after
    priorities = [priority for _, priority in queue.all()]
    assert priorities == sorted(priorities, reverse=True)
    assert queue.version == told + version


def test_who_is_not_there_is_not_moved() -> None:
    queue = UpNext(EntryIds())
    first, second = queue.add(Track("a")), queue.add(Track("b"))
    for entries, before in (([second, 99], first), ([second], 99)):
        with pytest.raises(EntryUnknown):
            queue.gather(entries, before)
    assert shown(queue) == "ab"
