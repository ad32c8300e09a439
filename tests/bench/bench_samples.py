"""Samples as trials give them, without a trial."""

from bench.audience import Heard, MountHeard, Spread
from bench.cadence import Cadence
from bench.figures import Sample
from bench.proc import Cpu


def spread(value: float) -> Spread:
    """The same for every listener."""
    return Spread(mean=value, p1=value, p50=value, p99=value, max=value)


def sample(
    *,
    busy: float = 20.0,
    rate: float = 16_000.0,
    gap_ms: float = 500.0,
    listeners: int = 10_000,
    silent: int = 0,
    mounts: tuple[MountHeard, ...] = (),
    rates: tuple[float, ...] = (16_000.0,),
) -> Sample:
    """A trial that went as these figures say."""
    heard = Heard(
        healthy=listeners,
        open=listeners,
        lost=0,
        silent=silent,
        receives=2.0,
        rate=spread(rate),
        first_ms=spread(10.0),
        gap_ms=spread(gap_ms),
        mounts=mounts,
    )
    return Sample(
        listeners=listeners,
        cpu=Cpu(user=2.0, system=8.0, softirq=1.0, busy=busy, others=0.0),
        heard=heard,
        memory_each=1500.0,
        rates=rates,
        cadence=Cadence(500.0, 20),
    )
