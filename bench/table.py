"""The report as Markdown."""

import math
from collections.abc import Sequence

from bench.audience import Spread
from bench.figures import Absent, Results, Sample, ratio
from bench.plan import FLOOR, ICECAST, Row
from bench.reach import OURS, Verdict

HEAD = (
    "listeners", "server", "machine busy", "own CPU", "each 1,000", "against Icecast",
    "against the floor", "pulse, ms", "receives/s", "longest gap, ms", "first byte, ms",
    "no byte", "lost", "memory each", "delivered",
)  # fmt: skip


def line(cells: Sequence[str]) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"


def header(titles: Sequence[str]) -> list[str]:
    """The head of a table and the line under it."""
    return [line(titles), "|" + "---|" * len(titles)]


def number(value: float | None) -> str:
    """A figure with as many digits as mean something, or a dash where there is none."""
    if value is None or math.isnan(value):
        return "–"  # noqa: RUF001
    digits = sum(abs(value) < bound for bound in (100, 10)) if value % 1 else 0
    return f"{value:,.{digits}f}"


def spread(values: Spread, *, with_max: bool) -> str:
    """The middle, the 99th percentile and, if asked for, the greatest."""
    told = (values.p50, values.p99, *([values.max] if with_max else []))
    return " / ".join(map(number, told))


def sample_line(row: Row, server: str, results: Results) -> str:
    """One row on one server."""
    found = results[row.key, server]
    if isinstance(found, Absent):
        return line((row.title, server, found.reason, *[""] * (len(HEAD) - 3)))
    if server == OURS:
        ratios = [number(ratio(results, row.key, peer)) for peer in (ICECAST, FLOOR)]
        compared = (*ratios, number(found.cadence.pulse_ms))
    else:
        compared = (number(None),) * 3
    return line((row.title, server, *used(found), *compared, *heard_by(found)))


def used(sample: Sample) -> tuple[str, ...]:
    """What the machine did."""
    cpu = sample.cpu
    return (
        f"{number(cpu.busy)} %",
        f"{number(cpu.user)} + {number(cpu.system)} %",
        f"{number(sample.busy_per_thousand)} %",
    )


def heard_by(sample: Sample) -> tuple[str, ...]:
    """What the listeners got, and what each of them took."""
    heard = sample.heard
    word = ", saturated" if sample.is_saturated else ""
    return (
        number(heard.receives),
        spread(heard.gap_ms, with_max=True),
        spread(heard.first_ms, with_max=False),
        str(heard.silent),
        str(heard.lost),
        f"{number(sample.memory_each / 1000)} kB",
        f"{sample.delivered:.1%}{word}",
    )


def measured(rows: Sequence[Row], results: Results) -> str:
    """The table of everything that was measured."""
    lines = header(HEAD)
    for row in rows:
        servers = [name for name in (OURS, *row.peers) if (row.key, name) in results]
        lines += [sample_line(row, server, results) for server in servers]
    return "\n".join(lines)


def reached(verdicts: Sequence[Verdict]) -> str:
    """The table of figures to reach."""
    lines = header(("figure", "listeners", "measured", "reach", ""))
    for one in verdicts:
        goal = one.goal
        bound = f"{goal.limit:g} {goal.unit}".strip()
        value = "" if one.value is None else f"{number(one.value)} {goal.unit}".strip()
        word = f"{one.word} ({one.note})" if one.note else one.word
        more = "or more" if goal.at_least else "or less"
        count = f"{one.listeners:,}" if one.listeners else ""
        lines.append(line((goal.title, count, value, f"{bound} {more}", word)))
    return "\n".join(lines)
