"""The figures of the audience page: the line of the last half hour, sizes, times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.trends import SAMPLES
from tinyice.web.console.audience_rows import size
from tinyice.web.console.trend_plot import STEPS, plot_of


def test_nothing_is_drawn_of_nothing() -> None:
    """One number is no line."""
    assert plot_of(()) is None
    assert plot_of((5,)) is None


def test_a_line() -> None:
    """It ends at the right, begins where the station began, and has a round scale."""
    plot = plot_of((0, 6, 3))
    assert plot is not None
    assert plot.scale == (8, 6, 4, 2, 0)
    assert (plot.now.x, plot.now.y, plot.now.listeners) == (100, 62.5, 3)
    assert (plot.peak.listeners, plot.peak.ago) == (6, "now")
    assert plot.line.startswith("M988.83 200.00 ")
    assert plot.area.endswith(" 1000 200 988.83 200Z")
    assert plot.minutes == (("now", 6),)


def test_minutes() -> None:
    """The most in each, the newest first."""
    plot = plot_of((9, *[1] * 6, *[2] * 5, 4))
    assert plot is not None
    assert plot.minutes == (("now", 4), ("1 min ago", 1), ("2 min ago", 9))
    assert (plot.peak.listeners, plot.peak.ago) == (9, "2 min ago")


@given(st.lists(st.integers(0, 200_000), min_size=2, max_size=SAMPLES + 20))
def test_it_stays_in_its_frame(samples: list[int]) -> None:
    """Whatever the numbers are, and the scale is no taller than it must be."""
    plot = plot_of(samples)
    assert plot is not None
    shown = samples[-SAMPLES:]
    top = plot.scale[0]
    assert top >= max(shown)
    assert top <= max(STEPS, 2.5 * max(shown) + STEPS)
    for point in (plot.peak, plot.now):
        assert 0 <= point.x <= 100
        assert 0 <= point.y <= 100
    assert plot.peak.listeners == max(shown)
    assert len(plot.minutes) <= 30


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_950, "10 kB"),
        (345_000_000, "345 MB"),
        (1_240_000_000, "1.2 GB"),
        (10**15, "1000 TB"),
    ],
)
def test_sizes(count: int, words: str) -> None:
    """Three digits or so."""
    assert size(count) == words
