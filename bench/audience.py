"""The listeners: one or more processes of ``load.c``, and what they tell."""

import json
import math
import selectors
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Self

from bench import programs

MOST_EACH = 19_500
"""Listeners of one process: a little less than its open files."""

PATIENCE_S = 10.0
BAD_KINDS = ("stalled", "slow", "bytewise", "flapping")


class AudienceLost(Exception):
    """The listening program did not answer."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How one figure is spread over the listeners."""

    mean: float
    p1: float
    p50: float
    p99: float
    max: float


NOTHING = Spread(math.nan, math.nan, math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class MountHeard:
    """One mount's listeners: bytes per second (mean and least), and the longest gap."""

    rate: float
    least_rate: float
    gap_ms: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What the healthy listeners got in a window.

    ``silent`` never had a byte of audio, ``lost`` were refused or closed;
    ``receives`` are those of one listener in a second. Rates are bytes per second.
    """

    healthy: int
    open: int
    lost: int
    silent: int
    receives: float
    rate: Spread
    first_ms: Spread
    gap_ms: Spread
    mounts: tuple[MountHeard, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """Who is to listen."""

    listeners: int
    joins_per_s: float
    icy: bool = False
    tls: bool = False
    mounts: int = 1
    bad: int = 0

    def words(self) -> list[str]:
        """Give the options of the program; the bad ones are of every kind alike."""
        each = {
            kind: self.bad * (at + 1) // 4 - self.bad * at // 4 for at, kind in enumerate(BAD_KINDS)
        }
        options = {"icy": int(self.icy), "tls": int(self.tls), "mounts": self.mounts, **each}
        return [f"{name}={value}" for name, value in options.items()]


def parse(line: str) -> Heard:
    """Read the program's line of JSON."""
    told: Mapping[str, Any] = json.loads(line)
    return Heard(
        healthy=told["healthy"],
        open=told["open"],
        lost=told["closed"] + told["refused"],
        silent=told["silent"],
        receives=told["receives"],
        rate=_spread(told["rate"]),
        first_ms=_spread(told["first_ms"]),
        gap_ms=_spread(told["gap_ms"]),
        mounts=tuple(MountHeard(*mount) for mount in told["mounts"]),
    )


def _spread(told: Mapping[str, float] | None) -> Spread:
    return Spread(**told) if told else NOTHING


def together(parts: Sequence[Heard]) -> Heard:
    """Add up several programs; of their tails the worst stands for all."""
    if len(parts) == 1:
        return parts[0]
    healthy = sum(part.healthy for part in parts)
    return Heard(
        healthy=healthy,
        open=sum(part.open for part in parts),
        lost=sum(part.lost for part in parts),
        silent=sum(part.silent for part in parts),
        receives=sum(part.receives * part.healthy for part in parts) / healthy,
        rate=_joint([(part.healthy, part.rate) for part in parts]),
        first_ms=_joint([(part.healthy, part.first_ms) for part in parts]),
        gap_ms=_joint([(part.healthy, part.gap_ms) for part in parts]),
        mounts=(),
    )


def _joint(parts: Sequence[tuple[int, Spread]]) -> Spread:
    told = [(count, spread) for count, spread in parts if not math.isnan(spread.mean)]
    if not told:
        return NOTHING
    return Spread(
        mean=sum(n * one.mean for n, one in told) / sum(n for n, _ in told),
        p1=min(one.p1 for _, one in told),
        p50=statistics.median(one.p50 for _, one in told),
        p99=max(one.p99 for _, one in told),
        max=max(one.max for _, one in told),
    )


def shares(listeners: int, most: int = MOST_EACH) -> list[int]:
    """Spread listeners over as few programs as can hold them."""
    count = max(1, -(-listeners // most))
    return [listeners * (at + 1) // count - listeners * at // count for at in range(count)]


class Audience:
    """Running listeners. Used as a context; they all leave at its end."""

    def __init__(self, port: int, path: str, demand: Demand) -> None:
        program = programs.audience(tls=demand.tls)
        parts = shares(demand.listeners)
        joins = demand.joins_per_s / len(parts)
        self._give_up_s = demand.listeners / demand.joins_per_s + PATIENCE_S + 30
        self._parts = [
            subprocess.Popen(
                [program, str(port), path, str(count), str(joins), f"net={net}", *demand.words()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for net, count in enumerate(parts, 1)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for part in self._parts:
            _pipe(part.stdin).close()
        for part in self._parts:
            try:
                part.wait(10)
            except subprocess.TimeoutExpired:
                part.kill()
                part.wait()
            _pipe(part.stdout).close()

    def wait_until_joined(self) -> None:
        """Return once all have audio, or their patience is over."""
        self._lines(self._give_up_s)

    def begin(self) -> None:
        """Begin a window."""
        self._say("begin")

    def end(self) -> Heard:
        """End the window."""
        self._say("end")
        return together([parse(line) for line in self._lines(30)])

    def _say(self, word: str) -> None:
        for part in self._parts:
            _pipe(part.stdin).write(f"{word}\n")
            _pipe(part.stdin).flush()

    def _lines(self, within_s: float) -> list[str]:
        deadline = time.monotonic() + within_s
        return [_line(_pipe(part.stdout), deadline - time.monotonic()) for part in self._parts]


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise AudienceLost("no pipe to the listeners")
    return pipe


def _line(pipe: IO[str], within_s: float) -> str:
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        line = pipe.readline() if selector.select(max(0, within_s)) else ""
    if not line:
        raise AudienceLost("the listeners ended or said nothing")
    return line
