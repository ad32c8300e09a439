"""A loop keeps the time of its audio, whatever the clock of the process does."""

import pytest
from twisted.internet.task import Clock

from playout.stage import FRAME_SECONDS, Heard, jitter, numbers, tape
from tinyice.playout.loop import LATE_MAX_S, LEAD_S, Loop

DAY_S = 24 * 3600.0
UNIT_S = 6 * FRAME_SECONDS
"""What a slice of the file makes at the most."""


def never() -> None:
    """The tape is always ready."""
    raise AssertionError


def heard_numbers(heard: Heard) -> list[int]:
    """The numbers of the frames that came last."""
    return [number for unit in heard.units for number in numbers(unit.chunk.data)]


def test_a_day_without_drift() -> None:
    """After 24 hours of calls that come late, the audio stands where the clock does."""
    clock, heard, dice = Clock(), Heard(), jitter(1)
    loop = Loop(tape(), clock, never)
    loop.begin(heard)
    while clock.seconds() < DAY_S:
        clock.advance(dice.uniform(0.2, 0.9))
        assert abs(heard.seconds - clock.seconds() - LEAD_S) < 1.0
    clock.advance(0.2)
    assert abs(heard.seconds - clock.seconds() - LEAD_S) < UNIT_S
    assert heard.most_s < 1.5


def test_the_drift_of_a_day_is_below_fifty_milliseconds() -> None:
    """How far the audio is ahead is the same in the first and in the last seconds of a day."""
    clock, heard = Clock(), Heard()
    Loop(tape(), clock, never).begin(heard)

    def ahead() -> list[float]:
        found = []
        for _ in range(1000):
            clock.advance(0.01)
            found.append(heard.seconds - clock.seconds())
        return found

    first = ahead()
    while clock.seconds() < DAY_S:
        clock.advance(0.9)
    last = ahead()
    assert abs(min(first) - min(last)) < 0.05
    assert abs(max(first) - max(last)) < 0.05


def test_the_first_units_come_at_once() -> None:
    """Who begins is given the lead within the call."""
    heard = Heard()
    Loop(tape(), Clock(), never).begin(heard)
    assert LEAD_S <= heard.seconds < LEAD_S + UNIT_S
    assert heard_numbers(heard)[0] == 0


def test_a_pause_of_the_process_is_not_made_up_for() -> None:
    """After a minute in which nothing ran, listeners get no minute in a burst."""
    clock, heard = Clock(), Heard()
    loop = Loop(tape(), clock, never)
    loop.begin(heard)
    clock.advance(60)
    assert heard.seconds < 2 * LEAD_S + LATE_MAX_S
    before = heard.seconds
    for _ in range(100):
        clock.advance(0.1)
    assert heard.seconds - before == pytest.approx(10, abs=2 * UNIT_S)
    assert heard.most_s < LEAD_S + LATE_MAX_S


def test_short_delays_are_made_up_for() -> None:
    """A second that was lost comes with the next call."""
    clock, heard = Clock(), Heard()
    loop = Loop(tape(), clock, never)
    loop.begin(heard)
    for _ in range(50):
        clock.advance(0.9)
    assert heard.seconds == pytest.approx(45 + LEAD_S, abs=UNIT_S)


def test_who_comes_later_hears_what_the_others_hear() -> None:
    """One position for all; it stands still while nobody wants it."""
    clock, first, second = Clock(), Heard(), Heard()
    loop = Loop(tape(), clock, never)
    loop.begin(first)
    for _ in range(30):
        clock.advance(0.1)
    loop.begin(second)
    assert second.units[-1] is first.units[-1]
    while heard_numbers(first) == heard_numbers(second):
        clock.advance(0.1)
        if clock.seconds() > 6:
            break
    assert clock.seconds() > 6
    stood = heard_numbers(first)[-1]
    loop.end(first)
    loop.end(second)
    assert not loop.is_playing
    assert clock.getDelayedCalls() == []
    clock.advance(1000)
    loop.begin(second)
    assert heard_numbers(second)[0] == stood + 1
    loop.begin(second)
    loop.close()
    assert clock.getDelayedCalls() == []
