"""Log files that never hold up the audio.

Rules of this file:

- ``write`` only puts a line into a queue, and is called on the reactor's thread;
- one job at a time is at the worker; it has the place (the descriptor) for itself,
  and while it runs new lines collect for the next one;
- what does not fit into the queue, or cannot be written, is lost and counted;
  the count is told at most once a second. Where that message goes to the very
  log that fails it is lost too and told again: so the total is found in the
  log as soon as it can be written again.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar, TypeVarTuple, Unpack

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.logs.places import Outcome, Place

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

DEFAULT_QUEUE_BYTES = 1024 * 1024
REPORT_SECONDS = 1.0


class Worker(Protocol):
    """Does what blocks somewhere else."""

    def perform(self, work_in_worker: Callable[[Unpack[Ts]], T], *args: *Ts) -> Deferred[T]:
        """Do this and answer what comes of it."""


class LogFile:
    """A log at one place: lines go in at any time, and to the place in their order."""

    _log = Logger()

    def __init__(
        self,
        place: Place,
        *,
        worker: Worker,
        clock: IReactorTime,
        queue_bytes: int = DEFAULT_QUEUE_BYTES,
    ) -> None:
        self._place = place
        self._worker = worker
        self._clock = clock
        self._queue_bytes = queue_bytes
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._is_working = False
        self._wants_reopening = False
        self._stopped: Deferred[None] | None = None
        self._is_closing = False
        self._is_closed = False
        self._untold = 0
        self._reason = ""
        self._telling: IDelayedCall | None = None
        self.lost_lines = 0

    def write(self, lines: str) -> None:
        """Take whole lines, each with its end. Never blocks and never raises.

        After ``stop`` they are written at once: no audio is left to hold up.
        """
        raw = lines.encode("utf-8", "backslashreplace")
        if self._is_closed:
            self._place.write_in_worker(raw)
        elif self._waiting_bytes + len(raw) > self._queue_bytes:
            self._lose(raw.count(b"\n"), "too much is waiting")
        else:
            self._waiting.append(raw)
            self._waiting_bytes += len(raw)
            self._work()

    def reopen(self) -> None:
        """Open the path anew, for somebody may have moved the file away."""
        self._wants_reopening = not self._is_closed
        self._work()

    def stop(self) -> Deferred[None]:
        """Write what waits, close the place, and say so; to be called once."""
        self._stopped = Deferred()
        stopped = self._stopped
        self._work()
        return stopped

    def _work(self) -> None:
        if self._is_working:
            return
        job = self._next_job()
        if job is None:
            return
        self._is_working = True
        at_stake, work_in_worker = job
        done = maybeDeferred(self._worker.perform, work_in_worker)
        done.addErrback(_not_done, at_stake)
        done.addCallback(self._worked)

    def _next_job(self) -> tuple[int, Callable[[], Outcome]] | None:
        if self._waiting or self._wants_reopening:
            lines = b"".join(self._waiting)
            self._waiting.clear()
            self._waiting_bytes = 0
            place = self._place
            write = place.reopen_in_worker if self._wants_reopening else place.write_in_worker
            self._wants_reopening = False
            return lines.count(b"\n"), partial(write, lines)
        if self._stopped is not None and not self._is_closed:
            self._is_closing = True
            return 0, self._place.close_in_worker
        return None

    def _worked(self, outcome: Outcome) -> None:
        self._is_working = False
        if outcome.lost or outcome.reason:
            self._lose(outcome.lost, outcome.reason)
        if self._is_closing:
            self._end()
        else:
            self._work()

    def _end(self) -> None:
        self._is_closed = True
        self._place.write_in_worker(b"".join(self._waiting))
        self._waiting.clear()
        if self._telling is not None:
            self._telling.cancel()
            self._tell()
        stopped, self._stopped = self._stopped, None
        if stopped is not None:
            stopped.callback(None)

    def _lose(self, lines: int, reason: str) -> None:
        self.lost_lines += lines
        self._untold += lines
        self._reason = reason
        if self._telling is None:
            self._telling = self._clock.callLater(REPORT_SECONDS, self._tell)

    def _tell(self) -> None:
        self._telling = None
        untold, self._untold = self._untold, 0
        self._log.warn(
            "{lost} log lines did not reach {log_file}, {total} since the start: {reason}",
            lost=untold,
            log_file=self._place.name,
            total=self.lost_lines,
            reason=self._reason,
        )


def _not_done(failure: Failure, at_stake: int) -> Outcome:
    """Give up the lines of a job that the worker refused."""
    return Outcome(at_stake, failure.getErrorMessage())
