"""What one trial showed, what several together show, and how they compare."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import cast

from bench.audience import Heard
from bench.cadence import Cadence
from bench.proc import Cpu

ENOUGH = 0.99
"""A server that delivers a smaller part of the rate is saturated."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One trial, or the median of several.

    ``memory_each`` is bytes added for each listener, ``rates`` are the bytes per
    second of each mount.
    """

    listeners: int
    cpu: Cpu
    heard: Heard
    memory_each: float
    rates: tuple[float, ...]
    cadence: Cadence

    @property
    def delivered(self) -> float:
        """The part of the rate that listeners got, over all of them."""
        if len(self.rates) == 1:
            return self.heard.rate.mean / self.rates[0]
        return statistics.fmean(
            mount.rate / rate for mount, rate in zip(self.heard.mounts, self.rates, strict=True)
        )

    @property
    def least_share(self) -> float:
        """The part of its mount's rate that the worst served listener of any mount got."""
        return min(
            mount.least_rate / rate
            for mount, rate in zip(self.heard.mounts, self.rates, strict=True)
        )

    @property
    def is_saturated(self) -> bool:
        """Whether the server gave less than it had to."""
        return not self.delivered >= ENOUGH

    @property
    def busy_per_thousand(self) -> float:
        """The whole machine, in per cent of a core, for 1,000 listeners."""
        return self.cpu.busy * 1000 / self.listeners

    @property
    def own_per_thousand(self) -> float:
        """The server's own CPU, in per cent of a core, for 1,000 listeners."""
        return self.cpu.own * 1000 / self.listeners


@dataclass(frozen=True, slots=True)
class Absent:
    """Why there is no sample."""

    reason: str


Results = Mapping[tuple[str, str], Sample | Absent]
"""By the key of the row and the name of the server."""


def sample_of(results: Results, key: str, server: str) -> Sample | None:
    """Give a sample, if there is one."""
    found = results.get((key, server))
    return found if isinstance(found, Sample) else None


def ratio(results: Results, key: str, peer: str) -> float | None:
    """How busy this server makes the machine, against ``peer``; None: not both measured."""
    ours, theirs = sample_of(results, key, "tinyice"), sample_of(results, key, peer)
    if ours is None or theirs is None or theirs.cpu.busy <= 0:
        return None
    return ours.cpu.busy / theirs.cpu.busy


def median_of(samples: Sequence[Sample]) -> Sample:
    """Take the median of every figure."""
    return cast("Sample", _median(samples))


def _median(values: Sequence[object]) -> object:
    """Of counts the lower of the middle two, so that they stay counts."""
    first = values[0]
    if isinstance(first, int):
        return statistics.median_low(cast("Sequence[int]", values))
    if isinstance(first, float):
        return statistics.median(cast("Sequence[float]", values))
    if isinstance(first, tuple):
        rows = cast("Sequence[tuple[object, ...]]", values)
        return tuple(_median(column) for column in zip(*rows, strict=True))
    names = [field.name for field in fields(cast("Sample", first))]
    return type(first)(**{name: _median([getattr(one, name) for one in values]) for name in names})
