"""Listeners whose sockets take what they can: nothing is lost, buffered, or left behind."""

import pytest

from net.memory import MemoryTransport
from net.net_station import CONFIGURED, MemoryStation, role_of
from tinyice.core.events import DropReason, ListenerLeft
from tinyice.core.settings import MountSettings, StationSettings

AUDIO = bytes(range(251)) * 40
QUEUE = 65536


@pytest.fixture
def station() -> MemoryStation:
    return MemoryStation()


def body(player: MemoryTransport) -> bytes:
    """The stream, as far as it came."""
    return bytes(player.sent.partition(b"\r\n\r\n")[2])


def left(station: MemoryStation) -> list[DropReason]:
    return [event.reason for event in station.told(ListenerLeft)]


ROOMS = [*range(0, 700, 23), 5000, len(AUDIO), len(AUDIO) * 2]


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("head", [b"", b"Icy-MetaData: 1\r\n"], ids=["plain", "icy"])
def test_socket_fills_up_anywhere(station: MemoryStation, room: int, head: bytes) -> None:
    """A socket that is full at any byte goes on exactly there, also while more comes in."""
    encoder = station.source()
    station.say(encoder, AUDIO)
    player = station.player(room=room, head=head)
    assert len(player.sent) <= room
    station.say(encoder, AUDIO)
    station.pulse()
    for _ in range(20):
        player.make_room(997)
        station.settle()
    station.pulse()
    player.make_room()
    station.settle()
    station.say(encoder, b"the end")
    station.pulse()
    station.pulse()
    got = body(player)
    if head:
        assert got[16000:16001] == b"\1"
        got = got[:16000] + got[16017:]
    assert got == AUDIO + AUDIO + b"the end"
    assert player.producers_registered == 1
    assert player.unsent == 0


def test_nothing_is_buffered(station: MemoryStation) -> None:
    """What a socket does not take stays in the ring."""
    encoder = station.source()
    station.say(encoder, AUDIO)
    player = station.player(room=400)
    for _ in range(20):
        station.say(encoder, AUDIO)
        station.pulse()
        assert player.unsent <= 400


def test_without_delay(station: MemoryStation) -> None:
    """Small pieces go out at once."""
    station.say(station.source(), AUDIO)
    assert station.player().no_delay


class TestSlow:
    @pytest.mark.parametrize("head", [b"", b"Icy-MetaData: 1\r\n"], ids=["plain", "icy"])
    def test_jumps_and_is_dropped(self, station: MemoryStation, head: bytes) -> None:
        """A stalled listener jumps so many times, is counted, then cut off with its reason."""
        encoder = station.source()
        station.say(encoder, AUDIO)
        player = station.player(room=1000, head=head)
        mount = station.mounts.known("/live")
        listener = next(iter(mount.listeners.values()))
        for _ in range(80):
            station.say(encoder, AUDIO)
            station.pulse()
        assert listener.jumps == 5
        assert left(station) == [DropReason.TOO_SLOW]
        assert player.aborted
        assert not player.is_open
        assert mount.slow_listeners == 1
        assert station.traces == (1, 0, 0)

    def test_the_others_do_not_notice(self, station: MemoryStation) -> None:
        """Beside a stalled listener another one gets every byte."""
        encoder = station.source()
        station.say(encoder, AUDIO)
        station.player(room=1000)
        good = station.player()
        for _ in range(60):
            station.say(encoder, AUDIO)
            station.pulse()
        assert body(good) == AUDIO * 61

    def test_recovers(self, station: MemoryStation) -> None:
        """A listener that reads again after a jump stays, and its jumps are forgiven."""
        encoder = station.source()
        station.say(encoder, AUDIO)
        player = station.player(room=1000)
        for _ in range(10):
            for _ in range(8):
                station.say(encoder, AUDIO)
                station.pulse()
            player.make_room()
            station.settle()
            for _ in range(2):
                station.say(encoder, b"x")
                station.pulse()
            player.stall()
        assert role_of(player) == "listener"
        assert next(iter(station.mounts.known("/live").listeners.values())).jumps > 5


