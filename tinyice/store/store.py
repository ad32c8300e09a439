"""The store as the rest of the house sees it: nothing here waits for a disk."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple, Unpack

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.core.audit import AuditEntry, AuditPage
from tinyice.core.errors import Overloaded
from tinyice.store.batch import Batch, Kept
from tinyice.store.complaints import Complaints
from tinyice.store.entries import AuditQuery
from tinyice.store.faults import DatabaseFault, DatabaseRefused, NoDatabase
from tinyice.store.file import Answer, DatabaseFile
from tinyice.store.outbox import Outbox
from tinyice.store.pending import Pending
from tinyice.store.shelves import KeptLockouts, KeptSessions, KeptTokenUses
from tinyice.work.jobs import Work

if TYPE_CHECKING:
    from tinyice.store.database import Database

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

WAITING_MAX = 10_000
"""How many things of each kind wait while the disk takes none."""

DAY_S = 24 * 3600.0
CLOSE_WITHIN_S = 2.0


class Store:
    """What outlives a restart, in the file at ``path``.

    ``work`` belongs to the store alone and ends with it: it is the one writer.
    ``audit_days``: how long entries are kept; 0: for ever.
    """

    _log = Logger()

    def __init__(
        self,
        path: Path,
        work: Work,
        *,
        clock: IReactorTime,
        now: Callable[[], datetime],
        audit_days: Callable[[], int],
        waiting_max: int = WAITING_MAX,
    ) -> None:
        self._file = DatabaseFile(path, now)
        self._work = work
        self._clock = clock
        self._now = now
        self._audit_days = audit_days
        self._complaints = Complaints(str(path), clock)
        self._pending = Pending(waiting_max)
        self._outbox = Outbox(self._pending, self._write, clock=clock, complaints=self._complaints)
        self._pruning: IDelayedCall | None = None
        self._is_stopping = False
        wake = self._outbox.wake
        self.sessions = KeptSessions(self._pending, wake)
        self.lockouts = KeptLockouts(self._pending, wake)
        self.token_uses = KeptTokenUses(self._pending, wake, now)

    @property
    def failures(self) -> int:
        """How often the database could not be used."""
        return self._complaints.failures

    @property
    def lost(self) -> int:
        """How much found no room to wait in."""
        return self._pending.lost

    @property
    def refused(self) -> str:
        """Why the database is not used at all; "" when it is."""
        return self._outbox.refused

    def keep_entry(self, entry: AuditEntry) -> None:
        """Add ``entry`` to the audit, soon."""
        self._pending.put_entry(entry)
        self._outbox.wake()

    async def restore(self) -> Kept:
        """What an earlier run has left; nothing of it if the file can't be read.

        To be called once, when the process is the one that will serve.
        """
        kept = Kept()
        try:
            kept = await self._ask(self._file.kept_in_worker)
        except DatabaseRefused as fault:
            self._outbox.refuse(fault.reason)
        except (DatabaseFault, Overloaded) as fault:
            # A session that is not known here could not be ended any more.
            self._pending.forget_sessions()
            self._outbox.failed(str(fault))
        self.token_uses.restore(kept.token_uses)
        self._prune()
        return kept

    async def audit(self, query: AuditQuery) -> AuditPage:
        """A page of the audit, up to this moment; raises ``NoDatabase`` or ``Busy``."""
        if self._outbox.refused:
            raise NoDatabase(self._outbox.refused)
        await self._outbox.flush()
        try:
            return await self._ask(self._file.audit_in_worker, query)
        except DatabaseFault as fault:
            raise NoDatabase(fault.reason) from fault

    async def ask(self, question_in_worker: "Callable[[Database], T]", nothing: T) -> T:
        """What is found in the file, ``nothing`` without one; raises ``NoDatabase`` or ``Busy``."""
        return await self._without_outbox(self._file.ask_in_worker, question_in_worker, nothing)

    async def change(self, change_in_worker: "Callable[[Database], T]") -> T:
        """What comes of a change that does not wait in the outbox; raises as ``ask``."""
        return await self._without_outbox(self._file.change_in_worker, change_in_worker)

    async def flush(self) -> None:
        """Write what waits."""
        await self._outbox.flush()

    async def stop(self) -> None:
        """Write what waits, close the file, and end."""
        self._is_stopping = True
        if self._pruning is not None:
            self._pruning.cancel()
        await self._outbox.flush()
        self._complaints.left(len(self._pending))
        self._outbox.close()
        self._work.submit(self._file.close_in_worker)
        await self._work.stop(CLOSE_WITHIN_S)

    def _write(self, batch: Batch) -> Deferred[None]:
        return Deferred.fromCoroutine(self._ask(self._file.write_in_worker, batch))

    async def _ask(self, question_in_worker: Callable[[Unpack[Ts]], Answer[T]], *args: *Ts) -> T:
        answer = await self._work.perform(question_in_worker, *args)
        for note in answer.notes:
            self._complaints.note(note)
        return answer.value

    async def _without_outbox(
        self, work_in_worker: Callable[[Unpack[Ts]], Answer[T]], *args: *Ts
    ) -> T:
        if self._outbox.refused:
            raise NoDatabase(self._outbox.refused)
        try:
            return await self._ask(work_in_worker, *args)
        except DatabaseFault as fault:
            raise NoDatabase(fault.reason) from fault

    def _prune(self) -> None:
        if self._is_stopping:
            return
        self._pruning = self._clock.callLater(DAY_S, self._prune)
        days = self._audit_days()
        if days and not self._outbox.refused:
            before = self._now() - timedelta(days=days)
            asked = self._ask(self._file.prune_in_worker, before)
            Deferred.fromCoroutine(asked).addErrback(self._not_pruned)

    def _not_pruned(self, failure: Failure) -> None:
        if not isinstance(failure.value, DatabaseFault | Overloaded):
            self._log.failure("the audit could not be pruned", failure=failure)
        else:
            self._outbox.failed(str(failure.value))
