"""Whose address it is: behind trusted proxies the client's, from everyone else the peer's."""

from collections.abc import Iterator
from ipaddress import ip_address
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.logger import globalLogPublisher

from net.net_station import MemoryStation, source_request
from tinyice.core.events import (
    AuthFailed,
    ListenerJoined,
    RequestFinished,
    RequestRefused,
    SourceConnected,
)
from tinyice.core.networks import Networks
from tinyice.net.peer import Clients
from tinyice.wire.headers import Headers

TRUSTED = ("127.0.0.0/8", "::1", "10.0.0.0/8", "2001:db8:f00d::/48")
PROXY = "10.0.0.1"
CLIENT = "203.0.113.9"


def address_of(*values: bytes, peer: str = PROXY) -> str:
    """Whom a request is from that came from ``peer`` with these X-Forwarded-For lines."""
    headers = Headers((b"X-Forwarded-For", value) for value in values)
    return Clients(Networks(TRUSTED)).client_of(peer, headers, secure=False).address


BEHIND = [
    ((), PROXY),
    ((b"",), PROXY),
    ((b"203.0.113.9",), CLIENT),
    ((b"  203.0.113.9\t",), CLIENT),
    ((b"1.2.3.4, 203.0.113.9",), CLIENT),
    ((b"1.2.3.4,203.0.113.9,10.9.9.9",), CLIENT),
    ((b"1.2.3.4", b"203.0.113.9", b"10.9.9.9, 127.0.0.1"), CLIENT),
    ((b"10.0.0.7",), "10.0.0.7"),
    ((b"10.0.0.7, 10.0.0.8",), "10.0.0.7"),
    ((b"203.0.113.9:4711",), CLIENT),
    ((b"[203.0.113.9]:4711",), CLIENT),
    ((b"[2001:db8::9]:4711",), "2001:db8::9"),
    ((b"[2001:db8::9]",), "2001:db8::9"),
    ((b"2001:DB8:0::9",), "2001:db8::9"),
    ((b"fe80::1%eth0",), "fe80::1"),
    ((b"[fe80::1%eth0]:1",), "fe80::1"),
    ((b"::ffff:203.0.113.9",), CLIENT),
    ((b"::ffff:cb00:7109",), CLIENT),
    ((b"[::ffff:203.0.113.9]:80",), CLIENT),
    ((b"203.0.113.9, ::ffff:10.0.0.2",), CLIENT),
    # What can't be read ends the way: the last proxy before it stands for the client.
    ((b"203.0.113.9, unknown",), PROXY),
    ((b"203.0.113.9, unknown, 10.0.0.5",), "10.0.0.5"),
    ((b"203.0.113.9,",), PROXY),
    ((b"203.0.113.9, , 10.0.0.5",), "10.0.0.5"),
    ((b"203.0.113.9, 10.0.0.300",), PROXY),
    ((b"203.0.113.9, _hidden",), PROXY),
    ((b'203.0.113.9, "10.0.0.2"',), PROXY),
    ((b"203.0.113.9, [10.0.0.2",), PROXY),
    ((b"203.0.113.9, [10.0.0.2]x",), PROXY),
    ((b"203.0.113.9 10.0.0.2",), PROXY),
    ((b"203.0.113.9, \xff\xfe",), PROXY),
    ((b"203.0.113.9;10.0.0.2",), PROXY),
]


@pytest.mark.parametrize(("values", "address"), BEHIND)
def test_behind_a_proxy(values: tuple[bytes, ...], address: str) -> None:
    """The first hop from the right that is no trusted proxy is the client."""
    assert address_of(*values) == address


@pytest.mark.parametrize("peer", ["203.0.113.77", "2001:db8::77", "unknown"])
@pytest.mark.parametrize("values", [value for value, _ in BEHIND])
def test_strangers_are_not_believed(values: tuple[bytes, ...], peer: str) -> None:
    """Whoever is no trusted proxy is itself, whatever it says."""
    assert address_of(*values, peer=peer) == peer


ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)
GARBAGE = st.binary(max_size=20).filter(lambda data: b"," not in data)


def plain(text: str) -> str:
    address = ip_address(text)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


@given(
    forged=st.lists(st.one_of(ADDRESSES.map(str.encode), GARBAGE), max_size=4),
    client=ADDRESSES.filter(lambda text: plain(text) not in Networks(TRUSTED)),
    proxies=st.lists(st.sampled_from([b"10.1.2.3", b"::1", b"[2001:db8:f00d::5]:99"]), max_size=4),
    cuts=st.sets(st.integers(1, 8)),
)
def test_nothing_to_the_left_matters(
    forged: list[bytes], client: str, proxies: list[bytes], cuts: set[int]
) -> None:
    """Whatever a client writes itself, and into however many lines, it stays who it is."""
    hops = [*forged, client.encode(), *proxies]
    ends = [0, *sorted(cut for cut in cuts if cut < len(hops)), len(hops)]
    lines = [b", ".join(hops[a:b]) for a, b in pairwise(ends)]
    assert address_of(*lines) == plain(client)


@given(hops=st.lists(st.one_of(ADDRESSES.map(str.encode), GARBAGE), max_size=6))
def test_it_is_always_an_address(hops: list[bytes]) -> None:
    """Whatever comes, the client has an address in its canonical form."""
    address = address_of(b",".join(hops))
    assert plain(address) == address


SECURE = [
    (b"https", PROXY, False, (True, True)),
    (b" HTTPS ", PROXY, False, (True, True)),
    (b"http", PROXY, False, (False, False)),
    (b"https,http", PROXY, False, (False, False)),
    (b"https", PROXY, True, (True, False)),
    (b"http", PROXY, True, (True, False)),
    (b"https", CLIENT, False, (False, False)),
    (b"https", CLIENT, True, (True, False)),
]


