"""Listeners that can't keep up: they jump, are counted, and are dropped in the end."""

import pytest

from core.deicy import deinterleave
from core.fakes import Player, Rig
from core.units import Programme, UnitFramer, gaps, numbers
from tinyice.core.events import DropReason, ListenerLeft
from tinyice.core.feeds import UNUSED_S
from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.source import Source
from tinyice.formats.base import FormatKind


class Slow:
    """A mount, somebody who reads what a test says, and somebody who keeps up."""

    def __init__(self, metaint: int | None = None, *, jumps_max: int = 5) -> None:
        self.rig = Rig(
            StationSettings(jumps_max=jumps_max),
            settings=MountSettings("", queue_bytes=100_000, burst_bytes=0),
        )
        self.programme = Programme()
        self.mount: Mount
        self.source: Source
        self.mount, self.source = self.rig.on_air(framer=UnitFramer())
        self.mount.take(self.source, self.programme.units(1000))
        self.listener: Listener
        self.player: Player
        self.listener, self.player = self.rig.listen(self.mount, metaint, room=500)
        self.quick = self.rig.listen(self.mount)[1]

    def overrun(self) -> None:
        """More comes than any queue holds."""
        for _ in range(6):
            self.mount.take(self.source, self.programme.units(*[1000] * 50))
            self.rig.mounts.deliver()


def test_a_jump_leads_from_unit_to_unit() -> None:
    """The unit that was begun is ended; the newest one follows; the loss is counted."""
    slow = Slow()
    slow.mount.take(slow.source, slow.programme.units(*[1000] * 50))
    slow.mount.take(slow.source, slow.programme.units(*[1000] * 50))
    slow.player.give()
    assert numbers(bytes(slow.player.got)) == [0, *range(50, 101)]
    assert slow.listener.jumps == 1
    assert slow.mount.bytes_skipped == 50_000 - 500


def test_who_does_not_read_is_dropped() -> None:
    """After so many jumps in a row, at once, with a reason; nobody else notices."""
    slow = Slow(jumps_max=5)
    for _ in range(4):
        slow.overrun()
    assert slow.player.aborted == 1
    assert slow.listener.id not in slow.mount.listeners
    assert slow.mount.slow_listeners == 1
    [left] = slow.rig.of(ListenerLeft)
    assert isinstance(left, ListenerLeft)
    assert (left.reason, left.jumps, left.bytes_out) == (DropReason.TOO_SLOW, 5, 500)
    assert numbers(bytes(slow.quick.got)) == list(range(slow.programme.number))


@pytest.mark.parametrize("metaint", [None, 256, 16000])
def test_who_catches_up_has_a_clean_slate(metaint: int | None) -> None:
    """Jumps count in a row: between them a pause of the network is forgiven."""
    slow = Slow(metaint, jumps_max=2)
    for _ in range(8):
        while not slow.listener.jumps_in_a_row:
            slow.mount.take(slow.source, slow.programme.units(*[1000] * 50))
        slow.player.give()
        slow.rig.mounts.deliver()
        assert slow.listener.jumps_in_a_row == 0
        slow.player.room = 700
    assert slow.listener.jumps >= 8
    assert slow.player.aborted == 0


@pytest.mark.parametrize("metaint", [256, 4096, 16000, 65536])
def test_a_jump_keeps_the_metadata_in_step(metaint: int) -> None:
    """The player finds each block where it counts, and each unit whole."""
    slow = Slow(metaint)
    for _ in range(30):
        slow.mount.take(slow.source, slow.programme.units(*[1000] * 60))
        slow.rig.mounts.deliver()
        slow.player.give(9777)
    slow.player.give()
    slow.mount.take(slow.source, slow.programme.units(*[1000] * 60))
    slow.rig.mounts.deliver()
    received = deinterleave(bytes(slow.player.got), metaint)
    found = numbers(received.payload)
    assert 0 < gaps(found) <= slow.listener.jumps
    assert received.blocks[0]


def test_what_a_jump_owes_is_bounded() -> None:
    """A player that only trickles costs no memory, and is dropped as if it stood still."""
    slow = Slow(16000)
    owed = 0
    for _ in range(200):
        slow.mount.take(slow.source, slow.programme.units(*[1000] * 60))
        slow.player.give(1)
        owed = max(owed, sum(map(len, slow.listener.pending)))
    assert slow.player.aborted == 1
    assert owed < 6 * (16000 + 8192 + 4096)


def test_headers_come_again_only_when_they_are_others() -> None:
    """A jump within a link needs none; a jump into another link needs that one's."""
    rig = Rig(settings=MountSettings("", queue_bytes=100_000, burst_bytes=0))
    programme = Programme()
    mount, source = rig.on_air(framer=UnitFramer(FormatKind.OGG, headers=b"HEADERS-1"))
    mount.take(source, b"HEADERS-1" + programme.units(1000))
    listener, player = rig.listen(mount, room=500)
    mount.take(source, programme.units(*[1000] * 150))
    source.framer = UnitFramer(FormatKind.OGG, headers=b"HEADERS-2")
    mount.take(source, b"HEADERS-2" + programme.units(*[1000] * 150))
    player.give()
    assert listener.jumps >= 2
    first, *rest = bytes(player.got).split(b"HEADERS-2")
    assert first.startswith(b"HEADERS-1")
    assert len(rest) == 1
    assert numbers(first[9:])[0] == 0
    assert numbers(rest[0])[-1] == 300


