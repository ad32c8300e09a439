"""The head of an answer has an end: who sends heads for ever is cut off.

Twisted's client bounds each line of a head, but neither how many there are nor
how many interim answers (1xx) come first. This counts, below it.
"""

import re
from typing import cast

from twisted.internet.interfaces import IProtocol, ITCPTransport
from twisted.internet.protocol import connectionDone
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure

from tinyice.outbound.errors import Kind, OutboundError

_END = re.compile(rb"\n\r?\n")
_INTERIM = re.compile(rb"HTTP/\d\.\d 1")


class HeadMeter:
    """Counts the heads that come in answer to one request."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._seen = 0
        self._counts = False

    def expect(self) -> None:
        """Something was sent: the next bytes are a head."""
        if not self._counts:
            self._counts = True
            self._seen = 0
            self._buffer.clear()

    def receive(self, data: bytes) -> bool:
        """Look at what came in; False when the heads are longer than they may be."""
        if not self._counts:
            return True
        self._buffer += data
        while (end := _END.search(self._buffer)) is not None:
            self._seen += end.end()
            self._counts = _INTERIM.match(self._buffer) is not None
            if not self._counts:
                self._buffer.clear()
                return self._seen <= self._limit
            del self._buffer[: end.end()]
        return self._seen + len(self._buffer) <= self._limit


class Metered(ProtocolWrapper):
    """A connection whose answers are metered. Its ``stopProducing`` ends it at once."""

    def __init__(self, factory: "MeteredFactory", wrapped: IProtocol) -> None:
        super().__init__(factory, wrapped)
        self._meter = HeadMeter(factory.head_bytes)
        self._fault: OutboundError | None = None

    def write(self, data: bytes) -> None:
        """Send a piece of a request."""
        self._meter.expect()
        super().write(data)  # type: ignore[no-untyped-call]

    def writeSequence(self, data: list[bytes]) -> None:
        """Send pieces of a request."""
        self._meter.expect()
        super().writeSequence(data)  # type: ignore[no-untyped-call]

    def stopProducing(self) -> None:
        """Nobody wants what still comes; a polite end would wait for the other side."""
        cast("ITCPTransport", self.transport).abortConnection()

    def dataReceived(self, data: bytes) -> None:
        """A piece of an answer."""
        if self._fault is not None:
            return
        if self._meter.receive(data):
            super().dataReceived(data)  # type: ignore[no-untyped-call]
            return
        self._fault = OutboundError(Kind.TOO_LARGE, "the head of the answer is too large")
        self.stopProducing()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The connection is gone; if it was us who ended it, tell why."""
        if self._fault is not None:
            reason = Failure(self._fault)  # type: ignore[no-untyped-call]
        super().connectionLost(reason)  # type: ignore[no-untyped-call]


class MeteredFactory(WrappingFactory[Metered]):
    """Makes the connections of another factory metered."""

    noisy = False
    protocol = Metered

    def __init__(self, wrapped: object, head_bytes: int) -> None:
        super().__init__(wrapped)  # type: ignore[no-untyped-call]
        self.head_bytes = head_bytes


def wrapped_in(connection: IProtocol) -> IProtocol:
    """The protocol that ``connection`` was wrapped around."""
    wrapped: IProtocol = cast("Metered", connection).wrappedProtocol
    return wrapped
