"""Connections whose other side is played by the test: no sockets."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IPushProducer
from twisted.python.failure import Failure

from tinyice.outbound.destination import Destination
from tinyice.outbound.errors import Kind, OutboundError

ROOM = 65536
"""What a transport takes before it tells its producer to pause."""


class Wire:
    """A transport that keeps what is written, and is as slow as the test wants it."""

    socket = None

    def __init__(self, call: "Call") -> None:
        self._call = call
        self._producer: IPushProducer | None = None
        self.written = b""
        self.is_paused = False
        self.unsent = 0
        self.takes_all = True

    def registerProducer(self, producer: IPushProducer, streaming: bool) -> None:
        assert streaming
        self._producer = producer

    def unregisterProducer(self) -> None:
        self._producer = None

    def pauseProducing(self) -> None:
        self.is_paused = True

    def resumeProducing(self) -> None:
        self.is_paused = False

    def write(self, data: bytes) -> None:
        self.written += data
        if not self.takes_all:
            self.unsent += len(data)
            if self.unsent > ROOM and self._producer is not None:
                self._producer.pauseProducing()

    def take(self) -> None:
        """The other side has taken all that was written."""
        self.unsent = 0
        if self._producer is not None:
            self._producer.resumeProducing()

    def loseConnection(self) -> None:
        if self.takes_all:
            self._call.hang_up()

    def abortConnection(self) -> None:
        self._call.hang_up()

    def getPeer(self) -> object:
        return type("Address", (), {"host": "192.0.2.80"})()


@dataclass
class Call:
    """One connection that somebody wants; the test is the other side."""

    to: Destination
    protocol: Any
    trusted: bool
    pin: str
    done: Deferred[None] = field(default_factory=Deferred)
    wire: Wire | None = None
    is_open: bool = True

    @property
    def heard(self) -> bytes:
        """What was sent to the other side."""
        assert self.wire is not None
        return self.wire.written

    def accept(self) -> Self:
        """There is a connection."""
        self.wire = Wire(self)
        self.protocol.makeConnection(self.wire)
        self.done.callback(None)
        return self

    def refuse(self, sentence: str = "no connection") -> None:
        """There is none."""
        self.is_open = False
        self.done.errback(OutboundError(Kind.CONNECT, sentence))

    def say(self, data: bytes) -> None:
        """The other side sends this."""
        if self.is_open:
            self.protocol.dataReceived(data)

    def hang_up(self, error: BaseException | None = None) -> None:
        """The connection is lost."""
        if self.is_open:
            self.is_open = False
            self.protocol.connectionLost(Failure(error or ConnectionDone()))


C = TypeVar("C", bound=Call)


class Net(Generic[C]):
    """Every connection that was asked for, in order; ``new``: those that nobody took yet."""

    def __init__(self, call: Callable[[Destination, Any, bool, str], C]) -> None:
        self._call = call
        self.calls: list[C] = []
        self.new: deque[C] = deque()

    async def connect(
        self,
        to: Destination,
        protocol: object,
        *,
        trusted: bool,
        timeout_s: float,
        pin: str = "",
    ) -> None:
        """Wait until the test accepts or refuses."""
        call = self._call(to, protocol, trusted, pin)
        call.done = Deferred(lambda _: setattr(call, "is_open", False))
        self.calls.append(call)
        self.new.append(call)
        await call.done

    def next(self) -> C:
        """The oldest connection that nobody took care of; it must be there."""
        return self.new.popleft()
