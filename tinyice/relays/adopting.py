"""Connections of ours that another process goes on with, and those of others that we do."""

import socket

from twisted.internet import tcp
from twisted.internet.interfaces import IReactorSocket, ITransport
from twisted.internet.protocol import Protocol, ServerFactory


def descriptor_of(transport: ITransport | None) -> int | None:
    """The descriptor, if another process can go on with it.

    None: TLS has a state that no other process can have.
    """
    wire: object = transport
    return wire.fileno() if isinstance(wire, tcp.Connection) else None


def unsent_of(transport: ITransport | None) -> bytes:
    """What was written, and is not with the system yet."""
    wire: object = transport
    if not isinstance(wire, tcp.Connection):
        return b""
    newest = wire._tempDataBuffer  # noqa: SLF001 - there is no other way to it
    return bytes(wire.dataBuffer[wire.offset :]) + b"".join(newest)


def release(transport: ITransport | None) -> None:
    """Another process goes on: nothing here is read, sent or ended any more."""
    wire: object = transport
    if isinstance(wire, tcp.Connection):
        wire.stopReading()  # type: ignore[no-untyped-call]
        wire.stopWriting()  # type: ignore[no-untyped-call]
        wire.connected, wire.disconnected = 0, 1
        given = wire.socket
        del wire.socket, wire.fileno, wire.protocol
        given.close()


def adopt(reactor: IReactorSocket, descriptor: int, protocol: Protocol) -> None:
    """Connect ``protocol`` by a descriptor that came from another process, which is used up."""
    given = socket.socket(fileno=descriptor)
    given.setblocking(False)
    reactor.adoptStreamConnection(given.fileno(), given.family, _Adopted(protocol))
    given.close()


class _Adopted(ServerFactory):
    """Gives the connection its protocol."""

    noisy = False

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol

    def buildProtocol(self, addr: object) -> Protocol:
        """The one that waits for it."""
        return self._protocol
