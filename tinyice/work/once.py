"""One answer for any number of waiters."""

from typing import Generic, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

T = TypeVar("T")


class Once(Generic[T]):
    """A result that comes once; whoever asks has a Deferred of their own.

    A waiter may cancel its Deferred: the others get the result all the same.
    """

    def __init__(self) -> None:
        self._waiters: list[Deferred[T]] = []
        self._results: list[T | Failure] = []

    def when(self) -> Deferred[T]:
        """The result, now or later."""
        waiter: Deferred[T] = Deferred()
        if self._results:
            waiter.callback(self._results[0])
        else:
            self._waiters.append(waiter)
        return waiter

    def set(self, result: T | Failure) -> None:
        """Give the result to all who wait and will ask; only the first one counts."""
        if self._results:
            return
        self._results.append(result)
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.callback(result)
