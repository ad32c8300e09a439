"""Ports behind a proxy that speaks the PROXY protocol: first it is said who connects."""

import pytest
from twisted.internet.address import IPv4Address, IPv6Address

from net.memory import PEER, MemoryTransport
from net.net_station import MemoryStation, cuts, one_by_one, role_of, source_request, with_limits
from tinyice.core.events import (
    ListenerJoined,
    RequestFinished,
    RequestRefused,
    SourceConnected,
)

CLIENT = "203.0.113.9"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LINE = b"PROXY TCP4 203.0.113.9 192.0.2.1 4711 8000\r\n"
LINE_6 = b"PROXY TCP6 2001:db8::9 2001:db8::1 4711 8000\r\n"
BLOCK = SIGNATURE + b"\x21\x11\0\x0c" + bytes([203, 0, 113, 9, 192, 0, 2, 1, 18, 103, 31, 64])
LOCAL = SIGNATURE + b"\x20\x00\0\0"
MAPPED = LINE_6.replace(b"2001:db8::9", b"::ffff:203.0.113.9")
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ICY = b"hackme\r\nicy-name: x\r\ncontent-type: application/x-any\r\n\r\nsound"

headers = pytest.mark.parametrize("header", [LINE, BLOCK, MAPPED], ids=["v1", "v2", "mapped"])


@pytest.fixture
def station() -> MemoryStation:
    return MemoryStation(proxied=True)


def refusals(station: MemoryStation) -> list[tuple[str, int]]:
    return [(event.client.address, event.status) for event in station.told(RequestRefused)]


@headers
def test_pages(station: MemoryStation, header: bytes) -> None:
    """A page is answered as ever; every request of the connection is the client's."""
    for pieces in cuts(header + GET):
        peer = station.connect()
        assert role_of(peer) == "introduction"
        assert b"a page" in station.say(peer, *pieces)
        assert b"a page" in station.say(peer, GET)
        assert {event.client.address for event in station.told(RequestFinished)} == {CLIENT}
        peer.hang_up()
    assert station.traces == (0, 0, 0)


@headers
def test_streams(station: MemoryStation, header: bytes) -> None:
    """Sources and listeners are named by what was announced, and hear no byte of it."""
    encoder = station.connect()
    station.say(encoder, header + source_request() + b"audio")
    player = station.connect()
    answer = station.say(player, header, b"GET /live HTTP/1.0\r\n\r\n")
    assert b" 200 OK" in answer
    station.say(encoder, b"more")
    station.pulse()
    assert station.recorded["/live"] == b"audiomore"
    for kind in (SourceConnected, ListenerJoined):
        assert [event.client.address for event in station.told(kind)] == [CLIENT]


@headers
def test_shoutcast(station: MemoryStation, header: bytes) -> None:
    """The Shoutcast port, too; the login may come with the header or after it."""
    for pieces in ([header + ICY], [header, ICY], one_by_one(header + ICY)):
        peer = station.connect(shoutcast=True)
        assert station.say(peer, *pieces).startswith(b"OK2\r\n")
        assert role_of(peer) == "source"
        peer.hang_up()
    assert {event.client.address for event in station.told(SourceConnected)} == {CLIENT}
    assert station.traces == (0, 0, 0)


def test_http_on_the_shoutcast_port(station: MemoryStation) -> None:
    """What turns out to be HTTP there is the client's as well."""
    peer = station.connect(shoutcast=True)
    assert b"a page" in station.say(peer, LINE, GET)
    assert [event.client.address for event in station.told(RequestFinished)] == [CLIENT]


@pytest.mark.parametrize("header", [LOCAL, b"PROXY UNKNOWN\r\n"], ids=["v2", "v1"])
def test_the_proxy_itself(station: MemoryStation, header: bytes) -> None:
    """A proxy that asks for itself, to see whether we are well, is itself."""
    peer = station.connect()
    assert b"a page" in station.say(peer, header + GET)
    assert [event.client.address for event in station.told(RequestFinished)] == [PEER.host]


BAD = [GET, source_request(), b"\x16\x03\x01", b"PROXY TCP4 x y 1 2\r\n" + GET, b"hackme\r\n"]


