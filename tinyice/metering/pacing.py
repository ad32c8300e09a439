"""Levels at the pace at which they sound, however the audio comes in.

Encoders send in gusts. What came is kept for so long that a gust every second is even,
and never for long: a meter that is seconds behind is of no use to anybody.
"""

from collections import deque
from collections.abc import Iterable

from tinyice.core.levels import Level, Window, merged

CUSHION_S = 0.4
"""By so much the first window of a gust comes later than it might."""

AHEAD_MAX_S = 3.0


class Pacing:
    """The windows of one stream, until they are due."""

    __slots__ = ("_ahead_s", "_due_at", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[Window] = deque()
        self._ahead_s = 0.0
        self._due_at = 0.0

    def add(self, windows: Iterable[Window], now: float) -> None:
        """These came now."""
        if not self._waiting and self._due_at < now:
            self._due_at = now + CUSHION_S
        for window in windows:
            self._waiting.append(window)
            self._ahead_s += window.seconds
        if self._ahead_s > AHEAD_MAX_S:
            while self._ahead_s > CUSHION_S and len(self._waiting) > 1:
                self._pop()

    def due(self, now: float) -> tuple[Level, ...]:
        """What has sounded since the last time, as one; nothing, if nothing has."""
        found = []
        while self._waiting and self._due_at <= now:
            window = self._pop()
            self._due_at += window.seconds
            found.append(window)
        return merged(found)

    def clear(self) -> None:
        """What waits is not to be heard any more."""
        self._waiting.clear()
        self._ahead_s = 0.0

    def _pop(self) -> Window:
        window = self._waiting.popleft()
        self._ahead_s -= window.seconds
        return window
