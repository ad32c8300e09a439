"""At the limit of descriptors: listeners wait outside, everybody else gets in."""

import pytest

from net.memory import MemoryTransport
from net.net_station import RIGHT, MemoryStation
from tinyice.core.errors import NoDescriptors
from tinyice.net.room import BOUNDLESS, Room


class Crowd:
    """So many connections are open."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __call__(self) -> int:
        return self.number


@pytest.mark.parametrize(("connections", "has_room"), [(0, True), (10, True), (11, False)])
def test_the_one_that_asks_counts(connections: int, has_room: bool) -> None:
    """As many connections as were promised may be listeners, and not one more."""
    assert Room(10, Crowd(connections)).has_room() is has_room


def test_check() -> None:
    """Without room, the listener learns when to come back."""
    Room(10, Crowd(10)).check()
    with pytest.raises(NoDescriptors) as refused:
        Room(10, Crowd(11)).check()
    assert refused.value.retry_after > 0
    BOUNDLESS.check()


@pytest.fixture
def full() -> MemoryStation:
    """A station on air that has no descriptor left for listeners."""
    crowd = Crowd(0)
    station = MemoryStation(room=Room(10, crowd))
    station.say(station.source("/live"), b"audio")
    crowd.number = 11
    return station


def status_of(answer: bytes) -> bytes:
    return answer.split(b" ", 2)[1]


class TestFull:
    @pytest.mark.parametrize("method", [b"GET", b"HEAD"])
    def test_a_listener_is_told_at_once(self, full: MemoryStation, method: bytes) -> None:
        """503, when to come back, and the descriptor is free again without a wait."""
        player = full.connect()
        answer = full.say(player, method + b" /live HTTP/1.0\r\n\r\n")
        assert status_of(answer) == b"503"
        assert b"\r\nRetry-After: " in answer
        assert not player.is_open
        assert full.mounts.listeners == 0

    def test_a_mount_that_is_not_there_is_404_all_the_same(self, full: MemoryStation) -> None:
        """Who asks for nothing that can be heard is not asked to come back for it."""
        assert status_of(full.say(full.connect(), b"GET /idle HTTP/1.0\r\n\r\n")) == b"404"

    def test_a_source_gets_in(self, full: MemoryStation) -> None:
        """Listeners never keep an encoder out."""
        full.source("/two")

    def test_a_page_is_answered(self, full: MemoryStation) -> None:
        """Whoever wants to look after the server gets through."""
        assert b"a page" in full.say(full.connect(), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    def test_nobody_is_waited_for(self, full: MemoryStation) -> None:
        """A refused encoder does not keep its descriptor for a farewell, either."""
        refused = full.connect()
        answer = full.say(refused, b"SOURCE /live HTTP/1.0\r\n" + RIGHT + b"\r\n")
        assert status_of(answer) == b"403"
        assert not refused.is_open


def test_with_room_a_refused_peer_is_heard_out() -> None:
    """Otherwise the end of a connection stays gentle."""
    station = MemoryStation(room=Room(10, Crowd(0)))
    station.source("/live")
    refused: MemoryTransport = station.connect()
    station.say(refused, b"SOURCE /live HTTP/1.0\r\n" + RIGHT + b"\r\n")
    assert refused.is_finished
    assert refused.is_open