@pytest.mark.parametrize("metaint", [None, 256, 16000])
def test_huge_units_are_joined_at_their_start_all_the_same(metaint: int | None) -> None:
    """A unit longer than a view reaches the ring in parts: nobody is led into its middle."""
    rig = Rig(settings=MountSettings("", queue_bytes=524_288))
    programme = Programme()
    mount, source = rig.on_air(framer=UnitFramer())
    mount.take(source, programme.units(*[150_000] * 2))
    listener, player = rig.listen(mount, metaint, room=0)
    for _ in range(8):
        mount.take(source, programme.units(*[150_000] * 4))
        player.give(400_000)
    player.give()
    rig.mounts.deliver()
    got = bytes(player.got)
    payload = got if metaint is None else deinterleave(got, metaint).payload
    assert listener.jumps > 0
    starts = [at for at in range(len(payload)) if payload.startswith(b"\xa5\0\x02\x49\xf0\0", at)]
    assert starts
    assert numbers(payload[starts[-1] :])[-1] == programme.number - 1


def test_a_flood_between_two_pulses_is_no_overrun() -> None:
    """Who keeps up is served before the ring takes what he has not had."""
    slow = Slow()
    slow.mount.take(slow.source, slow.programme.units(*[1000] * 1000))
    slow.rig.mounts.deliver()
    assert numbers(bytes(slow.quick.got)) == list(range(1001))


@pytest.mark.parametrize("leaves_at_once", [False, True])
def test_the_last_icy_listener_may_be_dropped_while_bytes_come(leaves_at_once: bool) -> None:
    """It goes in the middle of an append, and its feed some time later; the others stay served.

    Whether the connection ends at once or a turn later.
    """
    slow = Slow(16000)
    listeners = [slow.rig.listen(slow.mount, metaint, room=3) for metaint in (256, 1000, None)]
    for listener, player in [*listeners, (slow.listener, slow.player)]:
        if leaves_at_once:
            player.at_end = lambda one=listener: slow.rig.mounts.leave(slow.mount, one)  # type: ignore[misc]
    assert len(slow.mount.feeds) == 4
    before = slow.mount.bytes_out
    for _ in range(6):
        slow.overrun()
    assert slow.mount.slow_listeners == 4
    slow.mount.sweep(0.0)
    slow.mount.sweep(UNUSED_S)
    assert len(slow.mount.feeds) == 1
    assert slow.mount.bytes_out > before
    assert len(slow.rig.of(ListenerLeft)) == 4
    assert numbers(bytes(slow.quick.got)) == list(range(slow.programme.number))


def test_connections_that_end_at_once_disturb_no_round() -> None:
    """Outlets may lose their connection within ``finish``: sweeps, ends and stops go on."""
    rig = Rig(settings=MountSettings("", duration_max_s=60, source_timeout_s=0))
    programme = Programme()
    for path in ("/a", "/b", "/c"):
        mount, source = rig.on_air(path, framer=UnitFramer())
        mount.take(source, programme.units(1000))
        for metaint in (None, 256, 16000):
            listener, player = rig.listen(mount, metaint)
            player.at_end = lambda one=listener, on=mount: rig.mounts.leave(on, one)  # type: ignore[misc]
    first, second, _ = list(rig.mounts)
    assert first.source is not None
    rig.mounts.release(first, first.source, "end of the body")
    assert [mount.path for mount in rig.mounts] == ["/b", "/c"]
    rig.clock.advance(61)
    for listener in list(second.listeners.values()):
        listener.joined_at = rig.clock()
    rig.mounts.sweep()
    assert (len(second.listeners), rig.mounts.listeners) == (3, 3)
    rig.mounts.stop()
    assert rig.mounts.listeners == 0
    assert len(rig.of(ListenerLeft)) == 9


def test_resume_out_of_turn_does_nothing() -> None:
    """A socket may report room to somebody who is level, finished, or gone."""
    rig = Rig()
    mount, source = rig.on_air(framer=UnitFramer())
    mount.take(source, Programme().units(*[1000] * 3))
    level, player = rig.listen(mount)
    level.resume()
    rig.mounts.deliver()
    level.resume()
    assert len(mount.feeds[0]) == 1
    rig.mounts.release(mount, source, "end of the body")
    level.resume()
    level.resume()
    assert player.finished == 1
    rig.mounts.leave(mount, level)
    level.resume()
    assert numbers(bytes(player.got)) == [0, 1, 2]
