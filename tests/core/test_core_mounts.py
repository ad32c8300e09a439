"""Mounts: who may feed them, who may listen, and when they are forgotten."""

import gc
import weakref
from dataclasses import replace

import pytest

from core.deicy import deinterleave
from core.fakes import Encoder, Player, Rig
from core.units import Programme, UnitFramer, numbers
from tinyice.core.clients import Client
from tinyice.core.errors import (
    DomainError,
    MountDisabled,
    MountIdle,
    MountInUse,
    MountPathRefused,
    MountUnknown,
    TooManyListeners,
    TooManySources,
)
from tinyice.core.events import (
    DropReason,
    Event,
    ListenerJoined,
    ListenerLeft,
    SourceConnected,
    SourceDisconnected,
    SourceReplaced,
    TagsChanged,
)
from tinyice.core.feeds import QUEUE_GROWN_MAX
from tinyice.core.listener import Listener
from tinyice.core.mounts import SECURE_COST
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.core.tags import Tags


def closed(source: Source) -> list[str]:
    """The reasons for which the mount ended a source."""
    assert isinstance(source.control, Encoder)
    return source.control.closed


def test_the_second_source_is_refused_and_the_first_undisturbed() -> None:
    """One source a mount: the other hears so, nobody else notices."""
    rig = Rig()
    mount, first = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(first, programme.units(500, 500))
    _, player = rig.listen(mount)
    before = list(rig.events)
    with pytest.raises(MountInUse):
        rig.claim("/live", rig.source(credential="other"))
    with pytest.raises(MountInUse):
        rig.claim("/live", rig.source())
    assert (mount.source, closed(first), rig.events) == (first, [], before)
    assert rig.mounts.counters.source_connections == 1
    mount.take(first, programme.units(500))
    rig.mounts.deliver()
    assert numbers(bytes(player.got)) == [0, 1, 2]


TAKEOVERS = [
    (2.0, "hash", StationSettings(), True),
    (1.9, "hash", StationSettings(), False),
    (9.0, "other", StationSettings(), False),
    (9.0, "", StationSettings(), False),
    (9.0, "hash", StationSettings(takeover=False), False),
    (5.0, "hash", StationSettings(takeover_after_s=6), False),
    (6.0, "hash", StationSettings(takeover_after_s=6, sources_max=1), True),
]


@pytest.mark.parametrize(("silent", "credential", "station", "may"), TAKEOVERS)
def test_takeover(silent: float, credential: str, station: StationSettings, may: bool) -> None:
    """Only a silent session gives way, only to the same password, only if switched on."""
    rig = Rig(station)
    mount, old = rig.on_air(framer=UnitFramer())
    mount.take(old, Programme().units(500))
    rig.clock.advance(silent)
    new = rig.source(credential=credential)
    if not may:
        with pytest.raises(MountInUse):
            rig.claim("/live", new)
        assert (mount.source, closed(old)) == (old, [])
        return
    assert rig.claim("/live", new)[0] is mount
    assert mount.source is new
    assert closed(old) == ["replaced by a new session"]
    kinds = [type(event) for event in rig.events]
    assert kinds == [SourceConnected, SourceReplaced, SourceDisconnected, SourceConnected]


def test_two_sources_without_a_password_are_not_the_same() -> None:
    """A source that no password let in is never taken over."""
    rig = Rig()
    rig.claim("/live", rig.source(credential=""))
    rig.clock.advance(60)
    with pytest.raises(MountInUse):
        rig.claim("/live", rig.source(credential=""))


def test_late_bytes_of_a_replaced_session_are_lost() -> None:
    """They are not appended, counted or recorded; its end does not end the new one."""
    rig = Rig(settings=MountSettings("", dump_file="x"))
    mount, old = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(old, programme.units(500)[:400])
    _, player = rig.listen(mount)
    rig.clock.advance(3)
    _, new = rig.claim("/live", rig.source(framer=UnitFramer()))
    mount.take(old, b"late" * 100)
    rig.mounts.release(mount, old, "connection lost")
    assert (mount.source, mount.bytes_in, old.bytes_in) == (new, 400, 400)
    mount.take(new, programme.units(600))
    rig.mounts.deliver()
    assert numbers(bytes(player.got)) == [1]
    assert [(len(tape.data), tape.closed) for tape in rig.tapes] == [(400, 1), (600, 0)]
    assert len(rig.of(SourceDisconnected)) == 1


