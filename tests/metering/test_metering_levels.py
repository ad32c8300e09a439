"""Levels as values: how they are put together, and at which pace they are told."""

import itertools
from math import log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.levels import LOWEST, Level, Window, merged, tenths
from tinyice.metering.pacing import AHEAD_MAX_S, CUSHION_S, Pacing

TICK_S = 0.1

levels = st.builds(Level, st.integers(LOWEST, 0), st.integers(LOWEST, 0))
stereo = st.builds(Window, st.floats(0.01, 0.2), st.tuples(levels, levels))


@pytest.mark.parametrize(
    ("part", "level"),
    [(1.0, 0), (0.5, -60), (0.1, -200), (10**-2.5, -500), (1e-9, LOWEST), (0.0, LOWEST), (2, 60)],
)
def test_parts_of_full_scale(part: float, level: int) -> None:
    """In tenths of a decibel; nothing is lower than what is not there."""
    assert tenths(part) == level


@given(st.lists(stereo, min_size=1, max_size=20))
def test_windows_together(windows: list[Window]) -> None:
    """The loudest sample is the loudest; the average lies between the averages."""
    found = merged(windows)
    for channel, level in enumerate(found):
        each = [window.channels[channel] for window in windows]
        assert level.peak == max(one.peak for one in each)
        assert min(one.average for one in each) - 1 <= level.average
        assert level.average <= max(one.average for one in each) + 1


def test_power_is_what_is_averaged() -> None:
    """Half of the time full, half of the time nothing: three decibels less."""
    loud, quiet = Level(0, 0), Level(LOWEST, LOWEST)
    found = merged([Window(1.0, (loud,)), Window(1.0, (quiet,))])
    assert found == (Level(round(100 * log10(0.5)), 0),)


def test_a_change_of_channels() -> None:
    """Mono after stereo is mono."""
    one, other = Level(-100, -50), Level(-300, -250)
    windows = [Window(0.1, (one, one)), Window(0.1, (other,))]
    assert merged(windows) == (other,)
    assert merged([]) == ()


def numbered(seconds: float, first: int = 0) -> list[Window]:
    """Windows of 50 ms, each louder than the one before."""
    count = round(seconds / 0.05)
    return [Window(0.05, (Level(-900 + first + at, -900 + first + at),)) for at in range(count)]


@pytest.mark.parametrize("gust_s", [0.1, 0.25, 0.5, 1.0, 2.0])
def test_gusts_are_even(gust_s: float) -> None:
    """However the audio comes in, each tick tells of as much as has sounded."""
    pacing, peaks, sent = Pacing(), [], 0
    for tick in range(round(20 / TICK_S)):
        now = tick * TICK_S
        while sent * gust_s <= now + 1e-9:
            pacing.add(numbered(gust_s, first=round(sent * gust_s / 0.05)), now)
            sent += 1
        found = pacing.due(now + 0.001)
        if found:
            peaks.append(found[0].peak)
    assert peaks == sorted(set(peaks))
    steps = {after - before for before, after in itertools.pairwise(peaks)}
    assert steps <= {1, 2, 3}, "a tick is two windows, or so"
    assert len(peaks) >= 20 / TICK_S - CUSHION_S / TICK_S - 3


def test_what_comes_ahead_of_time_is_not_shown_late() -> None:
    """A burst at the beginning leaves the newest of it."""
    pacing = Pacing()
    pacing.add(numbered(10), 0.0)
    assert AHEAD_MAX_S < 10
    found = [pacing.due(tick * TICK_S) for tick in range(30)]
    heard = [levels[0].peak for levels in found if levels]
    assert min(heard) >= -900 + 190
    assert max(heard) == -900 + 199


def test_after_a_stall_it_goes_on_with_what_comes() -> None:
    """Nothing is told of the time in which nothing came."""
    pacing = Pacing()
    pacing.add(numbered(0.2), 0.0)
    assert pacing.due(1.0) != ()
    assert pacing.due(30.0) == ()
    pacing.add(numbered(0.2), 30.0)
    assert pacing.due(30.0) == ()
    assert pacing.due(30.0 + CUSHION_S) != ()
    pacing.clear()
    assert pacing.due(60.0) == ()


@given(
    st.lists(
        st.tuples(st.floats(0, 3), st.floats(0, 3), st.lists(stereo, max_size=30)), max_size=40
    )
)
def test_it_never_keeps_much(story: list[tuple[float, float, list[Window]]]) -> None:
    """Whatever comes whenever: what waits is bounded."""
    pacing, now = Pacing(), 0.0
    for wait_s, then_s, windows in story:
        now += wait_s
        pacing.add(windows, now)
        now += then_s
        pacing.due(now)
        assert pacing._ahead_s <= AHEAD_MAX_S + 1e-6
