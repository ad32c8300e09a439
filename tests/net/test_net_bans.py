"""Bans where the client is known only when its request is, and bans that come later."""

import pytest

from net.memory import MemoryTransport
from net.net_station import MemoryStation, source_request
from tinyice.core.bans import Ban, enforce
from tinyice.core.events import (
    DropReason,
    ListenerLeft,
    RequestFinished,
    RequestRefused,
    SourceDisconnected,
)

PROXY = "192.0.2.7"
GOOD, BAD = "203.0.113.1", "203.0.113.9"


def behind(address: str) -> bytes:
    return f"X-Forwarded-For: {address}\r\n".encode()


def get(path: str, address: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n".encode() + behind(address) + b"\r\n"


@pytest.fixture
def station() -> MemoryStation:
    return MemoryStation(trusted=(PROXY,), banned=(BAD, PROXY, "2001:db8:bad::/48"))


REQUESTS = [
    get("/", BAD),
    get("/live", BAD),
    get("/", "2001:db8:bad::1"),
    get("/", "::ffff:203.0.113.9"),
    source_request().replace(b"\r\n\r\n", b"\r\n" + behind(BAD) + b"\r\n"),
    b"PUT" + source_request()[6:].replace(b"\r\n\r\n", b"\r\n" + behind(BAD) + b"\r\n"),
    b"OPTIONS * HTTP/1.1\r\n" + behind(BAD) + b"\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 3\r\n" + behind(BAD) + b"\r\n",
    b"BREW / HTTP/1.1\r\n" + behind(BAD) + b"\r\n",
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_banned_behind_a_proxy(station: MemoryStation, request_: bytes) -> None:
    """Once its head is read a banned client is told 403, whatever it wants, and closed."""
    peer = station.connect()
    answer = station.say(peer, request_)
    assert answer.startswith(b"HTTP/1.0 403 Forbidden\r\n")
    assert peer.is_finished
    assert [event.status for event in station.told(RequestRefused)] == [403]
    assert [event.status for event in station.told(RequestFinished)] == [403]
    assert station.channels == []


def test_two_clients_behind_one_proxy(station: MemoryStation) -> None:
    """One is banned, the other listens on; the proxy itself is never banned."""
    encoder = station.connect()
    station.say(encoder, source_request() + b"audio")
    kept, lost = station.connect(), station.connect()
    station.say(kept, get("/live", GOOD))
    station.say(lost, get("/live", "198.51.100.1"))
    assert station.mounts.listeners == 2
    station.front.bans.replace([Ban("198.51.100.0/24"), Ban(PROXY)])
    enforce(station.front.bans, station.mounts)
    station.settle()
    assert not lost.is_open
    assert kept.is_open
    (left,) = station.told(ListenerLeft)
    assert (left.client.address, left.reason) == ("198.51.100.1", DropReason.BANNED)
    before = len(kept.sent)
    station.say(encoder, b"more")
    station.pulse()
    assert kept.sent[before:] == b"more"
    assert station.say(station.connect(), get("/live", "198.51.100.1"))[9:12] == b"403"


def test_enforced_on_sources(station: MemoryStation) -> None:
    """A source that is banned ends, and others stay on air."""
    for path, address in (("/live", BAD), ("/two", GOOD)):
        station.front.bans.replace([])
        request = source_request(path).replace(b"\r\n\r\n", b"\r\n" + behind(address) + b"\r\n")
        station.say(station.connect(), request)
    station.front.bans.replace([Ban(BAD, "noise")])
    enforce(station.front.bans, station.mounts)
    station.settle()
    (gone,) = station.told(SourceDisconnected)
    assert (gone.mount, gone.client.address, gone.reason) == ("/live", BAD, "banned")
    assert station.mounts.sources == 1


def test_nobody_is_hit(station: MemoryStation) -> None:
    """Enforcing bans that hit nobody changes nothing."""
    station.say(station.source(), b"audio")
    station.player()
    enforce(station.front.bans, station.mounts)
    assert (station.mounts.sources, station.mounts.listeners) == (1, 1)


def visitor(station: MemoryStation) -> MemoryTransport:
    peer = station.connect()
    assert b"a page" in station.say(peer, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    return peer


def test_banned_between_two_requests() -> None:
    """A connection that is kept is no way around a ban that has come since."""
    station = MemoryStation()
    peer = visitor(station)
    station.front.bans.replace([Ban(PROXY)])
    assert station.say(peer, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.0 403 ")
    assert station.doors.buildProtocol(peer.getPeer()) is None