@pytest.mark.parametrize(("content_type", "stays"), [("audio/mpeg", True), ("audio/ogg", False)])
def test_who_listens_stays_when_the_type_stays(content_type: str, stays: bool) -> None:
    """A player can't change its decoder in the middle."""
    rig = Rig()
    mount, old = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(old, programme.units(500))
    listener, player = rig.listen(mount)
    rig.clock.advance(3)
    _, new = rig.claim("/live", rig.source(content_type=content_type, framer=UnitFramer()))
    mount.take(new, programme.units(500))
    rig.mounts.deliver()
    assert numbers(bytes(player.got)) == ([0, 1] if stays else [0])
    assert player.finished == (0 if stays else 1)
    assert listener.drop_reason is (DropReason.LEFT if stays else DropReason.SOURCE_ENDED)


def test_a_new_session_has_no_title_of_the_old_one() -> None:
    """Neither for pages nor for ICY listeners who join."""
    rig = Rig()
    mount, old = rig.on_air(framer=UnitFramer())
    mount.take(old, Programme().units(500))
    mount.set_tags(Tags(title="old"), "admin")
    rig.listen(mount, 256)
    rig.clock.advance(3)
    _, new = rig.claim("/live", rig.source(framer=UnitFramer()))
    assert mount.tags == Tags()
    _, player = rig.listen(mount, 256)
    mount.take(new, Programme().units(*[500] * 4))
    rig.mounts.deliver()
    assert b"StreamTitle='';" in player.got
    assert b"old" not in player.got


REFUSED_PATHS = ["/", "/admin/x", "/api", "/live.m3u", "/status-json.xsl", "live", "/a/../b", ""]


@pytest.mark.parametrize("path", REFUSED_PATHS)
def test_reserved_paths_are_no_mounts(path: str) -> None:
    """Pages of the server can't be fed."""
    rig = Rig()
    with pytest.raises(MountPathRefused):
        rig.claim(path, rig.source())
    assert (list(rig.mounts), rig.events) == ([], [])


def test_a_disabled_mount_serves_nobody() -> None:
    """Neither sources nor listeners."""
    rig = Rig(mounts={"/off": MountSettings("/off", disabled=True, configured=True)})
    with pytest.raises(MountDisabled):
        rig.claim("/off", rig.source())
    with pytest.raises(MountDisabled):
        rig.mounts.admit("/off")


def test_a_mount_that_nobody_feeds_is_idle_or_unknown() -> None:
    """The one is configured, the other is not there."""
    rig = Rig(mounts={"/live": MountSettings("/live", configured=True)})
    refusals: list[tuple[str, type[DomainError]]] = [("/live", MountIdle), ("/x", MountUnknown)]
    for path, error in refusals:
        with pytest.raises(error):
            rig.mounts.admit(path)
        with pytest.raises(error):
            rig.mounts.set_tags(path, Tags(title="t"), "admin")
    mount, _ = rig.on_air()
    with pytest.raises(MountIdle):
        rig.mounts.admit("/live")
    rig.mounts.set_tags("/live", Tags(title="t"), "admin")
    assert mount.tags.title == "t"
    assert mount.source is not None
    assert not mount.source.is_framed
    mount.take(mount.source, b"\xff\xfb")
    mount.take(mount.source, b"\x90\x64")
    assert mount.source.is_framed
    assert rig.mounts.admit("/live") is mount


