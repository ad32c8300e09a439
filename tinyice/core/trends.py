"""How many listened lately: a line for each mount and one for all, and when most did.

One sample is taken each ``SAMPLE_S``; a line holds those of the last half hour,
the newest at its end. A mount that is gone takes its line along, so that the
memory is bounded by the mounts there are.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat
from typing import Protocol

from tinyice.formats.frozen import State

SAMPLE_S = 10.0
SAMPLES = 180


class Counted(Protocol):
    """A mount, as far as it is counted here."""

    @property
    def path(self) -> str:
        """Its name."""

    @property
    def listeners(self) -> Collection[object]:
        """Who listens to it."""

    @property
    def listener_peak(self) -> int:
        """The most that ever did at once."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The most listeners at once since the server began, and since when so many were known."""

    listeners: int
    at: datetime


class _Line:
    """The samples of one mount, and its peak."""

    def __init__(self) -> None:
        self.samples: deque[int] = deque(maxlen=SAMPLES)
        self.peak: Peak | None = None

    def note(self, listeners: int, peak: int, at: datetime) -> None:
        self.samples.append(listeners)
        if self.peak is None or peak > self.peak.listeners:
            self.peak = Peak(peak, at)

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        peak = self.peak
        return {
            "samples": list(self.samples),
            "peak": None if peak is None else [peak.listeners, peak.at.isoformat()],
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self.samples.extend(state["samples"])
        if state["peak"] is not None:
            listeners, at = state["peak"]
            self.peak = Peak(listeners, datetime.fromisoformat(at))


class Trends:
    """Listener counts of the last half hour."""

    def __init__(self, mounts: Iterable[Counted], *, now: Callable[[], datetime]) -> None:
        self._mounts = mounts
        self._now = now
        self._lines: dict[str, _Line] = {}
        self._all = _Line()

    def sample(self) -> None:
        """Count once more; costs the same however many listen."""
        at, total, former = self._now(), 0, self._lines
        self._lines = {}
        for mount in self._mounts:
            count = len(mount.listeners)
            total += count
            line = former.get(mount.path) or _Line()
            line.note(count, max(count, mount.listener_peak), at)
            self._lines[mount.path] = line
        self._all.note(total, total, at)

    def freeze(self) -> State:
        """All lines, for another process; see ``formats/frozen.py``."""
        lines = {mount: line.freeze() for mount, line in self._lines.items()}
        return {"lines": lines, "all": self._all.freeze()}

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._lines, self._all = {}, _Line()
        self._all.thaw(state["all"])
        for mount, line in state["lines"].items():
            self._lines[mount] = _Line()
            self._lines[mount].thaw(line)

    def of(self, mount: str) -> tuple[int, ...]:
        """The samples of ``mount``, oldest first; none of one that is new, or not there."""
        line = self._lines.get(mount)
        return () if line is None else tuple(line.samples)

    def peak_of(self, mount: str) -> Peak | None:
        """When most listened to ``mount``; None before the first sample."""
        line = self._lines.get(mount)
        return None if line is None else line.peak

    def of_all(self) -> tuple[int, ...]:
        """The samples of the whole station, oldest first."""
        return tuple(self._all.samples)

    def peak_of_all(self) -> Peak | None:
        """When most listened to the station, as far as the samples tell."""
        return self._all.peak

    def among(self, mounts: Iterable[str]) -> tuple[int, ...]:
        """The samples of those mounts together, oldest first."""
        lines = [self.of(mount)[::-1] for mount in mounts]
        longest = max(map(len, lines), default=0)
        padded = [chain(line, repeat(0, longest - len(line))) for line in lines]
        return tuple(map(sum, zip(*padded, strict=True)))[::-1]
