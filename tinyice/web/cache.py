"""Answers that many ask for at once are made once."""

from collections.abc import Callable
from typing import Generic, TypeVar

from twisted.internet.interfaces import IReactorTime

T = TypeVar("T")

FRESH_SECONDS = 0.5
"""How long something may be told that was true."""


class Briefly(Generic[T]):
    """Keeps what ``make`` gave for half a second."""

    def __init__(self, make: Callable[[], T], *, clock: IReactorTime) -> None:
        self._make = make
        self._clock = clock
        self._kept: tuple[float, T] | None = None

    def get(self) -> T:
        """The value, made anew if it is too old."""
        now = self._clock.seconds()
        if self._kept is None or not 0 <= now - self._kept[0] < FRESH_SECONDS:
            self._kept = (now, self._make())
        return self._kept[1]
