"""An encoder's connection once it is let in: pace, silence, takeover, and its end."""

import pytest

from net.memory import ALL, MemoryTransport
from net.net_station import (
    PASSING,
    RIGHT,
    MemoryStation,
    role_of,
    source_request,
    with_limits,
)
from tinyice.core.events import SourceDisconnected, SourceReplaced, TagsChanged
from tinyice.core.settings import MountSettings, StationSettings

FRAME = b"\xff\xf3\x10\x00" + bytes(22)
"""An MP3 frame of 8 kbit/s: 26 bytes for 26 ms."""
FRAME_S = 576 / 22050
CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.fixture
def station() -> MemoryStation:
    return MemoryStation()


def reasons(station: MemoryStation) -> list[str]:
    """Why sources ended."""
    return [event.reason for event in station.told(SourceDisconnected)]


def audio(seconds: float) -> bytes:
    return FRAME * round(seconds / FRAME_S)


class TestPace:
    def test_held_back(self, station: MemoryStation) -> None:
        """A source that is more than the lead ahead is not read until time has caught up."""
        encoder = station.source(content_type="audio/mpeg")
        station.say(encoder, audio(30))
        assert not encoder.is_reading
        station.pass_time(15)
        assert not encoder.is_reading
        station.pass_time(10)
        assert encoder.is_reading

    def test_all_in_order(self, station: MemoryStation) -> None:
        """Holding loses nothing, and in the long run the source runs at its own rate."""
        encoder = station.source(content_type="audio/mpeg")
        station.say(encoder, audio(400))
        station.pass_time(100)
        at_100_s = station.mounts.known("/live").bytes_in
        assert at_100_s < len(audio(100 + 10 + 66))
        station.pass_time(300)
        assert station.recorded["/live"] == audio(400)

    def test_no_silence(self, station: MemoryStation) -> None:
        """A source that we hold is not silent, however long we hold it; then it may be."""
        encoder = station.source(content_type="audio/mpeg")
        station.say(encoder, audio(60))
        station.pass_time(55)
        assert role_of(encoder) == "source"
        station.pass_time(20)
        assert reasons(station) == ["no data for 10 s"]

    def test_held_again(self, station: MemoryStation) -> None:
        """A hold that is made longer counts as one, to its end."""
        encoder = station.source(content_type="audio/mpeg")
        station.say(encoder, audio(12))
        encoder.protocol.hold(40)
        encoder.protocol.dataReceived(audio(1))
        encoder.protocol.hold(40)
        station.pass_time(39)
        assert not encoder.is_reading
        station.pass_time(9)
        assert encoder.is_reading
        assert role_of(encoder) == "source"

    def test_switched_off(self) -> None:
        """Without a lead nobody is held."""
        station = MemoryStation(limits=with_limits(source_lead_s=0))
        encoder = station.source(content_type="audio/mpeg")
        station.say(encoder, audio(100))
        assert encoder.is_reading

    def test_with_the_head(self, station: MemoryStation) -> None:
        """Audio that comes with the head counts, too."""
        encoder = station.connect()
        station.say(encoder, source_request(content_type="audio/mpeg") + audio(30))
        assert not encoder.is_reading

    @pytest.mark.parametrize("how", ["abortConnection", "loseConnection"])
    def test_ends_while_held(self, station: MemoryStation, how: str) -> None:
        """Nothing is left of a source that ends while it is held."""
        encoder = station.source(content_type="audio/mpeg")
        station.say(encoder, audio(60))
        getattr(encoder, how)()
        station.settle()
        assert station.traces == (0, 0, 0)
        assert station.clock.getDelayedCalls() == []

    def test_closed_while_held(self, station: MemoryStation) -> None:
        """A session that we end does not come back to life when its hold is over."""
        encoder = station.source(content_type="audio/mpeg")
        station.say(encoder, audio(60))
        station.mounts.stop()
        station.pass_time(100)
        assert not encoder.is_open
        assert station.clock.getDelayedCalls() == []


class TestSilence:
    def test_dropped(self, station: MemoryStation) -> None:
        """A source that sends nothing for the time-out ends, and its mount is free."""
        encoder = station.source()
        station.say(encoder, b"audio")
        station.pass_time(9)
        assert role_of(encoder) == "source"
        station.pass_time(2)
        assert reasons(station) == ["no data for 10 s"]
        assert not encoder.is_open
        assert role_of(station.source()) == "source"

    def test_half_open(self, station: MemoryStation) -> None:
        """A peer that takes not even our greeting is cut off."""
        encoder = station.connect(room=0)
        station.say(encoder, source_request())
        station.pass_time(14)
        assert encoder.aborted
        assert station.traces == (0, 0, 0)


