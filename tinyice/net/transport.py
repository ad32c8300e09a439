"""The connections that audio goes out on, and the ports that accept them.

Twisted's ``write`` copies into a buffer and sends from the next turn of the
reactor on. A listener needs neither: the ring is its buffer. ``send_now`` gives
a view straight to the socket and says how much of it went; when that is not
all, the producer is paused in Twisted's own sense, so that ``resumeProducing``
comes once the socket takes bytes again.
"""

import select
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, cast

from twisted.internet import tcp
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import (
    IAddress,
    IProducer,
    IProtocol,
    IReactorFDSet,
    IReactorTime,
)
from twisted.python.failure import Failure

BACKLOG = 4096
"""Connections that may wait to be accepted: a join storm is not refused."""


class StreamTransport(Protocol):
    """What the protocols of this package need of a connection."""

    protocol: IProtocol

    @property
    def unsent(self) -> int:
        """How many written bytes the socket has not taken yet."""

    @property
    def raw_send(self) -> Callable[[memoryview], int]:
        """The socket's own send, for when nothing waits here."""

    def send_now(self, view: bytes | memoryview) -> int:
        """Send what the socket takes now; how much that was.

        Less than all: the registered producer is resumed when there is room.
        """

    def write(self, data: bytes) -> None:
        """Send ``data`` some time, in order."""

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:  # noqa: FBT001
        """Tell ``producer`` when there is room."""

    def unregisterProducer(self) -> None:
        """Tell nobody any more."""

    def pauseProducing(self) -> None:
        """Read nothing until ``resumeProducing``."""

    def resumeProducing(self) -> None:
        """Read on."""

    def loseConnection(self) -> None:
        """Close after what was written is sent."""

    def loseWriteConnection(self) -> None:
        """Close our half after what was written is sent."""

    def abortConnection(self) -> None:
        """Close now."""

    def limit_receive_buffer(self, size: int) -> None:
        """Let the kernel hold about ``size`` bytes that we have not read."""

    def limit_send_buffer(self, size: int) -> None:
        """Let the kernel hold about ``size`` bytes that the peer has not taken."""

    def setTcpNoDelay(self, enabled: bool) -> None:  # noqa: FBT001
        """Whether small pieces go out at once."""

    def introduce(self, peer: IAddress) -> None:
        """It is ``peer`` who is at the other end: who connected is their proxy."""

    def getPeer(self) -> IAddress:
        """Who is at the other end."""


@dataclass(frozen=True, slots=True)
class FrozenConnection:
    """What another process must know of a connection, besides its descriptor.

    Which port it came in on, by its key; the socket's peer, and the client that
    a proxy has announced; what was written and is not sent.
    """

    port: str
    peer: tuple[Any, ...]
    introduced: tuple[str, int] | None = None
    unsent: bytes = b""