@pytest.mark.parametrize(("said", "peer", "encrypted", "expected"), SECURE)
def test_forwarded_proto(
    said: bytes, peer: str, encrypted: bool, expected: tuple[bool, bool]
) -> None:
    """A trusted proxy may say that it is spoken to over TLS; ours is a plain connection then."""
    headers = Headers([(b"X-Forwarded-Proto", said)])
    client = Clients(Networks(TRUSTED)).client_of(peer, headers, secure=encrypted)
    assert (client.secure, client.offloaded) == expected
    assert client.encrypted_here is encrypted


def test_the_configuration_may_change() -> None:
    """A proxy that is trusted from now on is believed from now on."""
    trusted = Networks()
    clients = Clients(trusted)
    headers = Headers([(b"x-forwarded-for", b"203.0.113.9")])
    assert clients.client_of(PROXY, headers, secure=False).address == PROXY
    trusted.replace(["10.0.0.0/8"])
    assert clients.client_of(PROXY, headers, secure=False).address == CLIENT
    trusted.replace([])
    assert clients.client_of(PROXY, headers, secure=False).address == PROXY


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    told: list[str] = []

    def keep(event: dict[str, object]) -> None:
        told.append(str(event["log_format"]).format(**event))

    globalLogPublisher.addObserver(keep)
    yield told
    globalLogPublisher.removeObserver(keep)


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1"])
def test_a_proxy_that_is_forgotten(warnings: list[str], peer: str) -> None:
    """A proxy on this machine that is not trusted is told of, once, with the key to set."""
    clients = Clients(Networks(["10.0.0.1"]))
    for _ in range(3):
        clients.client_of(peer, Headers(), secure=False)
    assert warnings == []
    for _ in range(3):
        clients.client_of(peer, Headers([(b"x-forwarded-for", b"1.2.3.4")]), secure=False)
    (line,) = warnings
    assert peer in line
    assert "trusted_proxies" in line


@pytest.mark.parametrize("peer", ["203.0.113.9", "10.0.0.1", "2001:db8::1", "unknown"])
def test_strangers_cause_no_warning(warnings: list[str], peer: str) -> None:
    """Anybody can send the header; only a peer on this machine is likely a proxy of ours."""
    clients = Clients(Networks(["10.0.0.1"]))
    clients.client_of(peer, Headers([(b"x-forwarded-for", b"1.2.3.4")]), secure=False)
    assert warnings == []


FORWARDED = f"X-Forwarded-For: 198.51.100.66, {CLIENT}\r\n".encode()


class TestEverywhere:
    """What is told, counted and listed names the client."""

    @pytest.fixture
    def station(self) -> MemoryStation:
        return MemoryStation(trusted=("192.0.2.7",))

    def test_pages(self, station: MemoryStation) -> None:
        """The web site and the access log; each request of a connection for itself."""
        peer = station.connect()
        for line, address in ((FORWARDED, CLIENT), (b"", "192.0.2.7")):
            station.say(peer, b"GET / HTTP/1.1\r\nHost: x\r\n" + line + b"\r\n")
            assert station.channels[-1].client.address == address
        told = [event.client.address for event in station.told(RequestFinished)]
        assert told == [CLIENT, "192.0.2.7"]

    def test_listeners(self, station: MemoryStation) -> None:
        """A listener is who it is to the mount, too."""
        station.say(station.source(), b"audio")
        station.player(head=FORWARDED)
        (listener,) = station.mounts.known("/live").listeners.values()
        assert listener.client.address == CLIENT
        assert [event.client.address for event in station.told(ListenerJoined)] == [CLIENT]

    def test_sources(self, station: MemoryStation) -> None:
        """Sources, and those whose password is wrong."""
        request = source_request().replace(b"\r\n\r\n", b"\r\n" + FORWARDED + b"\r\n")
        station.say(station.connect(), request.replace(b"c291cmNlOmhhY2ttZQ", b"eDp5"))
        station.say(station.connect(), request)
        for kind in (AuthFailed, SourceConnected):
            assert [event.client.address for event in station.told(kind)] == [CLIENT]

    def test_refused_bodies(self, station: MemoryStation) -> None:
        """What is wrong behind the head is the client's fault."""
        peer = station.connect()
        words = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n" + FORWARDED + b"\r\n"
        station.say(peer, words)
        assert [event.client.address for event in station.told(RequestRefused)] == [CLIENT]

    def test_secure_behind_a_proxy(self, station: MemoryStation) -> None:
        """TLS at the proxy is TLS to pages, and costs the mount nothing."""
        station.say(station.source(), b"audio")
        station.player(head=b"X-Forwarded-Proto: https\r\n")
        mount = station.mounts.known("/live")
        (listener,) = mount.listeners.values()
        assert listener.client.secure
        assert mount.secure_listeners == 0

    @pytest.mark.parametrize(
        "peer", [IPv4Address("TCP", "198.51.100.1", 1), IPv6Address("TCP", "::ffff:c633:6401", 1)]
    )
    def test_strangers(self, station: MemoryStation, peer: IPv4Address | IPv6Address) -> None:
        """Who is no proxy of ours can't be somebody else."""
        stranger = station.connect(peer=peer)
        station.say(stranger, b"GET / HTTP/1.1\r\nHost: x\r\n" + FORWARDED + b"\r\n")
        assert station.channels[-1].client.address == "198.51.100.1"
