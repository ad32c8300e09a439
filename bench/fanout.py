"""What many listeners cost, beside Icecast and beside a C program that only sends.

``python -m bench.fanout`` measures this server and its peers with the same source
and the same listeners, one after the other, and writes docs/performance.md and
docs/images/fanout.svg. ``--quick`` is a short run with small audiences, ``--full``
has 100,000 listeners besides.
"""

import argparse
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import programs
from bench.figures import Results, Sample, sample_of
from bench.machine import describe
from bench.plan import FLOOR, ICECAST, Plan, full_plan, long_plan, quick_plan, rows_of
from bench.plot import Bar, Bars, draw
from bench.reach import FULL_GOALS, GOALS, OURS, Goal, verdict
from bench.report import rewrite_file
from bench.rounds import attempt, run_group
from bench.table import measured, reached

PROJECT = Path(__file__).resolve().parent.parent
REPORT = PROJECT / "docs/performance.md"
PLOT = PROJECT / "docs/images/fanout.svg"
PLOTTED_BLOCK = "fanout"
PLOTTED = ("thousand", "half", "main", "most")
SERVERS = (OURS, ICECAST, FLOOR)
QUIET = 5.0
"""So much CPU, in per cent of a core, other programs may use without a word in the report."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: the block of the report that it writes, and what it measures."""

    block: str
    plan: Plan
    goals: tuple[Goal, ...]


def runs(file_limit: int, *, quick: bool, full: bool) -> list[Run]:
    """What is to be measured."""
    if quick:
        return [Run("fanout-quick", quick_plan(), GOALS)]
    long = Run(PLOTTED_BLOCK, long_plan(file_limit), GOALS)
    return [long, Run("fanout-full", full_plan(), FULL_GOALS)] if full else [long]


def perform(run: Run) -> tuple[Results, str]:
    """Measure one run; give the figures and the text of its block."""
    seconds = sum(group.seconds for group in run.plan)
    print(f"fan-out: about {seconds / 60:.0f} min", flush=True)
    results: Results = {}
    for group in run.plan:
        results = {**results, **run_group(group, attempt)}
    parts = [
        measured(list(rows_of(run.plan)), results),
        reached([verdict(goal, results) for goal in run.goals]),
        f"{describe()}.",
    ]
    if run.block == PLOTTED_BLOCK:
        parts.insert(1, f"![CPU for each 1,000 listeners](images/{PLOT.name})")
    others = max(
        (one.cpu.others for one in results.values() if isinstance(one, Sample)), default=0.0
    )
    if others > QUIET:
        parts.append(f"Other programs used up to {others:.0f} % of a core meanwhile.")
    return results, "\n\n".join(parts)


def plot(plan: Plan, results: Results) -> str:
    """Draw the CPU for 1,000 listeners by the size of the audience."""
    rows = [row for row in rows_of(plan) if row.key in PLOTTED]
    return draw(
        Bars(
            title="Whole machine's CPU for each 1,000 listeners, 128 kbit/s (100 % is one core)",
            unit="%",
            groups=[f"{row.listeners:,}" for row in rows],
            series=SERVERS,
            values=[[bar(results, row.key, name) for name in SERVERS] for row in rows],
        )
    )


def bar(results: Results, key: str, name: str) -> Bar:
    """One server's bar in one group."""
    sample = sample_of(results, key, name)
    if sample is None:
        return Bar(None)
    return Bar(sample.busy_per_thousand, is_hollow=sample.is_saturated)


def raise_file_limit() -> int:
    """Let us, and who we start, open as many files as we may."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def main(words: Sequence[str] | None = None) -> int:
    """Measure and write the reports."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.fanout")
    parser.add_argument("--quick", action="store_true", help="small audiences, short windows")
    parser.add_argument("--full", action="store_true", help="100,000 listeners besides")
    parser.add_argument("--dry-run", action="store_true", help="print the tables only")
    options = parser.parse_args(words)
    try:
        programs.audience()
    except programs.NotCompiled as reason:
        print(f"fan-out skipped: {reason}")
        return 0
    for run in runs(raise_file_limit(), quick=options.quick, full=options.full):
        results, told = perform(run)
        print(f"\n{told}\n")
        if options.dry_run:
            continue
        rewrite_file(REPORT, run.block, told)
        if run.block == PLOTTED_BLOCK:
            PLOT.parent.mkdir(parents=True, exist_ok=True)
            PLOT.write_text(plot(run.plan, results), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
