"""When a mount changes what is on air: down at once, up when it is worth it."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.switching import WAIT_MAX_S, Switching

SLOTS = ("live", "/night", "silence")


@dataclass
class Board:
    """Inputs that are good or not, and which is on air."""

    return_after_s: float = 10
    now: float = 0.0
    switching: Switching = field(default_factory=Switching)
    good: set[str] = field(default_factory=set)
    on_air: str | None = None
    switches: list[tuple[float, str | None]] = field(default_factory=list)

    def come(self, slot: str) -> None:
        self.good.add(slot)
        self.switching.good(slot, self.now)
        self.decide()

    def go(self, slot: str) -> None:
        self.good.discard(slot)
        self.switching.lost(slot, self.now, return_after_s=self.return_after_s)
        self.decide()

    def wait(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            self.decide()

    def decide(self) -> None:
        ranked = [slot for slot in SLOTS if slot in self.good]
        chosen = self.switching.choose(
            ranked, self.on_air, self.now, return_after_s=self.return_after_s
        )
        if chosen == self.on_air:
            return
        if self.on_air in self.good and chosen is not None:
            self.switching.returned(chosen, self.now)
        self.on_air = chosen
        self.switches.append((self.now, chosen))


def test_the_best_comes_back_after_its_time() -> None:
    board = Board()
    for slot in SLOTS[::-1]:
        board.come(slot)
        board.wait(11)
    assert [slot for _, slot in board.switches] == ["silence", "/night", "live"]
    board.wait(60)
    board.go("live")
    assert board.on_air == "/night"
    board.come("live")
    board.wait(9)
    assert board.on_air == "/night"
    board.wait(1)
    assert board.on_air == "live"


def test_who_is_lost_again_soon_waits_twice_as_long_each_time() -> None:
    """Up to a minute; and as at first, once it has stayed."""
    board = Board()
    board.come("/night")
    waits = []
    for _ in range(5):
        board.come("live")
        began = board.now
        while board.on_air != "live":
            board.wait(1)
        waits.append(board.now - began)
        board.wait(20)
        board.go("live")
    assert waits == [10, 20, 40, 60, 60]
    board.come("live")
    board.wait(130)
    board.go("live")
    board.come("live")
    board.wait(10)
    assert board.on_air == "live"


def test_without_a_wait_who_flaps_waits_all_the_same() -> None:
    board = Board(return_after_s=0)
    board.come("/night")
    for _ in range(30):
        board.come("live")
        board.wait(5)
        board.go("live")
        board.wait(5)
    assert len(board.switches) <= 3


@given(st.lists(st.tuples(st.sampled_from(SLOTS), st.integers(0, 30)), max_size=60))
def test_something_good_is_on_air_whenever_there_is_any(steps: list[tuple[str, int]]) -> None:
    """Whatever comes and goes; and what is remembered can be told to another process."""
    board = Board()
    for slot, seconds in steps:
        (board.go if slot in board.good else board.come)(slot)
        assert (board.on_air in board.good) if board.good else board.on_air is None
        board.wait(seconds)
        other = Switching()
        other.thaw(board.switching.freeze())
        assert other.freeze() == board.switching.freeze()
        board.switching = other
        waits = [other.waits_s(one, board.now, return_after_s=10) for one in SLOTS]
        assert all(0 <= wait <= WAIT_MAX_S for wait in waits)
