"""Connections of MPD clients: bounds, time-outs, and nobody who keeps others waiting."""

from collections.abc import Sequence

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.python.failure import Failure

from autodj.mpd_station import MemoryStation
from autodj.mpd_wire import Wire
from tinyice.autodj.mpd.connected import QUIET_S, Connected
from tinyice.autodj.mpd.needs import Subsystem
from tinyice.autodj.mpd.server import MpdServer
from tinyice.core.clients import Client
from tinyice.core.tracks import Track
from tinyice.wire.mpd import GREETING, LINE_BYTES_MAX

SOMEBODY = IPv4Address("TCP", "192.0.2.1", 1234)


class Hall:
    """A server, a clock, and who is connected."""

    def __init__(self, limit: int = 3) -> None:
        self.clock = Clock()
        self.memory = MemoryStation(self.clock.seconds)
        self.server = MpdServer(
            self.memory.station,
            clock=self.clock,
            client_for=lambda address: Client(address.host),
            limit=limit,
        )
        self.memory.player.tell = self.server.changed

    def come(self) -> tuple[Connected, Wire]:
        """Somebody new."""
        connected = self.server.buildProtocol(SOMEBODY)
        assert connected is not None
        wire = Wire()
        connected.makeConnection(wire)
        assert wire.said() == GREETING
        return connected, wire


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_commands_are_answered_in_order(hall: Hall) -> None:
    connected, wire = hall.come()
    connected.dataReceived(b"pi")
    assert wire.said() == b""
    connected.dataReceived(b"ng\ngetvol\r\nnonsense\n")
    assert wire.said() == b'OK\nvolume: 100\nOK\nACK [5@0] {} unknown command "nonsense"\n'


def test_a_client_that_closes_gets_its_answers_first(hall: Hall) -> None:
    connected, wire = hall.come()
    connected.dataReceived(b"ping\nclose\nping\n")
    assert wire.said() == b"OK\n"
    assert wire.is_closing


def test_a_line_without_end_is_refused(hall: Hall) -> None:
    connected, wire = hall.come()
    connected.dataReceived(b"x" * (LINE_BYTES_MAX + 1))
    assert wire.said() == b"ACK [2@0] {} The line is too long\n"
    assert wire.is_closing


def test_a_browser_is_sent_away_before_its_body(hall: Hall) -> None:
    connected, wire = hall.come()
    connected.dataReceived(b"POST / HTTP/1.1\r\nHost: x\r\n\r\nclear\n")
    assert wire.said() == b""
    assert wire.is_closing


def test_only_so_many_are_connected(hall: Hall) -> None:
    guests = [hall.come() for _ in range(3)]
    assert hall.server.buildProtocol(SOMEBODY) is None
    guests[0][0].connectionLost(Failure(ConnectionError()))
    assert len(hall.server) == 2
    hall.come()


def test_who_is_not_let_in_is_turned_away() -> None:
    hall = Hall()
    server = MpdServer(hall.memory.station, clock=hall.clock, client_for=lambda _: None)
    assert server.buildProtocol(SOMEBODY) is None
    assert len(server) == 0


def test_who_says_nothing_for_long_is_gone(hall: Hall) -> None:
    connected, wire = hall.come()
    hall.clock.advance(QUIET_S - 1)
    connected.dataReceived(b"ping\n")
    hall.clock.advance(QUIET_S - 1)
    assert not wire.is_closing
    hall.clock.advance(2)
    assert wire.is_closing


def test_who_waits_for_changes_may_be_quiet(hall: Hall) -> None:
    connected, wire = hall.come()
    connected.dataReceived(b"idle\n")
    hall.clock.advance(QUIET_S * 100)
    assert not wire.is_closing
    hall.server.changed(Subsystem.PLAYER)
    assert wire.said() == b"changed: player\nOK\n"
    hall.clock.advance(QUIET_S + 1)
    assert wire.is_closing


def test_who_does_not_take_answers_is_asked_nothing_more(hall: Hall) -> None:
    connected, wire = hall.come()
    connected.pauseProducing()
    connected.dataReceived(b"ping\n" * 5)
    assert wire.said() == b""
    connected.dataReceived(b"ping\n" * LINE_BYTES_MAX)
    assert wire.producerState == "paused"
    hall.clock.advance(1)
    connected.resumeProducing()
    for _ in range(LINE_BYTES_MAX // 50 + 2):
        hall.clock.advance(0)
    assert wire.said() == b"OK\n" * (LINE_BYTES_MAX + 5)
    assert wire.producerState == "producing"
    connected.pauseProducing()
    connected.dataReceived(b"ping\n")
    hall.clock.advance(QUIET_S + 1)
    assert wire.is_closing


def test_many_commands_at_once_leave_others_their_turn(hall: Hall) -> None:
    connected, wire = hall.come()
    other, other_wire = hall.come()
    connected.dataReceived(b"ping\n" * 1000)
    assert len(wire.said()) < 1000
    other.dataReceived(b"ping\n")
    assert other_wire.said() == b"OK\n"
    connected.dataReceived(b"command_list_begin\n" + b"ping\n" * 1000 + b"command_list_end\n")
    for _ in range(100):
        hall.clock.advance(0)
    assert wire.said().endswith(b"OK\n")


class SlowLibrary:
    """A library that answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[Deferred[Sequence[Track | None]]] = []
        self.cancelled = 0

    async def tracks(self, paths: Sequence[str]) -> Sequence[Track | None]:
        waiting: Deferred[Sequence[Track | None]] = Deferred(self._cancel)
        self.asked.append(waiting)
        return await waiting

    def _cancel(self, _deferred: object) -> None:
        self.cancelled += 1


@pytest.fixture
def slow(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> SlowLibrary:
    library = SlowLibrary()
    monkeypatch.setattr(hall.memory.library, "tracks", library.tracks)
    return library


def test_what_takes_time_is_waited_for(hall: Hall, slow: SlowLibrary) -> None:
    connected, wire = hall.come()
    other, other_wire = hall.come()
    connected.dataReceived(b"addid x\nping\n")
    other.dataReceived(b"ping\n")
    assert (wire.said(), other_wire.said()) == (b"", b"OK\n")
    hall.server.changed(Subsystem.PLAYER)
    slow.asked[0].callback([Track("x")])
    assert wire.said() == b"Id: 1\nOK\nOK\n"


def test_who_is_gone_is_not_worked_for(hall: Hall, slow: SlowLibrary) -> None:
    connected, wire = hall.come()
    connected.dataReceived(b"addid x\nclear\n")
    connected.connectionLost(Failure(ConnectionError()))
    assert slow.cancelled == 1
    assert wire.said() == b""
    assert len(hall.server) == 0
    assert hall.clock.getDelayedCalls() == []


def test_a_fault_of_ours_ends_the_connection_and_is_logged(hall: Hall, slow: SlowLibrary) -> None:
    connected, wire = hall.come()
    connected.dataReceived(b"addid x\n")
    with capturedLogs() as told:
        slow.asked[0].errback(RuntimeError("the disk is gone"))
    assert wire.is_closing
    assert [event["log_format"] for event in told] == ["an MPD command failed"]


def test_the_end_is_told_to_nobody_and_closes_all(hall: Hall) -> None:
    guests = [hall.come() for _ in range(3)]
    hall.server.end()
    assert all(wire.is_closing for _, wire in guests)
