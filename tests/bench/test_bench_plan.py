"""The plan measures what it promises, in the time that it promises."""

from pathlib import Path

import pytest
from bench_samples import sample

from bench.cadence import DEFAULT, Cadence
from bench.fanout import PLOTTED, runs
from bench.figures import Absent, Sample
from bench.plan import FLOOR, ICECAST, PEERS, Group, Row, fitting, long_plan, quick_plan, rows_of
from bench.reach import FULL_GOALS, GOALS, OURS
from bench.rounds import run_group
from bench.servers import Icecast, TinyIce, icecast_xml
from bench.trial import demand_of, kbps_of, server_for

FILES = 20_000
OTHER_PARTS_S, QUICK_OTHER_PARTS_S = 50, 16
"""What start times and pure parts take."""


def test_a_whole_run_takes_under_fifteen_minutes() -> None:
    """As `make bench` promises."""
    assert sum(group.seconds for group in long_plan(FILES)) + OTHER_PARTS_S < 15 * 60


def test_a_quick_run_takes_under_two_minutes() -> None:
    """As `make bench QUICK=1` promises."""
    assert sum(group.seconds for group in quick_plan()) + QUICK_OTHER_PARTS_S < 2 * 60


@pytest.mark.parametrize("quick", [False, True])
def test_every_figure_to_reach_has_its_row(quick: bool) -> None:
    """Rows are looked up by their part, so each part is there once."""
    for run in runs(FILES, quick=quick, full=not quick):
        keys = [row.key for row in rows_of(run.plan)]
        assert len(keys) == len(set(keys))
        assert {goal.row for goal in run.goals} <= set(keys)


def test_only_a_full_run_has_a_hundred_thousand() -> None:
    """It takes minutes and memory that not every machine has."""
    usual, full = runs(FILES, quick=False, full=True)
    assert (usual.goals, full.goals) == (GOALS, FULL_GOALS)
    assert max(row.listeners for row in rows_of(usual.plan)) < FILES
    assert [row.listeners for row in rows_of(full.plan)] == [100_000]
    assert len(runs(FILES, quick=False, full=False)) == 1
    assert set(PLOTTED) <= {row.key for row in rows_of(usual.plan)}


@pytest.mark.parametrize(("files", "listeners"), [(20_000, 19_500), (1 << 20, 19_500), (1024, 524)])
def test_as_many_as_fit(files: int, listeners: int) -> None:
    """A few files stay for everything else."""
    assert fitting(files) == listeners


@pytest.mark.parametrize(
    ("row", "title"),
    [
        (Row("x", 10_000), "10,000"),
        (Row("x", 100, icy=True, workers=1), "100, with ICY, 1 worker"),
        (Row("x", 100, tls=True, workers=2), "100, over TLS, 2 workers"),
        (Row("x", 9, kbps=16, mounts=3), "9, at 16 kbit/s, on 3 mounts"),
        (Row("x", 9, bad_share=0.05), "9, 5% of them bad"),
    ],
)
def test_rows_say_what_they_are(row: Row, title: str) -> None:
    """The title follows from what is measured."""
    assert row.title == title


def test_rounds_take_turns() -> None:
    """Every server is measured once before any is measured twice, the floor like us."""
    asked: list[tuple[str, str, Cadence]] = []

    def trial(row: Row, name: str, cadence: Cadence) -> Sample | Absent:
        asked.append((row.key, name, cadence))
        return Absent("not here") if name == ICECAST else sample()

    rows = (Row("a", 10, PEERS), Row("b", 10))
    results = run_group(Group(2, rows), trial)
    ours, theirs = sample().cadence, DEFAULT
    a, icecast = ("a", OURS, theirs), ("a", ICECAST, ours)
    floor, b = ("a", FLOOR, ours), ("b", OURS, theirs)
    assert asked == [a, icecast, floor, b, a, floor, b]
    assert results["a", ICECAST] == Absent("not here")
    assert results["b", OURS] == sample()


def test_of_many_mounts_one_is_fast_and_one_is_slow() -> None:
    """All others are like a single one."""
    assert kbps_of(Row("x", 9)) == [128]
    assert kbps_of(Row("x", 9, mounts=4)) == [320, 16, 128, 128]


def test_a_row_says_who_serves_and_who_listens() -> None:
    """What a row asks for reaches the servers and the listeners."""
    row = Row("x", 1000, tls=True, workers=2, bad_share=0.05)
    assert server_for(row, OURS, DEFAULT) == TinyIce(workers=2, tls=True)
    assert server_for(row, ICECAST, DEFAULT) == Icecast(tls=True)
    assert server_for(row, FLOOR, DEFAULT).name == FLOOR
    demand = demand_of(row)
    assert (demand.tls, demand.bad, demand.listeners) == (True, 50, 1000)


def test_icecast_has_limits_that_are_not_in_the_way(tmp_path: Path) -> None:
    """A peer is never slowed down by its configuration."""
    for tls_port in (0, 8443):
        text = icecast_xml(tmp_path, 8000, tls_port, tmp_path / "pem")
        assert text.count("<listen-socket>") == (2 if tls_port else 1)
        assert "<clients>200000</clients>" in text
