"""Each change becomes an entry that can be kept, whatever was changed."""

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.audit import AuditEntry
from tinyice.core.clients import Client
from tinyice.core.events import ChangeMade, ServerStopping
from tinyice.store.audit import CUT, VALUE_MAX, VALUES_MAX, WORD_MAX, AuditSink, bounded

AT = datetime(2026, 3, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))


def change(subject: str = "/live", **after: object) -> ChangeMade:
    return ChangeMade(
        user="anna",
        via="token",
        client=Client("203.0.113.9", agent="curl"),
        action="mount.change",
        subject=subject,
        mount="/live",
        before={"max_listeners": 0},
        after=after,
    )


def entries_of(*events: ChangeMade | ServerStopping, wanted: bool = True) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    sink = AuditSink(entries.append, lambda: AT, lambda: wanted)
    for event in events:
        sink(event)
    return entries


def test_a_change_is_an_entry() -> None:
    """Who, how, from where, what, before and after; the time is UTC."""
    (entry,) = entries_of(change(max_listeners=10))
    assert entry == AuditEntry(
        at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
        user="anna",
        via="token",
        address="203.0.113.9",
        action="mount.change",
        subject="/live",
        mount="/live",
        before={"max_listeners": 0},
        after={"max_listeners": 10},
    )
    assert entry.at.tzinfo is UTC


def test_other_events_are_no_changes() -> None:
    """The audit has what somebody changed, and nothing else."""
    assert entries_of(ServerStopping()) == []


def test_the_audit_can_be_switched_off() -> None:
    """Where no audit is wanted, nothing is written."""
    assert entries_of(change(), wanted=False) == []


def test_long_words_are_cut() -> None:
    """A name as long as a book does not fill the disk."""
    (entry,) = entries_of(change(subject="s" * 100_000))
    assert entry.subject == "s" * WORD_MAX + CUT


def test_large_values_are_cut_with_a_mark() -> None:
    """One large value is cut, and those beside it stay as they are."""
    cut = bounded({"notes": "n" * 100_000, "name": "Radio"})
    assert cut == {"notes": "n" * VALUE_MAX + CUT, "name": "Radio"}


def test_many_values_are_cut_with_a_mark() -> None:
    """A list of a million addresses is kept as far as it goes."""
    cut = bounded({"banned_ips": ["203.0.113.9"] * 1_000_000, "port": 8000})
    listed = cut["banned_ips"]
    assert isinstance(listed, list)
    assert listed[0] == "203.0.113.9"
    assert listed[-1] == CUT
    assert CUT in cut
    assert len(json.dumps(cut)) < 2 * VALUES_MAX


def test_depth_has_an_end() -> None:
    """What contains itself is cut as well."""
    circle: dict[str, object] = {}
    circle["again"] = circle
    assert CUT in json.dumps(bounded(circle), ensure_ascii=False)


def test_only_plain_values_are_written() -> None:
    """Nobody knows what the text of an object would give away."""
    odd = {"a": b"secret", "b": object(), "c": float("nan"), "d": 1 << 70, "e": None, "f": True}
    assert bounded(odd) == {
        "a": "(bytes)",
        "b": "(object)",
        "c": "(float)",
        "d": "(int)",
        "e": None,
        "f": True,
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_whatever_comes_is_json_of_a_bounded_size(values: dict[str, object]) -> None:
    """There is no change that the audit can't keep, and small ones are kept as they are."""
    cut = bounded(values)
    assert len(json.dumps(cut, ensure_ascii=False)) < 8 * VALUES_MAX
    assert json.loads(json.dumps(cut)) == cut


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=50) | st.booleans(), max_size=9))
def test_small_changes_are_kept_whole(values: dict[str, object]) -> None:
    """Nothing is taken from a change of usual size."""
    assert bounded(values) == values
