"""When what is pending is written.

Rules:

- nothing waits longer than ``SOON_S`` for its turn, and what comes within that
  time is one transaction;
- one batch is on its way at a time, so that a batch that failed can wait again
  without writing over what is newer;
- what can't be written now is tried again, ever more rarely; what is not for us
  is never tried again.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.store.batch import Batch
from tinyice.store.complaints import Complaints
from tinyice.store.faults import DatabaseFault, DatabaseRefused
from tinyice.store.pending import Pending
from tinyice.work.backoff import Backoff
from tinyice.work.jobs import Busy, Stopped
from tinyice.work.once import Once

SOON_S = 0.5
TOO_MUCH = "too much is waiting"


class Outbox:
    """Gives what is in ``pending`` to ``write``, batch by batch."""

    _log = Logger()

    def __init__(
        self,
        pending: Pending,
        write: Callable[[Batch], Deferred[None]],
        *,
        clock: IReactorTime,
        complaints: Complaints,
    ) -> None:
        self._pending = pending
        self._write = write
        self._clock = clock
        self._complaints = complaints
        self._backoff = Backoff(first_s=SOON_S)
        self._failures = 0
        self._next: IDelayedCall | None = None
        self._on_its_way: Once[None] | None = None
        self._is_closed = False
        self._lost = 0
        self.refused = ""
        """Why the file is not for us; "": it is."""

    def wake(self) -> None:
        """There is something to write, or may be."""
        if self._pending.lost > self._lost:
            self._lost = self._pending.lost
            self.failed(TOO_MUCH)
        if self._is_closed:
            self._pending.clear()
        elif self._pending and self._next is None and self._on_its_way is None:
            delay = self._backoff.delay_s(self._failures) if self._failures else SOON_S
            self._next = self._clock.callLater(delay, self._due)

    async def flush(self) -> None:
        """Write what waits now, if it can be written."""
        while self._on_its_way is not None:
            await self._on_its_way.when()
        self._rest()
        while self._pending and await self._write_batch():
            pass
        self.wake()

    def failed(self, reason: str) -> None:
        """The file could not be used, or not fast enough."""
        self._complaints.bad(reason, self._pending.lost)

    def refuse(self, reason: str) -> None:
        """The file is not for us: what is given from now on is let go."""
        self.refused = reason
        self._complaints.refused(reason)
        self.close()

    def close(self) -> None:
        """Never write again, whatever comes."""
        self._is_closed = True
        self._rest()
        self._pending.clear()

    def _due(self) -> None:
        self._next = None
        Deferred.fromCoroutine(self.flush()).addErrback(self._say)

    def _rest(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None

    async def _write_batch(self) -> bool:
        on_its_way = self._on_its_way = Once()
        batch = self._pending.take()
        try:
            await self._write(batch)
        except DatabaseRefused as fault:
            self.refuse(fault.reason)
            return False
        except (DatabaseFault, Busy, Stopped) as fault:
            self._pending.put_back(batch)
            self._failures += 1
            self.failed(str(fault))
            return False
        finally:
            self._on_its_way = None
            on_its_way.set(None)
        self._failures = 0
        self._complaints.well()
        return True

    def _say(self, failure: Failure) -> None:
        self._log.failure("the database was given what it can't take", failure=failure)
        self.wake()
