"""Runs a plan: every row on every server, in rounds."""

import resource
import subprocess
from collections import defaultdict
from collections.abc import Callable

from bench.audience import MOST_EACH, AudienceLost
from bench.audio import NoEncoder
from bench.cadence import DEFAULT, Cadence
from bench.children import NotStarted
from bench.figures import Absent, Results, Sample, median_of
from bench.plan import Group, Row
from bench.programs import NotCompiled
from bench.reach import OURS
from bench.trial import NobodyHeard, SourceRefused, measure, server_for

Trial = Callable[[Row, str, Cadence], Sample | Absent]
"""Measures a row once on the server of that name, at that cadence where it has none."""

SPARE_FILES = 400

FAILURES = (
    AudienceLost,
    NoEncoder,
    NobodyHeard,
    NotCompiled,
    NotStarted,
    SourceRefused,
    OSError,
    subprocess.SubprocessError,
)


def attempt(row: Row, name: str, cadence: Cadence) -> Sample | Absent:
    """Measure, or say why not."""
    server = server_for(row, name, cadence)
    reason = server.lacks() or lacks_files(row.listeners)
    if reason:
        return Absent(reason)
    try:
        return measure(row, server)
    except FAILURES as failure:
        return Absent(f"failed: {failure}")


def lacks_files(listeners: int) -> str:
    """Say that a process may not have a file for each listener; "" when it may."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if min(listeners, MOST_EACH) + SPARE_FILES > allowed:
        return f"only {allowed:,} open files are allowed"
    return ""


def run_group(group: Group, trial: Trial) -> Results:
    """Measure a group; what failed once is not tried again.

    The floor follows this server, so that it can take over its cadence.
    """
    samples: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    absent: dict[tuple[str, str], Absent] = {}
    for _ in range(group.rounds):
        for row in group.rows:
            cadence = DEFAULT
            for name in (OURS, *row.peers):
                if (row.key, name) in absent:
                    continue
                told = trial(row, name, cadence)
                print(f"  {row.title:32} {name:10} {in_short(told)}", flush=True)
                if isinstance(told, Absent):
                    absent[row.key, name] = told
                    continue
                cadence = told.cadence if name == OURS else cadence
                samples[row.key, name].append(told)
    return {key: median_of(values) for key, values in samples.items()} | absent


def in_short(told: Sample | Absent) -> str:
    """Say on the way how it goes."""
    if isinstance(told, Absent):
        return told.reason
    return (
        f"machine {told.cpu.busy:.1f} % busy, {told.delivered:.1%} delivered, "
        f"longest gap p99 {told.heard.gap_ms.p99:.0f} ms"
    )
