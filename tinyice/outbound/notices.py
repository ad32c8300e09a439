"""Messages that nobody waits for: sent in the background, a few times if need be.

Each address has a lane of its own: one that does not answer holds up its own
messages only. A lane with ``at_once`` 1 keeps the order, also over repetitions.
What does not fit into memory, or fails too often, is dropped and logged.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.outbound.errors import OutboundError

DELAYS_S = (1.0, 5.0, 20.0)
"""How long to wait before each repetition."""

Send = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class _Lane:
    """What waits for one address."""

    at_once: int
    waiting: deque[Send] = field(default_factory=deque)
    under_way: int = 0


class Notices:
    """Sends messages; at most ``limit`` wait or are under way."""

    _log = Logger()

    def __init__(self, clock: IReactorTime, *, limit: int) -> None:
        self._clock = clock
        self._limit = limit
        self._count = 0
        self._dropped = 0
        self._lanes: dict[str, _Lane] = {}
        self._pauses: dict[Deferred[None], IDelayedCall] = {}
        self._stopping = False
        self._flushed: Deferred[None] | None = None

    @property
    def count(self) -> int:
        """How many are not sent yet."""
        return self._count

    def post(self, lane: str, send: Send, *, at_once: int) -> bool:
        """Call ``send`` some time, again if it raises OutboundError; False: there is no room.

        ``lane``: the address, without secrets.
        """
        if self._count >= self._limit:
            if not self._dropped:
                self._log.warn("too many notices wait; those for {lane} are dropped", lane=lane)
            self._dropped += 1
            return False
        self._dropped = 0
        self._count += 1
        found = self._lanes.setdefault(lane, _Lane(at_once))
        found.waiting.append(send)
        self._next(lane, found)
        return True

    def flush(self, deadline_s: float) -> Deferred[None]:
        """Send what waits, each once and without pauses; done by the deadline."""
        self._stopping = True
        for pause, delayed in tuple(self._pauses.items()):
            delayed.cancel()
            pause.callback(None)
        self._flushed = Deferred()
        if not self._count:
            self._flushed.callback(None)
        return self._flushed.addTimeout(deadline_s, self._clock, self._give_up)

    def _next(self, name: str, lane: _Lane) -> None:
        while lane.waiting and lane.under_way < lane.at_once:
            lane.under_way += 1
            sent = Deferred.fromCoroutine(self._deliver(name, lane.waiting.popleft()))
            sent.addErrback(self._failed, name)
            sent.addCallback(self._over, name, lane)

    async def _deliver(self, name: str, send: Send) -> None:
        for delay in (*DELAYS_S, None):
            try:
                await send()
                return
            except OutboundError as error:
                if delay is None or self._stopping:
                    self._log.warn(
                        "a notice for {lane} was not delivered: {reason}",
                        lane=name,
                        reason=error.sentence,
                    )
                    return
                await self._pause(delay)

    def _pause(self, seconds: float) -> Deferred[None]:
        pause: Deferred[None] = Deferred()
        self._pauses[pause] = self._clock.callLater(seconds, self._go_on, pause)
        return pause.addBoth(lambda _: self._pauses.pop(pause, None) and None)

    def _go_on(self, pause: Deferred[None]) -> None:
        pause.callback(None)

    def _failed(self, failure: Failure, name: str) -> None:
        self._log.failure("a notice for {lane} failed", failure=failure, lane=name)

    def _over(self, _: None, name: str, lane: _Lane) -> None:
        self._count -= 1
        lane.under_way -= 1
        self._next(name, lane)
        if not lane.under_way:
            self._lanes.pop(name, None)
        if not self._count and self._flushed is not None and not self._flushed.called:
            self._flushed.callback(None)

    def _give_up(self, _result: object, _deadline_s: float) -> None:
        self._log.warn("{count} notices were not sent in time", count=self._count)
