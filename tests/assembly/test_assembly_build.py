"""The parts of a station from a configuration: they fit together, and every key arrives."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from net.memory import MemoryTransport
from net.net_station import RIGHT, WRONG
from tinyice.assembly.build import Parts, build
from tinyice.assembly.machine import FileRoom
from tinyice.config.load import Loaded
from tinyice.config.model import Config
from tinyice.core.events import AuthFailed, Event
from tinyice.systemd import Notifier
from tinyice.work.passwords import hash_now
from work.mailbox import Mailbox

NOW = datetime(2026, 11, 20, 6, 33, 26, tzinfo=UTC)
HASH = hash_now("hackme", 4)


class TestReactor(Clock):
    """A clock that takes results of threads, too."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__()
        self.mailbox = Mailbox()

    def callFromThread(self, call: Callable[..., None], *args: object) -> None:
        self.mailbox.deliver(lambda: call(*args))


class Built:
    """A station from a configuration, and one connection to it."""

    def __init__(self, folder: Path, **keys: object) -> None:
        self.reactor = TestReactor()
        config = Config(
            data_dir=str(folder),
            log_file=str(folder / "log"),
            default_source_password=HASH,
            admin_password=HASH,
            **keys,
        )
        loaded = Loaded(config, (), {})
        self.parts: Parts = build(
            loaded,
            folder / "tinyice.json",
            self.reactor,
            lambda: NOW,
            b"k" * 32,
            files=FileRoom(1000, 66),
            demo=False,
            manager=Notifier(environ={}, pid=1, monotonic=lambda: 0.0),
        )
        self.events: list[Event] = []
        self.parts.hub.subscribe(self.events.append)
        # the first page waits for the web site, then for the templates
        self.connect().deliver(b"GET /robots.txt HTTP/1.0\r\n\r\n")
        self.reactor.mailbox.take()
        self.reactor.mailbox.take()
        self.events.clear()
        self.peer = self.connect()

    def connect(self) -> MemoryTransport:
        transport = MemoryTransport(self.reactor)
        door = self.parts.entrances.doors.buildProtocol(transport.getPeer())
        assert door is not None
        transport.protocol = door
        door.makeConnection(transport)
        return transport

    def say(self, data: bytes) -> bytes:
        before = len(self.peer.sent)
        self.peer.deliver(data)
        self.reactor.advance(0)
        return bytes(self.peer.sent[before:])


def test_a_programme(tmp_path: Path) -> None:
    """A source gets in by its password, and the web site, status and a player show it."""
    built = Built(tmp_path)
    source = b"SOURCE /live HTTP/1.0\r\nContent-Type: audio/mpeg\r\nice-name: Low Tide\r\n"
    assert built.say(source + RIGHT + b"\r\n" + b"\xff\xfb\x90\x00" + bytes(2000)) == b""
    built.reactor.mailbox.take()
    built.reactor.advance(0)
    assert built.peer.sent == b"HTTP/1.0 200 OK\r\n\r\n"
    built.peer = built.connect()
    assert b"Low Tide" in built.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"Low Tide" in built.say(b"GET /status-json.xsl HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"icy-name:Low Tide\r\n" in built.say(b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n")


def test_a_failed_login(tmp_path: Path) -> None:
    """A wrong password is told with the address of who gave it."""
    built = Built(tmp_path)
    built.say(b"SOURCE /live HTTP/1.0\r\n" + WRONG + b"\r\n")
    built.reactor.mailbox.take_until(lambda: len(built.events) > 1)
    (failed,) = [event for event in built.events if isinstance(event, AuthFailed)]
    assert failed.client.address == "192.0.2.7"


def test_libshout_gets_in(tmp_path: Path) -> None:
    """The probes that lock libshout out when answered naturally, with the real site."""
    built = Built(tmp_path)
    assert built.say(b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 204 ")
    answer = built.say(b"GET /admin/!POKE HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.split(b" ")[1] == b"400"


LIMITS = [
    ("header_timeout", 3.0, "header_timeout_s"),
    ("body_timeout", 3.0, "body_timeout_s"),
    ("idle_timeout", 3.0, "idle_timeout_s"),
    ("max_head_bytes", 2048, "head_bytes"),
    ("max_head_lines", 33, "head_lines"),
    ("max_body_bytes", 4096, "body_bytes"),
    ("max_pending", 3, "pending"),
    ("source_lead", 3.0, "source_lead_s"),
]


@pytest.mark.parametrize(("key", "value", "limit"), LIMITS)
def test_limits(tmp_path: Path, key: str, value: float, limit: str) -> None:
    """Every limit of the ports has its key."""
    built = Built(tmp_path, **{key: value})
    assert getattr(built.parts.front.limits, limit) == value


def test_bans(tmp_path: Path) -> None:
    """Banned addresses get to no door."""
    built = Built(tmp_path, banned_ips=["198.51.100.0/24"])
    assert "198.51.100.7" in built.parts.front.bans


def test_figures(tmp_path: Path) -> None:
    """/metrics shows what every part counts."""
    built = Built(tmp_path)
    login = b"Authorization: Basic YWRtaW46aGFja21l\r\n"  # admin:hackme
    assert built.say(b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + login + b"\r\n") == b""
    built.reactor.mailbox.take()
    built.reactor.advance(0)
    for line in (
        b'tinyice_pulse_seconds{pulse="normal"} 0.1',
        b'tinyice_pulse_seconds{pulse="low_latency"} 0.04',
        b"tinyice_joins_total 0.0",
        b"tinyice_sends_total 0.0",
    ):
        assert line in built.peer.sent
