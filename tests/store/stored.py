"""A store on a real file, whose worker and clock the test turns by hand."""

from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from tinyice.core.access.lockouts import Lockout, LockoutKind
from tinyice.core.access.sessions import SessionRecord
from tinyice.core.audit import AuditEntry
from tinyice.store.store import Store
from tinyice.work.testing import MemoryWorker

T = TypeVar("T")

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class OnDisk:
    """A store at ``path``; nothing happens but by ``settle``, ``turn`` and ``end``."""

    def __init__(self, path: Path, *, audit_days: int = 0, waiting_max: int = 100) -> None:
        self.path = path
        self.clock = Clock()
        self.worker = MemoryWorker()
        self.audit_days = audit_days
        self.store = Store(
            path,
            self.worker,
            clock=self.clock,
            now=self.now,
            audit_days=lambda: self.audit_days,
            waiting_max=waiting_max,
        )

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.clock.seconds())

    def settle(self, story: Coroutine[Deferred[Any], Any, T]) -> T:
        """Let ``story`` come to its end, and give what it came to."""
        outcome: list[T | Failure] = []
        Deferred.fromCoroutine(story).addBoth(outcome.append)
        self.worker.flush()
        (result,) = outcome
        if isinstance(result, Failure):
            result.raiseException()
        return result

    def turn(self, seconds: float = 1.0) -> int:
        """Let time pass, and the worker work; how many jobs it did."""
        self.clock.advance(seconds)
        return self.worker.flush()

    def end(self) -> None:
        """The clean end of the server."""
        self.settle(self.store.stop())


def session(digest: str = "d" * 64, user: str = "anna", seen_at: float = 20.0) -> SessionRecord:
    return SessionRecord(digest, user, 10.0, seen_at, "203.0.113.9", "Firefox")


def lockout(address: str = "203.0.113.9", failures: int = 5) -> Lockout:
    return Lockout(address, LockoutKind.LOGIN, failures, 1.0, 901.0, address, "invalid password")


def entry(subject: str = "/live", mount: str = "/live", at: datetime = NOON) -> AuditEntry:
    return AuditEntry(
        at=at,
        user="anna",
        via="session",
        address="203.0.113.9",
        action="mount.change",
        subject=subject,
        mount=mount,
        before={"max_listeners": 0},
        after={"max_listeners": 10},
    )
