"""Snapshots: what people are told is exactly what happened."""

import pytest

from core.fakes import NOON, Rig
from core.units import Programme, UnitFramer
from tinyice.core.errors import MountIdle, MountUnknown
from tinyice.core.settings import MountSettings
from tinyice.core.snapshots import MountSnapshot, StationHeaders
from tinyice.core.station import Station, mount_snapshot
from tinyice.core.tags import Tags
from tinyice.formats.base import AudioInfo

MOUNTS = {
    "/b": MountSettings("/b", configured=True, burst_bytes=700),
    "/hidden": MountSettings("/hidden", configured=True, visible=False),
}


def test_counters_are_exact() -> None:
    """Bytes in and out add up, over everybody who came and went, and mounts that are gone."""
    rig = Rig(mounts=MOUNTS)
    station = Station(rig.mounts, started_at=NOON, clock=rig.clock)
    players = []
    for path in ("/b", "/a", "/hidden"):
        mount, source = rig.on_air(path, framer=UnitFramer())
        programme = Programme()
        mount.take(source, programme.units(*[1000] * 20))
        joined = [rig.listen(mount, metaint, room=9000) for metaint in (None, 256, 256, 8000)]
        players += [player for _, player in joined]
        mount.take(source, programme.units(*[1000] * 20))
        rig.mounts.deliver()
        rig.mounts.leave(mount, joined[0][0])
        rig.mounts.leave(mount, joined[3][0])
        if path == "/a":
            rig.mounts.release(mount, source, "end of the body")
            rig.mounts.leave(mount, joined[1][0])
            rig.mounts.leave(mount, joined[2][0])
    for player in players:
        player.give()
    rig.clock.advance(90)
    found = station.snapshot()
    assert [mount.path for mount in found.mounts] == ["/b", "/hidden"]
    assert [mount.path for mount in found.public_mounts] == ["/b"]
    assert (found.started_at, found.uptime_seconds) == (NOON, 90)
    assert found.bytes_in == 120_000
    assert found.bytes_out == sum(len(player.got) for player in players)
    assert found.listeners == 4
    assert [mount.listener_peak for mount in found.mounts] == [4, 4]
    assert (found.listener_connections, found.source_connections) == (12, 3)


def test_a_mount_on_air() -> None:
    """Everything of it at this moment."""
    rig = Rig(mounts=MOUNTS)
    said = StationHeaders(name="Radio", bitrate="128")
    source = rig.source(framer=UnitFramer(), station=said)
    mount, _ = rig.claim("/b", source)
    mount.set_tags(Tags("A", "T"), "admin")
    mount.take(source, Programme().units(1000))
    rig.listen(mount)
    assert mount_snapshot(mount) == MountSnapshot(
        path="/b",
        visible=True,
        disabled=False,
        configured=True,
        source=source.client,
        source_kind="client",
        connected_at=NOON,
        content_type="audio/mpeg",
        station=said,
        audio=AudioInfo(),
        tags=Tags("A", "T"),
        listeners=1,
        listener_peak=1,
        listeners_max=0,
        slow_listeners=0,
        bytes_in=1000,
        bytes_out=1000,
        carries_icy=True,
        burst_bytes=700,
        queue_bytes=524_288,
        metaint=16000,
    )


def test_a_mount_off_the_air_shows_nothing_of_its_last_source() -> None:
    """No title, no name, no format; its counters stay."""
    rig = Rig(mounts=MOUNTS)
    mount, source = rig.on_air("/b", framer=UnitFramer())
    mount.set_tags(Tags("A", "T"), "admin")
    mount.take(source, b"")
    rig.mounts.release(mount, source, "connection lost")
    shown = mount_snapshot(mount)
    assert not shown.on_air
    assert (shown.tags, shown.station, shown.content_type) == (Tags(), StationHeaders(), "")
    assert not shown.carries_icy


def test_titles_are_set_by_path() -> None:
    """A mount that is not there, or not on the air, has no title."""
    rig = Rig(mounts=MOUNTS)
    station = Station(rig.mounts, started_at=NOON, clock=rig.clock)
    with pytest.raises(MountIdle):
        station.set_tags("/b", Tags(title="T"), "admin")
    with pytest.raises(MountUnknown):
        station.set_tags("/x", Tags(title="T"), "admin")
    mount, _ = rig.on_air("/b")
    station.set_tags("/b", Tags(title="T"), "admin")
    assert mount.tags.display == "T"


def test_the_line_that_people_see() -> None:
    """Artist and title, or the one that is known."""
    shown = [Tags("A", "T").display, Tags("A").display, Tags(title="T").display, Tags().display]
    assert shown == ["A - T", "A", "T", ""]


@pytest.mark.parametrize("metaint", [None, 256])
def test_what_delivering_came_to(metaint: int | None) -> None:
    """Sends and jumps are counted, and stay when the listener and the mount are gone."""
    rig = Rig(settings=MountSettings("", queue_bytes=100_000, burst_bytes=0))
    station = Station(rig.mounts, started_at=NOON, clock=rig.clock)
    mount, source = rig.on_air("/a", framer=UnitFramer())
    programme = Programme()
    mount.take(source, programme.units(1000))
    rig.listen(mount, metaint)
    slow, _ = rig.listen(mount, metaint, room=500)
    for _ in range(6):
        mount.take(source, programme.units(*[1000] * 50))
        rig.mounts.deliver()
    found = station.delivery()
    assert found.jumps == slow.jumps > 0
    assert found.sends > 0
    for listener in tuple(mount.listeners.values()):
        rig.mounts.leave(mount, listener)
    rig.mounts.release(mount, source, "end of the body")
    assert station.snapshot().mounts == ()
    assert station.delivery() == found
