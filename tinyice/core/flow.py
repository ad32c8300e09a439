"""How fast bytes come in and go out now, and whether listeners lost some lately.

A sample is taken each ``FLOW_S``. Rates are those between the oldest and the
newest of the last samples, so that sources which send in bursts show steady figures.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

FLOW_S = 1.0
LATELY_S = 60.0
_WINDOW = 6
_TWO = 2


class Metered(Protocol):
    """A mount, as far as its bytes are counted."""

    @property
    def path(self) -> str:
        """Its name."""

    @property
    def bytes_in(self) -> int:
        """What its sources brought."""

    @property
    def bytes_out(self) -> int:
        """What its listeners got."""

    @property
    def bytes_skipped(self) -> int:
        """What slow ones of them lost."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Bits a second."""

    bits_in: float
    bits_out: float


@dataclass(frozen=True, slots=True)
class _Reading:
    at: float
    bytes_in: int
    bytes_out: int


@dataclass(frozen=True, slots=True)
class _Loss:
    """What was lost up to now, and when that last grew."""

    total: int
    at: float | None = None

    def after(self, total: int, now: float) -> "_Loss":
        if total == self.total:
            return self
        return _Loss(total, now if total > self.total else None)


class Flow:
    """The rates of all mounts that there are."""

    def __init__(self, mounts: Iterable[Metered], *, clock: Callable[[], float]) -> None:
        self._mounts = mounts
        self._clock = clock
        self._readings: dict[str, deque[_Reading]] = {}
        self._losses: dict[str, _Loss] = {}

    def sample(self) -> None:
        """Read every mount once more; costs the same however many listen."""
        now, former, lost = self._clock(), self._readings, self._losses
        self._readings, self._losses = {}, {}
        for mount in self._mounts:
            kept = former.get(mount.path) or deque(maxlen=_WINDOW)
            kept.append(_Reading(now, mount.bytes_in, mount.bytes_out))
            self._readings[mount.path] = kept
            loss = lost.get(mount.path) or _Loss(mount.bytes_skipped)
            self._losses[mount.path] = loss.after(mount.bytes_skipped, now)

    def of(self, mount: str) -> Rates | None:
        """The rates of ``mount``; None of one that is too new, or not there."""
        kept = self._readings.get(mount)
        if kept is None or len(kept) < _TWO:
            return None
        first, last = kept[0], kept[-1]
        seconds = last.at - first.at
        if seconds <= 0:
            return None
        return Rates(
            max(0, last.bytes_in - first.bytes_in) * 8 / seconds,
            max(0, last.bytes_out - first.bytes_out) * 8 / seconds,
        )

    def loses(self, mount: str) -> bool:
        """Whether slow listeners of ``mount`` lost audio within the last minute."""
        loss = self._losses.get(mount)
        return loss is not None and loss.at is not None and self._clock() - loss.at < LATELY_S

    def among(self, mounts: Iterable[str]) -> Rates:
        """The rates of those mounts together."""
        found = [rates for rates in map(self.of, mounts) if rates is not None]
        return Rates(sum(one.bits_in for one in found), sum(one.bits_out for one in found))
