"""The end of the event log, in memory, for who looks at it in a browser.

It holds what was written, no more and no less: what stays out of the log (secrets,
and whatever is below its level) is not here either.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from tinyice.logs.record import LEVELS

LINES_MAX = 1000
BYTES_MAX = 512 * 1024
ENTRY_BYTES_MAX = 16 * 1024
"""A traceback may be long; what is longer is cut here, and whole in the log."""

_ORDER = list(LEVELS)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the log, as it was written. Ids grow by one from entry to entry."""

    id: int
    level: str
    text: str


class Tail:
    """The last entries, bounded in number and in size."""

    def __init__(self, lines_max: int = LINES_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._lines_max = lines_max
        self._bytes_max = bytes_max
        self._lines: deque[Line] = deque()
        self._bytes = 0
        self._last = 0

    @property
    def last(self) -> int:
        """The id of the newest entry; 0: there was none yet."""
        return self._last

    def add(self, level: str, text: str) -> None:
        """An entry was written."""
        kept = text.rstrip("\n")
        if len(kept) > ENTRY_BYTES_MAX:
            kept = f"{kept[:ENTRY_BYTES_MAX]} …"
        self._last += 1
        self._lines.append(Line(self._last, level, kept))
        self._bytes += len(kept)
        while len(self._lines) > self._lines_max or self._bytes > self._bytes_max:
            self._bytes -= len(self._lines.popleft().text)

    def after(self, number: int, *, level: str, text: str, limit: int) -> Sequence[Line]:
        """The newest entries behind that id, oldest first, at most ``limit``.

        ``level``: the lowest that is wanted. ``text``: what must be in them, in any case.
        """
        lowest = _ORDER.index(level) if level in _ORDER else 0
        sought = text.casefold()
        found = (
            line
            for line in reversed(self._lines)
            if line.id > number
            and _ORDER.index(line.level) >= lowest
            and sought in line.text.casefold()
        )
        return tuple(islice(found, limit))[::-1]
