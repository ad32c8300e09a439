"""The audit is read page by page, filtered, and no page shifts under the reader."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.stored import NOON, OnDisk, entry
from tinyice.core.audit import AuditEntry, AuditPage
from tinyice.store.entries import PAGE_MAX, AuditQuery


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[OnDisk]:
    made = OnDisk(tmp_path / "tinyice.db", waiting_max=10_000)
    yield made
    made.end()


def page(on_disk: OnDisk, query: AuditQuery) -> AuditPage:
    return on_disk.settle(on_disk.store.audit(query))


def subjects(entries: tuple[AuditEntry, ...]) -> list[str]:
    return [each.subject for each in entries]


def test_the_newest_comes_first(on_disk: OnDisk) -> None:
    """Entries have growing numbers, and the last one is seen first, also just after it was made."""
    for name in "abc":
        on_disk.store.keep_entry(entry(name))
    found = page(on_disk, AuditQuery())
    assert subjects(found.entries) == ["c", "b", "a"]
    assert [each.id for each in found.entries] == [3, 2, 1]
    assert (found.total, found.next_before_id) == (3, None)


FRESH = count()
ARRIVALS = st.lists(st.integers(0, 5), min_size=1, max_size=8)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.integers(0, 30), arrivals=ARRIVALS, limit=st.integers(1, 7))
def test_pages_are_stable_while_entries_arrive(
    on_disk: OnDisk, before: int, arrivals: list[int], limit: int
) -> None:
    """Who turns pages sees each entry that there was exactly once, whatever comes meanwhile."""
    mount = f"/{next(FRESH)}"
    for number in range(before):
        on_disk.store.keep_entry(entry(str(number), mount))
    seen: list[str] = []
    cursor: int | None = None
    turned = 0
    while True:
        found = page(on_disk, AuditQuery(mount=mount, before_id=cursor, limit=limit))
        seen += subjects(found.entries)
        assert len(found.entries) <= limit
        cursor = found.next_before_id
        if cursor is None:
            break
        for _ in range(arrivals[turned % len(arrivals)]):
            on_disk.store.keep_entry(entry("new", mount))
        turned += 1
    assert seen == [str(number) for number in reversed(range(before))]


def test_filters(on_disk: OnDisk) -> None:
    """Each word of a query narrows the page and its total; together they all hold."""
    store = on_disk.store
    on_disk.store.keep_entry(entry("x"))
    store.keep_entry(changed(entry("y", "/other"), user="ben"))
    store.keep_entry(changed(entry("z", ""), user="ben", action="users.change"))
    asked = {
        AuditQuery(user="ben"): ["z", "y"],
        AuditQuery(action="users.change"): ["z"],
        AuditQuery(mount="/live"): ["x"],
        AuditQuery(user="ben", mount="/live"): [],
        AuditQuery(mounts=frozenset({"/live", "/other"})): ["y", "x"],
        AuditQuery(mounts=frozenset({"/other"}), user="anna"): [],
        AuditQuery(mounts=frozenset()): [],
    }
    for query, expected in asked.items():
        found = page(on_disk, query)
        assert (subjects(found.entries), found.total) == (expected, len(expected)), query


def test_mounts_of_ones_own_hide_the_rest(on_disk: OnDisk) -> None:
    """Whoever may see some mounts sees nothing of the server itself, even if a mount is ""."""
    on_disk.store.keep_entry(entry("settings", ""))
    assert page(on_disk, AuditQuery(mounts=frozenset({""}))).total == 0


def test_text_is_searched_everywhere(on_disk: OnDisk) -> None:
    """A word is found in names, subjects and values; what looks like a pattern is a word."""
    on_disk.store.keep_entry(changed(entry("Übertragung"), after={"name": "50% Jazz_Funk"}))
    for text in ("übertragung".upper()[1:], "50%", "jazz_f", "203.0.113", "anna", "max_list"):
        assert page(on_disk, AuditQuery(text=text)).total == 1, text
    for text in ("5_%", "jazz%funk", "\\", "nobody"):
        assert page(on_disk, AuditQuery(text=text)).total == 0, text


@given(limit=st.integers(-10, 10_000))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_page_has_a_bounded_size(on_disk: OnDisk, limit: int) -> None:
    """Nobody gets the whole audit at once, and nobody an empty page with more behind it."""
    for _ in range(PAGE_MAX + 1):
        on_disk.store.keep_entry(entry())
    found = page(on_disk, AuditQuery(limit=limit))
    assert len(found.entries) == min(max(1, limit), PAGE_MAX)


def test_what_is_old_enough_goes(on_disk: OnDisk) -> None:
    """Entries older than the days that they are kept for go each day; numbers are not reused."""
    on_disk.audit_days = 10
    for days in (12, 11, 9, 0):
        on_disk.store.keep_entry(entry(str(days), at=NOON - timedelta(days=days)))
    page(on_disk, AuditQuery())
    on_disk.settle(on_disk.store.restore())
    assert subjects(page(on_disk, AuditQuery()).entries) == ["0", "9"]
    for _ in range(11):
        on_disk.turn(24 * 3600)
    assert page(on_disk, AuditQuery()).total == 0
    on_disk.store.keep_entry(entry("again"))
    assert page(on_disk, AuditQuery()).entries[0].id == 5


def test_without_days_nothing_goes(on_disk: OnDisk) -> None:
    """0 days are for ever."""
    on_disk.store.keep_entry(entry(at=NOON - timedelta(days=36500)))
    page(on_disk, AuditQuery())
    on_disk.settle(on_disk.store.restore())
    assert page(on_disk, AuditQuery()).total == 1


def changed(base: AuditEntry, **fields: object) -> AuditEntry:
    """``base`` with other fields."""
    values = {name: getattr(base, name) for name in AuditEntry.__dataclass_fields__}
    return AuditEntry(**{**values, **fields})
