"""Counting listeners from what the hub tells."""

from tinyice.core.clients import Client
from tinyice.core.events import DropReason, ListenerJoined, ListenerLeft, ServerStopping
from tinyice.core.tally import Tally

CLIENT = Client("203.0.113.9")


def left(reason: DropReason) -> ListenerLeft:
    return ListenerLeft("/live", 1, CLIENT, reason, 1.0, 100, 0)


def test_it_counts_joins_and_reasons() -> None:
    """Each listener counts once when it comes, and once by the reason why it goes."""
    tally = Tally()
    for _ in range(3):
        tally(ListenerJoined("/live", 1, CLIENT))
    tally(left(DropReason.TOO_SLOW))
    tally(left(DropReason.LEFT))
    tally(left(DropReason.LEFT))
    told = tally.snapshot()
    assert told.joins == 3
    assert {reason: n for reason, n in told.drops.items() if n} == {
        DropReason.TOO_SLOW: 1,
        DropReason.LEFT: 2,
    }


def test_every_reason_is_there_from_the_start() -> None:
    """A series that begins with its first drop would hide that drop from every rate."""
    assert Tally().snapshot().drops == dict.fromkeys(DropReason, 0)


def test_other_events_do_not_count() -> None:
    """What is not about listeners passes by."""
    tally = Tally()
    tally(ServerStopping())
    assert tally.snapshot() == Tally().snapshot()


def test_a_snapshot_stays_as_it_is() -> None:
    """What was told is a value: later drops do not change it."""
    tally = Tally()
    told = tally.snapshot()
    tally(left(DropReason.KICKED))
    assert told.drops[DropReason.KICKED] == 0
