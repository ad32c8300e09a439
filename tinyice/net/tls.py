"""Connections with TLS on the socket itself, without a buffer of their own in between.

The socket is an ``ssl.SSLSocket``; OpenSSL reads from it and writes to it. What
that asks for:

- After a want-write OpenSSL holds a record that is encrypted already, and must
  be offered exactly the same bytes again, neither fewer nor others. So at most
  one record is offered at a time, and what got stuck counts as sent: it stands
  at the front of Twisted's write buffer, where nothing gets before it, and goes
  out with it. A listener that jumps meanwhile jumps behind it.
- While a record is stuck nothing is read: the answers to key updates would
  have to be written before the rest of it, and OpenSSL ends the connection.
- A write may have to wait until the peer has said something (half of a key
  update is here, the rest is not), even while nobody wants to read.
- OpenSSL does not read ahead, and a record has no more than ``RECORD_BYTES``:
  one ``recv`` of that size takes all there is of a record, so that what else
  came is still in the kernel, which tells of it.
- Before the first byte of a handshake the connection is plain, so that silent
  connections cost no more than elsewhere, and so that a client that speaks
  plain HTTP gets an answer that it can read.
"""

import socket as sockets
import ssl
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Protocol

from twisted.internet import main
from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import IProtocol, IReactorFDSet
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.net.introduction import Introduction, hear_before_tls
from tinyice.net.transport import StreamPort, StreamServer

RECORD_BYTES = 16384
"""The most that one TLS record holds."""

_HANDSHAKE = b"\x16"
"""The first byte of every ClientHello."""

_THROWN_AWAY_BYTES = 65536
_PLAIN_ANSWER = (
    b"HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Connection: close\r\n\r\nThis port speaks TLS: the address begins with https://,"
    b" and an encoder needs TLS switched on.\n"
)


class Stage(Enum):
    """How far a connection is."""

    SILENT = "nothing has come yet; the socket is still a plain one"
    SHAKING = "the handshake is being made"
    SECURE = "bytes go both ways"
    DEAF = "what comes is thrown away, as raw bytes, until the peer closes"


class Certificates(Protocol):
    """What this needs of the certificates."""

    def wrap(self, connection: sockets.socket) -> ssl.SSLSocket:
        """The server's end of TLS on ``connection``; the handshake is still to be made."""


class SecureFactory(Protocol):
    """What this needs of the factory behind the port."""

    certificates: Certificates

    def handshake_begins(self) -> None:
        """One more connection has a handshake before it."""

    def handshake_ends(self) -> None:
        """It is made, or will never be."""


