"""Audio time out of granule positions."""

from tinyice.formats.frozen import State

MAX_STEP_SECONDS = 60.0
"""A page that claims more is a jump of the granules, and tells no time."""


class GranuleTime:
    """Counts the seconds between the pages of one logical stream."""

    def __init__(self, rate: int, skipped: int) -> None:
        self._rate = rate
        self._last = skipped

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {"rate": self._rate, "last": self._last}

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._rate, self._last = state["rate"], state["last"]

    def advance(self, granule: int) -> float:
        """Seconds of audio from the last known granule to this one; 0.0 over a jump."""
        if granule < 0 or not self._rate:
            return 0.0
        seconds = (granule - self._last) / self._rate
        self._last = granule
        return seconds if 0 < seconds <= MAX_STEP_SECONDS else 0.0
