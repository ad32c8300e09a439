"""Ports: both families on one socket, who is turned away at accept, and who is still there."""

import socket
from collections.abc import Iterator

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import globalLogPublisher

from net.loopback import Loopback, loopback
from net.net_station import MemoryStation, Station, with_limits
from tinyice.net.peer import client_address
from tinyice.net.ports import DoorFactory


@pytest.fixture
def loop() -> Iterator[Loopback]:
    with loopback() as made:
        yield made


class Silent(Protocol):
    """Says nothing."""

    noisy = False


class Doors(Factory):
    """Keeps the doors that it gave."""

    def __init__(self, inner: DoorFactory) -> None:
        self.inner = inner
        self.given: list[object] = []

    def buildProtocol(self, addr: object) -> object:
        door = self.inner.buildProtocol(addr)
        if door is not None:
            self.given.append(door)
        return door


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@needs_ipv6
def test_both_families(loop: Loopback) -> None:
    """The port on :: takes both families, and an IPv4 client is named as plain IPv4."""
    factory = Doors(Station(loop.reactor).doors)
    port = loop.listen(factory, "::")
    loop.connect(port, "127.0.0.1")
    loop.connect(port, "::1")
    loop.until(lambda: len(factory.given) == 2)
    assert sorted(door._address for door in factory.given) == ["127.0.0.1", "::1"]


@needs_ipv6
def test_one_address_only(loop: Loopback) -> None:
    """A port on another address is bound to nothing else."""
    port = loop.listen(Factory.forProtocol(Silent), "::1")
    with pytest.raises(ConnectionRefusedError):
        loop.connect(port, "127.0.0.1")


PEERS = [
    (IPv4Address("TCP", "203.0.113.9", 1), "203.0.113.9"),
    (IPv6Address("TCP", "::ffff:203.0.113.9", 1), "203.0.113.9"),
    (IPv6Address("TCP", "2001:db8:0::9", 1), "2001:db8::9"),
    (IPv6Address("TCP", "fe80::1%eth0", 1), "fe80::1"),
    (UNIXAddress("/run/x"), "unknown"),
    (None, "unknown"),
]


@pytest.mark.parametrize(("peer", "address"), PEERS)
def test_client_address(peer: object, address: str) -> None:
    """One function decides the client's address, in its canonical form."""
    assert client_address(peer) == address


BANNED = ("203.0.113.9", "198.51.100.0/24", "2001:db8:bad::/48")
TURNED_AWAY = [
    (IPv4Address("TCP", "203.0.113.9", 1), True),
    (IPv6Address("TCP", "::ffff:203.0.113.9", 1), True),
    (IPv4Address("TCP", "198.51.100.77", 1), True),
    (IPv6Address("TCP", "::ffff:198.51.100.1", 1), True),
    (IPv6Address("TCP", "2001:db8:bad::77", 1), True),
    (IPv4Address("TCP", "203.0.113.10", 1), False),
    (IPv6Address("TCP", "2001:db8:good::".replace("good", "900d"), 1), False),
]


@pytest.mark.parametrize(("peer", "is_banned"), TURNED_AWAY)
def test_bans(peer: object, is_banned: bool) -> None:
    """A banned address or network gets to no door of any kind, mapped addresses neither."""
    station = MemoryStation(banned=BANNED)
    assert (station.doors.buildProtocol(peer) is None) is is_banned
    assert (station.shoutcast_doors.buildProtocol(peer) is None) is is_banned
    assert station.mounts.counters.connections == (0 if is_banned else 2)


def test_banned_on_a_real_port(loop: Loopback) -> None:
    """A banned peer's connection is closed at accept and counts for nothing."""
    port = loop.listen(Station(loop.reactor, banned=("127.0.0.0/8",)).doors)
    peer = loop.connect(port)
    assert loop.receive(peer, 1) == b""
    assert port.connections == 0


