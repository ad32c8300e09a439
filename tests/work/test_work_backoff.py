"""What keeps failing is tried more and more rarely; what ran well, soon."""

from twisted.internet.task import Clock

from tinyice.work.backoff import Backoff, Revival

BACKOFF = Backoff(first_s=1.0, longest_s=5.0, healthy_s=60.0)


def test_delays() -> None:
    """Each failure in a row doubles the wait, up to the longest."""
    assert [BACKOFF.delay_s(n) for n in (1, 2, 3, 4, 50, 10**6)] == [1.0, 2.0, 4.0, 5.0, 5.0, 5.0]


class Kept:
    def __init__(self) -> None:
        self.clock = Clock()
        self.begun = 0
        self.revival = Revival(self.begin, clock=self.clock, backoff=BACKOFF)
        self.begin()

    def begin(self) -> None:
        self.begun += 1
        self.revival.began()


def test_revival() -> None:
    """It begins again after the wait, once."""
    kept = Kept()
    assert kept.revival.ended() == 1.0
    kept.clock.advance(0.9)
    assert kept.begun == 1
    kept.clock.advance(0.2)
    assert kept.begun == 2
    assert kept.revival.ended() == 2.0


def test_health() -> None:
    """After a long good run a failure counts as the first one."""
    kept = Kept()
    kept.revival.ended()
    kept.clock.advance(1.0)
    kept.clock.advance(60.0)
    assert kept.revival.ended() == 1.0


def test_cancel() -> None:
    """Cancelled, it does not begin again; cancelling twice is nothing."""
    kept = Kept()
    kept.revival.cancel()
    kept.revival.ended()
    kept.revival.cancel()
    kept.revival.cancel()
    assert not kept.clock.getDelayedCalls()
