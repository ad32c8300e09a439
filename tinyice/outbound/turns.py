"""Who may send now: so many at once, to each host and in all, and the rest wait.

One slow host takes its own places only: while places are free for others,
others are sent past those who wait for it.
"""

from collections import Counter, OrderedDict, deque

from twisted.internet.defer import Deferred, succeed

from tinyice.outbound.errors import Kind, OutboundError
from tinyice.outbound.limits import Capacity


class Turns:
    """Gives out the places of ``capacity``."""

    def __init__(self, capacity: Capacity) -> None:
        self._capacity = capacity
        self._under_way: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[Deferred[None]]] = OrderedDict()

    @property
    def under_way(self) -> int:
        """How many have a place."""
        return self._under_way.total()

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return sum(len(queue) for queue in self._waiting.values())

    def take(self, host: str) -> Deferred[None]:
        """A place for a request to ``host``, to be given back with ``done``.

        Fails with OutboundError when too many wait; cancelling gives up waiting.
        """
        if self._has_room(host) and host not in self._waiting:
            self._under_way[host] += 1
            return succeed(None)
        queue = self._waiting.get(host, deque())
        capacity = self._capacity
        if len(queue) >= capacity.waiting_per_host or self.waiting >= capacity.waiting:
            raise OutboundError(Kind.BUSY, f"too many requests to {host} are waiting")
        turn: Deferred[None] = Deferred(lambda waiter: self._leave(host, waiter))
        self._waiting.setdefault(host, queue).append(turn)
        return turn

    def done(self, host: str) -> None:
        """Give a place back."""
        self._under_way[host] -= 1
        if not self._under_way[host]:
            del self._under_way[host]
        for waiting in list(self._waiting):
            if self._has_room(waiting):
                self._let_in(waiting)
                return

    def _has_room(self, host: str) -> bool:
        return (
            self.under_way < self._capacity.at_once
            and self._under_way[host] < self._capacity.at_once_per_host
        )

    def _let_in(self, host: str) -> None:
        queue = self._waiting.pop(host)
        turn = queue.popleft()
        if queue:
            # to the end of the line, so that the hosts take turns
            self._waiting[host] = queue
        self._under_way[host] += 1
        turn.callback(None)

    def _leave(self, host: str, turn: Deferred[None]) -> None:
        queue = self._waiting[host]
        queue.remove(turn)
        if not queue:
            del self._waiting[host]