class TestFlood:
    def test_newcomers_are_bounded(self) -> None:
        """So many connections may owe a request; the next is turned away, then let in again."""
        station = MemoryStation(limits=with_limits(pending=3))
        first = station.connect()
        station.connect(shoutcast=True)
        station.connect()
        assert station.doors.buildProtocol(None) is None
        assert station.shoutcast_doors.buildProtocol(None) is None
        first.hang_up()
        station.connect()

    def test_one_line_for_many(self) -> None:
        """Who is turned away is told in one line a second, whatever their number."""
        station = MemoryStation(limits=with_limits(pending=0))
        lines: list[dict[str, object]] = []
        globalLogPublisher.addObserver(lines.append)
        try:
            for _ in range(100):
                station.doors.buildProtocol(None)
            station.reception.sweep()
            station.reception.sweep()
        finally:
            globalLogPublisher.removeObserver(lines.append)
        assert [line["count"] for line in lines] == [100]

    def test_only_newcomers_count(self) -> None:
        """Visitors who were answered or are half-way through take no place of a newcomer."""
        station = MemoryStation(limits=with_limits(pending=2))
        for _ in range(5):
            visitor = station.connect()
            assert b"a page" in station.say(visitor, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        for _ in range(5):
            refused = station.connect()
            assert b" 401 " in station.say(refused, b"SOURCE /live HTTP/1.0\r\n\r\n")
        for _ in range(5):
            posting = station.connect()
            station.say(posting, b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
        assert station.connect()


class TestEmpty:
    """The port knows how many of its connections are open."""

    def test_counts(self, loop: Loopback) -> None:
        """Each connection counts from accept to its end, whoever ends it and how."""
        port = loop.listen(Factory.forProtocol(Silent))
        assert port.when_empty().called
        peers = [loop.connect(port) for _ in range(3)]
        loop.until(lambda: port.connections == 3)
        twice = [port.when_empty(), port.when_empty()]
        peers[0].close()
        peers[1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peers[1].close()
        loop.until(lambda: port.connections == 1)
        assert not any(empty.called for empty in twice)
        peers[2].close()
        loop.until(lambda: port.connections == 0)
        assert all(empty.called for empty in twice)

    def test_aborted(self, loop: Loopback) -> None:
        """An aborted connection counts until it is gone, and once."""
        made: list[Silent] = []

        class Kept(Silent):
            def connectionMade(self) -> None:
                made.append(self)

        port = loop.listen(Factory.forProtocol(Kept))
        loop.connect(port)
        loop.until(lambda: made)
        made[0].transport.abortConnection()
        made[0].transport.abortConnection()
        assert port.connections == 1
        loop.until(lambda: port.connections == 0)
        loop.turn(5)
        assert port.connections == 0

    def test_ended_in_accept(self, loop: Loopback) -> None:
        """A connection that its protocol ends as soon as it is made is counted right."""

        class Brusque(Silent):
            def connectionMade(self) -> None:
                self.transport.abortConnection()

        port = loop.listen(Factory.forProtocol(Brusque))
        loop.connect(port)
        loop.until(lambda: port.sessionno == 1)
        loop.until(lambda: port.connections == 0)

    def test_failing_protocol(self, loop: Loopback) -> None:
        """A protocol that fails at the end of its connection does not spoil the count."""

        class Failing(Silent):
            def connectionLost(self, reason: object = None) -> None:
                raise RuntimeError("on purpose")

        port = loop.listen(Factory.forProtocol(Failing))
        peer = loop.connect(port)
        loop.until(lambda: port.connections == 1)
        empty = port.when_empty()
        peer.close()
        loop.until(lambda: empty.called)

    def test_given_up(self, loop: Loopback) -> None:
        """Whoever does not wait any longer may cancel; the port goes on."""
        port = loop.listen(Factory.forProtocol(Silent))
        peer = loop.connect(port)
        loop.until(lambda: port.connections == 1)
        impatient, patient = port.when_empty(), port.when_empty()
        impatient.addErrback(lambda _: None)
        impatient.cancel()
        peer.close()
        loop.until(lambda: patient.called)


def test_send_to_who_has_reset(loop: Loopback) -> None:
    """A send to a peer that is gone takes nothing; the end is told in a turn of its own."""
    lost: list[object] = []
    made: list[Protocol] = []

    class Sender(Silent):
        def connectionMade(self) -> None:
            made.append(self)

        def connectionLost(self, reason: object = None) -> None:
            lost.append(reason)

    port = loop.listen(Factory.forProtocol(Sender))
    peer = loop.connect(port)
    loop.until(lambda: made)
    transport = made[0].transport
    transport.pauseProducing()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.close()
    loop.turn(2)
    assert transport.send_now(b"audio") == 0
    assert transport.send_now(b"audio") == 0
    assert lost == []
    loop.until(lambda: lost)
    loop.turn(5)
    assert len(lost) == 1
    assert port.connections == 0