class StreamServer(tcp.Server):
    """An accepted connection that can send without a buffer of its own."""

    server: "StreamPort"
    _introduced: IAddress | None = None

    def __init__(  # noqa: PLR0917 - Twisted's signature
        self,
        skt: socket.socket,
        protocol: IProtocol,
        client: tuple[object, ...],
        server: "StreamPort",
        sessionno: int,
        reactor: IReactorFDSet,
    ) -> None:
        super().__init__(skt, protocol, client, server, sessionno, reactor)
        server.connections += 1

    @property
    def unsent(self) -> int:
        """How many written bytes wait here; see ``StreamTransport``."""
        return len(self.dataBuffer) - self.offset + self._tempDataLen

    @property
    def raw_send(self) -> Callable[[memoryview], int]:
        """The socket's own send; see ``StreamTransport``."""
        return self.socket.send

    def introduce(self, peer: IAddress) -> None:
        """Go by another name from now on; see ``StreamTransport``."""
        self._introduced = peer
        self.hostname = getattr(peer, "host", "")

    def getPeer(self) -> IAddress:
        """Who is at the other end; see ``StreamTransport``."""
        peer: IAddress = self._introduced or super().getPeer()  # type: ignore[no-untyped-call]
        return peer

    def limit_receive_buffer(self, size: int) -> None:
        """Stop the kernel from growing it to megabytes, minutes of audio."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)

    def limit_send_buffer(self, size: int) -> None:
        """Stop the kernel from growing it to megabytes: so we see who takes nothing."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)

    def send_now(self, view: bytes | memoryview) -> int:
        """Send what the socket takes now; see ``StreamTransport``."""
        if self.dataBuffer or self._tempDataBuffer:
            self._wait()
            return 0
        try:
            sent = self.socket.send(view)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._broken()
            return 0
        if sent < len(view):
            self._wait()
        return sent

    def freeze(self) -> FrozenConnection:
        """What ``thaw`` needs in the process that gets the descriptor, too."""
        announced = self._introduced
        host = getattr(announced, "host", "")
        introduced = (host, getattr(announced, "port", 0)) if host else None
        return FrozenConnection(
            port=self.server.key,
            peer=self.client,
            introduced=introduced,
            unsent=b"".join((self.dataBuffer[self.offset :], *self._tempDataBuffer)),
        )

    def thaw(self, state: FrozenConnection) -> None:
        """Go on where another process has stopped; nothing is sent in this turn."""
        if state.introduced is not None:
            host, port = state.introduced
            self.introduce((IPv6Address if ":" in host else IPv4Address)("TCP", host, port))
        if state.unsent:
            self.write(state.unsent)  # type: ignore[no-untyped-call]

    def release(self) -> socket.socket:
        """Give the socket away: nothing here reads, writes or closes it any more."""
        self.stopReading()  # type: ignore[no-untyped-call]
        self.stopWriting()  # type: ignore[no-untyped-call]
        self.connected = 0
        self.disconnected = 1
        self.producer = None
        given = self.socket
        del self.socket, self.fileno, self.protocol
        self.server.closed()
        return given

    def connectionLost(self, reason: Failure) -> None:
        """Tell the port, too."""
        was_open = hasattr(self, "socket")
        try:
            super().connectionLost(reason)
        finally:
            if was_open:
                self.server.closed()

    def _wait(self) -> None:
        self.producerPaused = True
        self.startWriting()  # type: ignore[no-untyped-call]

    def _broken(self) -> None:
        """The peer is gone: say so from a turn of the reactor of its own."""
        self.stopReading()  # type: ignore[no-untyped-call]
        self.stopWriting()  # type: ignore[no-untyped-call]
        cast("IReactorTime", self.reactor).callLater(0, self._lost)

    def _lost(self) -> None:
        if self.connected:
            self.connectionLost(Failure(ConnectionLost()))  # type: ignore[no-untyped-call]


class StreamPort(tcp.Port):
    """A listening socket for ``StreamServer`` connections.

    On ``::`` it takes both families, whatever the system's default.
    """

    transport = StreamServer  # type: ignore[assignment]  # as Twisted's own subclasses do
    connections = 0
    """How many of them are open."""
    key = ""
    """What the configuration calls its number."""
    is_shared = False
    """Whether other sockets of the same user may listen at the same place."""
    _waiting: tuple[Deferred[None], ...] = ()

    def closed(self) -> None:
        """One of the port's connections is gone."""
        self.connections -= 1
        if not self.connections:
            waiting, self._waiting = self._waiting, ()
            for empty in waiting:
                empty.callback(None)

    def when_empty(self) -> Deferred[None]:
        """Fires when no connection is left. For the end: new ones must not come."""
        if not self.connections:
            return succeed(None)
        empty: Deferred[None] = Deferred()
        self._waiting = (*self._waiting, empty)
        return empty

    def share(self, *, shared: bool) -> None:
        """Let other sockets of the same user listen at the same place, or not any more."""
        self.is_shared = shared
        if self.connected:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))

    def accept_waiting(self) -> None:
        """Accept whoever has connected by now: who waits when the port closes is turned away."""
        if not self.connected:
            return
        look = select.poll()
        look.register(self.socket, select.POLLIN)
        for _ in range(BACKLOG):
            if not look.poll(0):
                return
            self.doRead()  # type: ignore[no-untyped-call]

    def let_go(self) -> None:
        """Accept nobody any more; another process listens on the same socket."""
        self._shouldShutdown = False
        self.stopListening()  # type: ignore[no-untyped-call]

    def createInternetSocket(self) -> socket.socket:
        """Make the socket, one for both families where the address is ``::``."""
        made: socket.socket = super().createInternetSocket()  # type: ignore[no-untyped-call]
        if made.family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(self.interface != "::"))
        if self.is_shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        return made
