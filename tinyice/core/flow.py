"""How fast bytes come in and go out now: bit rates of each mount, over a few seconds.

A sample is taken each ``FLOW_S``. Rates are those between the oldest and the
newest of the last samples, so that sources which send in bursts show steady figures.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

FLOW_S = 1.0
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


class Flow:
    """The rates of all mounts that there are."""

    def __init__(self, mounts: Iterable[Metered], *, clock: Callable[[], float]) -> None:
        self._mounts = mounts
        self._clock = clock
        self._readings: dict[str, deque[_Reading]] = {}

    def sample(self) -> None:
        """Read every mount once more; costs the same however many listen."""
        now, former = self._clock(), self._readings
        self._readings = {}
        for mount in self._mounts:
            kept = former.get(mount.path) or deque(maxlen=_WINDOW)
            kept.append(_Reading(now, mount.bytes_in, mount.bytes_out))
            self._readings[mount.path] = kept

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

    def among(self, mounts: Iterable[str]) -> Rates:
        """The rates of those mounts together."""
        found = [rates for rates in map(self.of, mounts) if rates is not None]
        return Rates(sum(one.bits_in for one in found), sum(one.bits_out for one in found))
