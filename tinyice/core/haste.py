"""Sources that bring much at once, and readers in other processes.

Those look at the ring at a pulse of their own, and nothing makes its writer wait
for them. So they are told when a good part of the queue has come in a moment,
and the source is held for the time that they need to look.
"""

from collections.abc import Iterable

from tinyice.core.feed import Branch
from tinyice.core.ring import Ring

MUCH = 8
"""This part of the queue is much."""
AT_ONCE_S = 0.5
BREATH_S = 0.05


class Haste:
    """Watches how fast one ring fills."""

    __slots__ = ("_since", "_told")

    def __init__(self, now: float) -> None:
        self._told = 0
        self._since = now

    def pause_for(self, branches: Iterable[Branch | None], ring: Ring, now: float) -> float:
        """For how long the source is to bring nothing; the readers are told then."""
        if ring.head - self._told < ring.capacity // MUCH:
            return 0.0
        at_once = now - self._since < AT_ONCE_S
        self._told, self._since = ring.head, now
        readers = [branch for branch in branches if branch is not None]
        if not at_once or not readers:
            return 0.0
        for branch in readers:
            branch.hurry()
        return BREATH_S
