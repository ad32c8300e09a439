"""Loopback connections with TLS: the peer's end, which never blocks either."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twisted.internet.interfaces import IProtocolFactory

from net.certificates import a_store, any_server
from net.loopback import Loopback, loopback
from tinyice.certs.store import CertificateStore
from tinyice.net.handshakes import SecureFactory
from tinyice.net.tls import TlsPort
from tinyice.net.transport import BACKLOG

HANDSHAKES = 20


class TlsPeer:
    """The client's end: as a plain non-blocking socket, but for an end without close-notify.

    That raises ``ssl.SSLEOFError``.
    """

    def __init__(self, inner: ssl.SSLSocket) -> None:
        self.inner = inner

    def recv(self, size: int) -> bytes:
        try:
            return self.inner.recv(size)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as want:
            raise BlockingIOError from want

    def send(self, data: bytes) -> int:
        try:
            return self.inner.send(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as want:
            raise BlockingIOError from want

    def sendall(self, data: bytes) -> None:
        self.inner.settimeout(5)
        self.inner.sendall(data)
        self.inner.settimeout(0)

    def says_goodbye(self) -> bool:
        """Whether our close-notify is out and the server's is here."""
        try:
            self.inner.unwrap()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        return True

    def close(self) -> None:
        self.inner.close()


class TlsLoop:
    """Ports with TLS on a ``Loopback``, and clients of them."""

    def __init__(self, plain: Loopback, certificates: CertificateStore) -> None:
        self.plain = plain
        self.reactor = plain.reactor
        self.certificates = certificates
        self.turn, self.until = plain.turn, plain.until
        self.receive = plain.receive

    def listen(self, factory: IProtocolFactory, handshakes: int = HANDSHAKES) -> TlsPort:
        secure = SecureFactory(factory, self.certificates, handshakes)
        port = TlsPort(0, secure, BACKLOG, "127.0.0.1", self.reactor)
        port.startListening()
        self.plain.ports.append(port)
        return port

    def connect_plain(self, port: TlsPort, *, receive_buffer: int = 0) -> socket.socket:
        """A connection on which nothing has been said."""
        return self.plain.connect(port, receive_buffer=receive_buffer)

    def begin(
        self,
        port: TlsPort,
        context: ssl.SSLContext | None = None,
        *,
        name: str | None = None,
        receive_buffer: int = 0,
        session: ssl.SSLSession | None = None,
    ) -> TlsPeer:
        """A client that has the handshake before it."""
        raw = self.connect_plain(port, receive_buffer=receive_buffer)
        wrapped = (context or any_server()).wrap_socket(
            raw,
            server_hostname=name,
            do_handshake_on_connect=False,
            suppress_ragged_eofs=False,
            session=session,
        )
        self.plain.sockets.append(wrapped)
        return TlsPeer(wrapped)

    def shake(self, peer: TlsPeer) -> TlsPeer:
        """Make the handshake; raises what the client makes of it."""

        def done() -> bool:
            try:
                peer.inner.do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return False
            return True

        self.until(done)
        return peer

    def connect(
        self, port: TlsPort, context: ssl.SSLContext | None = None, **how: object
    ) -> TlsPeer:
        """A client with its handshake made."""
        return self.shake(self.begin(port, context, **how))


@contextmanager
def tls_loopback(folder: Path) -> Iterator[TlsLoop]:
    with loopback() as plain:
        yield TlsLoop(plain, a_store(folder))
