"""Sources that bring much at once, while other processes read the ring at their own pulse."""

from core.fakes import Encoder, Rig
from core.units import Programme, UnitFramer
from tinyice.core.feed import Branch
from tinyice.core.haste import AT_ONCE_S, BREATH_S, Haste
from tinyice.core.ring import SPAN, Ring
from tinyice.core.settings import MountSettings

CAPACITY = 8 * SPAN


class Readers:
    """A branch that counts how often it was told to hurry."""

    def __init__(self) -> None:
        self.hurried = 0

    def update(self) -> None: ...

    def hurry(self) -> None:
        self.hurried += 1

    def ended(self, until: int) -> None: ...

    def retired(self) -> None: ...


def filled(haste: Haste, branches: list[Branch | None], ring: Ring, *, every_s: float) -> float:
    """The pauses while the ring is filled four times, with so much time between two pieces."""
    now = pauses = 0.0
    for _ in range(4 * 16):
        ring.append(bytes(SPAN // 2))
        now += every_s
        pauses += haste.pause_for(branches, ring, now)
    return pauses


def test_an_eighth_of_the_queue_at_once_is_told() -> None:
    """The readers look before the queue runs over, and the source waits for them to do so."""
    readers = Readers()
    pauses = filled(Haste(0), [None, readers], Ring(CAPACITY), every_s=0.001)
    assert readers.hurried == 32
    assert round(pauses / BREATH_S) == 32


def test_nobody_is_hurried_by_real_time() -> None:
    """What comes at the speed of audio waits for the pulse."""
    readers = Readers()
    assert filled(Haste(0), [readers], Ring(CAPACITY), every_s=AT_ONCE_S) == 0
    assert readers.hurried == 0


def test_without_readers_no_source_is_held() -> None:
    """In one process the writer itself makes room."""
    assert filled(Haste(0), [None], Ring(CAPACITY), every_s=0.001) == 0


def test_a_mount_holds_its_source_for_readers_elsewhere() -> None:
    """With somebody away, a flood is held; without, it is not."""
    rig = Rig(settings=MountSettings("", queue_bytes=CAPACITY))
    programme = Programme()
    mount, source = rig.on_air(framer=UnitFramer())
    control = source.control
    assert isinstance(control, Encoder)
    for _ in range(20):
        mount.take(source, programme.units(*[1000] * 60))
    assert control.holds == []
    readers = Readers()
    mount.feeds[0].branch = readers
    for _ in range(20):
        mount.take(source, programme.units(*[1000] * 60))
    assert readers.hurried > 0
    assert control.holds == [BREATH_S] * readers.hurried
