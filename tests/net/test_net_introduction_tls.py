"""The PROXY header before a TLS handshake, and on real sockets."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from net.certificates import any_server
from net.loopback import Loopback, loopback
from net.net_station import Station, source_request
from net.tlsloop import TlsLoop, TlsPeer, tls_loopback
from tinyice.core.events import ListenerJoined, RequestFinished, RequestRefused
from tinyice.net.tls import TlsPort
from tinyice.wire.proxy_header import DETAILS_BYTES_MAX

CLIENT = "203.0.113.9"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
ADDRESSES = bytes([203, 0, 113, 9, 192, 0, 2, 1, 18, 103, 31, 64])
LINE = b"PROXY TCP4 203.0.113.9 192.0.2.1 4711 8443\r\n"
BLOCK = SIGNATURE + b"\x21\x11\0\x0c" + ADDRESSES
LONG = SIGNATURE + b"\x21\x11" + DETAILS_BYTES_MAX.to_bytes(2, "big") + ADDRESSES
LONG += bytes(DETAILS_BYTES_MAX - len(ADDRESSES))
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"

headers = pytest.mark.parametrize("header", [LINE, BLOCK, LONG], ids=["v1", "v2", "long"])


class Proxied:
    """A station behind TLS behind a proxy."""

    def __init__(self, loop: TlsLoop, **settings: object) -> None:
        self.loop = loop
        self.station = Station(loop.reactor, secure=True, proxied=True, **settings)
        self.port: TlsPort = loop.listen(self.station.doors)

    def connect(self, *pieces: bytes) -> TlsPeer:
        """A client whose proxy says ``pieces`` first, in packets of their own."""
        raw = self.loop.connect_plain(self.port)
        for piece in pieces:
            raw.send(piece)
            self.loop.turn(2)
        wrapped = any_server().wrap_socket(
            raw, do_handshake_on_connect=False, suppress_ragged_eofs=False
        )
        self.loop.plain.sockets.append(wrapped)
        peer = self.loop.shake(TlsPeer(wrapped))
        self.loop.until(lambda: not self.port.factory.handshakes)
        return peer

    def refused(self) -> list[str]:
        return [event.client.address for event in self.station.told(RequestRefused)]


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[TlsLoop]:
    with tls_loopback(tmp_path) as made:
        yield made


@pytest.fixture
def plain() -> Iterator[Loopback]:
    with loopback() as made:
        yield made


@headers
def test_pages(loop: TlsLoop, header: bytes) -> None:
    """The handshake follows the header, and what is asked for in it is the client's."""
    proxied = Proxied(loop)
    peer = proxied.connect(header)
    peer.sendall(GET)
    loop.until(lambda: proxied.station.told(RequestFinished))
    (done,) = proxied.station.told(RequestFinished)
    assert (done.client.address, done.client.secure) == (CLIENT, True)


@pytest.mark.parametrize("header", [LINE, BLOCK], ids=["v1", "v2"])
def test_byte_by_byte(loop: TlsLoop, header: bytes) -> None:
    """The header may come in any pieces."""
    proxied = Proxied(loop)
    proxied.connect(*[bytes([byte]) for byte in header])
    assert proxied.refused() == []


@headers
def test_in_one_packet(loop: TlsLoop, header: bytes) -> None:
    """The header and the ClientHello may come together: not a byte of the handshake is lost."""
    proxied = Proxied(loop)
    raw = loop.connect_plain(proxied.port)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = any_server().wrap_bio(incoming, outgoing)
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    raw.send(header + outgoing.read())

    def shaken() -> bool:
        with suppress(BlockingIOError):
            incoming.write(raw.recv(65536))
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    loop.until(shaken)
    client.write(GET)
    raw.send(outgoing.read())
    loop.until(lambda: proxied.station.told(RequestFinished))


@pytest.mark.parametrize("words", [b"\x16\x03\x01", b"GET / HTTP/1.1\r\n", b"PROXY x\r\n"])
def test_without_a_header(loop: TlsLoop, words: bytes) -> None:
    """No header, no handshake: the connection is closed, and that is told."""
    proxied = Proxied(loop)
    raw = loop.connect_plain(proxied.port)
    raw.send(words)
    loop.until(lambda: proxied.refused() == ["127.0.0.1"])
    loop.until(lambda: proxied.port.connections == 0)
    assert proxied.port.factory.handshakes == 0
    assert proxied.station.traces == (0, 0, 0)


def test_plain_words_after_the_header(loop: TlsLoop) -> None:
    """Who speaks plain HTTP behind the header is told so, as without a proxy."""
    proxied = Proxied(loop)
    raw = loop.connect_plain(proxied.port)
    raw.send(BLOCK + GET)
    assert b"https://" in loop.receive(raw, 10_000)


@pytest.mark.parametrize("said", [b"", LINE[:20]])
def test_gone_before(loop: TlsLoop, said: bytes) -> None:
    """A proxy that goes before its header is whole leaves nothing behind."""
    proxied = Proxied(loop)
    raw = loop.connect_plain(proxied.port)
    raw.send(said)
    loop.until(lambda: proxied.port.connections == 1)
    raw.close()
    loop.until(lambda: proxied.port.connections == 0)
    assert proxied.port.factory.handshakes == 0
    assert proxied.station.traces == (0, 0, 0)


def test_an_unfinished_header_costs_nothing(loop: TlsLoop) -> None:
    """Waiting for the rest of a header is no busy waiting."""
    proxied = Proxied(loop)
    raw = loop.connect_plain(proxied.port)
    raw.send(LONG[:3000])
    loop.until(lambda: proxied.port.connections == 1)
    loop.turn(5)
    server = next(iter(proxied.station.front.waiting.deadlines)).transport
    reads: list[int] = []
    read, server.doRead = server.doRead, lambda: reads.append(1) or read()
    loop.turn(20)
    assert reads == []
    del server.doRead
    raw.send(LONG[3000:])
    loop.turn(5)
    assert proxied.refused() == []


def test_banned(loop: TlsLoop) -> None:
    """A client that is banned gets no handshake; another one of that proxy gets all."""
    proxied = Proxied(loop, banned=(CLIENT,))
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        proxied.connect(LINE)
    proxied.connect(LINE.replace(b"203.0.113.9", b"203.0.113.8"))
    assert proxied.refused() == []
    assert proxied.port.factory.handshakes == 0


class TestPlainSockets:
    """The same without TLS, on real sockets."""

    @headers
    def test_two_listeners(self, plain: Loopback, header: bytes) -> None:
        """Listeners have the addresses that were announced, as has the transport."""
        station = Station(plain.reactor, proxied=True)
        port = plain.listen(station.doors)
        encoder = plain.connect(port)
        encoder.send(header + source_request() + b"audio")
        plain.until(lambda: station.recorded)
        player: socket.socket = plain.connect(port)
        player.send(header)
        player.send(b"GET /live HTTP/1.0\r\n\r\n")
        plain.until(lambda: station.told(ListenerJoined))
        (listener,) = station.mounts.known("/live").listeners.values()
        assert listener.client.address == CLIENT
        assert listener.outlet.transport.getPeer().host == CLIENT
        # It can be carried to a worker like any other.
        given = listener.outlet.give_away()
        assert given is not None
        given.close()
