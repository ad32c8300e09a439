"""The pace: how far ahead of real time a source may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.pace import Pace

steps = st.lists(
    st.tuples(st.floats(0, 30, allow_nan=False), st.floats(0, 30, allow_nan=False)), max_size=30
)


@given(lead=st.floats(0.1, 60), steps=steps)
def test_a_source_that_obeys_is_never_further_ahead_than_its_lead(
    lead: float, steps: list[tuple[float, float]]
) -> None:
    """After each hold, what came in is at most ``lead`` seconds ahead of the clock."""
    pace, now, heard_until = Pace(lead), 100.0, 100.0
    for seconds, pause in steps:
        now += pause
        heard_until = max(heard_until, now) + seconds
        hold = pace.hold(seconds, now)
        assert hold == pytest.approx(max(0.0, heard_until - now - lead) if seconds else 0.0)
        now += hold
        assert heard_until - now <= lead + 1e-6


def test_a_late_source_gets_no_credit() -> None:
    """Who was silent for a minute may not send a minute at once."""
    pace = Pace(10)
    assert pace.hold(1, 0) == 0
    assert pace.hold(10, 60) == 0
    assert pace.hold(5, 60) == 5


@pytest.mark.parametrize("lead", [0, -1])
def test_the_pace_can_be_switched_off(lead: float) -> None:
    """Then nothing is held back, and audio time is counted all the same."""
    pace = Pace(lead)
    assert pace.hold(3600, 0) == 0
    assert pace.hold(3600, 0) == 0
    assert pace.seconds == 7200


def test_a_stream_that_tells_no_time_is_not_held() -> None:
    """Nobody knows how fast it should come."""
    assert Pace(10).hold(0.0, 5.0) == 0
