"""A listener in a worker, and the mount in the main process: they agree to the byte."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.deicy import deinterleave
from core.fakes import Player, Rig
from core.units import Programme, UnitFramer, gaps, numbers
from tinyice.core.clients import Client
from tinyice.core.events import DropReason, ListenerLeft
from tinyice.core.feed import Feed
from tinyice.core.feeds import UNUSED_S
from tinyice.core.listener import Listener
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.tags import Tags
from tinyice.workers.feed import SharedFeed
from tinyice.workers.shared import SharedMemory, SharedRing, shared_memory

METAINTS = [None, 256, 16000]


class Told:
    """An outlet that lies in another process: notes what it is asked."""

    def __init__(self, before: Player) -> None:
        self.asked: list[str] = []
        self.raw_send: Callable[[memoryview], int] = before.raw_send

    def send(self, view: bytes | memoryview) -> int:
        raise AssertionError("sent by the wrong process")

    def finish(self) -> None:
        self.asked.append("finish")

    def abort(self) -> None:
        self.asked.append("abort")


class Split:
    """A mount here, and one of its listeners there; ``there`` asks as a worker does."""

    def __init__(self, metaint: int | None, *, jumps_max: int = 5) -> None:
        self.rig = Rig(
            StationSettings(jumps_max=jumps_max, queue_min_bytes=400_000),
            settings=MountSettings("", burst_bytes=3000),
            allocate=shared_memory,
        )
        self.programme = Programme()
        self.mount, self.source = self.rig.on_air(framer=UnitFramer())
        self.play(10, 1000)
        self.here, self.player = self.rig.listen(self.mount, metaint)
        self.rig.mounts.deliver()
        feed = self.here.feed
        assert isinstance(feed, Feed)
        self.feed = feed
        self.there = self._carry()
        self.dropped: list[Listener] = []
        self.is_asked = False

    def play(self, count: int, size: int) -> None:
        self.mount.take(self.source, self.programme.units(*[size] * count))

    def pulse(self) -> None:
        self.rig.mounts.deliver()
        self.worker.deliver()
        if self.is_asked:
            self.answer()

    def overrun(self, listener: Listener) -> None:
        self.is_asked = True

    def answer(self) -> None:
        self.is_asked = False
        join = self.feed.rejoin_away(self.here, self.there.offset)
        if join is None:
            self.mount.drop_away(self.here)
        else:
            self.worker.jump(self.there, b"".join(join[0]), join[1])

    def too_slow(self, listener: Listener) -> None:
        self.dropped.append(listener)
        self.worker.dismiss(listener)

    def leave(self, *, too_slow: bool = False) -> ListenerLeft:
        """The worker lets go; what is told of it."""
        bytes_out, jumps = self.there.bytes_out, self.there.jumps
        self.worker.dismiss(self.there)
        self.mount.left_away(self.here, bytes_out, jumps, too_slow=too_slow)
        self.rig.mounts.leave(self.mount, self.here)
        (left,) = self.rig.of(ListenerLeft)
        assert isinstance(left, ListenerLeft)
        return left

    def _carry(self) -> Listener:
        self.feed.send_away(self.here)
        self.outlet = self.here.outlet = Told(self.player)
        memory = self.feed.ring.memory
        assert isinstance(memory, SharedMemory)
        ring = SharedRing(memory.descriptor, self.feed.ring.capacity)
        self.worker = SharedFeed(1, ring, self, jumps_max=5, low_latency=False, slices=1)
        there = Listener(self.here.id, Client(""), self.player, 0.0)
        self.player.listener = there
        self.worker.join(there, self.here.offset, self.here.bytes_out)
        return there


def heard(split: Split, metaint: int | None) -> bytes:
    got = bytes(split.player.got)
    return got if metaint is None else deinterleave(got, metaint).payload


@pytest.mark.parametrize("metaint", METAINTS)
def test_nobody_hears_the_change(metaint: int | None) -> None:
    """What came before and what comes after it is one piece, and so are the titles."""
    split = Split(metaint)
    for at in range(50):
        split.mount.set_tags(Tags(title=f"Title {at // 10}"), "test")
        split.play(10, 417)
        split.pulse()
    found = numbers(heard(split, metaint))
    assert found == list(range(found[0], split.programme.number))
    assert found[0] <= 9
    if metaint == 256:
        titles = deinterleave(bytes(split.player.got), metaint).titles
        assert list(dict.fromkeys(titles))[-5:] == [f"Title {at}" for at in range(5)]
    left = split.leave()
    assert left.bytes_out == len(split.player.got)
    assert split.mount.listeners == {}


@pytest.mark.parametrize("metaint", METAINTS)
def test_a_jump_leads_from_unit_to_unit(metaint: int | None) -> None:
    """The unit that was begun is ended and the newest follows, in the phase of the listener."""
    split = Split(metaint)
    split.player.room = 12_345
    for _ in range(60):
        split.play(10, 1000)
        split.pulse()
    assert split.there.jumps >= 1
    split.player.give()
    for _ in range(5):
        split.play(10, 1000)
        split.pulse()
    assert gaps(numbers(heard(split, metaint))) == split.there.jumps
    assert split.here.jumps == split.there.jumps
    assert split.mount.bytes_skipped > 0
    assert split.leave().bytes_out == len(split.player.got)


@given(seed=st.integers(0, 9999), metaint=st.sampled_from(METAINTS))
def test_any_rhythm_of_reading(seed: int, metaint: int | None) -> None:
    """However the listener reads: whole units only, in order, and an account to the byte."""
    rng = random.Random(seed)
    split = Split(metaint, jumps_max=1000)
    split.worker.jumps_max = 1000
    for _ in range(80):
        split.play(rng.randrange(1, 30), rng.randrange(50, 1500))
        split.player.room = min(split.player.room, rng.randrange(20_000))
        split.player.give(rng.choice([0, 0, 1, 300, 50_000]))
        split.pulse()
    split.player.give()
    split.pulse()
    split.player.give()
    found = numbers(heard(split, metaint))
    assert found == sorted(set(found))
    assert found[-1] == split.programme.number - 1
    assert split.leave().bytes_out == len(split.player.got)


def test_who_is_away_is_counted_and_not_served_here() -> None:
    """A listener in a worker is one of the mount's, but not of this process's pulse."""
    split = Split(None)
    assert len(split.mount.listeners) == 1
    assert (split.mount.present, split.rig.mounts.audience(low_latency=False)) == (0, 0)
    before = split.feed.sends
    split.play(3, 1000)
    split.rig.mounts.deliver()
    assert split.feed.sends == before


def test_a_drop_is_asked_of_the_worker_and_told_when_it_is_done() -> None:
    """Its account comes last; until then the listener counts."""
    split = Split(None)
    split.mount.drop(split.here, DropReason.TIME_LIMIT)
    assert split.outlet.asked == ["finish"]
    assert split.rig.of(ListenerLeft) == []
    left = split.leave()
    assert (left.reason, left.bytes_out) == (DropReason.TIME_LIMIT, len(split.player.got))
    assert split.mount.slow_listeners == 0


def test_an_icy_feed_stays_while_somebody_is_away() -> None:
    """It is retired with its last listener, wherever that one was."""
    split = Split(256)
    assert len(split.mount.feeds) == 2
    other, _ = split.rig.listen(split.mount, 256)
    split.rig.mounts.leave(split.mount, other)
    split.rig.mounts.sweep()
    split.rig.clock.advance(UNUSED_S)
    split.source.last_data = split.rig.clock.now
    split.rig.mounts.sweep()
    assert len(split.mount.feeds) == 2
    bytes_out = split.mount.bytes_out
    split.worker.dismiss(split.there)
    split.mount.left_away(split.here, 5, 0, too_slow=False)
    split.rig.mounts.leave(split.mount, split.here)
    split.rig.mounts.sweep()
    split.rig.clock.advance(UNUSED_S)
    split.source.last_data = split.rig.clock.now
    split.rig.mounts.sweep()
    assert len(split.mount.feeds) == 1
    assert split.mount.bytes_out == bytes_out


def test_who_was_asked_for_too_late_is_dropped() -> None:
    """Its bytes are lost: nobody knows any more where its frame ends."""
    split = Split(None)
    split.play(10, 1000)
    for _ in range(100):
        split.play(10, 1000)
        split.rig.mounts.deliver()
    split.worker.deliver()
    split.answer()
    assert split.outlet.asked == ["abort"]
    left = split.leave()
    assert left.reason is DropReason.TOO_SLOW
    assert split.mount.slow_listeners == 1


def test_the_end_of_the_source_ends_those_who_are_away() -> None:
    """They may have what there is; who is overrun on the way out is dropped."""
    split = Split(None)
    split.rig.mounts.release(split.mount, split.source, "gone")
    assert split.here.until == split.feed.ring.head
    assert split.feed.rejoin_away(split.here, split.here.offset) is None
    split.rig.clock.advance(1000)
    split.rig.mounts.sweep()
    assert split.outlet.asked == ["finish"]
    assert split.leave().reason is DropReason.SOURCE_ENDED
