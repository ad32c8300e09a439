"""The connection in memory, on which the tests of this folder stand, behaves as the real one."""

from collections.abc import Iterator
from typing import Protocol as Interface

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from net.loopback import loopback
from net.memory import MemoryTransport
from tinyice.net.transport import StreamTransport


class Recorder(Protocol):
    """Our end: notes all that it is told; a push producer, too."""

    def __init__(self) -> None:
        self.received = b""
        self.lost: list[Failure] = []
        self.told: list[str] = []

    def dataReceived(self, data: bytes) -> None:
        self.received += data

    def connectionLost(self, reason: Failure) -> None:
        self.lost.append(reason)

    def pauseProducing(self) -> None:
        self.told.append("pause")

    def resumeProducing(self) -> None:
        self.told.append("resume")

    def stopProducing(self) -> None:
        self.told.append("stop")


class Link(Interface):
    """A connection with both its ends in hand."""

    ours: Recorder
    transport: StreamTransport

    def turn(self) -> None: ...
    def peer_sends(self, data: bytes) -> None: ...
    def peer_reads(self, size: int) -> bytes: ...
    def peer_closes(self) -> None: ...
    def peer_sees_the_end(self) -> bool: ...


class MemoryLink:
    ROOM = 300_000

    def __init__(self) -> None:
        self.clock = Clock()
        self.ours = Recorder()
        self.transport = MemoryTransport(self.clock, room=self.ROOM)
        self.transport.protocol = self.ours
        self.ours.makeConnection(self.transport)

    def turn(self) -> None:
        self.clock.advance(0)

    def peer_sends(self, data: bytes) -> None:
        self.transport.deliver(data)

    def peer_reads(self, size: int) -> bytes:
        self.transport.make_room(size)
        self.turn()
        got = bytes(self.transport.sent[:size])
        del self.transport.sent[:size]
        return got

    def peer_closes(self) -> None:
        self.transport.hang_up()

    def peer_sees_the_end(self) -> bool:
        self.turn()
        return self.transport.is_finished or self.transport.aborted


class RealLink:
    def __init__(self, loop: object) -> None:
        self.loop = loop
        self.ours = Recorder()
        port = loop.listen(Factory.forProtocol(lambda: self.ours))
        self.socket = loop.connect(port, receive_buffer=16384)
        loop.until(lambda: self.ours.transport)
        self.transport = self.ours.transport

    def turn(self) -> None:
        self.loop.turn(10)

    def peer_sends(self, data: bytes) -> None:
        self.socket.sendall(data)

    def peer_reads(self, size: int) -> bytes:
        return self.loop.receive(self.socket, size)

    def peer_closes(self) -> None:
        self.socket.close()

    def peer_sees_the_end(self) -> bool:
        try:
            return self.loop.receive(self.socket, 1) == b""
        except ConnectionResetError:
            return True


@pytest.fixture(params=["memory", "real"])
def link(request: pytest.FixtureRequest) -> Iterator[Link]:
    if request.param == "memory":
        yield MemoryLink()
        return
    with loopback() as loop:
        yield RealLink(loop)


def fill(link: Link) -> int:
    """Send until the socket takes no more; how much it took."""
    view = memoryview(bytes(1 << 16))
    total = 0
    for _ in range(1000):
        sent = link.transport.send_now(view)
        total += sent
        if sent < len(view):
            return total
    raise AssertionError("the socket takes everything")


def test_send_now_is_sent(link: Link) -> None:
    """What send_now says it took is with the peer, and nobody is paused or resumed for it."""
    link.transport.registerProducer(link.ours, True)
    assert link.transport.send_now(memoryview(b"audio")) == 5
    assert link.peer_reads(5) == b"audio"
    link.turn()
    assert link.ours.told == []


def test_order_behind_written_bytes(link: Link) -> None:
    """Nothing overtakes what was written; the producer is resumed once that is out."""
    link.transport.registerProducer(link.ours, True)
    link.transport.write(b"head")
    assert link.transport.unsent == 4
    assert link.transport.send_now(b"audio") == 0
    link.turn()
    assert link.ours.told == ["resume"]
    assert link.transport.unsent == 0
    assert link.transport.send_now(b"audio") == 5
    assert link.peer_reads(9) == b"headaudio"


def test_short_send_is_resumed(link: Link) -> None:
    """After a short send the producer is resumed when the peer has read, and not before."""
    link.transport.registerProducer(link.ours, True)
    sent = fill(link)
    link.turn()
    assert link.ours.told == []
    assert link.transport.send_now(b"more") == 0
    link.peer_reads(sent)
    link.turn()
    assert link.ours.told == ["resume"]
    assert link.transport.send_now(b"more") == 4


