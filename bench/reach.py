"""The figures to reach, and whether they were."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.figures import Absent, Results, Sample, ratio, sample_of
from bench.plan import FLOOR, ICECAST

OURS = "tinyice"
Measure = Callable[[Results], float | None]


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure; ``row`` is where it is measured, ``limit`` is the most it may be.

    With ``at_least`` it is the least.
    """

    title: str
    row: str
    limit: float
    unit: str
    measure: Measure
    at_least: bool = False

    def is_reached(self, value: float) -> bool:
        """Whether ``value`` is good enough."""
        return value >= self.limit if self.at_least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal, and what came of it.

    ``note`` says why there is no value, or what is to be known of it; a value that
    is ``void`` reaches nothing.
    """

    goal: Goal
    listeners: int
    value: float | None
    note: str
    is_void: bool = False

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        if self.value is None:
            return "not measured"
        return "reached" if self.goal.is_reached(self.value) and not self.is_void else "missed"


def of_sample(key: str, figure: Callable[[Sample], float]) -> Measure:
    """A figure of our own sample in one row."""

    def measure(results: Results) -> float | None:
        sample = sample_of(results, key, OURS)
        return None if sample is None else figure(sample)

    return measure


def of_peer(key: str, peer: str) -> Measure:
    """How busy the machine is, against a peer."""
    return lambda results: ratio(results, key, peer)


def of_rows(key: str, base: str, figure: Callable[[Sample], float]) -> Measure:
    """A figure of one row against that of another, for each listener there."""

    def measure(results: Results) -> float | None:
        ours, other = sample_of(results, key, OURS), sample_of(results, base, OURS)
        if ours is None or other is None or figure(other) <= 0:
            return None
        return figure(ours) / figure(other)

    return measure


def tls_cpu(results: Results) -> float | None:
    """Own CPU over TLS against Icecast's."""
    ours, theirs = sample_of(results, "tls", OURS), sample_of(results, "tls", ICECAST)
    if ours is None or theirs is None or theirs.cpu.own <= 0:
        return None
    return ours.cpu.own / theirs.cpu.own


def unserved(sample: Sample) -> float:
    """Listeners who were refused, closed, or never had a byte."""
    heard = sample.heard
    return float(max(heard.healthy - heard.open, heard.lost + heard.silent))


GOALS = (
    Goal("machine busy against Icecast", "main", 0.35, "", of_peer("main", ICECAST)),
    Goal(
        "machine busy against the floor at the same pulse and slices",
        "main", 1.2, "", of_peer("main", FLOOR),
    ),
    Goal(
        "machine busy with ICY against without",
        "icy", 1.1, "", of_rows("icy", "main", lambda one: one.busy_per_thousand),
    ),
    Goal(
        "longest gap, p99, few listeners",
        "few", 150, "ms", of_sample("few", lambda one: one.heard.gap_ms.p99),
    ),
    Goal(
        "longest gap, p99, many listeners",
        "main", 600, "ms", of_sample("main", lambda one: one.heard.gap_ms.p99),
    ),
    Goal(
        "time to first byte, p99, 1,000 joins a second",
        "main", 60, "ms", of_sample("main", lambda one: one.heard.first_ms.p99),
    ),
    Goal(
        "listeners without a byte after that",
        "main", 0, "", of_sample("main", lambda one: float(one.heard.silent)),
    ),
    Goal(
        "memory added for each plain listener",
        "main", 2.0, "kB", of_sample("main", lambda one: one.memory_each / 1000),
    ),
    Goal("own CPU over TLS against Icecast", "tls", 0.6, "", tls_cpu),
    Goal(
        "memory added for each listener over TLS",
        "tls", 20.0, "kB", of_sample("tls", lambda one: one.memory_each / 1000),
    ),
    Goal(
        "longest gap, p99, of the healthy beside 5 % bad ones, against without",
        "bad", 1.2, "", of_rows("bad", "main", lambda one: one.heard.gap_ms.p99),
    ),
    Goal(
        "least part of its rate that a listener of any of many mounts got",
        "mounts", 0.97, "", of_sample("mounts", lambda one: one.least_share), at_least=True,
    ),
    Goal(
        "longest gap on any of many mounts",
        "mounts", 600, "ms", of_sample("mounts", lambda one: one.heard.gap_ms.max),
    ),
)  # fmt: skip

FULL_GOALS = (
    Goal(
        "listeners refused, dropped or without a byte",
        "full", 0, "", of_sample("full", unserved),
    ),
)  # fmt: skip


def reason_in(key: str, results: Results) -> str:
    """Say who is missing in a row."""
    absent = [
        found.reason
        for (row, _), found in results.items()
        if row == key and isinstance(found, Absent)
    ]
    return ", ".join(absent) or "nothing to compare it with"


def verdict(goal: Goal, results: Results) -> Verdict:
    """Hold one figure against its goal."""
    found = results.get((goal.row, OURS))
    if found is None or isinstance(found, Absent):
        return Verdict(goal, 0, None, found.reason if found else "no such row in this run")
    value = goal.measure(results)
    if value is None:
        return Verdict(goal, found.listeners, None, reason_in(goal.row, results))
    saturated = [
        name
        for (key, name), sample in results.items()
        if key == goal.row and isinstance(sample, Sample) and sample.is_saturated
    ]
    note = f"{', '.join(saturated)} saturated" if saturated else ""
    return Verdict(goal, found.listeners, value, note, is_void=OURS in saturated)
