"""One connection to an upstream: the request out, the answer in. It decides nothing."""

from typing import Protocol as Promise
from typing import cast

from twisted.internet.interfaces import IPushProducer, ITCPTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure

from tinyice.relays.adopting import descriptor_of, release


class Reader(Promise):
    """Whoever reads the answer."""

    def received(self, connection: "UpstreamConnection", data: bytes) -> None:
        """These bytes came in."""

    def disconnected(self, connection: "UpstreamConnection", error: BaseException | None) -> None:
        """The connection is gone."""


class UpstreamConnection(Protocol):
    """Sends ``request`` once it is connected; b"": it was sent by another process."""

    def __init__(self, request: bytes, reader: Reader) -> None:
        self._request = request
        self._reader = reader
        self.waits = False
        """Whether nothing is to be read before ``go_on``."""

    @property
    def peer(self) -> str:
        """The address at the other end."""
        return str(getattr(self._wire.getPeer(), "host", ""))

    def connectionMade(self) -> None:
        """Ask. Over TLS this waits until the certificate was seen."""
        request, self._request = self._request, b""
        if request:
            self._wire.write(request)
        if self.waits:
            self.pause()

    def dataReceived(self, data: bytes) -> None:
        """The next bytes of the answer."""
        self._reader.received(self, data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """It is over."""
        self._reader.disconnected(self, reason.value)

    def pause(self) -> None:
        """Read nothing until ``go_on``."""
        if self.transport is not None:
            cast("IPushProducer", self.transport).pauseProducing()

    def go_on(self) -> None:
        """Read on."""
        self.waits = False
        if self.transport is not None:
            cast("IPushProducer", self.transport).resumeProducing()

    def drop(self) -> None:
        """End it at once: a polite end would wait for the other side."""
        if self.transport is not None:
            self._wire.abortConnection()

    @property
    def descriptor(self) -> int | None:
        """The descriptor, if another process can go on with it."""
        return descriptor_of(self.transport)

    def release(self) -> None:
        """Another process goes on: nothing here reads any more, or ends the connection."""
        transport, self.transport = self.transport, None
        release(transport)

    @property
    def _wire(self) -> ITCPTransport:
        return cast("ITCPTransport", self.transport)