def test_too_much_written_pauses(link: Link) -> None:
    """A producer that writes more than the transport buffers is told so inside the write."""
    link.transport.registerProducer(link.ours, True)
    fill(link)
    link.transport.write(bytes(70_000))
    assert link.ours.told == ["pause"]
    link.turn()
    assert link.transport.unsent == 70_000


def test_one_producer(link: Link) -> None:
    """A second producer is a mistake; the first must have been taken away."""
    link.transport.registerProducer(link.ours, True)
    with pytest.raises(RuntimeError):
        link.transport.registerProducer(link.ours, True)
    link.transport.unregisterProducer()
    link.transport.registerProducer(link.ours, True)


def test_lose_connection_sends_first(link: Link) -> None:
    """A close waits for what was written, is told once, and ends both directions."""
    link.transport.write(b"last words")
    link.transport.loseConnection()
    assert link.ours.lost == []
    assert link.peer_reads(10) == b"last words"
    assert link.peer_sees_the_end()
    link.turn()
    assert [reason.type for reason in link.ours.lost] == [ConnectionDone]


def test_lose_connection_waits_for_the_socket(link: Link) -> None:
    """A close does not happen while the peer takes nothing."""
    sent = fill(link)
    link.transport.write(b"last words")
    link.transport.loseConnection()
    link.turn()
    assert link.ours.lost == []
    assert link.transport.unsent == 10
    link.peer_reads(sent + 10)
    link.turn()
    assert len(link.ours.lost) == 1


def test_half_close(link: Link) -> None:
    """After a half close the peer sees the end, and is still heard until it closes too."""
    link.transport.write(b"words")
    link.transport.loseWriteConnection()
    assert link.peer_reads(5) == b"words"
    assert link.peer_sees_the_end()
    link.peer_sends(b"still talking")
    link.turn()
    assert link.ours.received == b"still talking"
    assert link.ours.lost == []
    link.peer_closes()
    link.turn()
    assert [reason.type for reason in link.ours.lost] == [ConnectionDone]


def test_half_close_then_close(link: Link) -> None:
    """A close after a half close happens at once."""
    link.transport.loseWriteConnection()
    link.turn()
    link.transport.loseConnection()
    link.turn()
    assert len(link.ours.lost) == 1


def test_abort(link: Link) -> None:
    """An abort throws away what waits; the protocol hears of it in a later turn, once."""
    fill(link)
    link.transport.write(b"never sent")
    link.transport.abortConnection()
    link.transport.abortConnection()
    assert link.ours.lost == []
    link.turn()
    assert [reason.type for reason in link.ours.lost] == [ConnectionAborted]


def test_paused_reading(link: Link) -> None:
    """While reading is paused neither bytes nor the end come; both come after it."""
    link.transport.pauseProducing()
    link.peer_sends(b"audio")
    link.peer_closes()
    link.turn()
    assert link.ours.received == b""
    assert link.ours.lost == []
    link.transport.resumeProducing()
    link.turn()
    assert link.ours.received == b"audio"
    assert len(link.ours.lost) == 1


def test_no_reading_after_close(link: Link) -> None:
    """Reading can't be resumed on a connection that is closing."""
    fill(link)
    link.transport.write(b"waits")
    link.transport.loseConnection()
    link.transport.resumeProducing()
    link.peer_sends(b"late")
    link.turn()
    assert link.ours.received == b""


def test_end_tells_the_producer(link: Link) -> None:
    """Whoever is registered when the connection ends is stopped."""
    link.transport.registerProducer(link.ours, True)
    link.peer_closes()
    link.turn()
    assert link.ours.told == ["stop"]


def test_nothing_is_written_after_the_end(link: Link) -> None:
    """Writing to a connection that is gone is harmless."""
    link.peer_closes()
    link.turn()
    link.transport.write(b"too late")
    link.transport.loseConnection()
    link.transport.abortConnection()
    link.turn()
    assert len(link.ours.lost) == 1


def test_introduced(link: Link) -> None:
    """Who was introduced is at the other end from then on, to everyone who asks."""
    peer = IPv4Address("TCP", "203.0.113.9", 4711)
    link.transport.introduce(peer)
    assert link.transport.getPeer() == peer
    link.peer_sends(b"words")
    link.turn()
    assert link.ours.received == b"words"
    link.peer_closes()
    link.turn()
    assert link.transport.getPeer() == peer
