"""One real peer that never reads, on a real socket, beside one that does."""

import tracemalloc
from collections.abc import Iterator
from contextlib import suppress

import pytest

from net.loopback import Loopback, loopback
from net.net_station import CONFIGURED, Page, Station, source_request, with_limits
from tinyice.core.events import DropReason, ListenerLeft, RequestFinished
from tinyice.core.settings import MountSettings

PIECE = bytes(range(256)) * 64
PIECES = 2000
"""32 MB: more than any socket takes, and many times the queue."""


@pytest.fixture
def loop() -> Iterator[Loopback]:
    with loopback() as made:
        yield made


def test_stalled_reader(loop: Loopback) -> None:
    """It costs its socket and nothing more, jumps, is dropped; the other one hears all."""
    live = MountSettings("/live", configured=True, queue_bytes=1 << 20)
    station = Station(
        loop.reactor, with_limits(source_lead_s=0), configured={**CONFIGURED, "/live": live}
    )
    port = loop.listen(station.doors)
    encoder = loop.connect(port)
    encoder.sendall(source_request() + PIECE)
    loop.until(lambda: station.mounts.sources and station.recorded)
    stalled = loop.connect(port, receive_buffer=4096)
    stalled.sendall(b"GET /live HTTP/1.0\r\n\r\n")
    loop.until(lambda: station.mounts.listeners == 1)
    good = loop.connect(port)
    good.sendall(b"GET /live HTTP/1.0\r\n\r\n")
    loop.until(lambda: station.mounts.listeners == 2)
    mount = station.mounts.known("/live")
    slow, _ = mount.listeners.values()
    transport = slow.outlet.transport

    heard = bytearray()

    def hear() -> None:
        with suppress(BlockingIOError):
            heard.extend(good.recv(1 << 16))

    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    jumped_while_here = False
    for _ in range(PIECES):
        mount.take(mount.source, PIECE)
        station.mounts.deliver()
        assert transport.unsent == 0
        jumped_while_here = jumped_while_here or slow.jumps > 0
        loop.turn()
        hear()
        del heard[:-1000]
        station.recorded.clear()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - before < 1 << 20
    assert jumped_while_here
    assert [event.reason for event in station.told(ListenerLeft)] == [DropReason.TOO_SLOW]
    assert station.mounts.listeners == 1
    loop.until(lambda: port.connections == 2)

    def heard_all() -> bool:
        hear()
        station.mounts.deliver()
        return mount.bytes_out and not any(one.lag for one in mount.listeners.values())

    loop.until(heard_all)
    loop.turn(20)
    hear()
    assert heard.endswith(PIECE[-900:])


def test_a_real_conversation(loop: Loopback) -> None:
    """Over a real connection: a page, then audio, byte for byte what the source sends."""
    station = Station(loop.reactor)
    port = loop.listen(station.doors)
    encoder = loop.connect(port)
    encoder.sendall(source_request() + PIECE)
    assert loop.receive(encoder, 19) == b"HTTP/1.0 200 OK\r\n\r\n"
    loop.until(lambda: station.recorded)
    player = loop.connect(port)
    player.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /live HTTP/1.1\r\nHost: x\r\n\r\n")
    loop.until(lambda: station.mounts.listeners)
    encoder.sendall(PIECE)
    encoder.close()
    loop.until(lambda: not station.mounts.sources)
    answers = loop.receive(player, 1 << 30)
    page, audio = answers.split(b"a page")
    assert page.startswith(b"HTTP/1.1 200 OK\r\n")
    assert audio.partition(b"\r\n\r\n")[2] == PIECE + PIECE
    loop.until(lambda: port.connections == 0)
    assert station.traces == (0, 0, 0)


def test_a_refused_encoder_gets_its_answer(loop: Loopback) -> None:
    """An encoder that streams on while it is refused reads our answer, not a reset."""
    station = Station(loop.reactor)
    port = loop.listen(station.doors)
    encoder = loop.connect(port)
    encoder.sendall(b"SOURCE /live HTTP/1.0\r\n\r\n")
    for _ in range(20):
        encoder.sendall(PIECE[:8000])
        loop.turn(2)
    answer = loop.receive(encoder, 1 << 20)
    assert answer.startswith(b"HTTP/1.0 401 ")
    assert answer.endswith(b"You need to authenticate\r\n\r\n")
    encoder.close()
    loop.until(lambda: port.connections == 0)
    assert station.traces == (0, 0, 0)


def test_a_held_source_is_not_read(loop: Loopback) -> None:
    """A source far ahead of its time fills its own socket, not our memory."""
    station = Station(loop.reactor, with_limits(source_lead_s=1))
    port = loop.listen(station.doors)
    encoder = loop.connect(port)
    frame = b"\xff\xf3\x10\x00" + bytes(22)
    encoder.sendall(source_request(content_type="audio/mpeg"))
    loop.receive(encoder, 19)
    sent = 0
    stream = frame * 10_000

    def is_stuck() -> bool:
        nonlocal sent
        try:
            while True:
                sent += encoder.send(stream)
        except BlockingIOError:
            return station.mounts.known("/live").bytes_in > 0

    loop.until(is_stuck)
    loop.turn(50)
    assert station.mounts.known("/live").bytes_in <= 65536 * 2
    assert sent > station.mounts.known("/live").bytes_in
    source = station.mounts.known("/live").source
    assert source.silent_for(loop.reactor.seconds()) < 0


def test_answers_that_nobody_reads(loop: Loopback) -> None:
    """A flood of requests waits until their answers are read, and then all are answered."""
    body = bytes(50_000)
    station = Station(loop.reactor, pages={b"large": Page(body)})
    port = loop.listen(station.doors)
    visitor = loop.connect(port)
    count = 400
    visitor.sendall(b"GET /large HTTP/1.1\r\n\r\n" * count)
    loop.until(lambda: station.channels)
    transport = station.channels[0].transport
    for _ in range(count):
        loop.turn()
        assert transport.unsent < 3 * len(body)
    assert station.channels[0].is_clogged

    def all_answered() -> bool:
        with suppress(BlockingIOError):
            visitor.recv(1 << 20)
        assert transport.unsent < 3 * len(body)
        return len(station.told(RequestFinished)) == count and not transport.unsent

    loop.until(all_answered)
    assert port.connections == 1
