"""The server in words: what the page about it shows, and how well each thing is."""

from collections.abc import Iterator
from dataclasses import dataclass

from tinyice.core.snapshots import (
    PulseSnapshot,
    ServerFigures,
    StationSnapshot,
    StoreSnapshot,
    WorkersSnapshot,
)
from tinyice.web.console.machine import Load, Machine

_PULSES = {"normal": "Pulse", "low_latency": "Pulse, low latency"}
_LATE_S = 0.25
_STRETCHED = 1.2
_FULL = 0.9
UNKNOWN = "?"
"""This system does not say."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line. ``key`` is the same from look to look; ``state``: "", ok, warn or bad."""

    key: str
    name: str
    value: str
    state: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that serves listeners."""

    number: int
    listeners: str
    pulse: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole of it at one moment."""

    readouts: tuple[Fact, ...]
    process: tuple[Fact, ...]
    delivery: tuple[Fact, ...]
    database: tuple[Fact, ...]
    workers: tuple[Worker, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every line, whatever it stands under."""
        return (*self.readouts, *self.process, *self.delivery, *self.database)


def picture_of(
    figures: ServerFigures, station: StationSnapshot, load: Load, machine: Machine
) -> Picture:
    """What there is to be seen now."""
    process = figures.process
    full = process.open_files >= _FULL * process.open_files_limit
    late = process.reactor_lag_seconds > _LATE_S
    return Picture(
        readouts=(
            Fact("uptime", "Up for", _span(station.uptime_seconds)),
            Fact("memory", "Memory", _megabytes(process.resident_bytes)),
            Fact("cpu", "Processor", f"{100 * load.cpu_share:.1f} %", beside="of a core"),
            Fact(
                "files",
                "Open files",
                f"{process.open_files:,}",
                "warn" if full else "",
                f"of {process.open_files_limit:,}",
            ),
            Fact("lag", "Longest delay", _ms(process.reactor_lag_seconds), "warn" if late else ""),
        ),
        process=(
            Fact("heap", "Memory of its own", _megabytes(process.heap_bytes)),
            Fact("threads", "Threads", _or_dash(process.threads)),
            Fact("collections", "Rounds of the garbage collector", f"{process.collections:,}"),
            Fact("cpu_time", "Processor time", _span(load.cpu_seconds)),
            Fact("passwords", "Passwords waiting for a check", *_passwords(load)),
        ),
        delivery=tuple(_delivery(figures, station)),
        database=tuple(_database(figures.store, machine.database_file)),
        workers=tuple(_workers(figures.workers)),
    )


def _passwords(load: Load) -> tuple[str, str]:
    is_full = load.passwords_waiting >= load.passwords_room > 0
    return f"{load.passwords_waiting} of {load.passwords_room}", "warn" if is_full else ""


def _delivery(figures: ServerFigures, station: StationSnapshot) -> Iterator[Fact]:
    for pulse in figures.pulses:
        name = _PULSES.get(pulse.name, pulse.name)
        yield Fact(f"pulse_{pulse.name}", name, _beat(pulse), _state_of(pulse))
    yield Fact("listeners", "Listeners", f"{station.listeners:,}")
    yield Fact("jumps", "Jumps of slow listeners", f"{figures.delivery.jumps:,}")
    yield Fact("restarts", "Workers replaced", f"{figures.workers.restarts:,}")


def _database(store: StoreSnapshot, path: str) -> Iterator[Fact]:
    state, words = "ok", "in use"
    if store.refused:
        state, words = "bad", f"not used: {store.refused}"
    elif store.lost:
        state, words = "bad", "loses what it is to keep"
    elif store.failures:
        state, words = "warn", "has failed since the start"
    yield Fact("store", "State", words, state)
    yield Fact("store_failures", "Failures since the start", f"{store.failures:,}")
    yield Fact("store_lost", "Lost since the start", f"{store.lost:,}")
    yield Fact("store_file", "File", path)


def _workers(workers: WorkersSnapshot) -> Iterator[Worker]:
    for worker in workers.each:
        beats = {pulse.name: pulse for pulse in worker.pulses}
        states = [_state_of(pulse) for pulse in worker.pulses]
        state = "bad" if not worker.is_running else "warn" if "warn" in states else "ok"
        words = {"bad": "Not running", "warn": "Behind", "ok": "Serving"}[state]
        pulse = beats.get("normal")
        beat = UNKNOWN if pulse is None else _beat(pulse)
        yield Worker(worker.number, f"{worker.listeners:,}", beat, state, words)


def _state_of(pulse: PulseSnapshot) -> str:
    slow = pulse.stretched > _STRETCHED or pulse.lateness_seconds > _LATE_S
    return "warn" if slow else ""


def _beat(pulse: PulseSnapshot) -> str:
    words = f"{_ms(pulse.seconds)}, {100 * pulse.busy_ratio:.0f} % busy"
    return f"{words}, stretched {pulse.stretched:.1f} times" if _state_of(pulse) else words


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"


def _megabytes(count: int | None) -> str:
    return UNKNOWN if count is None else f"{count / 1e6:,.1f} MB"


def _or_dash(count: int | None) -> str:
    return UNKNOWN if count is None else str(count)


def _span(seconds: float) -> str:
    """``3 d 4:05:06``."""
    whole = int(seconds)
    days, rest = divmod(whole, 86400)
    clock = f"{rest // 3600}:{rest % 3600 // 60:02}:{rest % 60:02}"
    return f"{days} d {clock}" if days else clock
