"""How often somebody may ask."""

from hypothesis import given
from hypothesis import strategies as st

from tinyice.web.api.rates import BURST_S, KEPT_MAX, Rates


class Clock:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_the_rate() -> None:
    """Ten seconds' worth at once; the next when there is room for it again."""
    clock = Clock()
    rates = Rates(lambda: 60, clock)
    waits = [rates.wait_for("one") for _ in range(int(BURST_S) + 1)]
    assert waits[:-1] == [0.0] * int(BURST_S)
    assert waits[-1] == 1.0
    clock.now += 1.0
    assert rates.wait_for("one") == 0.0
    assert rates.wait_for("one") > 0.0


def test_everybody_has_a_bucket_of_their_own() -> None:
    """One who asks too much disturbs nobody else."""
    rates = Rates(lambda: 60, Clock())
    while not rates.wait_for("one"):
        pass
    assert rates.wait_for("other") == 0.0


def test_no_limit_is_none() -> None:
    """0 switches it off."""
    rates = Rates(lambda: 0, Clock())
    assert not any(rates.wait_for("one") for _ in range(1000))


def test_memory_is_bounded() -> None:
    """Any number of addresses may come by."""
    rates = Rates(lambda: 60, Clock())
    for number in range(KEPT_MAX + 500):
        rates.wait_for(str(number))
    assert len(rates._kept) == KEPT_MAX


@given(st.lists(st.floats(0, 30), max_size=200), st.integers(1, 600))
def test_never_more_than_the_rate_and_a_burst(pauses: list[float], per_minute: int) -> None:
    """Whatever the rhythm of the requests is."""
    clock = Clock()
    rates = Rates(lambda: per_minute, clock)
    passed = 0
    for pause in pauses:
        clock.now += pause
        passed += rates.wait_for("one") == 0.0
    room = max(1.0, per_minute / 60 * BURST_S)
    assert passed <= room + clock.now * per_minute / 60 + 1e-6