@pytest.mark.parametrize("shoutcast", [False, True])
@pytest.mark.parametrize("words", BAD)
def test_without_a_header(station: MemoryStation, words: bytes, shoutcast: bool) -> None:
    """Nobody gets past without a header: closed without a word, and told."""
    peer = station.connect(shoutcast=shoutcast)
    assert station.say(peer, words) == b""
    assert peer.aborted
    assert refusals(station) == [(PEER.host, 0)]
    assert station.traces == (0, 0, 0)


@pytest.mark.parametrize("said", [b"", LINE[:-1], BLOCK[:-1]])
def test_a_header_that_does_not_come(station: MemoryStation, said: bytes) -> None:
    """The header has the time of a request's head; the request then has its own."""
    peer = station.connect()
    station.pass_time(14)
    station.say(peer, said)
    assert peer.is_open
    station.pass_time(1)
    assert not peer.is_open
    assert refusals(station) == [(PEER.host, 0)]
    assert station.traces == (0, 0, 0)


def test_the_head_has_its_own_time(station: MemoryStation) -> None:
    """A header that came late takes nothing from the time of the request."""
    peer = station.connect()
    station.pass_time(10)
    station.say(peer, LINE)
    station.pass_time(14)
    assert b"a page" in station.say(peer, GET)


def test_who_goes_before(station: MemoryStation) -> None:
    """A proxy that connects and goes, as some do to see whether we are there, leaves no trace."""
    peer = station.connect()
    station.say(peer, LINE[:5])
    peer.hang_up()
    assert refusals(station) == []
    assert station.traces == (0, 0, 0)


def test_the_flood_limit_holds() -> None:
    """Connections without a header are newcomers like all others."""
    station = MemoryStation(proxied=True, limits=with_limits(pending=2))
    first = station.connect()
    station.connect(shoutcast=True)
    assert station.doors.buildProtocol(PEER) is None
    station.say(first, LINE + GET)
    station.connect()


ELSEWHERE = [
    (IPv4Address("TCP", "10.0.0.1", 1), True),
    (IPv6Address("TCP", "::ffff:10.0.0.1", 1), True),
    (IPv4Address("TCP", "10.0.0.2", 1), False),
    (IPv6Address("TCP", "2001:db8::1", 1), False),
]


@pytest.mark.parametrize(("peer", "is_trusted"), ELSEWHERE)
def test_who_may_say_so(peer: IPv4Address | IPv6Address, is_trusted: bool) -> None:
    """Where trusted proxies are named, nobody else gets to such a port at all."""
    station = MemoryStation(proxied=True, trusted=("10.0.0.1",))
    assert (station.doors.buildProtocol(peer) is not None) is is_trusted
    assert (station.shoutcast_doors.buildProtocol(peer) is not None) is is_trusted
    assert bool(refusals(station)) is not is_trusted
    assert station.mounts.counters.connections == (2 if is_trusted else 0)


def connected(station: MemoryStation, header: bytes, *, shoutcast: bool = False) -> MemoryTransport:
    peer = station.connect(shoutcast=shoutcast)
    station.say(peer, header)
    return peer


class TestBans:
    @pytest.mark.parametrize("shoutcast", [False, True])
    def test_the_client_is_banned(self, shoutcast: bool) -> None:
        """Who is banned gets no further than the header; others of that proxy do."""
        station = MemoryStation(proxied=True, banned=("203.0.113.0/24", "2001:db8:bad::/48"))
        for header in (LINE, BLOCK, MAPPED):
            peer = connected(station, header + GET, shoutcast=shoutcast)
            assert peer.aborted
            assert peer.sent == b""
        assert b"a page" in connected(station, LINE_6 + GET, shoutcast=shoutcast).sent
        assert station.traces[:2] == (0, 0)

    def test_the_proxy_is_not(self) -> None:
        """A ban that hits the proxy does not hit those behind it."""
        station = MemoryStation(proxied=True, banned=("192.0.2.0/24",))
        assert b"a page" in connected(station, LINE + GET).sent


def test_a_proxy_behind_the_proxy() -> None:
    """The announced peer may be a trusted proxy itself: X-Forwarded-For goes on from there."""
    station = MemoryStation(proxied=True, trusted=(PEER.host, CLIENT))
    forwarded = b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.5\r\n\r\n"
    connected(station, LINE + forwarded)
    connected(station, LINE_6 + forwarded)
    told = [event.client.address for event in station.told(RequestFinished)]
    assert told == ["198.51.100.5", "2001:db8::9"]
