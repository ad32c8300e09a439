"""Pace: as much audio as time, for a day, through stalls, and never a burst."""

from hypothesis import given
from hypothesis import strategies as st

from tinyice.codec.pacing import CATCH_UP, FORGIVEN_S, Pacing

LEAD = 1.0
STEP = 0.25
BLOCK = 0.04


def make(pacing: Pacing, granted: float) -> None:
    """What a child does: whole blocks as long as it may."""
    while pacing.brought_s < granted:
        pacing.brought_s += BLOCK


def test_a_day_does_not_drift() -> None:
    """After 24 hours there is as much audio as time has passed, to some milliseconds."""
    pacing = Pacing(LEAD)
    now = 12345.678
    for tick in range(int(24 * 3600 / STEP) + 1):
        make(pacing, pacing.at(now + tick * STEP))
    drift = pacing.brought_s - LEAD - 24 * 3600
    assert abs(drift) < 0.05


def test_a_stall_is_caught_up_slowly() -> None:
    """A child that made nothing for 5 s makes that up, at no time faster than it may."""
    pacing = Pacing(LEAD)
    for tick in range(40):
        granted = pacing.at(tick * STEP)
        if tick < 8 or tick >= 28:
            make(pacing, granted)
    before = pacing.brought_s
    for tick in range(40, 120):
        make(pacing, pacing.at(tick * STEP))
        assert pacing.brought_s - before <= CATCH_UP * STEP + BLOCK
        before = pacing.brought_s
    assert abs(pacing.brought_s - 119 * STEP - LEAD) <= BLOCK


def test_who_slept_begins_anew() -> None:
    """A machine that was asleep for an hour does not play that hour."""
    pacing = Pacing(LEAD)
    make(pacing, pacing.at(0.0))
    before = pacing.brought_s
    make(pacing, pacing.at(3600.0))
    for tick in range(1, 40):
        make(pacing, pacing.at(3600.0 + tick * STEP))
    assert pacing.brought_s - before < 40 * STEP * CATCH_UP + FORGIVEN_S


def test_a_pause_of_ours_is_no_delay() -> None:
    """What was not wanted is not made up, and the lead is there at once."""
    pacing = Pacing(LEAD)
    make(pacing, pacing.at(0.0))
    pacing.rest()
    granted = pacing.at(50.0)
    assert abs(granted - pacing.brought_s - LEAD) < 1e-9


@given(st.lists(st.tuples(st.floats(0, 4), st.booleans()), max_size=60))
def test_never_more_than_time(steps: list[tuple[float, bool]]) -> None:
    """Whatever happens, no more than has passed, and the lead, and it never goes back."""
    pacing = Pacing(LEAD)
    now = before = 0.0
    for seconds, works in steps:
        now += seconds
        granted = pacing.at(now)
        assert before <= granted <= now + LEAD + 1e-6 + BLOCK
        before = granted
        if works:
            make(pacing, granted)
