"""What processes and the whole machine used, as the kernel counts it."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
KERNEL_PARENT = 2
"""The process that all threads of the kernel come from."""


@dataclass(frozen=True, slots=True)
class Clock:
    """CPU time used so far, in seconds; ``at`` is when it was read."""

    at: float
    user: float
    system: float
    softirq: float
    busy: float
    others: float


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU used in a window, in per cent of one core.

    ``user`` and ``system`` are the server's own. On loopback the kernel bills its
    work to whoever happens to run, so ``busy``, the whole machine, is the fair
    figure; ``softirq`` is a part of it, and so is what ``others`` used, programs that
    have nothing to do with the measurement.
    """

    user: float
    system: float
    softirq: float
    busy: float
    others: float

    @property
    def own(self) -> float:
        """What the server is billed for."""
        return self.user + self.system


def family(pid: int) -> list[int]:
    """Give a process and all its descendants."""
    children = [
        child
        for task in (PROC / str(pid) / "task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return [pid, *(member for child in children for member in family(int(child)))]


def ticks_of(stat: str) -> tuple[int, int]:
    """Read user and system time from the text of a process's ``stat``."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]), int(fields[12])


def machine_ticks(stat: str) -> tuple[int, int]:
    """Read (soft interrupts, all work) from the text of the machine's ``stat``.

    Neither idle time nor what other guests of the host took is work.
    """
    user, nice, system, _, _, irq, softirq = map(int, stat.split("\n", 1)[0].split()[1:8])
    return softirq, user + nice + system + irq + softirq


def cpu_clock(pid: int) -> Clock:
    """Read the clocks of a process with its descendants, and of the machine."""
    own = [ticks_of((PROC / str(one) / "stat").read_text()) for one in family(pid)]
    softirq, busy = machine_ticks((PROC / "stat").read_text())
    return Clock(
        at=time.monotonic(),
        user=sum(user for user, _ in own) / TICKS_PER_S,
        system=sum(system for _, system in own) / TICKS_PER_S,
        softirq=softirq / TICKS_PER_S,
        busy=busy / TICKS_PER_S,
        others=others_ticks(set(family(os.getpid()))) / TICKS_PER_S,
    )


def between(before: Clock, after: Clock) -> Cpu:
    """Compare two readings."""
    share = 100 / (after.at - before.at)
    return Cpu(
        user=(after.user - before.user) * share,
        system=(after.system - before.system) * share,
        softirq=(after.softirq - before.softirq) * share,
        busy=(after.busy - before.busy) * share,
        # who ended meanwhile took its time along
        others=max(0.0, after.others - before.others) * share,
    )


def others_ticks(ours: set[int]) -> int:
    """Add up what all programs used that are not ``ours``; the kernel's threads are nobody's."""
    total = 0
    for stat in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            text = stat.read_text()
            parent = int(text.rpartition(")")[2].split()[1])
            if int(stat.parent.name) not in ours and parent != KERNEL_PARENT:
                total += sum(ticks_of(text))
    return total


def kilobytes(rollup: str, field: str) -> int:
    """Read one field of a ``smaps_rollup``."""
    for line in rollup.splitlines():
        name, _, rest = line.partition(":")
        if name == field:
            return int(rest.split()[0])
    raise ValueError(f"no {field} in it")


def memory_bytes(pid: int) -> int:
    """Give what a process and its descendants have allocated, shared parts counted once.

    Mapped files are left out: their share changes with whoever else maps them.
    """
    rollups = [(PROC / str(one) / "smaps_rollup").read_text() for one in family(pid)]
    fields = ("Pss_Anon", "Pss_Shmem")
    return 1024 * sum(kilobytes(rollup, field) for rollup in rollups for field in fields)