def test_the_limits() -> None:
    """Of the server (all mounts together), of a mount, and of sources."""
    rig = Rig(
        StationSettings(listeners_max=3, sources_max=2),
        mounts={"/a": MountSettings("/a", listeners_max=2)},
    )
    mounts = [rig.on_air(path, framer=UnitFramer())[0] for path in ("/a", "/b")]
    with pytest.raises(TooManySources):
        rig.on_air("/c")
    first = rig.listen(mounts[0])[0]
    rig.listen(mounts[0])
    with pytest.raises(TooManyListeners) as refused:
        rig.listen(mounts[0])
    assert (refused.value.mount, refused.value.limit) == ("/a", 2)
    rig.listen(mounts[1])
    with pytest.raises(TooManyListeners) as refused:
        rig.listen(mounts[1])
    assert (refused.value.mount, refused.value.limit) == ("", 3)
    rig.mounts.leave(mounts[0], first)
    rig.listen(mounts[1])
    assert (rig.mounts.listeners, rig.mounts.sources) == (3, 2)
    assert [mount.listener_peak for mount in mounts] == [2, 2]
    assert rig.mounts.counters.listener_connections == 4


def test_a_mount_that_a_source_made_is_forgotten_when_it_is_empty() -> None:
    """Its bytes stay counted; a configured one stays."""
    rig = Rig(mounts={"/kept": MountSettings("/kept", configured=True)})
    for path in ("/kept", "/gone"):
        mount, source = rig.on_air(path, framer=UnitFramer())
        mount.take(source, Programme().units(1000))
        listener, player = rig.listen(mount)
        rig.mounts.release(mount, source, "end of the body")
        assert player.finished == 1
        assert rig.mounts.find(path) is mount
        rig.mounts.leave(mount, listener)
        rig.mounts.leave(mount, listener)
    assert [mount.path for mount in rig.mounts] == ["/kept"]
    assert (rig.mounts.counters.bytes_in, rig.mounts.counters.bytes_out) == (1000, 1000)
    assert len(rig.of(ListenerLeft)) == 2


def test_who_is_behind_gets_the_rest_when_a_source_ends() -> None:
    """Level listeners are let go at once, the others when they have all; at last by force."""
    rig = Rig(StationSettings(drain_s=10))
    mount, source = rig.on_air(framer=UnitFramer())
    mount.take(source, Programme().units(*[1000] * 50))
    (_, level), (slow, behind), (dead, stuck) = (rig.listen(mount, room=n) for n in (1 << 30, 9, 9))
    rig.mounts.release(mount, source, "end of the body")
    assert (level.finished, behind.finished, stuck.finished) == (1, 0, 0)
    behind.give(20_000)
    assert behind.finished == 0
    behind.give()
    assert (behind.finished, len(behind.got)) == (1, 50_000)
    behind.give()
    assert behind.finished == 1
    rig.mounts.leave(mount, slow)
    rig.clock.advance(9.9)
    rig.mounts.sweep()
    assert stuck.finished == 0
    rig.clock.advance(0.1)
    rig.mounts.sweep()
    assert stuck.finished == 1
    reasons = [event.reason for event in rig.events if isinstance(event, ListenerLeft)]
    assert reasons == [DropReason.SOURCE_ENDED] * 3
    assert dead.bytes_out == 9
    assert list(rig.mounts) == []


def test_who_is_leaving_hears_nothing_of_the_next_session() -> None:
    """The rest is the rest, even when the encoder is back already."""
    rig = Rig()
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(source, programme.units(*[1000] * 50))
    _, player = rig.listen(mount, room=9)
    rig.mounts.release(mount, source, "connection lost")
    again, source = rig.on_air(framer=UnitFramer())
    assert again is mount
    mount.take(source, programme.units(*[1000] * 50))
    player.give()
    rig.mounts.deliver()
    assert numbers(bytes(player.got)) == list(range(50))
    assert player.finished == 1