class TlsServer(StreamServer):
    """An accepted connection with TLS; see ``StreamTransport`` for what it promises.

    Nothing can be said before the handshake is made: what is written waits, and
    a close drops it.
    """

    _log = Logger()
    server: "TlsPort"
    socket: ssl.SSLSocket  # a plain one before the handshake
    _stage = Stage.SILENT
    _stuck = 0
    """How many bytes at the front of the buffer OpenSSL was offered."""
    _is_reading = False
    """Whether the protocol wants to hear the peer."""
    _needs_peer = True
    """Whether we have to, to get on with the handshake or a write."""
    _needs_room = False
    """Whether reading waits until something is written."""
    _counts = True
    """Whether this is one of the handshakes that are being made."""

    def __init__(  # noqa: PLR0917 - Twisted's signature
        self,
        skt: sockets.socket,
        protocol: IProtocol,
        client: tuple[object, ...],
        server: "TlsPort",
        sessionno: int,
        reactor: IReactorFDSet,
    ) -> None:
        super().__init__(skt, protocol, client, server, sessionno, reactor)
        server.factory.handshake_begins()

    def doRead(self) -> Exception | None:  # type: ignore[override]
        """Something came in."""
        if self._stage is Stage.SECURE:
            return self._receive()
        if self._stage is Stage.SHAKING:
            return self._shake()
        if self._stage is Stage.SILENT:
            if isinstance(self.protocol, Introduction):
                return hear_before_tls(self.socket, self.protocol)
            return self._look()
        return self._throw_away()

    def doWrite(self) -> Exception | None:  # type: ignore[override]
        """There is room in the socket."""
        if self._stage is Stage.SILENT or self._stage is Stage.SHAKING:
            if self.disconnecting:
                return main.CONNECTION_DONE
            if self._needs_room:
                return self._shake()
            self.stopWriting()  # type: ignore[no-untyped-call]
            return None
        if self._needs_room:
            self._go_on()
        return super().doWrite()  # type: ignore[no-untyped-call,no-any-return]

    # What the handshake needs.

    def _look(self) -> Exception | None:
        """See by the first byte whether the peer speaks TLS at all."""
        try:
            first = self.socket.recv(1, sockets.MSG_PEEK)
        except BlockingIOError:
            return None
        except OSError:
            return main.CONNECTION_LOST
        if not first or self.disconnecting:
            return main.CONNECTION_DONE
        if first == _HANDSHAKE:
            return self._begin()
        self._end_of_handshake()
        if not first.isalpha():
            return main.CONNECTION_LOST
        self._stage = Stage.DEAF
        self._go_on()
        self.write(_PLAIN_ANSWER)  # type: ignore[no-untyped-call]
        self.loseWriteConnection()  # type: ignore[no-untyped-call]
        return None

    def _begin(self) -> Exception | None:
        # Who resets the connection in this moment makes Python close the
        # descriptor, which the reactor must not know any more then.
        self.reactor.removeReader(self)
        self.stopWriting()  # type: ignore[no-untyped-call]
        try:
            self.socket = self.server.factory.certificates.wrap(self.socket)
        except (OSError, ValueError):
            return main.CONNECTION_LOST
        self.fileno = self.socket.fileno
        self._stage = Stage.SHAKING
        self._watch()
        return self._shake()

    def _shake(self) -> Exception | None:
        try:
            self.socket.do_handshake()
        except ssl.SSLWantReadError:
            self._wait_for_peer()
        except ssl.SSLWantWriteError:
            self._wait_for_room()
        except OSError as error:
            self._log.debug(
                "no TLS handshake with {ip}: {reason}",
                ip=self.hostname,
                reason=getattr(error, "reason", None) or str(error),
            )
            return main.CONNECTION_LOST
        else:
            self._stage = Stage.SECURE
            self._end_of_handshake()
            self._go_on()
            # What was written meanwhile, and a close of our half.
            self.startWriting()  # type: ignore[no-untyped-call]
        return None

    def _end_of_handshake(self) -> None:
        if self._counts:
            self._counts = False
            self.server.factory.handshake_ends()

    # Reading.

    def _receive(self) -> Exception | None:
        if self._stuck or not self._is_reading:
            # Woken for the sake of a write.
            self._go_on()
            return None
        data = None
        try:
            data = self.socket.recv(RECORD_BYTES)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLWantWriteError:
            # The answer to a key update does not fit.
            self._wait_for_room()
            return None
        except ssl.SSLZeroReturnError:
            return main.CONNECTION_DONE
        except OSError:
            return main.CONNECTION_LOST
        if self._needs_peer:
            self._go_on()
        return None if data is None else self._dataReceived(data)

    def _throw_away(self) -> Exception | None:
        try:
            # Past OpenSSL, which can't read any more.
            data = sockets.socket.recv(self.socket, _THROWN_AWAY_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            return main.CONNECTION_LOST
        return None if data else main.CONNECTION_DONE

    def startReading(self) -> None:
        """Hear the peer."""
        self._is_reading = True
        self._watch()

    def stopReading(self) -> None:
        """Do not hear the peer, but for what we need ourselves."""
        self._is_reading = False
        self._watch()

    def _watch(self) -> None:
        """Be told of what comes in, or not."""
        if self._needs_peer or (self._is_reading and not self._stuck and not self._needs_room):
            self.reactor.addReader(self)
        else:
            self.reactor.removeReader(self)

    def _wait_for_peer(self) -> None:
        self._needs_peer, self._needs_room = True, False
        self._watch()
        self.stopWriting()  # type: ignore[no-untyped-call]

    def _wait_for_room(self) -> None:
        self._needs_peer, self._needs_room = False, True
        self._watch()
        self.startWriting()  # type: ignore[no-untyped-call]

    def _go_on(self) -> None:
        """Whatever was waited for is there: both directions are free to try again."""
        self._needs_peer = self._needs_room = False
        self._watch()
        if self._stuck:
            self.startWriting()  # type: ignore[no-untyped-call]

    # Writing.

    def send_now(self, view: bytes | memoryview) -> int:
        """Send what the socket takes now; see ``StreamTransport``."""
        if self.dataBuffer or self._tempDataBuffer or self._stage is not Stage.SECURE:
            self._wait()
            return 0
        view = memoryview(view)
        try:
            taken = self._put(view)
        except OSError:
            self._broken()
            return 0
        if self._stuck:
            self.dataBuffer = bytes(view[taken : taken + self._stuck])
            taken += self._stuck
        if taken < len(view):
            self.producerPaused = True
        return taken

    @property
    def raw_send(self) -> Callable[[memoryview], int]:
        """The same: OpenSSL's own send would lose what gets stuck."""
        return self.send_now

    def writeSomeData(self, data: bytes) -> int | ConnectionLost:
        """Send the front of the buffer, as far as it goes."""
        if self._stage is Stage.DEAF:
            return super().writeSomeData(data)
        try:
            return self._put(memoryview(data)[: self.SEND_LIMIT])
        except OSError:
            return main.CONNECTION_LOST

    def _put(self, view: memoryview) -> int:
        """Offer ``view`` record by record; how many bytes are out.

        When a record got stuck, ``_stuck`` is its length, and it must be at the
        front of what is offered next.
        """
        taken = 0
        while taken < len(view):
            size = self._stuck or min(RECORD_BYTES, len(view) - taken)
            try:
                taken += self.socket.send(view[taken : taken + size])
            except ssl.SSLWantWriteError:
                self._stuck = size
                self._watch()
                self.startWriting()  # type: ignore[no-untyped-call]
                break
            except ssl.SSLWantReadError:
                self._stuck = size
                self._wait_for_peer()
                break
            if self._stuck:
                self._stuck = 0
                self._watch()
        return taken

    # The end.

    def _closeWriteConnection(self) -> Exception | None:  # type: ignore[override]  # noqa: N802
        if self._stage is Stage.DEAF:
            super()._closeWriteConnection()
            return None
        try:
            self.socket.unwrap()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLWantWriteError:
            self.startWriting()  # type: ignore[no-untyped-call]
            return None
        except OSError:
            # The close-notify is out, but OpenSSL found bytes where it looked
            # for the peer's own, and reads no more.
            self._stage = Stage.DEAF
        else:
            return main.CONNECTION_DONE
        with suppress(OSError):
            # The ``shutdown`` of an SSLSocket would end TLS in the other direction, too.
            sockets.socket.shutdown(self.socket, sockets.SHUT_WR)
        return None

    def _postLoseConnection(self) -> Exception | None:  # noqa: N802 - Twisted's name, too
        if self._stage is Stage.SECURE:
            try:
                self.socket.unwrap()
            except ssl.SSLWantWriteError:
                self.startWriting()  # type: ignore[no-untyped-call]
                return None
            except OSError:
                pass
        return main.CONNECTION_DONE

    def _closeSocket(self, orderly: bool) -> None:  # noqa: FBT001, N802
        if orderly and self._stage is Stage.SECURE:
            # ValueError: it was said before.
            with suppress(OSError, ValueError):
                self.socket.unwrap()
        super()._closeSocket(orderly)  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure) -> None:
        """Need nothing any more."""
        self._end_of_handshake()
        self._needs_peer = self._needs_room = False
        super().connectionLost(reason)


class TlsPort(StreamPort):
    """A listening socket for connections with TLS."""

    transport = TlsServer  # type: ignore[assignment]  # as Twisted's own subclasses do
    factory: SecureFactory  # type: ignore[assignment]
