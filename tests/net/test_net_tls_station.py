"""A station behind TLS, on real sockets: listeners that stall, sources, pages and streams."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from net.net_station import CONFIGURED, Station, source_request, with_limits
from net.tlsloop import TlsLoop, TlsPeer, tls_loopback
from tinyice.core.events import DropReason, ListenerLeft, RequestFinished
from tinyice.core.settings import MountSettings
from tinyice.net.tls import RECORD_BYTES, TlsPort

UNIT = 8
PIECE_UNITS = 2048


def piece(number: int) -> bytes:
    """16 KiB in which every eight bytes say where they stand in the stream."""
    return b"".join(
        unit.to_bytes(UNIT, "big")
        for unit in range(number * PIECE_UNITS, (number + 1) * PIECE_UNITS)
    )


def places(heard: bytes) -> list[int]:
    """Where in the stream each whole unit of ``heard`` stands."""
    whole = len(heard) - len(heard) % UNIT
    return [int.from_bytes(heard[at : at + UNIT], "big") for at in range(0, whole, UNIT)]


class OnAir:
    """A station with a source on ``/live``, over TLS both."""

    def __init__(self, loop: TlsLoop, **settings: object) -> None:
        live = MountSettings("/live", configured=True, queue_bytes=1 << 18, **settings)
        self.loop = loop
        self.station = Station(
            loop.reactor,
            with_limits(source_lead_s=0),
            configured={**CONFIGURED, "/live": live},
            secure=True,
        )
        self.port: TlsPort = loop.listen(self.station.doors)
        self.encoder = self.loop.connect(self.port)
        self.encoder.sendall(source_request())
        assert loop.receive(self.encoder, 19) == b"HTTP/1.0 200 OK\r\n\r\n"
        self.mount = self.station.mounts.known("/live")
        self.next = 0
        self.sends()

    def sends(self, pieces: int = 1) -> None:
        """More of the programme, straight into the mount, and a pulse."""
        for _ in range(pieces):
            self.mount.take(self.mount.source, piece(self.next))
            self.next += 1
        self.station.mounts.deliver()
        self.loop.turn()

    def listens(self, *, small: bool = False) -> TlsPeer:
        before = self.station.mounts.listeners
        peer = self.loop.connect(self.port, receive_buffer=4096 if small else 0)
        peer.sendall(b"GET /live HTTP/1.0\r\n\r\n")
        self.loop.until(lambda: self.station.mounts.listeners == before + 1)
        return peer


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[TlsLoop]:
    with tls_loopback(tmp_path) as made:
        yield made


def hear(peer: TlsPeer, heard: bytearray, size: int = 1 << 16) -> bool:
    """Take what is there; whether there was something."""
    with suppress(BlockingIOError):
        got = peer.recv(size)
        heard.extend(got)
        return bool(got)
    return False


def without_head(heard: bytes) -> bytes:
    return heard.partition(b"\r\n\r\n")[2]


def test_a_stalled_listener(loop: TlsLoop) -> None:
    """It holds one record, jumps, is dropped; the one beside it hears every byte in order."""
    air = OnAir(loop)
    stalled = air.listens(small=True)
    good = air.listens()
    transport = next(iter(air.mount.listeners.values())).outlet.transport
    heard = bytearray()
    for _ in range(1500):
        air.sends()
        assert transport.unsent <= RECORD_BYTES
        hear(good, heard)
        if air.station.told(ListenerLeft):
            break
    assert [event.reason for event in air.station.told(ListenerLeft)] == [DropReason.TOO_SLOW]
    loop.until(lambda: not hear(good, heard))
    found = places(without_head(heard))
    assert found == list(range(found[0], found[0] + len(found)))
    assert len(found) > 100 * PIECE_UNITS
    stalled.close()
    good.close()
    loop.until(lambda: air.port.connections == 1)


def test_a_slow_listener_jumps(loop: TlsLoop) -> None:
    """A listener that jumps while a record is stuck gets whole pieces: units in order, with gaps.

    What was taken of a piece is finished by the record; a jump is at a piece's
    end or begins one.
    """
    air = OnAir(loop)
    slow = air.listens(small=True)
    (listener,) = air.mount.listeners.values()
    tls = listener.outlet.transport.socket
    tls.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
    heard = bytearray()
    for jumps in (1, 2, 3):
        while listener.jumps < jumps:
            air.sends()
        assert listener.outlet.transport.unsent > 0
        loop.until(lambda: not hear(slow, heard, 700) and not listener.lag)
        air.sends()
    loop.until(lambda: not hear(slow, heard) and not loop.turn() and not hear(slow, heard))
    found = places(without_head(heard))
    gaps = [at for at in range(1, len(found)) if found[at] != found[at - 1] + 1]
    assert len(gaps) == 3
    assert all(found[at] > found[at - 1] for at in gaps)
    assert all(found[at] < air.next * PIECE_UNITS for at in gaps)


def test_byte_at_a_time(loop: TlsLoop) -> None:
    """A player that reads single bytes hears the programme, and nobody else notices."""
    air = OnAir(loop)
    air.sends()
    peer = air.listens()
    heard = bytearray()

    def hears() -> bool:
        for _ in range(3000):
            hear(peer, heard, 1)
        return len(without_head(heard)) >= 2 * PIECE_UNITS * UNIT

    loop.until(hears)
    assert without_head(heard) == piece(0) + piece(1)


@pytest.mark.parametrize("size", [1, 100, 16_384, 16_385, 100_000])
def test_a_source(loop: TlsLoop, size: int) -> None:
    """What an encoder sends in records of any size is what its listeners hear, and it is secure."""
    air = OnAir(loop)
    peer = air.listens()
    stream = b"".join(piece(number) for number in range(1 if size == 1 else 20))
    if size == 1:
        stream = stream[:500]
    for at in range(0, len(stream), size):
        air.encoder.sendall(stream[at : at + size])
        loop.turn()
    loop.until(lambda: air.mount.bytes_in == len(piece(0) + stream))
    air.encoder.close()
    loop.until(lambda: not air.station.mounts.sources)
    assert without_head(loop.receive(peer, 1 << 30)) == piece(0) + stream
    assert all(event.client.secure for event in air.station.told(RequestFinished))


def test_a_page_then_a_stream(loop: TlsLoop) -> None:
    """One connection: a page, another one, then audio."""
    air = OnAir(loop)
    peer = loop.connect(air.port)
    page = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    peer.sendall(page)
    loop.until(lambda: air.station.told(RequestFinished))
    peer.sendall(page + b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n")
    loop.until(lambda: air.station.mounts.listeners == 1)
    air.sends()
    air.mount.source.control.close("test")
    heard = loop.receive(peer, 1 << 30)
    first, second, audio = heard.split(b"a page")
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert second.startswith(b"HTTP/1.1 200 OK\r\n")
    assert without_head(audio) == piece(0) + piece(1)


def test_a_refused_encoder(loop: TlsLoop) -> None:
    """An encoder that streams on while it is refused reads the answer."""
    air = OnAir(loop)
    encoder = loop.connect(air.port)
    encoder.sendall(b"SOURCE /two HTTP/1.0\r\n\r\n")
    for _ in range(20):
        encoder.sendall(piece(0)[:8000])
        loop.turn(2)
    answer = loop.receive(encoder, 1 << 20)
    assert answer.startswith(b"HTTP/1.0 401 ")
    assert answer.endswith(b"You need to authenticate\r\n\r\n")
    encoder.close()
    loop.until(lambda: air.port.connections == 1)


@pytest.mark.parametrize("words", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.0"])
def test_a_handshake_that_never_ends(loop: TlsLoop, words: bytes) -> None:
    """The time for a request head is the time for the handshake, too."""
    air = OnAir(loop)
    raw = loop.connect_plain(air.port)
    raw.send(words)
    loop.until(lambda: air.station.front.waiting.newcomers)
    loop.turn(5)
    deadlines = air.station.front.waiting
    deadlines.sweep(loop.reactor.seconds() + 14)
    loop.turn(5)
    assert air.port.connections == 2
    deadlines.sweep(loop.reactor.seconds() + 16)
    loop.until(lambda: air.port.connections == 1)
    assert air.port.factory.handshakes == 0


def test_a_listener_hears_the_end(loop: TlsLoop) -> None:
    """When the programme ends, the player hears that nothing was cut off."""
    air = OnAir(loop)
    peer = air.listens()
    air.sends()
    air.encoder.close()
    # An end without close-notify would raise.
    assert without_head(loop.receive(peer, 1 << 30)) == piece(0) + piece(1)