def test_a_silent_source_ends() -> None:
    """After its mount's time-out; 0 means never."""
    rig = Rig(mounts={"/never": MountSettings("/never", source_timeout_s=0)})
    mount, source = rig.on_air()
    _, patient = rig.on_air("/never")
    rig.clock.advance(9)
    mount.take(source, b"x")
    rig.clock.advance(9.9)
    rig.mounts.sweep()
    assert closed(source) == []
    rig.clock.advance(0.1)
    rig.mounts.sweep()
    assert closed(source) == ["no data for 10 s"]
    rig.clock.advance(1e6)
    rig.mounts.sweep()
    assert closed(patient) == []
    assert [mount.path for mount in rig.mounts] == ["/never"]


def test_listeners_have_their_time() -> None:
    """Each his own, in whatever order they came."""
    rig = Rig(settings=MountSettings("", duration_max_s=60, source_timeout_s=0))
    mount, _ = rig.on_air(framer=UnitFramer())
    (first, _), (second, late) = rig.listen(mount), rig.listen(mount)
    second.joined_at -= 30
    rig.clock.advance(30)
    rig.mounts.sweep()
    assert (late.finished, list(mount.listeners.values())) == (1, [first])
    rig.clock.advance(30)
    rig.mounts.sweep()
    assert mount.listeners == {}
    reasons = {event.reason for event in rig.events if isinstance(event, ListenerLeft)}
    assert reasons == {DropReason.TIME_LIMIT}


def test_the_queue_grows_with_the_rate() -> None:
    """To so many seconds of what was measured, and never shrinks; nobody loses a byte."""
    rig = Rig(StationSettings(queue_seconds=10), settings=MountSettings("", queue_bytes=65536))
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    players = [rig.listen(mount, metaint, room=0)[1] for metaint in (None, 16000)]
    rig.mounts.sweep()
    assert mount.queue_bytes == 65536
    for _ in range(4):
        mount.take(source, programme.units(*[1000] * 10))
        rig.clock.advance(0.5)
        rig.mounts.sweep()
    assert 200_000 <= mount.queue_bytes < 330_000
    grown = mount.queue_bytes
    mount.take(source, programme.units(*[1000] * 150))
    rig.clock.advance(9)
    rig.mounts.sweep()
    assert mount.queue_bytes == grown
    for player in players:
        player.give()
    rig.mounts.deliver()
    assert numbers(bytes(players[0].got)) == list(range(190))
    assert numbers(deinterleave(bytes(players[1].got), 16000).payload) == list(range(190))
    assert mount.bytes_skipped == 0


def test_the_queue_does_not_grow_for_ever() -> None:
    """A flood is no rate that anybody plays."""
    rig = Rig(StationSettings(queue_seconds=600))
    mount, source = rig.on_air(framer=UnitFramer())
    source.bytes_in = 1 << 40
    rig.clock.advance(1)
    rig.mounts.sweep()
    assert mount.queue_bytes == QUEUE_GROWN_MAX


def test_a_source_ahead_of_time_is_held() -> None:
    """The mount asks the encoder to wait, by the audio time that came."""
    rig = Rig()
    source = rig.source(framer=UnitFramer(seconds_per_byte=0.01))
    source.pace.lead = 10
    mount, _ = rig.claim("/live", source)
    mount.take(source, Programme().units(600))
    mount.take(source, Programme().units(700))
    assert isinstance(source.control, Encoder)
    assert source.control.holds == [pytest.approx(3)]


def test_the_server_stops() -> None:
    """Sources end first, then everyone who listens."""
    rig = Rig(mounts={"/kept": MountSettings("/kept", configured=True)})
    players = []
    for path in ("/kept", "/gone"):
        mount, source = rig.on_air(path, framer=UnitFramer())
        mount.take(source, Programme().units(1000))
        players += [rig.listen(mount)[1], rig.listen(mount, 256, room=3)[1]]
    rig.mounts.stop()
    assert (rig.mounts.sources, rig.mounts.listeners) == (0, 0)
    assert all(player.finished for player in players)
    kinds = [event.id for event in rig.events[-6:]]
    assert kinds == ["mount.source.disconnected"] * 2 + ["listener.left"] * 4
    reasons = {event.reason for event in rig.events if isinstance(event, ListenerLeft)}
    assert reasons == {DropReason.SERVER_STOPPING}


