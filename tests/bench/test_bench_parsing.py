"""What the kernel, the listening program and metrics say is read as it is meant."""

import math

import pytest

from bench.audience import BAD_KINDS, Demand, Heard, parse, shares, together
from bench.cadence import DEFAULT, SLICES, Cadence, gauge, judge
from bench.machine import describe, version_of
from bench.proc import Clock, between, kilobytes, machine_ticks, ticks_of

LINE = (
    '{"listeners": 10, "healthy": 9, "open": 7, "closed": 1, "refused": 1, "silent": 2,'
    ' "seconds": 4.0, "receives": 4.5,'
    ' "rate": {"mean": 15990.5, "p1": 1.0, "p50": 16000.0, "p99": 16001.0, "max": 16002.0},'
    ' "first_ms": null,'
    ' "gap_ms": {"mean": 250.0, "p1": 249.0, "p50": 250.0, "p99": 260.0, "max": 270.0},'
    ' "mounts": [[16000.0, 15000.0, 260.0]]}'
)
METRICS = """\
# HELP tinyice_pulse_seconds The time between two deliveries.
# TYPE tinyice_pulse_seconds gauge
tinyice_pulse_seconds 0.5
tinyice_pulse_slices 25.0
tinyice_pulse_seconds_sum 12
"""


def heard() -> Heard:
    """What the line above says."""
    return parse(LINE)


def test_the_line_of_the_listeners_is_read() -> None:
    """Refused and closed listeners are lost; what nobody had is not a number."""
    one = heard()
    assert (one.healthy, one.open, one.lost, one.silent) == (9, 7, 2, 2)
    assert one.rate.mean == 15990.5
    assert one.mounts[0].least_rate == 15000.0
    assert math.isnan(one.first_ms.p99)


def test_of_several_programs_the_worst_tail_stands() -> None:
    """Counts are added, and nobody's bad luck is averaged away."""
    other = parse(LINE.replace('"p99": 260.0', '"p99": 900.0').replace('"p1": 1.0', '"p1": 0.5'))
    both = together([heard(), other])
    assert (both.healthy, both.open, both.lost) == (18, 14, 4)
    assert both.gap_ms.p99 == 900.0
    assert both.rate.p1 == 0.5
    assert both.receives == pytest.approx(4.5)
    assert math.isnan(both.first_ms.mean)
    assert together([other]) == other


@pytest.mark.parametrize(
    ("listeners", "parts"), [(0, [0]), (100, [100]), (101, [50, 51]), (250, [83, 83, 84])]
)
def test_listeners_are_shared_out(listeners: int, parts: list[int]) -> None:
    """No program has more than it may open files."""
    assert shares(listeners, most=100) == parts


@pytest.mark.parametrize("bad", [0, 1, 3, 50, 501])
def test_bad_listeners_are_of_every_kind(bad: int) -> None:
    """As many of each kind as can be."""
    words = dict(word.split("=") for word in Demand(1000, 100, bad=bad).words())
    counts = [int(words[kind]) for kind in BAD_KINDS]
    assert sum(counts) == bad
    assert max(counts) - min(counts) <= 1


def test_a_process_is_billed_its_own_time() -> None:
    """Blanks and brackets in a name do not shift the fields."""
    fields = " ".join(str(number) for number in range(3, 53))
    assert ticks_of(f"12 (a) b) S {fields}") == (13, 14)


def test_idle_and_stolen_time_is_no_work() -> None:
    """Neither waiting for disks nor the host's other guests count."""
    assert machine_ticks("cpu  10 1 20 1000 500 3 4 77 0 0\ncpu0 1") == (4, 38)


def test_windows_are_compared_in_per_cent_of_a_core() -> None:
    """Two cores can be busy for two hundred."""
    cpu = between(Clock(10, 1, 2, 3, 4, 9), Clock(12, 2, 4, 3.5, 8, 8))
    assert (cpu.user, cpu.system, cpu.softirq, cpu.busy, cpu.others) == (50, 100, 25, 200, 0)
    assert cpu.own == 150


def test_memory_is_found_by_its_whole_name() -> None:
    """Pss is not Pss_Anon."""
    rollup = "00-ff ---p 00000000 00:00 0 [rollup]\nPss:  90 kB\nPss_Anon:   12 kB\n"
    assert kilobytes(rollup, "Pss_Anon") == 12
    with pytest.raises(ValueError, match="Shmem"):
        kilobytes(rollup, "Pss_Shmem")


def test_the_cadence_is_the_servers_own_word() -> None:
    """Without metrics it is what listeners saw, and with neither the default."""
    assert judge(METRICS, 4.0) == Cadence(500.0, 25)
    assert judge("", 4.0) == Cadence(250.0, SLICES)
    assert judge("", 0.0) == DEFAULT
    assert gauge(METRICS, "tinyice_pulse") is None


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("OpenSSL 3.0.19 27 Jan 2026", "3.0.19"),
        ("6.18.44-own-name", "6.18.44"),
        ("none", "of unknown version"),
    ],
)
def test_versions_are_numbers_only(text: str, version: str) -> None:
    """No name of a machine gets into a report."""
    assert version_of(text) == version


def test_the_machine_is_described_in_a_line() -> None:
    """Cores, kernel and versions."""
    assert "cores, Linux" in describe()
    assert "\n" not in describe()
