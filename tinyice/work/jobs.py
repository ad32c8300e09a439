"""What may be asked of a worker, and one piece of its work.

Rules of this package's workers:

- everything is given to a worker, and taken back, on one thread (the reactor's);
- only the function of a job runs elsewhere; its name ends in ``_in_worker``;
- results travel through ``deliver``, never by a shared object.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar, TypeVarTuple, Unpack

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.core.errors import Overloaded

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Deliver = Callable[[Callable[[], None]], None]
"""Runs a function on the thread that gives the work out, soon."""


class Busy(Overloaded):
    """As much work is waiting as may wait; try again after ``retry_after`` seconds."""

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__(retry_after)


class Stopped(Overloaded):
    """The worker was stopped and does this work no more; another server may, soon."""

    def __init__(self, worker: str, retry_after: int = 5) -> None:
        super().__init__(retry_after)
        self._worker = worker

    def __str__(self) -> str:
        return f"the worker for {self._worker} was stopped"


class Work(Protocol):
    """Something that does one job after the other, in order, out of our way."""

    @property
    def waiting(self) -> int:
        """How many jobs nobody has begun."""

    def submit(self, work_in_worker: Callable[[Unpack[Ts]], object], *args: *Ts) -> bool:
        """Do this some time; False: there is no room, or no worker any more."""

    def perform(self, work_in_worker: Callable[[Unpack[Ts]], T], *args: *Ts) -> Deferred[T]:
        """Do this and answer what comes of it; fails with ``Busy`` or ``Stopped``."""

    def stop(self, deadline_s: float) -> Deferred[bool]:
        """Take no more work; answer whether all of it was done within the deadline."""


class Job:
    """One function call for a worker, and the Deferred that waits for it, if any."""

    _log = Logger()

    def __init__(self, call: Callable[[], object], answer: Deferred[object] | None) -> None:
        self._call = call
        self._answer = answer

    @property
    def unwanted(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self._answer is not None and self._answer.called

    def run_in_worker(self) -> Callable[[], None]:
        """Do the work; the answer is to be called by ``deliver``."""
        if self.unwanted:
            return _nothing
        try:
            result = self._call()
        except BaseException as error:
            # Even SystemExit must not end the thread: somebody waits for it.
            return partial(self.fail, error)
        return partial(self._finish, result)

    def fail(self, error: BaseException) -> None:
        """Tell who waits, or else the log, that this came to nothing."""
        if self._answer is None:
            failure = Failure(error)  # type: ignore[no-untyped-call]
            self._log.failure("work in the background failed", failure=failure)
        elif not self._answer.called:
            self._answer.errback(error)

    def _finish(self, result: object) -> None:
        if self._answer is not None and not self._answer.called:
            self._answer.callback(result)


def _nothing() -> None:
    """The answer of work that nobody wants any more."""


def forget(_answer: Deferred[object]) -> None:
    """A canceller: ``Job`` looks whether its Deferred was called before it calls it."""
