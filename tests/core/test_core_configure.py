"""The operator decides anew while mounts are on air: what holds at once, and for whom."""

from dataclasses import replace

import pytest

from core.deicy import deinterleave
from core.fakes import Encoder, Rig
from core.units import Programme, UnitFramer, numbers
from tinyice.core.errors import (
    MountDisabled,
    MountIdle,
    MountUnknown,
    TooManyListeners,
    TooManySources,
)
from tinyice.core.events import DropReason, ListenerLeft
from tinyice.core.feed import Feed
from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.core.ring import OwnMemory
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.snapshots import StationHeaders
from tinyice.core.station import mount_snapshot
from tinyice.core.tags import Tags

HERE = MountSettings("/live", configured=True)


def decide(rig: Rig, *settings: MountSettings, station: StationSettings | None = None) -> None:
    """These mounts are configured now, and no others."""
    rig.settings = {one.path: one for one in settings}
    rig.mounts.configure(rig.settings, rig.settings_for, station or StationSettings())


def test_a_mount_that_is_new_is_there_and_one_that_is_gone_is_not() -> None:
    rig = Rig(mounts={"/live": HERE})
    decide(rig, MountSettings("/new", configured=True))
    assert [mount.path for mount in rig.mounts] == ["/new"]
    with pytest.raises(MountUnknown):
        rig.mounts.admit("/live")
    with pytest.raises(MountIdle):
        rig.mounts.admit("/new")


def test_a_mount_that_is_named_no_more_stays_while_somebody_is_there() -> None:
    """Nobody loses the sound because of a line in a file."""
    rig = Rig(mounts={"/live": HERE})
    mount, source = rig.on_air(framer=UnitFramer())
    mount.take(source, Programme().units(500, 500))
    _, player = rig.listen(mount)
    decide(rig)
    assert rig.mounts.find("/live") is mount
    assert not player.finished
    source.control.close("done")
    rig.mounts.leave(mount, next(iter(mount.listeners.values())))
    assert rig.mounts.find("/live") is None


def test_a_mount_that_waits_is_shown_once_it_is_approved() -> None:
    """Its source and its listeners notice nothing of either."""
    rig = Rig(mounts={"/new": MountSettings("/new", visible=False, waiting=True)})
    mount, source = rig.on_air("/new", framer=UnitFramer())
    mount.take(source, Programme().units(500, 500))
    _, player = rig.listen(mount)
    assert (mount_snapshot(mount).waiting, mount_snapshot(mount).visible) == (True, False)
    decide(rig, MountSettings("/new", configured=True))
    assert (mount_snapshot(mount).waiting, mount_snapshot(mount).visible) == (False, True)
    assert rig.mounts.find("/new") is mount
    assert mount.source is source
    assert not player.finished


def test_who_is_on_a_mount_that_is_switched_off_is_let_go() -> None:
    """Listeners and the source end, each with that as the reason; nobody gets in."""
    rig = Rig(mounts={"/live": HERE})
    mount, source = rig.on_air(framer=UnitFramer())
    mount.take(source, Programme().units(500, 500))
    _, player = rig.listen(mount)
    decide(rig, replace(HERE, disabled=True))
    assert isinstance(source.control, Encoder)
    assert source.control.closed == ["mount disabled"]
    assert player.finished
    (left,) = rig.of(ListenerLeft)
    assert isinstance(left, ListenerLeft)
    assert left.reason is DropReason.MOUNT_DISABLED
    with pytest.raises(MountDisabled):
        rig.mounts.admit("/live")
    with pytest.raises(MountDisabled):
        rig.claim("/live", rig.source())
    decide(rig, HERE)
    rig.claim("/live", rig.source())


def test_limits_hold_for_who_comes_next() -> None:
    """Nobody who is here already is sent away by a smaller limit."""
    rig = Rig()
    mount, source = rig.on_air(framer=UnitFramer())
    mount.take(source, Programme().units(500, 500))
    players = [rig.listen(mount)[1] for _ in range(2)]
    decide(rig, replace(HERE, listeners_max=1), station=StationSettings(sources_max=1))
    assert not any(player.finished for player in players)
    with pytest.raises(TooManyListeners):
        rig.mounts.admit("/live")
    with pytest.raises(TooManySources):
        rig.claim("/b", rig.source())
    decide(rig, HERE, station=StationSettings(listeners_max=2))
    with pytest.raises(TooManyListeners):
        rig.mounts.admit("/live")
    decide(rig, HERE)
    rig.mounts.admit("/live")
    rig.claim("/b", rig.source())


def test_names_are_those_of_the_operator_or_again_the_encoders() -> None:
    rig = Rig(mounts={"/live": HERE})
    said = StationHeaders(name="Encoder", genre="noise")
    mount, _ = rig.claim("/live", rig.source(station=said))
    decide(rig, replace(HERE, name_override="Radio", visible=False))
    shown = mount_snapshot(mount)
    assert (shown.station.name, shown.station.genre, shown.visible) == ("Radio", "noise", False)
    decide(rig, HERE)
    assert mount_snapshot(mount).station == said


def test_another_charset_is_used_at_once() -> None:
    """Players get the title of now once more, in the new charset."""
    rig = Rig(mounts={"/live": HERE})
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(source, programme.units(500, 500))
    _, player = rig.listen(mount, 1000)
    rig.mounts.set_tags("/live", Tags(title="Füße"), "test")
    decide(rig, replace(HERE, charset="latin-1"))
    mount.take(source, programme.units(*[500] * 6))
    mount.deliver()
    blocks = deinterleave(bytes(player.got), 1000).blocks
    assert any("Füße".encode("latin-1") in block for block in blocks)


def test_a_queue_grows_at_once_and_never_shrinks() -> None:
    """What listeners still need is never thrown away."""
    rig = Rig(mounts={"/live": HERE})
    mount, source = rig.on_air(framer=UnitFramer())
    decide(rig, replace(HERE, queue_bytes=1 << 20, burst_bytes=1 << 19))
    assert mount.queue_bytes == 1 << 20
    decide(rig, replace(HERE, queue_bytes=65536))
    assert mount.queue_bytes == 1 << 20
    mount.take(source, Programme().units(500))
    rig.mounts.sweep()


class Carries:
    """Has no place for anybody."""

    def carry(self, mount: Mount) -> None:
        """Take nobody."""

    def ferry(self, listener: Listener, before: Feed, path: str) -> None:
        """Nobody is away."""


def test_listeners_do_not_notice_that_the_queue_lies_elsewhere() -> None:
    """When workers are wanted from now on, plain or with metadata; new mounts lie there, too."""

    class Elsewhere(OwnMemory):
        """Memory that others see."""

    rig = Rig(mounts={"/live": HERE})
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(source, programme.units(*[500] * 20))
    (_, plain), (_, titled) = rig.listen(mount), rig.listen(mount, 1000)
    mount.deliver()
    rig.mounts.share(Carries(), Elsewhere)
    decide(rig, HERE, station=StationSettings(queue_min_bytes=1 << 20, jumps_max=2))
    assert mount.queue_bytes == 1 << 20
    assert all(isinstance(feed.ring.memory, Elsewhere) for feed in mount.feeds)
    assert [feed.jumps_max for feed in mount.feeds] == [2, 2]
    mount.take(source, programme.units(*[500] * 20))
    mount.deliver()
    assert numbers(bytes(plain.got)) == [*range(40)]
    assert numbers(deinterleave(bytes(titled.got), 1000).payload) == [*range(40)]
