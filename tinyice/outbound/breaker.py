"""Stops asking who does not answer, so that nobody waits for nothing."""

from collections.abc import Callable

FAILURES = 5
PAUSE_S = 15.0
MOST = 256
"""How many addresses are remembered."""


class Breaker:
    """One address that is asked again and again.

    After so many failures in a row it is left alone for a while. Then one
    request tries; everybody else waits for its outcome by not asking.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._until = 0.0
        self._tries = False

    @property
    def is_broken(self) -> bool:
        """Whether too many failures came in a row."""
        return self._failures >= FAILURES

    def may_ask(self) -> bool:
        """Whether to send a request now; ``succeeded``, ``failed`` or ``gave_up`` must follow."""
        if not self.is_broken:
            return True
        if self._tries or self._clock() < self._until:
            return False
        self._tries = True
        return True

    def succeeded(self) -> None:
        """There was an answer."""
        self._failures = 0
        self._tries = False

    def failed(self) -> None:
        """There was none."""
        self._failures += 1
        self._tries = False
        if self.is_broken:
            self._until = self._clock() + PAUSE_S

    def gave_up(self) -> None:
        """Nobody waits for the answer any more; that tells nothing."""
        self._tries = False


class Breakers:
    """One breaker for each address."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._by_url: dict[str, Breaker] = {}

    def of(self, url: str) -> Breaker:
        """The breaker of ``url``."""
        if url not in self._by_url and len(self._by_url) >= MOST:
            del self._by_url[next(iter(self._by_url))]
        return self._by_url.setdefault(url, Breaker(self._clock))
