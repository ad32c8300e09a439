"""Who listens to a mount, by number; a page of it costs what it shows.

Numbers ascend in the order in which listeners came to the station. Those who
were moved here come out of order, and are sorted in when somebody asks.
"""

from bisect import bisect_right
from collections.abc import Iterator

from tinyice.core.listener import Listener

_GONE_MAX = 64
"""So many numbers of those who are gone are kept, or as many as of those who are there."""


class Roll:
    """The listeners of a mount."""

    __slots__ = ("_is_sorted", "_numbers", "by_id")

    def __init__(self) -> None:
        self.by_id: dict[int, Listener] = {}
        self._numbers: list[int] = []
        self._is_sorted = True

    def add(self, listener: Listener) -> None:
        """``listener`` is there."""
        if self._numbers and listener.id <= self._numbers[-1]:
            self._is_sorted = False
        self.by_id[listener.id] = listener
        self._numbers.append(listener.id)

    def remove(self, listener: Listener) -> bool:
        """``listener`` is gone; whether it was there."""
        if self.by_id.pop(listener.id, None) is None:
            return False
        if len(self._numbers) > 2 * len(self.by_id) + _GONE_MAX:
            self._sort()
        return True

    def after(self, number: int) -> Iterator[Listener]:
        """Those with higher numbers, in order; nobody may come or go meanwhile."""
        if not self._is_sorted:
            self._sort()
        numbers, by_id = self._numbers, self.by_id
        for at in range(bisect_right(numbers, number), len(numbers)):
            listener = by_id.get(numbers[at])
            if listener is not None:
                yield listener

    def _sort(self) -> None:
        self._numbers = sorted(self.by_id)
        self._is_sorted = True
