"""Which upstream is tried next, and when all are tried anew."""

from collections.abc import Callable

from tinyice.work.backoff import Backoff

WAITS = Backoff(first_s=1, longest_s=60, healthy_s=60)
"""The pauses between two rounds, less up to a half of each by chance."""


class Choice:
    """Goes through ``count`` upstreams, the best first; each fails once in a round.

    Those that could not be had the last time come after the others: one that hangs
    must not be waited for while another one would answer.
    """

    def __init__(self, count: int, random: Callable[[], float]) -> None:
        self._count = count
        self._random = random
        self._failed: set[int] = set()
        self._down: set[int] = set()
        self._rounds = 0

    def next(self) -> int | None:
        """The best that did not fail in this round; None: all did."""
        left = [index for index in range(self._count) if index not in self._failed]
        return min(left, key=lambda index: (index in self._down, index), default=None)

    def had(self, index: int) -> None:
        """That one is on air."""
        self._down.discard(index)

    def failed(self, index: int) -> None:
        """That one could not be had, or not for long."""
        self._failed.add(index)
        self._down.add(index)

    def lost(self, index: int) -> None:
        """That one was lost after a good while: if no other is known to be better, it is next."""
        self._failed = {index, *self._down}
        self._rounds = 0

    def good(self) -> None:
        """Begin anew: what was before counts no more."""
        self._failed.clear()
        self._rounds = 0

    def pause_s(self) -> float:
        """Begin another round; for how long to wait before.

        By chance, so that a thousand relays do not come back at the same moment.
        """
        self._failed.clear()
        self._rounds += 1
        return WAITS.delay_s(self._rounds) * (0.5 + self._random() / 2)
