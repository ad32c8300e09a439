"""Bodies of requests and of answers."""

from typing import cast

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IConsumer, IPushProducer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import IBodyProducer, IResponse
from zope.interface import implementer

from tinyice.outbound.errors import Kind, OutboundError


@implementer(IBodyProducer)
class WholeBody:
    """The body of a request, written at once."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.length = len(body)

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:  # noqa: N802
        """Write it."""
        consumer.write(self._body)
        return succeed(None)

    def pauseProducing(self) -> None:
        """There is no more to come."""

    def resumeProducing(self) -> None:
        """There is no more to come."""

    def stopProducing(self) -> None:
        """There is no more to come."""


def read_body(response: IResponse, limit: int) -> Deferred[bytes]:
    """The body of ``response``; OutboundError, and no more is read, when it is too large.

    Cancelling ends the connection.
    """
    reader = _Reader(limit)
    response.deliverBody(reader)  # type: ignore[no-untyped-call]
    return reader.body


def drop_body(response: IResponse) -> None:
    """End the connection: nobody wants the body of ``response``."""
    response.deliverBody(_Nobody())  # type: ignore[no-untyped-call]


class _Nobody(Protocol):
    """Reads nothing."""

    def connectionMade(self) -> None:
        _end(self)


class _Reader(Protocol):
    """Collects a body."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces = bytearray()
        self.body: Deferred[bytes] = Deferred(self._cancelled)

    def dataReceived(self, data: bytes) -> None:
        if self.body.called:
            return
        self._pieces += data
        if len(self._pieces) > self._limit:
            self._too_large()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.body.called:
            return
        if isinstance(reason.value, ResponseDone | PotentialDataLoss):
            self.body.callback(bytes(self._pieces))
        else:
            self.body.errback(reason)

    def _too_large(self) -> None:
        self._pieces.clear()
        self.body.errback(OutboundError(Kind.TOO_LARGE, "the answer is too large"))
        _end(self)

    def _cancelled(self, _body: Deferred[bytes]) -> None:
        _end(self)


def _end(protocol: Protocol) -> None:
    cast("IPushProducer", protocol.transport).stopProducing()
