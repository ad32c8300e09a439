"""Whether a worker that runs still does its work: it says so once a second.

Seconds in which the main process itself stood still count for none: what the
worker has said meanwhile lies in the channel, and is heard after that.
"""

REPORT_S = 1.0
"""How often a worker tells that it lives."""

PATIENCE = 10
"""After so many looks at a silent worker, one every ``REPORT_S``, it is taken for dead."""

_STARTING = 60
"""The same before its first word: on a busy machine it takes long to begin."""


class Watch:
    """One worker, looked at every ``REPORT_S``."""

    __slots__ = ("_limit", "_silent")

    def __init__(self) -> None:
        self.begin()

    @property
    def silent(self) -> int:
        """How many looks have found nothing new."""
        return self._silent

    def begin(self) -> None:
        """Its process is a new one."""
        self._silent, self._limit = 0, _STARTING

    def heard(self) -> None:
        """It has said something."""
        self._silent, self._limit = 0, PATIENCE

    def look(self) -> bool:
        """Whether it has been silent for too long now; true once for each time that it is."""
        self._silent += 1
        return self._silent == self._limit
