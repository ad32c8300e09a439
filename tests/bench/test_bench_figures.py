"""What trials show is judged by fixed rules."""

import math
from dataclasses import replace

import pytest
from bench_samples import sample

from bench.audience import MountHeard
from bench.figures import Absent, Results, median_of, ratio
from bench.plan import FLOOR, ICECAST
from bench.reach import GOALS, OURS, Goal, verdict

BUSY = next(goal for goal in GOALS if goal.title == "machine busy against Icecast")
MOUNTS = next(goal for goal in GOALS if goal.row == "mounts")


@pytest.mark.parametrize(
    ("rate", "saturated"),
    [(16_000.0, False), (15_840.0, False), (15_839.0, True), (math.nan, True)],
)
def test_less_than_99_per_cent_is_saturated(rate: float, saturated: bool) -> None:
    """A server that gives less than it has to is told apart from a cheap one."""
    assert sample(rate=rate).is_saturated is saturated


def test_many_mounts_are_held_against_their_own_rates() -> None:
    """A slow mount is not hidden behind a fast one."""
    mounts = (MountHeard(40_000, 39_000, 100), MountHeard(1000, 500, 100))
    one = sample(mounts=mounts, rates=(40_000.0, 2000.0))
    assert one.delivered == pytest.approx(0.75)
    assert one.least_share == pytest.approx(0.25)
    assert one.is_saturated
    assert verdict(MOUNTS, {("mounts", OURS): one}).word == "missed"


def test_cpu_counts_for_each_thousand() -> None:
    """Audiences of different sizes can be compared."""
    assert sample(busy=40.0, listeners=5000).busy_per_thousand == pytest.approx(8.0)
    assert sample(listeners=5000).own_per_thousand == pytest.approx(2.0)


def test_ratios_are_those_of_the_whole_machine() -> None:
    """Ours is divided by the peer's, where both were measured."""
    results: Results = {
        ("main", OURS): sample(busy=30.0),
        ("main", ICECAST): sample(busy=90.0),
        ("main", FLOOR): Absent("gcc is missing"),
    }
    assert ratio(results, "main", ICECAST) == pytest.approx(1 / 3)
    assert ratio(results, "main", FLOOR) is None
    assert ratio(results, "half", ICECAST) is None


def test_the_median_is_taken_of_every_figure() -> None:
    """One disturbed round of three changes nothing; counts stay counts."""
    rounds = [sample(busy=20, silent=0), sample(busy=90, silent=7), sample(busy=21, silent=1)]
    together = median_of(rounds)
    assert together.cpu.busy == 21
    assert together.heard.silent == 1
    assert median_of(rounds[:1]) == rounds[0]
    assert median_of([sample(busy=20.0), sample(busy=30.0)]).cpu.busy == 25


@pytest.mark.parametrize(
    ("ours", "word"),
    [
        (sample(busy=30.0), "reached"),
        (sample(busy=32.0), "missed"),
        (sample(busy=10.0, rate=10_000.0), "missed"),
        (Absent("not built: workers"), "not measured"),
        (None, "not measured"),
    ],
)
def test_a_figure_is_reached_missed_or_not_measured(ours: object, word: str) -> None:
    """Saturated servers reach nothing, however little they use."""
    peer = {("main", ICECAST): sample(busy=90.0)}
    results = peer if ours is None else {**peer, ("main", OURS): ours}
    assert verdict(BUSY, results).word == word


def test_a_saturated_peer_is_told() -> None:
    """The ratio to it is shown with what is wrong with it."""
    results = {("main", OURS): sample(busy=30.0), ("main", ICECAST): sample(busy=90.0, rate=1.0)}
    told = verdict(BUSY, results)
    assert (told.word, told.note) == ("reached", "icecast2 saturated")


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.title)
def test_every_figure_to_reach_can_be_measured(goal: Goal) -> None:
    """Each has a value once its rows were measured, and a reason before."""
    one = sample()
    mounts = replace(one, heard=replace(one.heard, mounts=(MountHeard(16_000, 16_000, 1),)))
    rows = ("few", "main", "icy", "tls", "bad", "mounts")
    results = {(key, name): mounts for key in rows for name in (OURS, ICECAST, FLOOR)}
    assert verdict(goal, results).value is not None
    assert verdict(goal, {}).note
