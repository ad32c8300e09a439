"""Listeners who are moved: whole units, metadata in step, nothing twice, nothing lost of them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.deicy import deinterleave
from core.fakes import BOUNDLESS, Rig
from core.tours import (
    METAINTS,
    PATHS,
    Join,
    Move,
    Pulse,
    Read,
    Send,
    Step,
    Title,
    Tour,
    segments,
    steps,
)
from core.units import Programme, UnitFramer, numbers
from tinyice.core.clients import Client
from tinyice.core.errors import (
    FormatsDiffer,
    ListenerUnknown,
    MountDisabled,
    MountIdle,
    MountUnknown,
    SameMount,
)
from tinyice.core.events import DropReason, ListenerJoined, ListenerLeft, ListenerMoved
from tinyice.core.moves import OWED_PARTS_MAX
from tinyice.core.settings import MountSettings
from tinyice.core.tags import Tags
from tinyice.formats.base import FormatKind


@given(
    queue_bytes=st.sampled_from((65536, 200_000)),
    burst_bytes=st.sampled_from((0, 5000, 65536)),
    story=st.lists(steps, min_size=3, max_size=40),
)
def test_whoever_is_moved_whenever(queue_bytes: int, burst_bytes: int, story: list[Step]) -> None:
    """Each player gets whole units of one mount after the other, and of neither any twice.

    Blocks of metadata stand where the player looks for them, and the newest
    title of its mount comes last. Every byte is counted once.
    """
    tour = Tour(queue_bytes, burst_bytes)
    for step in story:
        tour.perform(step)
    tour.end()


@pytest.mark.parametrize("seed", range(30))
def test_whoever_is_moved_for_long(seed: int) -> None:
    """The same, in long stories with hundreds of moves."""
    dice = Random(seed)
    tour = Tour(dice.choice((65536, 200_000)), dice.choice((0, 5000, 65536)))
    for _ in range(8):
        room = dice.choice((700, 20_000, BOUNDLESS))
        tour.perform(Join(dice.randrange(2), dice.choice(METAINTS), room, dice.choice((0, 3000))))
    for _ in range(150):
        which = dice.randrange(2)
        choices: tuple[Step, ...] = (
            Send(which, dice.randint(1, 60), dice.randint(20, 1500), dice.choice((0, 7))),
            Send(which, dice.randint(1, 60), dice.randint(20, 1500), dice.choice((0, 7))),
            Read(dice.randrange(8), dice.choice((300, 5000, 70_000))),
            Move(dice.choice((None, dice.randrange(8))), which),
            Title(which),
            Pulse(0, 1),
        )
        tour.perform(dice.choice(choices))
    tour.end()


@pytest.mark.parametrize("metaint", METAINTS)
@pytest.mark.parametrize("after", [0, 1, 5])
def test_who_keeps_up_hears_one_mount_and_then_the_other(metaint: int | None, after: int) -> None:
    """One unbroken piece of each; the second begins near what is newest there, at no burst."""
    tour = Tour(burst_bytes=65536)
    for at in (0, 1):
        tour.perform(Send(at, 200, 500, 0))
    ear = tour.join(Join(0, metaint, BOUNDLESS, 0))
    tour.perform(Pulse(0, 1))
    tour.perform(Send(0, 40, 500, 0))
    tour.perform(Pulse(0, 1))
    tour.perform(Send(0, after, 500, 0))
    newest = tour.channels[1].programme.number
    assert tour.move(Move(None, 1)) == 1
    before = len(ear.player.got)
    tour.perform(Pulse(0, 1))
    assert len(ear.player.got) - before < 2 * (metaint or 0) + 15_000
    tour.perform(Send(1, 40, 500, 0))
    tour.perform(Pulse(0, 1))
    tour.end()
    got = bytes(ear.player.got)
    payload = got if metaint is None else deinterleave(got, metaint).payload
    first, second = segments(numbers(payload))
    assert first[-1] == 242
    assert newest - second[0] <= ((metaint or 0) + 9000) // 500 + 1


def test_the_title_of_the_other_mount_comes_with_the_next_block() -> None:
    """Even while it has not changed there for hours."""
    tour = Tour()
    for at in (0, 1):
        tour.perform(Send(at, 200, 500, 0))
    ear = tour.join(Join(0, 1000, BOUNDLESS, 0))
    tour.perform(Pulse(0, 1))
    before = len(deinterleave(bytes(ear.player.got), 1000).blocks)
    tour.move(Move(None, 1))
    tour.perform(Send(1, 10, 500, 0))
    tour.perform(Pulse(0, 1))
    blocks = deinterleave(bytes(ear.player.got), 1000).blocks
    assert b"/second 00000" in blocks[before]


def test_who_is_moved_back_at_once_hears_nothing_twice() -> None:
    """Not even the one unit that is newest on both mounts."""
    tour = Tour()
    ear = tour.join(Join(0, None, BOUNDLESS, 0))
    icy = tour.join(Join(0, 256, BOUNDLESS, 0))
    for at in range(6):
        tour.move(Move(None, 1 - at % 2))
        tour.perform(Pulse(0, 1))
    tour.end()
    assert ear.listener.jumps == icy.listener.jumps == 0


def test_who_has_not_heard_its_intro_yet_goes_on_with_it() -> None:
    """And gets the burst of the other mount, for its player has none yet."""
    tour = Tour(burst_bytes=3000)
    for at in (0, 1):
        tour.perform(Send(at, 200, 500, 0))
    for metaint in (None, 256, 16000):
        tour.join(Join(0, metaint, 100, 20_000))
    assert tour.move(Move(None, 1)) == 3
    newest = tour.channels[1].programme.number
    for ear in tour.ears:
        ear.player.give()
    tour.perform(Pulse(0, 1))
    tour.end()
    for ear in tour.ears:
        got = bytes(ear.player.got)
        payload = got if ear.metaint is None else deinterleave(got, ear.metaint).payload
        (found,) = segments(numbers(payload[20_000:]))
        assert newest - found[0] in (5, 6)


def test_who_is_stuck_in_a_unit_gets_its_end() -> None:
    """Of an old stream that has gone on since, only that; then the other one."""
    for metaint in METAINTS:
        tour = Tour()
        tour.perform(Send(0, 5, 8000, 0))
        ear = tour.join(Join(0, metaint, BOUNDLESS, 0))
        tour.perform(Pulse(0, 1))
        ear.player.room = 4321
        tour.perform(Send(0, 9, 8000, 0))
        tour.perform(Pulse(0, 1))
        assert tour.move(Move(None, 1)) == 1
        tour.perform(Pulse(0, 1))
        ear.player.give()
        tour.end()
        got = bytes(ear.player.got)
        payload = got if metaint is None else deinterleave(got, metaint).payload
        first, _ = segments(numbers(payload))
        assert first[-1] == 8


def test_a_player_that_takes_nothing_is_not_moved_for_ever() -> None:
    """What it is owed would grow with each move: in the end it is too slow."""
    tour = Tour()
    ear = tour.join(Join(0, 16000, 100, 0))
    owed = 0
    for at in range(3 * OWED_PARTS_MAX):
        tour.move(Move(None, 1 - at % 2))
        tour.perform(Send(1 - at % 2, 40, 500, 0))
        owed = max(owed, sum(map(len, ear.listener.pending)))
    assert ear.player.aborted == 1
    assert owed < OWED_PARTS_MAX * (16_000 + 8192 + 4096)
    (left,) = tour.rig.of(ListenerLeft)
    assert isinstance(left, ListenerLeft)
    assert left.reason is DropReason.TOO_SLOW
    assert sum(channel.mount.slow_listeners for channel in tour.channels) == 1


def test_what_is_known_of_a_listener_goes_along() -> None:
    """Number, time, bytes, jumps, user; the counts of both mounts; one event, and no other."""
    rig = Rig()
    programme = Programme()
    for path in PATHS:
        mount, source = rig.on_air(path, framer=UnitFramer())
        mount.take(source, programme.units(*[500] * 50))
    first, second = map(rig.mounts.known, PATHS)
    listener, player = rig.listen(first, 256)
    listener.user, listener.jumps = "anna", 3
    rig.clock.advance(60)
    rig.mounts.deliver()
    rig.events.clear()
    assert rig.mounts.move_listeners(*PATHS) == 1
    assert rig.events == [ListenerMoved("/first", "/second", listener.id, listener.client)]
    rig.mounts.deliver()
    assert (len(first.listeners), len(second.listeners)) == (0, 1)
    assert (first.listener_peak, second.listener_peak) == (1, 1)
    rig.clock.advance(30)
    assert listener.mount is second
    rig.mounts.leave(second, listener)
    (left,) = rig.of(ListenerLeft)
    assert left == ListenerLeft(
        "/second", listener.id, listener.client, DropReason.LEFT, 90, len(player.got), 3
    )
    assert (listener.user, rig.of(ListenerJoined)) == ("anna", [])


def test_the_longest_time_counts_from_the_beginning() -> None:
    """A move is no way around ``max_listener_duration``."""
    rig = Rig(
        mounts={
            "/first": MountSettings("/first"),
            "/second": MountSettings("/second", duration_max_s=60),
        }
    )
    for path in PATHS:
        mount, source = rig.on_air(path, framer=UnitFramer())
        mount.take(source, Programme().units(500))
        source.pace.__init__(0)
    listener, player = rig.listen(rig.mounts.known("/first"))
    rig.clock.advance(59)
    rig.mounts.move_listeners(*PATHS)
    rig.mounts.known("/second").sweep(rig.clock())
    assert player.finished == 0
    rig.clock.advance(1)
    rig.mounts.known("/second").sweep(rig.clock())
    assert (player.finished, listener.drop_reason) == (1, DropReason.TIME_LIMIT)


def test_a_full_mount_takes_as_many_as_fit() -> None:
    """The others stay, and go on where they are."""
    rig = Rig(
        mounts={
            "/first": MountSettings("/first"),
            "/second": MountSettings("/second", listeners_max=3),
        }
    )
    for path in PATHS:
        mount, source = rig.on_air(path, framer=UnitFramer())
        mount.take(source, Programme().units(500))
    first, second = map(rig.mounts.known, PATHS)
    rig.listen(second)
    listeners = [rig.listen(first)[0] for _ in range(5)]
    assert rig.mounts.move_listeners(*PATHS) == 2
    assert list(first.listeners) == [one.id for one in listeners[2:]]
    assert rig.mounts.move_listeners(*PATHS) == 0


def test_only_those_named_are_moved() -> None:
    """Numbers that nobody has are passed over."""
    tour = Tour()
    ears = [tour.join(Join(0, None, BOUNDLESS, 0)) for _ in range(4)]
    ids = [ears[1].listener.id, 777, ears[3].listener.id]
    assert tour.rig.mounts.move_listeners(*PATHS, ids) == 2
    assert list(tour.channels[1].mount.listeners) == [ears[1].listener.id, ears[3].listener.id]


def test_what_can_not_be() -> None:
    """Each refusal has its name, and nobody is moved."""
    rig = Rig(mounts={"/off": MountSettings("/off", configured=True)})
    for path, kind in (("/a", FormatKind.MPEG), ("/b", FormatKind.ADTS), ("/c", FormatKind.MPEG)):
        mount, source = rig.on_air(path, framer=UnitFramer(kind))
        mount.take(source, Programme().units(500))
    rig.listen(rig.mounts.known("/a"))
    refusals = [
        ("/a", "/a", SameMount),
        ("/a", "/nowhere", MountUnknown),
        ("/nowhere", "/a", MountUnknown),
        ("/a", "/off", MountIdle),
        ("/off", "/a", MountIdle),
        ("/a", "/b", FormatsDiffer),
    ]
    for before, after, refusal in refusals:
        with pytest.raises(refusal):
            rig.mounts.move_listeners(before, after)
    with pytest.raises(FormatsDiffer, match="/a plays mpeg and /b adts"):
        rig.mounts.move_listeners("/a", "/b")
    rig.mounts.known("/c").settings = MountSettings("/c", disabled=True)
    with pytest.raises(MountDisabled):
        rig.mounts.move_listeners("/a", "/c")
    assert len(rig.mounts.known("/a").listeners) == 1
    assert rig.of(ListenerMoved) == []


def test_who_is_leaving_is_left_alone() -> None:
    """The source has ended: its listeners get what is left and go."""
    rig = Rig(mounts={"/first": MountSettings("/first", configured=True)})
    for path in PATHS:
        mount, source = rig.on_air(path, framer=UnitFramer())
        mount.take(source, Programme().units(*[500] * 9))
    first = rig.mounts.known("/first")
    slow, player = rig.listen(first, room=10)
    assert first.source is not None
    rig.mounts.release(first, first.source, "over")
    assert rig.mounts.move_listeners(*PATHS) == 0
    player.give()
    assert (numbers(bytes(player.got)), player.finished) == (list(range(9)), 1)
    assert slow.mount is first


def test_a_mount_that_is_left_by_all_is_forgotten() -> None:
    """One that a source made, and where nothing is left: its last listeners were leaving."""
    tour = Tour()
    tour.join(Join(0, 256, BOUNDLESS, 0))
    tour.perform(Pulse(0, 1))
    tour.move(Move(None, 1))
    channel = tour.channels[0]
    tour.rig.mounts.release(channel.mount, channel.source, "over")
    assert tour.rig.mounts.find("/first") is None
    tour.rig.mounts.deliver()
    assert len(tour.channels[1].mount.listeners) == 1


def test_kicks() -> None:
    """One listener, all, the source: each is told, and who is not there is said to be unknown."""
    rig = Rig(mounts={"/a": MountSettings("/a", configured=True)})
    mount, source = rig.on_air("/a", framer=UnitFramer())
    mount.take(source, Programme().units(500))
    heard = [rig.listen(mount) for _ in range(4)]
    rig.mounts.kick_listener("/a", heard[1][0].id)
    assert [player.finished for _, player in heard] == [0, 1, 0, 0]
    with pytest.raises(ListenerUnknown):
        rig.mounts.kick_listener("/a", heard[1][0].id)
    rig.mounts.kick_listener("/a", heard[0][0].id, DropReason.BANNED)
    assert rig.mounts.kick_listeners("/a") == 2
    reasons = [left.reason for left in rig.of(ListenerLeft) if isinstance(left, ListenerLeft)]
    assert reasons == [DropReason.KICKED, DropReason.BANNED, DropReason.KICKED, DropReason.KICKED]
    rig.mounts.kick_source("/a")
    assert mount.source is None
    with pytest.raises(MountIdle):
        rig.mounts.kick_source("/a")
    for refused in (rig.mounts.kick_source, rig.mounts.kick_listeners):
        with pytest.raises(MountUnknown):
            refused("/b")


def test_listeners_over_tls_are_counted_where_they_are() -> None:
    """What they cost follows them."""
    tour = Tour()
    first, second = (channel.mount for channel in tour.channels)
    ear = tour.join(Join(0, None, BOUNDLESS, 0))
    first.leave(ear.listener)
    ear.listener.client = Client("192.0.2.7", secure=True)
    first.join(ear.listener, None)
    tour.rig.mounts.move_listeners(*PATHS)
    assert (first.secure_listeners, second.secure_listeners) == (0, 1)


def test_streams_with_headers_begin_anew() -> None:
    """Whole units of the old one, then the headers of the other, then that."""
    rig = Rig()
    programme = Programme()
    for path, head in zip(PATHS, (b"HEAD-1", b"HEAD-2"), strict=True):
        mount, source = rig.on_air(path, framer=UnitFramer(FormatKind.OGG, headers=head))
        mount.take(source, head + programme.units(*[700] * 20))
    first, second = map(rig.mounts.known, PATHS)
    heard = [rig.listen(first, room=room)[1] for room in (BOUNDLESS, 5000)]
    rig.mounts.deliver()
    rig.mounts.move_listeners(*PATHS)
    rig.mounts.deliver()
    assert second.source is not None
    second.take(second.source, programme.units(*[700] * 5))
    for player in heard:
        player.give()
        rig.mounts.deliver()
        before, after = bytes(player.got).removeprefix(b"HEAD-1").split(b"HEAD-2")
        assert numbers(before) == list(range(len(before) // 700))
        assert numbers(after) == list(range(39, 45))
    assert len(heard[1].got) < len(heard[0].got)


def test_other_codecs_in_the_same_container_are_other_formats() -> None:
    """A player that was told Vorbis is not given Opus, nor unknown bytes of another type."""
    rig = Rig()
    for path, name in (("/a", "audio/x-one"), ("/b", "audio/x-two"), ("/c", "Audio/X-One; a=b")):
        mount, source = rig.claim(path, rig.source(content_type=name))
        source.framer = UnitFramer(FormatKind.RAW)
        mount.take(source, Programme().units(500))
    rig.listen(rig.mounts.known("/a"))
    with pytest.raises(FormatsDiffer):
        rig.mounts.move_listeners("/a", "/b")
    assert rig.mounts.move_listeners("/a", "/c") == 1


def test_the_title_changes_after_a_move_like_for_everyone() -> None:
    """The listener is one of the other mount's in everything."""
    tour = Tour()
    ear = tour.join(Join(0, 256, BOUNDLESS, 0))
    tour.move(Move(None, 1))
    tour.channels[0].mount.set_tags(Tags(title="not for you"), "admin")
    tour.perform(Title(1))
    tour.perform(Send(0, 20, 500, 0))
    tour.perform(Send(1, 20, 500, 0))
    tour.perform(Pulse(0, 1))
    titles = deinterleave(bytes(ear.player.got), 256).titles
    assert titles[-1] == "/second 00001"
    assert "not for you" not in titles
