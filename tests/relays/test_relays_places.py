"""A relay among the other inputs of its mount: encoders above it, fallbacks below, a hold."""

from datetime import UTC, datetime

from core.fakes import Encoder
from formats.synthetic_frames import mpeg_frame
from relays.upstreams import Station, whole_frames
from tinyice.core.clients import Client
from tinyice.core.mount import Mount
from tinyice.core.pace import Pace
from tinyice.core.relaying import RelayState
from tinyice.core.settings import MountSettings
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def encoder(station: Station, path: str = "/r") -> tuple[Mount, Source]:
    """An encoder on that mount."""
    control = Encoder()
    source = Source(
        kind="client",
        client=Client("192.0.2.1"),
        user="source",
        credential="hash",
        content_type="audio/mpeg",
        station=StationHeaders(),
        control=control,
        pace=Pace(0),
        connected_at=NOON,
        now=station.clock.seconds(),
    )
    mount = station.mounts.claim(path, source)
    control.at_close = lambda reason: station.mounts.release(mount, source, reason)
    return mount, source


def heard(station: Station, got: bytearray, before: int) -> set[int]:
    """Which fillings were heard since then."""
    return {frame[-1] for frame in whole_frames(bytes(got[before:]))}


def test_an_encoder_is_heard_at_once_and_the_relay_after_it() -> None:
    """It goes on behind the encoder, and back to it when that is gone; listeners stay."""
    station = Station(r=MountSettings("/r", configured=True, return_after_s=0))
    relay = station.relay()
    call = station.net.next().stream()
    station.play(call, 2, b"\x01")
    _, player = station.listen()
    station.play(call, 2, b"\x01")
    mount, source = encoder(station)
    before = len(player.got)
    for _ in range(30):
        mount.take(source, mpeg_frame(filling=b"\x02") * 4)
        call.say(mpeg_frame(filling=b"\x01") * 4)
        station.pass_time(0.1)
    assert mount.source is source
    assert heard(station, player.got, before + 417 * 2) == {2}
    assert (relay.snapshot().state, call.is_open) == (RelayState.ON_AIR, True)
    before = len(player.got)
    source.control.close("the encoder is gone")
    station.play(call, 2, b"\x03")
    assert mount.source is not None
    assert mount.source.kind == "relay"
    assert 3 in heard(station, player.got, before)
    assert not player.finished


def test_a_fallback_is_heard_as_soon_as_the_stream_is_lost() -> None:
    """Not after a silence: something else is there. Then the relay comes back."""
    station = Station(
        r=MountSettings("/r", configured=True, chain=("/backup",), return_after_s=2),
        backup=MountSettings("/backup", configured=True),
    )
    backup, source = encoder(station, "/backup")
    relay = station.relay()
    call = station.net.next().stream()

    def both(seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            backup.take(source, mpeg_frame(filling=b"\x09") * 4)
            call.say(mpeg_frame(filling=b"\x01") * 4)
            station.pass_time(0.1)

    both(3)
    _, player = station.listen()
    both(2)
    before = len(player.got)
    call.hang_up()
    both(0.3)
    assert 9 in heard(station, player.got, before)
    both(1)
    call = station.net.next().stream(seconds=4)
    both(1)
    assert relay.snapshot().state is RelayState.ON_AIR
    mount = station.mounts.known("/r")
    assert mount.source is not None
    assert mount.source.kind == "mount", "it must be good for a while first"
    both(3)
    assert mount.source.kind == "relay"
    assert not player.finished
    before = len(player.got)
    both(1)
    assert heard(station, player.got, before) == {1}


def test_a_hold_bridges_a_loss() -> None:
    """Listeners wait as long as the operator says, and hear nothing twice."""
    station = Station(r=MountSettings("/r", configured=True, hold_s=40))
    station.relay()
    call = station.net.next().stream()
    station.play(call, 2, b"\x01")
    _, player = station.listen()
    station.play(call, 2, b"\x01")
    call.hang_up()
    before = len(player.got)
    for _ in range(25):
        station.pass_time(1)
        if station.net.new:
            station.net.next().refuse()
    while not station.net.new:
        station.pass_time(1)
    again = station.net.next().stream(seconds=4)
    station.play(again, 2, b"\x02")
    assert not player.finished
    got = whole_frames(bytes(player.got[before:]))
    assert len(got) > 2 * 37
    assert 2 in {frame[-1] for frame in got}


def test_a_relay_of_another_format_is_not_forced_on_listeners() -> None:
    """The next upstream plays something that players here do not understand: they are let go."""
    station = Station(r=MountSettings("/r", configured=True))
    relay = station.relay("http://a.example/x", "http://b.example/x")
    call = station.net.next().stream()
    station.play(call, 2)
    _, player = station.listen()
    station.play(call, 61)
    call.hang_up()
    other = station.net.next().accept()
    other.say(b"HTTP/1.0 200 OK\r\nContent-Type: application/x-any\r\n\r\n")
    station.pass_time(1.0, lambda: other.say(b"whatever" * 100))
    assert relay.snapshot().state is RelayState.ON_AIR
    assert player.finished
    mount = station.mounts.known("/r")
    assert mount.source is not None
    assert str(mount.source.format).startswith("raw")
