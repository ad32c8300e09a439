"""The pulse: when listeners get what is new.

The cost of an audience is per ``send()``, so audio is gathered and goes out in
pulses; and a pulse goes out in slices, because thousands of sends in one burst
cost more than the same ones spread out. A few listeners are served often, a
large audience less so, with larger pieces: it has seconds of burst in its
buffers and does not notice. When the machine can't keep up, the pulse stretches
further, up to the limit of the configuration, and says so.
"""

from dataclasses import dataclass
from typing import Protocol

from twisted.application.service import Service
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from tinyice.core.snapshots import LOW_LATENCY, NORMAL, PulseSnapshot

SMALL_AUDIENCE = 500
LARGE_AUDIENCE = 5000
LONGEST_BY_AUDIENCE_S = 0.5
LISTENERS_A_SLICE = 100
SLICES_MAX = 20
LOW_LATENCY_S = 0.04

_BUSY = 0.7
_IDLE = 0.4
_STRETCH = 1.25
_BREATH_S = 0.001
"""However late a turn is, sockets are looked after between two of them."""


class Delivered(Protocol):
    """Whose listeners are served; for each call: those of low latency, or the others."""

    def deliver(self, turn: int, turns: int, *, low_latency: bool) -> None:
        """Serve one slice of ``turns``."""

    def spread(self, slices: int, *, low_latency: bool) -> None:
        """Let newcomers settle in so many slices."""

    def audience(self, *, low_latency: bool) -> int:
        """How many there are."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a pulse may be, in seconds.

    The audience alone stretches it from ``shortest`` to ``calm``, the load up
    to ``longest``.
    """

    shortest: float
    calm: float
    longest: float


def bounds_of(pulse_ms: tuple[int, ...], *, low_latency: bool) -> Bounds:
    """The bounds that the configuration gives; with low latency the audience does not count."""
    shortest, longest = (value / 1000 for value in pulse_ms)
    if low_latency:
        return Bounds(LOW_LATENCY_S, LOW_LATENCY_S, max(LOW_LATENCY_S, longest))
    return Bounds(shortest, max(shortest, min(LONGEST_BY_AUDIENCE_S, longest)), longest)


def period_for(audience: int, bounds: Bounds) -> float:
    """How long a pulse is for an audience of this size, when the load does not count."""
    crowd = (audience - SMALL_AUDIENCE) / (LARGE_AUDIENCE - SMALL_AUDIENCE)
    return bounds.shortest + min(1.0, max(0.0, crowd)) * (bounds.calm - bounds.shortest)


def slices_for(audience: int) -> int:
    """Into how many slices a pulse falls."""
    return max(1, min(SLICES_MAX, audience // LISTENERS_A_SLICE))


def stretch_for(stretch: float, busy: float) -> float:
    """How much longer the next pulse is than its audience asks for.

    ``busy``: the part of the last one that was spent delivering, or late.
    """
    if busy > _BUSY:
        return stretch * _STRETCH
    if busy < _IDLE:
        return max(1.0, stretch / _STRETCH)
    return stretch


class Pulse(Service):
    """Delivers to the mounts that want low latency, or to all others."""

    _log = Logger(namespace="tinyice")

    def __init__(
        self, mounts: Delivered, clock: IReactorTime, bounds: Bounds, *, low_latency: bool
    ) -> None:
        self._mounts = mounts
        self._clock = clock
        self._bounds = bounds
        self.low_latency = low_latency
        self._next: IDelayedCall | None = None
        self._turn = 0
        self._due = 0.0
        self._spent = 0.0
        self.turns = 1
        """Slices of a pulse now."""
        self.period = bounds.shortest
        """Seconds of a pulse now."""
        self.stretch = 1.0
        """How much of that is for the load: 1.0 is nothing."""
        self.busy = 0.0
        """The part of the last round that was spent delivering, or late."""
        self.lateness = 0.0
        """Seconds by which the last turn came too late."""

    def startService(self) -> None:
        """Begin."""
        super().startService()  # type: ignore[no-untyped-call]
        self._due = self._clock.seconds() + self.period
        self._next = self._clock.callLater(self.period, self._tick)

    def stopService(self) -> None:
        """Deliver no more."""
        super().stopService()  # type: ignore[no-untyped-call]
        if self._next is not None and self._next.active():
            self._next.cancel()

    def settle(self, bounds: Bounds) -> None:
        """From the next round on a pulse is as long as these bounds allow."""
        self._bounds = bounds

    def snapshot(self) -> PulseSnapshot:
        """How it beats now."""
        return PulseSnapshot(
            name=LOW_LATENCY if self.low_latency else NORMAL,
            seconds=self.period,
            lateness_seconds=self.lateness,
            stretched=self.stretch,
            busy_ratio=self.busy,
        )

    def _tick(self) -> None:
        began = self._clock.seconds()
        self.lateness = max(0.0, began - self._due)
        try:
            self._mounts.deliver(self._turn, self.turns, low_latency=self.low_latency)
        except Exception:
            self._log.failure("a delivery failed; the pulse goes on")
        self._spent += self._clock.seconds() - self._due
        self._turn += 1
        if self._turn >= self.turns:
            self._new_round()
        if self.running:
            self._schedule()

    def _new_round(self) -> None:
        """Every slice had its turn: look at the audience and at the load."""
        audience = self._mounts.audience(low_latency=self.low_latency)
        wanted = period_for(audience, self._bounds)
        self.busy = self._spent / self.period
        stretch = stretch_for(self.stretch, self.busy)
        self.stretch = max(1.0, min(stretch, self._bounds.longest / wanted))
        self.period = wanted * self.stretch
        turns = slices_for(audience)
        if turns != self.turns:
            self.turns = turns
            self._mounts.spread(turns, low_latency=self.low_latency)
        self._turn = 0
        self._spent = 0.0

    def _schedule(self) -> None:
        now = self._clock.seconds()
        self._due = max(self._due + self.period / self.turns, now + _BREATH_S)
        self._next = self._clock.callLater(self._due - now, self._tick)
