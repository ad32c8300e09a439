"""How often somebody may ask: so many requests a minute, saved up for a short burst."""

from collections import OrderedDict
from collections.abc import Callable

KEPT_MAX = 10_000
"""How many askers are remembered; who was forgotten begins anew."""

BURST_S = 10.0
"""How many seconds' worth of requests may come at once."""


class Rates:
    """A bucket for each asker; ``per_minute`` 0: no limit."""

    def __init__(self, per_minute: Callable[[], int], clock: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_for(self, asker: str) -> float:
        """Count a request of ``asker``; 0.0: it may pass, else in how many seconds it may."""
        per_second = self._per_minute() / 60
        if per_second <= 0:
            return 0.0
        now, room = self._clock(), max(1.0, per_second * BURST_S)
        left, since = self._kept.pop(asker, (room, now))
        left = min(room, left + (now - since) * per_second)
        allowed = left >= 1
        self._kept[asker] = (left - 1 if allowed else left, now)
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return 0.0 if allowed else (1 - left) / per_second
