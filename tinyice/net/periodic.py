"""Something that is done again and again, and survives its own errors."""

from collections.abc import Callable

from twisted.application.service import Service
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger


class Periodic(Service):
    """Calls ``work`` every ``interval`` seconds, counted from its completion."""

    _log = Logger()

    def __init__(
        self, name: str, clock: IReactorTime, interval: float, work: Callable[[], object]
    ) -> None:
        self._title = name
        self._clock = clock
        self._interval = interval
        self._work = work
        self._next: IDelayedCall | None = None

    def startService(self) -> None:
        """Begin; the first call comes after one interval."""
        super().startService()  # type: ignore[no-untyped-call]
        self._next = self._clock.callLater(self._interval, self._again)

    def stopService(self) -> None:
        """Call no more."""
        super().stopService()  # type: ignore[no-untyped-call]
        if self._next is not None and self._next.active():
            self._next.cancel()

    def _again(self) -> None:
        try:
            self._work()
        except Exception:
            self._log.failure("{name} failed and goes on", name=self._title)
        if self.running:
            self._next = self._clock.callLater(self._interval, self._again)
