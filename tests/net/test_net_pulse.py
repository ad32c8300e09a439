"""The pulse: how long, in how many slices, and what happens under load."""

import itertools

import pytest
from twisted.internet.task import Clock

from net.net_station import MemoryStation
from tinyice.net.pulse import (
    LARGE_AUDIENCE,
    SLICES_MAX,
    Bounds,
    Pulse,
    bounds_of,
    period_for,
    slices_for,
    stretch_for,
)

DEFAULT = bounds_of((100, 2000), low_latency=False)


@pytest.mark.parametrize(
    ("audience", "period"),
    [(0, 0.1), (1, 0.1), (500, 0.1), (2750, 0.3), (5000, 0.5), (10_000, 0.5), (100_000, 0.5)],
)
def test_the_audience_stretches_the_pulse(audience: int, period: float) -> None:
    """From 100 ms for a few listeners to 500 ms for thousands, and no further."""
    assert period_for(audience, DEFAULT) == pytest.approx(period)


@pytest.mark.parametrize(
    ("pulse_ms", "calm"), [((100, 2000), 0.5), ((100, 300), 0.3), ((800, 2000), 0.8)]
)
def test_the_bounds_of_the_configuration_hold(pulse_ms: tuple[int, int], calm: float) -> None:
    """The audience alone stretches to 500 ms at most, and never beyond what is allowed."""
    bounds = bounds_of(pulse_ms, low_latency=False)
    assert period_for(LARGE_AUDIENCE, bounds) == pytest.approx(calm)


def test_low_latency_does_not_ask_for_the_audience() -> None:
    """40 ms, however many listen."""
    bounds = bounds_of((100, 2000), low_latency=True)
    assert {period_for(n, bounds) for n in (0, 10_000)} == {0.04}


def test_slices() -> None:
    """Few listeners are served at once; thousands in twenty slices."""
    assert [slices_for(n) for n in (0, 99, 250, 1999, 2000, 100_000)] == [1, 1, 2, 19, 20, 20]


def test_stretch() -> None:
    """A busy pulse gets longer, an idle one goes back, one in between stays."""
    assert stretch_for(1.0, 0.9) > 1.0
    assert stretch_for(2.0, 0.5) == 2.0
    assert 1.0 <= stretch_for(2.0, 0.1) < 2.0
    assert stretch_for(1.0, 0.0) == 1.0


class Slow:
    """Mounts whose deliveries take a while of the test's clock."""

    def __init__(self, clock: Clock, audience: int, cost: float) -> None:
        self.clock = clock
        self.listeners = audience
        self.cost = cost
        self.turns: list[tuple[float, int, int]] = []
        self.slices = 1
        self.broken = False

    def deliver(self, turn: int, turns: int, *, low_latency: bool) -> None:
        assert not low_latency
        self.turns.append((self.clock.seconds(), turn, turns))
        if self.broken:
            raise ZeroDivisionError
        self.clock.rightNow += self.cost

    def audience(self, *, low_latency: bool) -> int:
        return 0 if low_latency else self.listeners

    def spread(self, slices: int, *, low_latency: bool) -> None:
        assert not low_latency
        self.slices = slices


def run(mounts: Slow, bounds: Bounds, seconds: float) -> Pulse:
    """A pulse that beat for so long."""
    pulse = Pulse(mounts, mounts.clock, bounds, low_latency=False)
    pulse.startService()
    end = mounts.clock.seconds() + seconds
    while mounts.clock.seconds() < end:
        mounts.clock.advance(0.001)
    return pulse


def test_every_slice_has_its_turn_once_a_period() -> None:
    """Ten thousand listeners: 20 slices, each served every 500 ms, evenly spread."""
    mounts = Slow(Clock(), 10_000, 0.0)
    run(mounts, DEFAULT, 5.0)
    late = [when for when, turn, turns in mounts.turns if turns == SLICES_MAX and turn == 7]
    gaps = [b - a for a, b in itertools.pairwise(late)]
    assert mounts.slices == SLICES_MAX
    assert gaps
    assert all(gap == pytest.approx(0.5, abs=0.01) for gap in gaps)
    whole = [turn for _, turn, turns in mounts.turns if turns == SLICES_MAX]
    assert whole[:40] == [*range(20), *range(20)]


def test_overload_stretches_up_to_the_maximum_and_goes_back() -> None:
    """Deliveries that take longer than their turn make the pulse longer, and it recovers."""
    mounts = Slow(Clock(), 10_000, 0.05)
    pulse = run(mounts, DEFAULT, 30.0)
    assert 1.0 < pulse.period <= 2.0
    assert pulse.stretch > 1.5
    pulse.stopService()
    mounts.cost = 0.2
    worse = run(mounts, DEFAULT, 60.0)
    assert worse.period == pytest.approx(2.0)
    mounts.cost = 0.0
    end = mounts.clock.seconds() + 30.0
    while mounts.clock.seconds() < end:
        mounts.clock.advance(0.001)
    assert worse.period == pytest.approx(0.5)
    assert worse.stretch == 1.0


def test_an_error_does_not_end_the_pulse() -> None:
    """The pulse survives what a delivery raises."""
    mounts = Slow(Clock(), 1, 0.0)
    mounts.broken = True
    run(mounts, DEFAULT, 1.0)
    assert len(mounts.turns) >= 9


def test_a_stopped_pulse_is_still() -> None:
    """Nothing is delivered after the end."""
    mounts = Slow(Clock(), 1, 0.0)
    pulse = run(mounts, DEFAULT, 0.5)
    pulse.stopService()
    before = len(mounts.turns)
    mounts.clock.advance(1)
    assert len(mounts.turns) == before


def test_slices_lose_nobody() -> None:
    """When the slices become more and fewer, every listener still gets every byte once."""
    station = MemoryStation()
    encoder = station.source()
    station.say(encoder, b"a" * 100)
    players = [station.player() for _ in range(7)]
    for slices in (3, 5, 1, 2):
        station.mounts.spread(slices, low_latency=False)
        players += [station.player() for _ in range(4)]
        station.say(encoder, bytes([65 + slices]) * 100)
        for turn in range(slices):
            station.mounts.deliver(turn, slices)
        station.say(encoder, b"-")
        station.pulse()
    whole = bytes(players[0].sent.partition(b"\r\n\r\n")[2])
    for player in players:
        assert whole.endswith(bytes(player.sent.partition(b"\r\n\r\n")[2]))
    assert len(whole) == 100 + 4 * 101


def test_snapshot() -> None:
    """What is told is what the last round was like."""
    told = run(Slow(Clock(), 10_000, 0.0), DEFAULT, 3.0).snapshot()
    assert (told.name, told.seconds, told.stretched) == ("normal", 0.5, 1.0)
    assert 0 <= told.busy_ratio < 0.1
    told = run(Slow(Clock(), 10_000, 0.05), DEFAULT, 5.0).snapshot()
    assert told.stretched > 1
    assert told.seconds == pytest.approx(0.5 * told.stretched)
    assert told.busy_ratio > 0.5


def test_other_bounds_hold_from_the_next_round_on() -> None:
    """Nobody waits longer for that than for a pulse of before."""
    mounts = Slow(Clock(), 10, 0.0)
    pulse = run(mounts, DEFAULT, 1.0)
    assert pulse.period == DEFAULT.shortest
    pulse.settle(Bounds(0.5, 0.5, 2.0))
    mounts.clock.advance(DEFAULT.shortest)
    assert pulse.period == 0.5
    pulse.stopService()
