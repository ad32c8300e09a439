"""What relays bring about at the doors: players who wait for one, and relays that ask us."""

from core.fakes import NOON
from net.net_station import MemoryStation
from tinyice.core.clients import Client
from tinyice.core.mount import Mount
from tinyice.core.pace import Pace
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.net.awaiting import LONGEST_S

ASKED = b"GET /idle HTTP/1.0\r\n\r\n"


class Relay:
    """What would feed /idle and /unnamed once somebody wants them, until it gives up."""

    def __init__(self) -> None:
        self.wants: list[str] = []
        self.gives_up = False

    def serves(self, path: str) -> bool:
        return path in ("/idle", "/unnamed")

    def wanted(self, mount: Mount) -> bool:
        self.wants.append(mount.path)
        return not self.gives_up

    def unwanted(self, mount: Mount) -> None:
        """It goes on."""

    def hold(self, seconds: float) -> None:
        """Never."""

    def close(self, reason: str) -> None:
        """Never."""


def feed(station: MemoryStation, relay: Relay, path: str = "/idle") -> None:
    """The stream is here."""
    now = station.clock.seconds()
    source = Source(
        kind="relay",
        client=Client(""),
        user="relay",
        credential="",
        content_type="application/x-any",
        station=StationHeaders(),
        control=relay,
        pace=Pace(0),
        connected_at=NOON,
        now=now,
    )
    station.mounts.claim(path, source).take(source, b"audio" * 10)


def waiting_station() -> tuple[MemoryStation, Relay]:
    station, relay = MemoryStation(), Relay()
    station.mounts.demand = relay
    return station, relay


def test_a_player_waits_until_the_stream_is_here() -> None:
    station, relay = waiting_station()
    peer = station.connect()
    assert station.say(peer, ASKED) == b""
    assert set(relay.wants) == {"/idle"}
    station.pass_time(3)
    assert not station.mounts.known("/idle").listeners
    feed(station, relay)
    assert bytes(peer.sent).startswith(b"HTTP/1.0 200 OK\r\n")
    assert len(station.mounts.known("/idle").listeners) == 1


def test_a_mount_that_nobody_named_may_be_waited_for_too() -> None:
    station, relay = waiting_station()
    peer = station.connect()
    assert station.say(peer, b"GET /unnamed HTTP/1.0\r\n\r\n") == b""
    feed(station, relay, "/unnamed")
    assert bytes(peer.sent).startswith(b"HTTP/1.0 200 OK\r\n")


def test_nobody_waits_for_what_will_not_come() -> None:
    """As soon as that is known, or when a player would give up."""
    station, relay = waiting_station()
    peer = station.connect()
    assert station.say(peer, ASKED) == b""
    relay.gives_up = True
    station.pass_time(1)
    assert bytes(peer.sent).startswith(b"HTTP/1.0 404 ")
    relay.gives_up = False
    peer = station.connect()
    assert station.say(peer, ASKED) == b""
    station.pass_time(LONGEST_S + 1)
    assert bytes(peer.sent).startswith(b"HTTP/1.0 404 ")


def test_who_goes_meanwhile_is_forgotten() -> None:
    station, relay = waiting_station()
    peer = station.connect()
    station.say(peer, ASKED)
    assert station.mounts.known("/idle").awaiting
    peer.hang_up()
    station.turn()
    assert not station.mounts.known("/idle").awaiting
    feed(station, relay)
    assert not station.mounts.known("/idle").listeners


def test_who_asks_for_another_mount_does_not_wait() -> None:
    station, relay = waiting_station()
    peer = station.connect()
    assert station.say(peer, b"GET /live HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 404 ")
    assert not relay.wants


def test_a_relay_that_asks_is_told_the_way_of_the_stream() -> None:
    """Players, who do not say where they come from, are not."""
    station = MemoryStation()
    station.front.via = lambda path: f"1.0 far, 1.0 here ({path})"
    station.say(station.source(), b"audio")
    asks = b"Via: 1.0 other (/x)\r\n"
    assert b"\r\nVia: 1.0 far, 1.0 here (/live)\r\n" in station.player(head=asks).sent
    assert b"Via:" not in station.player().sent


def test_without_relays_there_is_no_way_to_tell() -> None:
    station = MemoryStation()
    station.say(station.source(), b"audio")
    player = station.player(head=b"Via: 1.1 proxy\r\n")
    assert player.sent.startswith(b"HTTP/1.0 200 OK\r\n")
    assert b"Via:" not in player.sent
