"""Which upstream is next: the best that may answer, and all of them in the end."""

from hypothesis import given
from hypothesis import strategies as st

from tinyice.relays.choice import Choice


def choice(count: int) -> Choice:
    return Choice(count, lambda: 1.0)


def test_the_best_first_each_once() -> None:
    one = choice(3)
    for index in range(3):
        assert one.next() == index
        one.failed(index)
    assert one.next() is None
    assert (one.pause_s(), one.next()) == (1, 0)


def test_who_answered_comes_before_who_did_not() -> None:
    one = choice(3)
    one.failed(0)
    one.had(1)
    one.pause_s()
    assert one.next() == 1
    one.failed(1)
    assert one.next() == 2


def test_who_was_lost_after_a_good_while_is_next_where_the_others_are_down() -> None:
    """After a pause, and with the waits of a first failure."""
    one = choice(2)
    for _ in range(5):
        one.pause_s()
    one.failed(0)
    one.had(1)
    one.lost(1)
    assert one.next() is None
    assert (one.pause_s(), one.next()) == (1, 1)


def test_who_was_lost_gives_way_to_one_that_may_be_there() -> None:
    one = choice(2)
    one.had(0)
    one.lost(0)
    assert one.next() == 1


@given(st.integers(1, 6), st.lists(st.tuples(st.sampled_from("fhlg"), st.integers(0, 5))))
def test_nobody_is_forgotten(count: int, acts: list[tuple[str, int]]) -> None:
    """Whatever came before, a round tries each of them once, and the waits stay within bounds."""
    one = choice(count)
    for act, index in acts:
        if index < count:
            {"f": one.failed, "h": one.had, "l": one.lost, "g": lambda _: one.good()}[act](index)
    assert 1 <= one.pause_s() <= 60
    tried = []
    while (index := one.next()) is not None:
        tried.append(index)
        one.failed(index)
    assert sorted(tried) == list(range(count))


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 20))
def test_chance_makes_waits_shorter_by_half_at_most(chance: float, rounds: int) -> None:
    one = Choice(1, lambda: chance)
    waits = [one.pause_s() for _ in range(rounds + 1)]
    longest = min(60, 2**rounds)
    assert longest / 2 <= waits[-1] <= longest
