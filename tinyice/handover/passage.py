"""A connection with TLS that stays here, while another process serves who is at its end.

A TLS session can't be handed over. So the process that has it stays, and passes
on what comes: between the connection and a pair of UNIX sockets, whose other end
is all that the successor knows. Rules of this file:

- nothing is read on one side that the other does not take: a slow player is as
  slow for the successor, and a source that is held back is held back;
- what one side had said before it ended reaches the other, and then that ends.
"""

import socket
from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import (
    IDelayedCall,
    IProtocol,
    IPushProducer,
    IReactorFDSet,
    IReactorTime,
    IReadWriteDescriptor,
)
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST
from zope.interface import implementer

from tinyice.net.transport import StreamTransport

_PIECE = 65536
_BUFFER_BYTES = 32 * 1024
"""What the sockets between the processes hold: more of it would hide who is slow."""
_CLOSING_S = 30.0
"""How long a peer may take nothing of what is left for it."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Our end, and the successor's."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
    return ours, theirs


class _Bank(Protocol):
    """Where the end lies."""

    def arrived(self, data: bytes) -> None:
        """The successor has sent this."""

    def may_go_on(self) -> None:
        """The successor has taken everything."""

    def successor_gone(self) -> None:
        """The successor has closed its end."""


@implementer(IReadWriteDescriptor)
class _End:
    """Our end of the pair."""

    def __init__(self, end: socket.socket, reactor: IReactorFDSet, bank: _Bank) -> None:
        self._socket = end
        self._reactor = reactor
        self._bank = bank
        self._waiting = b""
        self.is_open = True

    @property
    def is_full(self) -> bool:
        """Whether the successor has not taken everything."""
        return bool(self._waiting)

    def hear(self, *, wanted: bool) -> None:
        """Whether the successor is read."""
        if wanted and self.is_open:
            self._reactor.addReader(self)
        else:
            self._reactor.removeReader(self)

    def send(self, data: bytes) -> None:
        """Give ``data`` to the successor, some time."""
        self._waiting += data
        self.doWrite()

    def close(self) -> None:
        """The successor hears of the end."""
        self.is_open = False
        self._reactor.removeReader(self)
        self._reactor.removeWriter(self)
        self._socket.close()

    def doRead(self) -> Exception | None:  # type: ignore[override]  # which is what Twisted takes
        """The successor sends something."""
        try:
            data = self._socket.recv(_PIECE)
        except BlockingIOError:
            return None
        except OSError:
            return CONNECTION_LOST
        if not data:
            return CONNECTION_DONE
        self._bank.arrived(data)
        return None

    def doWrite(self) -> None:
        """The successor takes something."""
        if not self.is_open:
            return
        try:
            while self._waiting:
                self._waiting = self._waiting[self._socket.send(self._waiting) :]
        except BlockingIOError:
            self._reactor.addWriter(self)
            return
        except OSError:
            # Of that the reading side hears, too.
            self._waiting = b""
        self._reactor.removeWriter(self)
        self._bank.may_go_on()

    def connectionLost(self, reason: object = None) -> None:
        """The successor has closed its end."""
        if self.is_open:
            self.close()
            self._bank.successor_gone()

    def fileno(self) -> int:
        """For the reactor."""
        return self._socket.fileno()

    def logPrefix(self) -> str:
        """For the reactor's log."""
        return "passage"


@implementer(IProtocol, IPushProducer)
class Passage:
    """Between ``connection`` and ``end``; ``closed`` is called when both are gone."""

    def __init__(
        self,
        connection: StreamTransport,
        end: socket.socket,
        reactor: IReactorFDSet,
        clock: IReactorTime,
        closed: Callable[["Passage"], object],
    ) -> None:
        self._connection = connection
        self._end = _End(end, reactor, self)
        self._clock = clock
        self._closed = closed
        self._outward = memoryview(b"")
        """From the successor, for the peer."""
        self._is_peer_gone = False
        self._closing: IDelayedCall | None = None

    def begin(self) -> None:
        """Take the connection over from the protocol that it has."""
        connection = self._connection
        connection.protocol = self
        connection.unregisterProducer()
        connection.registerProducer(self, True)
        connection.resumeProducing()
        self._end.hear(wanted=True)

    def cut(self) -> None:
        """Close both at once."""
        self._connection.abortConnection()

    def arrived(self, data: bytes) -> None:
        """``_Bank.arrived``."""
        self._outward = memoryview(data)
        self._send_outward()

    def may_go_on(self) -> None:
        """``_Bank.may_go_on``."""
        if not self._is_peer_gone:
            self._connection.resumeProducing()
        elif self._end.is_open:
            self._end.close()
            self._closed(self)

    def successor_gone(self) -> None:
        """``_Bank.successor_gone``."""
        if self._is_peer_gone:
            self._closed(self)
            return
        self._closing = self._clock.callLater(_CLOSING_S, self._connection.abortConnection)
        self._send_outward()

    def dataReceived(self, data: bytes) -> None:
        """The peer says something."""
        if self._end.is_open:
            self._end.send(data)
        if self._end.is_full:
            self._connection.pauseProducing()

    def connectionLost(self, reason: object = None) -> None:
        """The peer is gone."""
        self._is_peer_gone = True
        self._outward = memoryview(b"")
        if self._closing is not None and self._closing.active():
            self._closing.cancel()
        if not self._end.is_open:
            self._closed(self)
        else:
            self._end.hear(wanted=False)
            self._end.doWrite()

    def resumeProducing(self) -> None:
        """The peer takes bytes again."""
        self._send_outward()

    def pauseProducing(self) -> None:
        """The peer takes nothing: nothing is read for it, either."""

    def stopProducing(self) -> None:
        """The connection is ending; ``connectionLost`` follows."""

    def makeConnection(self, transport: object) -> None:
        """Is never called: the connection was another protocol's before."""

    def connectionMade(self) -> None:
        """Is never called, either."""

    def _send_outward(self) -> None:
        if self._outward:
            self._outward = self._outward[self._connection.send_now(self._outward) :]
        self._end.hear(wanted=not self._outward)
        if not self._outward and not self._end.is_open:
            self._connection.unregisterProducer()
            self._connection.loseConnection()
