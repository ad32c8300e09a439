"""Whether there is room for another listener.

A process may open so many files and no more. At that limit nothing can be
accepted at all, neither a source nor whoever wants to help. So listeners are
turned away a little earlier, and the last descriptors stay for the others.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from tinyice.core.errors import NoDescriptors

RETRY_AFTER_S = 30
"""When a listener who found no room may try again."""


@dataclass(frozen=True, slots=True)
class Room:
    """Lets listeners in as long as no more than ``connections_max`` are open.

    ``connections`` gives how many there are now, of any kind, the one that
    asks included.
    """

    connections_max: int
    connections: Callable[[], int]

    def has_room(self) -> bool:
        """Whether the connection that asks may stay as a listener."""
        return self.connections() <= self.connections_max

    def check(self) -> None:
        """Raise NoDescriptors if it may not."""
        if not self.has_room():
            raise NoDescriptors(RETRY_AFTER_S)


BOUNDLESS = Room(sys.maxsize, lambda: 0)
"""Turns nobody away."""
