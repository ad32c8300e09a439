"""Snapshots: what people are told is exactly what happened."""

import pytest

from core.fakes import NOON, Rig
from core.units import Programme, UnitFramer
from tinyice.core.errors import MountIdle, MountUnknown
from tinyice.core.listener import Listener
from tinyice.core.settings import MountSettings
from tinyice.core.snapshots import ListenerSnapshot, MountSnapshot, StationHeaders
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
        input="live",
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


def test_listeners_are_listed_in_pages() -> None:
    """In the order in which they came, over all mounts or some, wherever they were moved."""
    rig = Rig()
    station = Station(rig.mounts, started_at=NOON, clock=rig.clock)
    for path in ("/a", "/b", "/c"):
        mount, source = rig.on_air(path, framer=UnitFramer())
        mount.take(source, Programme().units(*[500] * 100))
    for at in range(40):
        rig.listen(rig.mounts.known("/" + "abc"[at % 3]), 256 if at % 2 else None)
    assert station.move_listeners("/a", "/b", [1, 7, 13, 19, 25, 31]) == 6
    station.kick_listener("/c", 3)
    everyone = [one for one in range(1, 41) if one != 3]
    found: list[int] = []
    while page := station.listeners(None, found[-1] if found else 0, 7):
        assert len(page) <= 7
        found += [one.id for one in page]
    assert found == everyone
    on_b = [one for one in everyone if one % 3 == 2 or one in (1, 7, 13, 19, 25, 31)]
    assert [one.id for one in station.listeners({"/b"}, 0, 100)] == on_b
    assert [one.id for one in station.listeners_of("/b")] == on_b
    assert station.listeners({"/nowhere"}, 0, 100) == ()
    two = {one.id: one.mount for one in station.listeners({"/a", "/b"}, 0, 100)}
    assert (two[1], two[4], len(two)) == ("/b", "/a", 27)
    assert station.move_listeners("/b", "/a", [1]) == 1
    assert station.listeners({"/a"}, 0, 1)[0].id == 1


def test_a_listener_is_told_as_it_is() -> None:
    """Who it is, how long it is there, what it got, and how far it lies behind."""
    rig = Rig(settings=MountSettings("", burst_bytes=0))
    station = Station(rig.mounts, started_at=NOON, clock=rig.clock)
    mount, source = rig.on_air("/a", framer=UnitFramer())
    mount.take(source, Programme().units(1000))
    listener, _ = rig.listen(mount, None, room=400)
    listener.user, listener.jumps = "anna", 2
    rig.clock.advance(10)
    mount.take(source, Programme().units(*[1000] * 9))
    rig.mounts.deliver()
    assert station.listeners(None, 0, 10) == (
        ListenerSnapshot(
            id=listener.id,
            mount="/a",
            client=listener.client,
            user="anna",
            seconds=10,
            bytes_out=400,
            lag_bytes=9600,
            lag_seconds=9.6,
            jumps=2,
            icy=False,
            is_away=False,
        ),
    )


def test_a_page_costs_what_it_shows() -> None:
    """Not what there is: the audio goes on while a hundred thousand are listed."""
    rig = Rig()
    station = Station(rig.mounts, started_at=NOON, clock=rig.clock)
    mount, source = rig.on_air("/a", framer=UnitFramer())
    mount.take(source, Programme().units(1000))
    looked_at = 0

    class Counted(dict[int, Listener]):
        def get(self, key: int, default: object = None) -> object:  # type: ignore[override]
            nonlocal looked_at
            looked_at += 1
            return super().get(key, default)  # type: ignore[arg-type]

    for _ in range(5000):
        rig.listen(mount)
    mount.roll.by_id = Counted(mount.roll.by_id)
    after = 0
    for _ in range(10):
        page = station.listeners(None, after, 100)
        after = page[-1].id
    assert after == 1000
    assert looked_at <= 1100
    for number in range(1001, 4000):
        rig.mounts.leave(mount, mount.listeners[number])
    looked_at = 0
    assert station.listeners(None, after, 100)[0].id == 4000
    assert looked_at <= 2 * 2001 + 64