class TestEnds:
    """Whoever ends it, and when: no trace is left."""

    @pytest.mark.parametrize("room", [0, 10, 400, 5000, 1 << 30])
    @pytest.mark.parametrize("head", [b"", b"Icy-MetaData: 1\r\n"], ids=["plain", "icy"])
    @pytest.mark.parametrize("pulses", [0, 1, 3])
    @pytest.mark.parametrize("how", ["hang_up", "abortConnection", "broken"])
    def test_peer_leaves(
        self, station: MemoryStation, room: int, head: bytes, pulses: int, how: str
    ) -> None:
        """Leaving before, in or after the burst, caught up or lagging: all is forgotten."""
        encoder = station.source()
        station.say(encoder, AUDIO)
        player = station.player(room=room, head=head)
        for _ in range(pulses):
            station.say(encoder, AUDIO)
            station.pulse()
        if how == "broken":
            player.sent_broken = True
            player.make_room()
            station.say(encoder, AUDIO)
            station.pulse()
        else:
            getattr(player, how)()
        station.settle()
        if player.is_open:
            # Nothing was sent to it, so nobody has noticed yet.
            player.hang_up()
        assert left(station) == [DropReason.LEFT]
        mount = station.mounts.known("/live")
        assert station.traces == (1, 0, 0)
        assert not any(len(feed) for feed in mount.feeds)
        station.say(encoder, AUDIO)
        station.pulse()

    def test_source_ends(self, station: MemoryStation) -> None:
        """When the source ends, everyone gets what is left, and then the end."""
        encoder = station.source()
        station.say(encoder, AUDIO)
        quick, slow = station.player(), station.player(room=1000)
        station.say(encoder, b"last words")
        encoder.hang_up()
        station.settle()
        assert not quick.is_open
        assert quick.is_finished
        assert slow.is_open
        slow.make_room()
        station.settle()
        assert not slow.is_open
        assert body(quick) == body(slow) == AUDIO + b"last words"
        assert left(station) == [DropReason.SOURCE_ENDED] * 2
        assert station.traces == (0, 0, 0)

    @pytest.mark.parametrize("room", [0, 100, 1000])
    def test_source_ends_for_a_stalled_listener(self, station: MemoryStation, room: int) -> None:
        """Who does not take what is left is let go in the end."""
        encoder = station.source()
        station.say(encoder, AUDIO)
        player = station.player(room=room)
        encoder.hang_up()
        station.pass_time(60)
        assert not player.is_open
        assert left(station) == [DropReason.SOURCE_ENDED]
        assert station.traces == (0, 0, 0)

    @pytest.mark.parametrize("room", [0, 100, 1000, 1 << 30])
    def test_time_limit(self, room: int) -> None:
        """A listener whose time is over is let go, also when its socket takes nothing."""
        limited = MountSettings("/live", configured=True, duration_max_s=60)
        station = MemoryStation(configured={**CONFIGURED, "/live": limited})
        encoder = station.source()
        station.say(encoder, AUDIO)
        player = station.player(room=room)
        for _ in range(100):
            station.pass_time(1)
            station.say(encoder, b"audio")
            station.pulse()
        assert left(station) == [DropReason.TIME_LIMIT]
        assert not player.is_open
        assert station.traces == (1, 0, 0)

    @pytest.mark.parametrize("room", [0, 100, 1000, 1 << 30])
    def test_server_stops(self, station: MemoryStation, room: int) -> None:
        """At the end everyone is let go, also who takes nothing."""
        station.say(station.source(), AUDIO)
        player = station.player(room=room)
        station.mounts.stop()
        station.front.waiting.end()
        station.pass_time(40)
        assert not player.is_open
        assert player.aborted is (room < len(AUDIO))
        assert left(station) == [DropReason.SERVER_STOPPING]
        assert station.traces == (0, 0, 0)

    def test_unconfigured_mount_goes(self, station: MemoryStation) -> None:
        """A mount that a source made is forgotten with its last listener."""
        encoder = station.source("/made")
        station.say(encoder, AUDIO)
        player = station.player("/made", room=1000)
        encoder.hang_up()
        assert station.mounts.find("/made") is not None
        player.make_room()
        station.settle()
        assert station.mounts.find("/made") is None
        station.pulse()


def test_limits_are_given_back() -> None:
    """A place that a listener leaves is free for another."""
    station = MemoryStation(settings=StationSettings(listeners_max=1))
    station.say(station.source(), AUDIO)
    first = station.player()
    assert b" 403 " in station.player().sent
    first.hang_up()
    assert role_of(station.player()) == "listener"