def test_what_the_operator_says_replaces_what_the_encoder_says() -> None:
    """Field by field, where the operator says something."""
    settings = MountSettings("/live", name_override="Ours", genre="jazz")
    rig = Rig(mounts={"/live": settings})
    said = StationHeaders(name="Theirs", description="d", genre="pop", url="u", bitrate="64")
    _, source = rig.claim("/live", rig.source(station=said))
    assert source.station == replace(said, name="Ours", genre="jazz")


def test_titles_in_the_stream() -> None:
    """Tags of the format are titles of the mount; the same again is no news.

    A piece that comes without a title does not keep that of the one before.
    """
    rig = Rig()
    framer = UnitFramer()
    mount, source = rig.on_air(framer=framer)
    framer.tags = {"artist": "A", "title": "T", "album": "x"}
    mount.take(source, Programme().units(100, 100))
    mount.take(source, Programme().units(100))
    assert rig.of(TagsChanged) == [TagsChanged("/live", Tags("A", "T"), "stream")]
    framer.tags = {"encoder": "x"}
    mount.take(source, Programme().units(100))
    assert mount.tags == Tags()


def test_the_events_of_a_listener() -> None:
    """Joined, then left: with the time, the bytes and the reason."""
    rig = Rig()
    mount, source = rig.on_air(framer=UnitFramer())
    mount.take(source, Programme().units(1000))
    listener, _ = rig.listen(mount, room=600)
    rig.clock.advance(5)
    rig.mounts.leave(mount, listener)
    assert rig.of(ListenerJoined) == [ListenerJoined("/live", listener.id, listener.client)]
    left = ListenerLeft("/live", listener.id, listener.client, DropReason.LEFT, 5.0, 600, 0)
    assert rig.of(ListenerLeft) == [left]


def test_the_events_of_a_source() -> None:
    """Connected, then disconnected: with the time, the bytes and the reason."""
    rig = Rig()
    mount, source = rig.on_air()
    mount.take(source, b"12345")
    rig.clock.advance(7)
    rig.mounts.release(mount, source, "connection lost")
    rig.mounts.release(mount, source, "again")
    client = source.client
    told: list[Event] = [
        SourceConnected("/live", "client", client, "source", "audio/mpeg"),
        SourceDisconnected("/live", "client", client, "connection lost", 7.0, 5),
    ]
    assert rig.events == told


@pytest.mark.parametrize("metaint", [None, 256])
def test_a_forgotten_mount_leaves_nothing_to_the_garbage_collector(metaint: int | None) -> None:
    """Thousands of short sessions must not pile up rings until it runs."""
    rig = Rig()
    mount, source = rig.on_air("/short", framer=UnitFramer())
    mount.take(source, Programme().units(*[100] * 100))
    listener, player = rig.listen(mount, metaint)
    rig.mounts.leave(mount, listener)
    remains = [weakref.ref(feed) for feed in mount.feeds] + [weakref.ref(mount)]
    player.listener = None
    gc.disable()
    try:
        rig.mounts.release(mount, source, "over")
        assert rig.mounts.find("/short") is None
        source.control = Encoder()
        del mount, source, listener, player
        assert [one() for one in remains] == [None] * len(remains)
    finally:
        gc.enable()


def test_listeners_over_tls_count_for_what_they_cost() -> None:
    """The pulse is stretched by the work there is, and one over TLS is as much as several."""
    rig = Rig()
    mount, _ = rig.on_air(framer=UnitFramer())
    rig.listen(mount)
    assert rig.mounts.audience(low_latency=False) == 1
    secure = Listener(99, Client("192.0.2.9", secure=True), Player(), 0.0)
    rig.mounts.join(mount, secure, None)
    assert rig.mounts.audience(low_latency=False) == 1 + SECURE_COST
    assert rig.mounts.audience(low_latency=True) == 0
    rig.mounts.leave(mount, secure)
    rig.mounts.leave(mount, secure)
    assert rig.mounts.audience(low_latency=False) == 1
