"""Tables and pictures are well-formed, whatever was measured."""

from xml.etree import ElementTree as ET

import pytest
from bench_samples import sample

from bench.fanout import REPORT, plot, runs
from bench.figures import Absent
from bench.plan import FLOOR, ICECAST, PEERS, Row, long_plan
from bench.plot import Bar, Bars, draw, round_step
from bench.reach import GOALS, OURS, verdict
from bench.report import rewrite_block
from bench.table import HEAD, measured, number, reached

SVG = "{http://www.w3.org/2000/svg}"
ROW = Row("main", 10_000, PEERS)
RESULTS = {
    ("main", OURS): sample(busy=30.0),
    ("main", ICECAST): sample(busy=90.0, rate=15_000.0),
    ("main", FLOOR): Absent("gcc is missing"),
}


def cells(table: str) -> list[list[str]]:
    """The cells of a table in Markdown."""
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]


def test_every_line_of_a_table_has_every_column() -> None:
    """A missing peer leaves a line with its reason, no ragged table."""
    lines = cells(measured([ROW], RESULTS))
    assert {len(line) for line in lines} == {len(HEAD)}
    ours, icecast, floor = (dict(zip(HEAD, line, strict=True)) for line in lines[2:])
    assert ours["against Icecast"] == "0.33"
    assert ours["delivered"] == "100.0%"
    assert icecast["delivered"] == "93.8%, saturated"
    assert floor["machine busy"] == "gcc is missing"


def test_every_figure_to_reach_has_its_line() -> None:
    """With what was measured, what it should be, and the verdict."""
    lines = cells(reached([verdict(goal, RESULTS) for goal in GOALS]))
    assert {len(line) for line in lines} == {5}
    assert len(lines) == len(GOALS) + 2
    assert lines[2][1:] == ["10,000", "0.33", "0.35 or less", "reached (icecast2 saturated)"]
    assert lines[3][4] == "not measured (gcc is missing)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0.0, "0"),
        (0.347, "0.35"),
        (12.34, "12.3"),
        (-3.0, "-3"),
        (1234.567, "1,235"),
    ],
)
def test_numbers_that_are_none_are_dashes(value: float | None, text: str) -> None:
    """No table shows nan, nor digits that mean nothing."""
    assert number(value) == text


def test_the_report_has_a_block_for_every_run() -> None:
    """A measurement finds its place in docs/performance.md."""
    document = REPORT.read_text("utf-8")
    blocks = [run.block for quick in (True, False) for run in runs(9, quick=quick, full=True)]
    for block in ("startup", "pure", *blocks):
        assert "words" in rewrite_block(document, block, "words")


def test_the_picture_has_a_bar_for_every_sample() -> None:
    """Hollow where the server was saturated, missing where it was not measured."""
    root = ET.fromstring(plot(long_plan(20_000), RESULTS))
    bars = [rect for rect in root.iter(f"{SVG}rect") if rect.get("stroke")]
    assert [bar.get("fill") == "none" for bar in bars] == [False, True]
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert {"1,000", "5,000", "10,000", "19,500", OURS, ICECAST, FLOOR} <= set(words)


@pytest.mark.parametrize("values", [[], [0.0], [1e-3], [12.5], [99_999.0]])
def test_bars_stay_inside_the_picture(values: list[float]) -> None:
    """Whatever the values are."""
    bars = Bars("a <b> & c", "%", ["g"] * len(values), ["s"], [[Bar(value)] for value in values])
    root = ET.fromstring(draw(bars))
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("y", 0)) >= 0
        assert float(rect.get("height", 0)) >= 0


@pytest.mark.parametrize(("highest", "step"), [(6.0, 1), (7.0, 2), (25.0, 5), (0.03, 0.005)])
def test_scales_have_round_steps(highest: float, step: float) -> None:
    """About five lines, at numbers that are easy to read."""
    assert round_step(highest) == pytest.approx(step)
