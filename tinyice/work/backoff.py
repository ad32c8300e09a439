"""How long to wait before something that ended is begun again."""

from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.interfaces import IDelayedCall, IReactorTime


@dataclass(frozen=True, slots=True)
class Backoff:
    """Longer waits for what keeps failing: ``first_s``, doubled up to ``longest_s``.

    What ran for ``healthy_s`` counts as well again.
    """

    first_s: float = 0.5
    longest_s: float = 30.0
    healthy_s: float = 30.0

    def delay_s(self, failures: int) -> float:
        """The wait after so many failures in a row (the first one is 1)."""
        doublings = min(max(0, failures - 1), 32)
        return min(self.longest_s, self.first_s * 2.0**doublings)


class Revival:
    """Calls ``begin`` again some time after each ``ended``, until ``cancel``."""

    def __init__(self, begin: Callable[[], None], *, clock: IReactorTime, backoff: Backoff) -> None:
        self._begin = begin
        self._clock = clock
        self._backoff = backoff
        self._failures = 0
        self._began_at = 0.0
        self._next: IDelayedCall | None = None

    def began(self) -> None:
        """It runs from now on."""
        self._began_at = self._clock.seconds()

    def ended(self) -> float:
        """It has ended; answers after how many seconds it begins again."""
        if self._clock.seconds() - self._began_at >= self._backoff.healthy_s:
            self._failures = 0
        self._failures += 1
        delay = self._backoff.delay_s(self._failures)
        self._next = self._clock.callLater(delay, self._begin)
        return delay

    def cancel(self) -> None:
        """Do not begin again."""
        if self._next is not None and self._next.active():
            self._next.cancel()