class TestTakeover:
    def silent(self, station: MemoryStation, seconds: float) -> MemoryTransport:
        """A source that said something and then nothing, with one listener."""
        encoder = station.source()
        station.say(encoder, b"old audio")
        station.pass_time(seconds)
        return encoder

    def test_same_password(self, station: MemoryStation) -> None:
        """The same password and some silence: the new session has the mount, listeners stay."""
        old = self.silent(station, 3)
        player = station.player()
        new = station.source()
        station.say(new, b"new audio")
        station.pulse()
        assert not old.is_open
        assert role_of(player) == "listener"
        assert player.sent.endswith(b"new audio")
        assert len(station.told(SourceReplaced)) == 1
        assert reasons(station) == ["replaced by a new session"]

    def test_late_bytes(self, station: MemoryStation) -> None:
        """What still arrives of the old session is never appended."""
        old = self.silent(station, 3)
        station.make_late = old.protocol
        new = station.source()
        station.make_late.dataReceived(b"late")
        station.say(new, b"new audio")
        assert station.recorded["/live"] == b"old audionew audio"

    def test_one_end(self, station: MemoryStation) -> None:
        """The old session ends once; the end of its connection does not touch the new one."""
        self.silent(station, 3)
        new = station.source()
        station.settle()
        assert len(station.told(SourceDisconnected)) == 1
        station.say(new, b"more")
        assert role_of(new) == "source"

    def test_too_early(self, station: MemoryStation) -> None:
        """A source that is heard is not replaced."""
        old = self.silent(station, 1)
        other = station.connect()
        assert b" 403 " in station.say(other, source_request())
        assert role_of(old) == "source"

    def test_another_password(self) -> None:
        """Another password opens the mount, but takes nothing over."""
        users = {"anna": "hash of hackme too"}
        settings = {"/live": MountSettings("/live", configured=True, user_passwords=users)}
        station = MemoryStation(configured=settings)
        old = self.silent(station, 5)
        other = station.connect()
        anna = source_request().replace(RIGHT, b"Authorization: Basic YW5uYTpoYWNrbWUgdG9v\r\n")
        assert b"Mountpoint in use" in station.say(other, anna)
        assert role_of(old) == "source"

    def test_switched_off(self) -> None:
        """Without takeover the first session stays until its time-out."""
        station = MemoryStation(settings=StationSettings(takeover=False))
        self.silent(station, 9)
        assert b" 403 " in station.say(station.connect(), source_request())


class TestEnds:
    def test_garbage_in_chunks(self, station: MemoryStation) -> None:
        """Chunks that are none end the source; its listeners get what came before."""
        encoder = station.connect()
        head = source_request().replace(b"\r\n\r\n", b"\r\n" + CHUNKED + b"\r\n")
        station.say(encoder, head.replace(b"SOURCE", b"PUT").replace(b"1.0", b"1.1"))
        station.say(encoder, b"5\r\naudio\r\n")
        player = station.player()
        station.say(encoder, b"garbage\r\n5\r\naudio\r\n")
        assert reasons(station) == ["A chunk size is malformed."]
        assert not encoder.is_open
        assert not player.is_open
        assert player.sent.endswith(b"\r\n\r\naudio")

    def test_hang_up(self, station: MemoryStation) -> None:
        """An encoder that closes frees its mount at once."""
        encoder = station.source()
        encoder.hang_up()
        assert station.traces == (0, 0, 0)
        assert reasons(station) == ["connection lost"]

    def test_server_stops(self, station: MemoryStation) -> None:
        """At the end each source is told, once, and its connection closed."""
        encoder = station.source()
        station.say(encoder, b"audio")
        player = station.player()
        station.mounts.stop()
        station.settle()
        assert reasons(station) == ["server stopping"]
        assert not encoder.is_open
        assert not player.is_open
        assert station.traces == (0, 0, 0)


class TestInlineMetadata:
    def titles(self, metaint: str, stream: bytes, *, charset: str = "") -> list[str]:
        settings = {"/live": MountSettings("/live", configured=True, charset=charset)}
        station = MemoryStation(configured=settings)
        head = source_request().replace(b"\r\n\r\n", f"\r\nicy-metaint: {metaint}\r\n\r\n".encode())
        station.say(station.connect(), head + stream)
        return [event.tags.title for event in station.told(TagsChanged)]

    def test_charset(self) -> None:
        """Titles inside the stream are in the mount's charset."""
        block = b"\2StreamTitle='\xcf\xf0\xe8\xe2\xe5\xf2';".ljust(33, b"\0")
        assert self.titles("4", b"abcd" + block, charset="windows-1251") == ["Привет"]

    @pytest.mark.parametrize("metaint", ["", "0", "-1", "x", "²", "9" * 5000, "99999999999"])
    def test_nonsense(self, metaint: str) -> None:
        """An interval that can't be one means that there is none."""
        assert self.titles(metaint, b"abcd") == []


def test_room_is_not_needed_to_stream(station: MemoryStation) -> None:
    """An encoder that never reads our greeting may stream all the same."""
    encoder = station.connect(room=0)
    station.say(encoder, source_request(), b"audio")
    assert station.recorded["/live"] == b"audio"
    encoder.make_room(ALL)
    station.settle()
    assert encoder.sent == b"HTTP/1.0 200 OK\r\n\r\n"
    assert station.mounts.known("/live").source.content_type == PASSING
