"""What waits: coalesced, bounded, and never written in the wrong order."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from store.stored import entry, session
from tinyice.core.access.sessions import SessionRecord
from tinyice.store.pending import BATCH_ENTRIES, Pending

LIMIT = 5

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), st.sampled_from("abc"), st.integers(0, 99)),
        st.tuples(st.just("forget"), st.sampled_from("abc"), st.just(0)),
        st.tuples(st.just("write"), st.just(""), st.just(0)),
        st.tuples(st.just("fail"), st.just(""), st.just(0)),
    ),
    max_size=30,
)


@given(STEPS)
def test_however_writes_fail_the_last_state_wins(steps: list[tuple[str, str, int]]) -> None:
    """A batch that failed and waits again never hides what came after it."""
    pending = Pending(LIMIT)
    wanted: dict[str, SessionRecord | None] = {}
    written: dict[str, SessionRecord] = {}
    for what, key, number in steps:
        record = session(key, seen_at=float(number)) if what == "keep" else None
        if what in ("keep", "forget"):
            pending.put_session(key, record)
            wanted[key] = record
        else:
            batch = pending.take()
            if what == "fail":
                # Something newer comes while it is on its way.
                pending.put_session("a", None)
                wanted["a"] = None
                pending.put_back(batch)
            else:
                apply(written, batch.sessions)
    apply(written, pending.take().sessions)
    assert written == {key: record for key, record in wanted.items() if record is not None}


def apply(written: dict[str, SessionRecord], sessions: Mapping[str, SessionRecord | None]) -> None:
    """What the database does with a batch."""
    for digest, record in sessions.items():
        if record is None:
            written.pop(digest, None)
        else:
            written[digest] = record


@given(st.lists(st.integers(0, 9), max_size=40))
def test_what_waits_is_bounded(keys: list[int]) -> None:
    """Only so much waits; the rest is lost and counted, but a change of what waits fits."""
    pending = Pending(LIMIT)
    taken: set[int] = set()
    lost = 0
    for key in keys:
        pending.put_session(str(key), session(str(key)))
        if key not in taken and len(taken) == LIMIT:
            lost += 1
        else:
            taken.add(key)
    assert len(pending) == len(taken)
    assert pending.lost == lost


def test_entries_keep_their_order() -> None:
    """The audit is written in the order in which things happened, a failed batch first."""
    pending = Pending(LIMIT)
    for name in "abc":
        pending.put_entry(entry(name))
    batch = pending.take()
    pending.put_entry(entry("d"))
    pending.put_back(batch)
    assert [each.subject for each in pending.take().audit] == ["a", "b", "c", "d"]


def test_the_oldest_entries_stay() -> None:
    """While nothing can be written, the beginning of the story is kept."""
    pending = Pending(LIMIT)
    for name in "abcdefg":
        pending.put_entry(entry(name))
    assert [each.subject for each in pending.take().audit] == list("abcde")
    assert pending.lost == 2


def test_a_transaction_has_an_end() -> None:
    """A long backlog is written in pieces, so that others get their turn."""
    pending = Pending(3 * BATCH_ENTRIES)
    for number in range(BATCH_ENTRIES + 1):
        pending.put_entry(entry(str(number)))
    assert len(pending.take().audit) == BATCH_ENTRIES
    assert len(pending) == 1
