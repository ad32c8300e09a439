"""One connection to an upstream: the request out, the answer in. It decides nothing."""

import socket
from typing import Protocol as Promise
from typing import cast

from twisted.internet import tcp
from twisted.internet.interfaces import IPushProducer, IReactorSocket, ITCPTransport
from twisted.internet.protocol import Protocol, ServerFactory, connectionDone
from twisted.python.failure import Failure


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
        """The descriptor, if another process can go on with it.

        None: TLS has a state that no other process can have.
        """
        wire: object = self.transport
        return wire.fileno() if isinstance(wire, tcp.Connection) else None

    def release(self) -> None:
        """Another process goes on: nothing here reads any more, or ends the connection."""
        wire: object = self.transport
        if isinstance(wire, tcp.Connection):
            self.transport = None
            wire.stopReading()  # type: ignore[no-untyped-call]
            wire.stopWriting()  # type: ignore[no-untyped-call]
            wire.connected, wire.disconnected = 0, 1
            given = wire.socket
            del wire.socket, wire.fileno, wire.protocol
            given.close()

    @property
    def _wire(self) -> ITCPTransport:
        return cast("ITCPTransport", self.transport)


def adopt(reactor: IReactorSocket, descriptor: int, protocol: UpstreamConnection) -> None:
    """Connect ``protocol`` by a descriptor that came from another process, which is used up."""
    given = socket.socket(fileno=descriptor)
    given.setblocking(False)
    reactor.adoptStreamConnection(given.fileno(), given.family, _Adopted(protocol))
    given.close()


class _Adopted(ServerFactory):
    """Gives the connection its protocol."""

    noisy = False

    def __init__(self, protocol: UpstreamConnection) -> None:
        self._protocol = protocol

    def buildProtocol(self, addr: object) -> UpstreamConnection:
        """The one that waits for it."""
        return self._protocol
