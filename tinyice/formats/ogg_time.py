"""Audio time out of granule positions."""

from tinyice.formats.frozen import State
from tinyice.formats.ogg_page import Page

MAX_STEP_SECONDS = 60.0
"""A page that claims more is a jump of the granules, and tells no time."""


class GranuleTime:
    """Counts the seconds between the pages of one logical stream.

    ``skipped`` granules at the start are no audio. ``headers_end``: the number of
    the last page of its headers. If the first page of audio is not the one after
    that, the stream is entered in its middle, and the time before is no audio that came.
    """

    def __init__(self, rate: int, skipped: int, *, headers_end: int = 0) -> None:
        self._rate = rate
        self._last = skipped
        self._headers_end: int | None = headers_end
        self._is_entered = False

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {
            "rate": self._rate,
            "last": self._last,
            "headers_end": self._headers_end,
            "is_entered": self._is_entered,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._rate, self._last = state["rate"], state["last"]
        self._headers_end, self._is_entered = state["headers_end"], state["is_entered"]

    def advance(self, page: Page) -> float:
        """Seconds of audio from the last known granule to that of this page; 0.0 over a jump."""
        if self._headers_end is not None:
            self._is_entered = page.sequence > self._headers_end + 1
            self._headers_end = None
        granule = page.granule
        if granule < 0 or not self._rate:
            return 0.0
        seconds = (granule - self._last) / self._rate
        self._last = granule
        if self._is_entered:
            self._is_entered = False
            return 0.0
        return seconds if 0 < seconds <= MAX_STEP_SECONDS else 0.0
