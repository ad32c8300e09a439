"""A connection that stays in one process while another serves who is at its end."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol

from net.loopback import Loopback, loopback
from net.tlsloop import TlsLoop, tls_loopback
from tinyice.handover.passage import Passage, pair
from tinyice.net.transport import StreamTransport

MUCH = bytes(range(256)) * 8192
"""More than all buffers on the way hold."""


class Doors(Factory):
    """Remembers the connection."""

    noisy = False

    def __init__(self) -> None:
        self.connections: list[StreamTransport] = []

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        doors = self

        class Door(Protocol):
            def connectionMade(self) -> None:
                doors.connections.append(self.transport)  # type: ignore[arg-type]

        return Door()


class House:
    """A passage, the peer at its one end, and the successor at the other."""

    def __init__(self, loop: Loopback, secure: TlsLoop | None) -> None:
        self.loop = loop
        doors = Doors()
        if secure is None:
            port = loop.listen(doors)
            self.peer = loop.connect(port)
        else:
            port = secure.listen(doors)
            self.peer = secure.connect(port)
        loop.until(lambda: doors.connections)
        if secure is not None:
            self.peer.send(b"x")
            loop.turn(5)
        ours, self.successor = pair()
        loop.sockets.append(self.successor)
        self.closed: list[Passage] = []
        self.passage = Passage(
            doors.connections[0], ours, loop.reactor, loop.reactor, self.closed.append
        )
        self.passage.begin()

    def through(self, data: bytes, begin: socket.socket, end: socket.socket) -> bytes:
        """What comes out where ``data`` goes in, as fast as it is taken."""
        got, at = bytearray(), 0

        def done() -> bool:
            nonlocal at
            with suppress(BlockingIOError):
                while at < len(data):
                    at += begin.send(data[at : at + 10_000])
            with suppress(BlockingIOError):
                got.extend(end.recv(7_000))
            return len(got) >= len(data)

        self.loop.until(done)
        return bytes(got)

    def has_come(self, end: bytes) -> bool:
        """Whether the successor could read what ends so."""
        with suppress(BlockingIOError):
            return self.successor.recv(100, socket.MSG_PEEK).endswith(end)
        return False

    def is_over(self, end: socket.socket) -> bool:
        """Whether it reads the end; what comes before is thrown away."""
        try:
            return not end.recv(65536)
        except BlockingIOError:
            return False
        except OSError:
            return True


@pytest.fixture(params=["plain", "tls"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if request.param == "tls":
        with tls_loopback(tmp_path) as secure:
            yield House(secure.plain, secure)
    else:
        with loopback() as loop:
            yield House(loop, None)


def test_bytes_go_both_ways(house: House) -> None:
    """All of them, in order, though no buffer on the way holds them."""
    assert house.through(MUCH, house.successor, house.peer) == MUCH
    inward = house.through(MUCH, house.peer, house.successor)
    assert inward[-len(MUCH) + 1 :] == MUCH[-len(inward) + 1 :]


def test_nothing_is_taken_that_the_other_side_does_not_take(house: House) -> None:
    """A peer that does not read is as slow for the successor, and the other way round."""
    for begin in (house.successor, house.peer):
        sent = 0
        for _ in range(200):
            with suppress(BlockingIOError):
                sent += begin.send(MUCH[:50_000])
            house.loop.turn()
        assert sent < 8_000_000


def test_the_end_of_the_successor_is_the_end_for_the_peer(house: House) -> None:
    """It gets what was sent before."""
    house.loop.turn(3)
    house.successor.sendall(b"goodbye")
    house.successor.close()
    assert house.loop.receive(house.peer, 7) == b"goodbye"
    house.loop.until(lambda: house.is_over(house.peer))
    house.peer.close()
    house.loop.until(lambda: house.closed)


def test_the_end_of_the_peer_is_the_end_for_the_successor(house: House) -> None:
    """It gets what came before, though it reads late."""
    house.peer.sendall(b"the last words")
    house.loop.until(lambda: house.has_come(b"words"))
    house.peer.close()
    house.loop.turn(5)
    assert house.successor.recv(100).endswith(b"the last words")
    house.loop.until(lambda: house.is_over(house.successor) and house.closed)
    assert house.closed == [house.passage]


def test_a_cut(house: House) -> None:
    """Both hear of the end at once."""
    house.passage.cut()
    house.loop.until(lambda: house.is_over(house.peer) and house.is_over(house.successor))
    house.loop.until(lambda: house.closed)
