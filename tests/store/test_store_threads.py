"""With a real thread: whoever gives something to the store never waits for the disk."""

import sqlite3
from collections.abc import Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from store.stored import NOON, entry, session
from tinyice.store.entries import AuditQuery
from tinyice.store.store import Store
from tinyice.work.threads import Worker
from work.mailbox import Mailbox

T = TypeVar("T")


class Threaded:
    """A store as the service has it, with the test's thread in place of the reactor's."""

    def __init__(self, path: Path) -> None:
        self.clock = Clock()
        self.mailbox = Mailbox()
        self.worker = Worker("database", 64, deliver=self.mailbox.deliver, clock=self.clock)
        self.store = Store(
            path, self.worker, clock=self.clock, now=lambda: NOON, audit_days=lambda: 0
        )

    def settle(self, story: Coroutine[Deferred[Any], Any, T]) -> T:
        told = Deferred.fromCoroutine(story)
        outcome: list[T] = []
        told.addCallback(outcome.append)
        self.mailbox.take_until(lambda: bool(told.called))
        return outcome[0]


@pytest.fixture
def threaded(tmp_path: Path) -> Threaded:
    return Threaded(tmp_path / "tinyice.db")


def test_a_whole_life_in_a_thread(tmp_path: Path, threaded: Threaded) -> None:
    """Restore, write, ask, stop, and again: one thread has the connection from first to last."""
    store = threaded.store
    threaded.settle(store.restore())
    store.sessions.keep(session())
    store.keep_entry(entry())
    assert threaded.settle(store.audit(AuditQuery())).total == 1
    threaded.settle(store.stop())
    assert not threaded.clock.getDelayedCalls()
    again = Threaded(tmp_path / "tinyice.db")
    assert again.settle(again.store.restore()).sessions == (session(),)
    again.settle(again.store.stop())


def test_a_disk_that_stands_still_holds_up_nobody(tmp_path: Path, threaded: Threaded) -> None:
    """While the worker waits for a lock, everything that the reactor calls returns at once."""
    store = threaded.store
    store.keep_entry(entry())
    assert threaded.settle(store.audit(AuditQuery())).total == 1
    with closing(sqlite3.connect(tmp_path / "tinyice.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        # Were one of these to wait for the disk, nobody would ever end what it waits for.
        for number in range(2000):
            store.keep_entry(entry(str(number)))
            store.sessions.keep(session(seen_at=float(number)))
            threaded.clock.advance(0.01)
        asked = Deferred.fromCoroutine(store.audit(AuditQuery()))
        assert not asked.called
        other.execute("COMMIT")
    threaded.mailbox.take_until(lambda: bool(asked.called))
    assert threaded.settle(store.audit(AuditQuery())).total == 2001
    assert store.failures == 0
    threaded.settle(store.stop())


def test_stop_writes_what_waits(tmp_path: Path, threaded: Threaded) -> None:
    """A clean end loses nothing, however much waits and whatever is on its way."""
    for number in range(5000):
        threaded.store.keep_entry(entry(str(number)))
        threaded.clock.advance(0.001)
    threaded.settle(threaded.store.stop())
    again = Threaded(tmp_path / "tinyice.db")
    assert again.settle(again.store.audit(AuditQuery())).total == 5000
    again.settle(again.store.stop())
