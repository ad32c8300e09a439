"""How often it is tried to have something loaded, where one track after the other fails."""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

AT_ONCE = 5
"""After so many failures in a row there is a breath between two tries."""

BREATH_S = 0.02
TOLD = 20
"""Of more in a row nothing is told: the whole folder is gone, or something like that."""


class Tries:
    """Calls ``again`` after each failure, at once or after a breath."""

    def __init__(self, again: Callable[[], None], clock: IReactorTime) -> None:
        self._again = again
        self._clock = clock
        self._failures = 0
        self._next: IDelayedCall | None = None

    @property
    def is_told(self) -> bool:
        """Whether the next failure is worth a word."""
        return self._failures < TOLD

    def begin(self) -> None:
        """All is well so far."""
        self._failures = 0

    def failed(self) -> None:
        """Something could not be played: try the next one."""
        self._failures += 1
        if self._failures <= AT_ONCE:
            self._again()
        elif self._next is None or not self._next.active():
            self._next = self._clock.callLater(BREATH_S, self._again)

    def stop(self) -> None:
        """Try no more."""
        if self._next is not None and self._next.active():
            self._next.cancel()
