"""Which requests are those of a scanner, and that the door reports them."""

import pytest

from net.net_station import MemoryStation
from tinyice.net.probes import is_probe

PROBES = ["/wp-login.php", "/.env", "/nothing", "/api/nothing", "/admin/x.php", "/x.xml", "/.git/c"]
HARMLESS = [
    "/favicon.ico",
    "/robots.txt",
    "/apple-touch-icon.png",
    "/apple-touch-icon-120x120-precomposed.png",
    "/.well-known/security.txt",
    "/.well-known/acme-challenge/x",
    "/sitemap.xml",
    "/sitemap_index.xml",
    "/old/site.css",
    "/Logo.PNG",
]


@pytest.mark.parametrize("path", PROBES)
def test_a_probe(path: str) -> None:
    """A page that there is not counts; one that there is, is refused, or failed, does not."""
    assert is_probe("GET", path, 404, has_credentials=False)
    assert is_probe("HEAD", path, 404, has_credentials=False)
    for status in (0, 200, 304, 400, 401, 403, 405, 429, 500):
        assert not is_probe("GET", path, status, has_credentials=False)
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert not is_probe(method, path, 404, has_credentials=False)


@pytest.mark.parametrize("path", HARMLESS)
def test_what_browsers_ask_for(path: str) -> None:
    """Nobody is suspected because of what every browser and search engine asks for."""
    assert not is_probe("GET", path, 404, has_credentials=False)


def test_programs() -> None:
    """A program with a login may ask the API for things that are gone."""
    assert not is_probe("GET", "/api/streams/gone", 404, has_credentials=True)
    assert is_probe("GET", "/wp-login.php", 404, has_credentials=True)


def get(path: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode()


class TestDoor:
    @pytest.fixture
    def station(self) -> MemoryStation:
        return MemoryStation(trusted=("192.0.2.7",))

    def test_reported(self, station: MemoryStation) -> None:
        """Each is reported with its client and its path, without what was asked of it."""
        peer = station.connect()
        for path in ("/wp-login.php", "/a%20b?secret=1", "http://x/abs"):
            station.say(peer, get(path, "X-Forwarded-For: 203.0.113.9\r\n"))
        assert station.probes == [
            ("203.0.113.9", "/wp-login.php"),
            ("203.0.113.9", "/a b"),
            ("203.0.113.9", "/abs"),
        ]

    def test_the_last_request_counts_too(self, station: MemoryStation) -> None:
        """It makes no difference whether the connection is kept."""
        station.say(station.connect(), get("/x", "Connection: close\r\n"))
        station.say(station.connect(), b"GET /y HTTP/1.0\r\n\r\n")
        assert [path for _, path in station.probes] == ["/x", "/y"]

    @pytest.mark.parametrize("path", ["/", "/idle", "/off", "/live", "/favicon.ico"])
    def test_not_reported(self, station: MemoryStation, path: str) -> None:
        """Pages, and mounts that are known but off air, are no probes."""
        station.say(station.connect(), get(path))
        assert station.probes == []

    @pytest.mark.parametrize("line", ["Authorization: Bearer ti_1\r\n", "Cookie: tinyice=1\r\n"])
    def test_a_login_is_seen(self, station: MemoryStation, line: str) -> None:
        """A token or a cookie is a login."""
        station.say(station.connect(), get("/api/gone", line))
        assert station.probes == []
        station.say(station.connect(), get("/api/gone"))
        assert len(station.probes) == 1

    def test_listening_is_no_probe(self, station: MemoryStation) -> None:
        """Whoever listens, or tries to where nothing plays, is never suspected."""
        station.say(station.source("/live"), b"audio")
        for _ in range(3):
            station.player()
        assert station.probes == []
