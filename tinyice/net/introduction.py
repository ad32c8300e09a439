"""A port behind a proxy that speaks the PROXY protocol: first it is said who connects.

Without a valid header nobody gets further, so that no client can say of itself
what it likes. The header comes before everything, a TLS handshake too; what is
behind the port then meets the client as if there were no proxy.
"""

import socket
from collections.abc import Callable

from twisted.internet import address, main
from twisted.internet.interfaces import IProtocol
from twisted.internet.protocol import Protocol
from zope.interface import implementer

from tinyice.core.clients import Client
from tinyice.core.events import RequestRefused
from tinyice.net.front import Front
from tinyice.net.frozen import Dialogue, FrozenDoor
from tinyice.net.peer import client_address
from tinyice.net.transport import FrozenConnection, StreamTransport
from tinyice.wire.errors import PeerError
from tinyice.wire.proxy_header import HEADER_BYTES_MAX, Announced, ProxyHeaderParser


@implementer(IProtocol)
class Introduction(Protocol):
    """One connection of a proxy, until it has announced its client."""

    transport: StreamTransport  # type: ignore[assignment]  # a port gives nothing else

    def __init__(self, front: Front, then: Callable[[], Protocol]) -> None:
        self._front = front
        self._then = then
        self._parser = ProxyHeaderParser()

    def connectionMade(self) -> None:
        """A proxy is there."""
        self._front.wait_for(self, self._front.limits.header_timeout_s, newcomer=True)

    def dataReceived(self, data: bytes) -> None:
        """Bytes of the header, and perhaps of the client behind them."""
        used = self.hear(data)
        if used < len(data):
            self.transport.protocol.dataReceived(data[used:])

    def connectionLost(self, reason: object = None) -> None:
        """The proxy is gone."""
        self._front.done_waiting(self)

    def out_of_time(self) -> None:
        """No header came in time."""
        self._refuse("The PROXY header did not arrive in time.")

    def freeze(self, connection: FrozenConnection) -> FrozenDoor:
        """The same connection, for another process."""
        return FrozenDoor(connection, Dialogue.INTRODUCTION, self._parser.received)

    def go_on(self, state: FrozenDoor) -> None:
        """Hear again what another process has heard."""
        self.dataReceived(state.said)

    def forsake(self) -> StreamTransport:
        """Another process listens: give the connection away."""
        self._front.done_waiting(self)
        return self.transport

    def hear(self, data: bytes) -> int:
        """Take bytes of the header; how many of ``data`` were.

        With the last of them the connection gets the protocol of the client.
        """
        try:
            announced = self._parser.receive(data)
        except PeerError as error:
            self._refuse(error.reason)
            return len(data)
        if announced is None or not self._make_way(announced):
            return len(data)
        return len(data) - len(self._parser.leftover)

    def _make_way(self, announced: Announced) -> bool:
        """Let the client in, unless it is banned."""
        self._front.done_waiting(self)
        if announced.address is not None:
            peer = _peer_of(announced.address.compressed, announced.port)
            if client_address(peer) in self._front.bans:
                self.transport.abortConnection()
                return False
            self.transport.introduce(peer)
        client = self._then()
        self.transport.protocol = client
        client.makeConnection(self.transport)  # type: ignore[no-untyped-call]
        return True

    def _refuse(self, reason: str) -> None:
        client = Client(client_address(self.transport.getPeer()))
        self._front.done_waiting(self)
        self._front.publish(RequestRefused(client, 0, reason))
        self.transport.abortConnection()


def hear_before_tls(connection: socket.socket, introduction: Introduction) -> Exception | None:
    """Give ``introduction`` what is its own, and leave the handshake behind it in the socket."""
    try:
        said = connection.recv(HEADER_BYTES_MAX, socket.MSG_PEEK)
    except BlockingIOError:
        return None
    except OSError:
        return main.CONNECTION_LOST
    if not said:
        return main.CONNECTION_DONE
    connection.recv(introduction.hear(said))
    return None


def _peer_of(host: str, port: int) -> address.IPv4Address | address.IPv6Address:
    kind = address.IPv6Address if ":" in host else address.IPv4Address
    return kind("TCP", host, port)
