"""Who is locked out, for how long, and who never is: on a clock that the test turns."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.gate import START, LockoutFile, Wall, utc
from tinyice.core.access.lockouts import (
    ADDRESSES_MAX,
    Lockout,
    LockoutKind,
    LockoutRules,
    Lockouts,
)
from tinyice.core.errors import LockedOut
from tinyice.core.events import AuthLocked, Event

HERE, THERE = "203.0.113.9", "198.51.100.7"
WINDOW = LOCKOUT = 900.0


class Counted:
    """Lockouts, and all that they need."""

    def __init__(self, rules: LockoutRules | None = None, restored: Sequence[Lockout] = ()) -> None:
        self.wall = Wall()
        self.events: list[Event] = []
        self.file = LockoutFile({(one.address, one.kind): one for one in restored})
        self.allowed: set[str] = set()
        self.rules = rules or LockoutRules()
        self.lockouts = Lockouts(
            self.wall,
            lambda: self.rules,
            self.events.append,
            shelf=self.file,
            allowed=self.allowed.__contains__,
            local_time=utc,
        )
        self.lockouts.restore(restored)

    def fail(self, times: int, address: str = HERE) -> None:
        for _ in range(times):
            self.lockouts.failed(address, "invalid password")

    def scan(self, paths: Sequence[str], address: str = HERE) -> None:
        for path in paths:
            self.lockouts.unknown_path(address, path)

    def is_out(self, address: str = HERE) -> bool:
        try:
            self.lockouts.check(address)
        except LockedOut:
            return True
        return False


def paths(count: int) -> list[str]:
    return [f"/{number}.php" for number in range(count)]


def test_the_fifth_failure_locks_out() -> None:
    """Four are forgiven; who else is there is not concerned."""
    counted = Counted()
    counted.fail(4)
    assert not counted.is_out()
    counted.fail(1)
    assert counted.is_out()
    assert not counted.is_out(THERE)


def test_a_lockout_ends_by_itself() -> None:
    """At the second that was said, and with a clean slate."""
    counted = Counted()
    counted.fail(5)
    counted.wall.pass_time(LOCKOUT - 0.5)
    with pytest.raises(LockedOut) as refused:
        counted.lockouts.check(HERE)
    assert refused.value.retry_after == 1
    counted.wall.pass_time(0.5)
    assert not counted.is_out()
    counted.fail(4)
    assert not counted.is_out()


def test_tries_during_a_lockout_do_not_make_it_longer() -> None:
    """An encoder with an old password would otherwise never come back."""
    counted = Counted()
    counted.fail(5)
    for _ in range(int(LOCKOUT)):
        counted.fail(1)
        counted.wall.pass_time(1)
    assert not counted.is_out()


def test_failures_are_forgotten_when_they_are_old() -> None:
    """Four in each window are never too many."""
    counted = Counted()
    for _ in range(20):
        counted.fail(4)
        counted.wall.pass_time(WINDOW)
    assert not counted.is_out()


def test_failures_within_the_window_add_up() -> None:
    """However slowly they come."""
    counted = Counted()
    for _ in range(5):
        assert not counted.is_out()
        counted.fail(1)
        counted.wall.pass_time(WINDOW / 5)
    assert counted.is_out()


@given(
    st.lists(
        st.tuples(st.sampled_from(["fail", "wait"]), st.sampled_from([0.5, 10.0, 100.0])),
        max_size=60,
    )
)
def test_any_history(history: list[tuple[str, float]]) -> None:
    """An address is out exactly when so many failures fell into a window, for so long."""
    counted = Counted(LockoutRules(failures=3, window_s=100.0, lockout_s=200.0))
    failures: list[float] = []
    until = 0.0
    for what, seconds in history:
        now = counted.wall()
        if what == "wait":
            counted.wall.pass_time(seconds)
        elif now >= until:
            failures = [at for at in failures if at > now - 100.0] + [now]
            if len(failures) == 3:
                until, failures = now + 200.0, []
            counted.fail(1)
        else:
            counted.fail(1)
        assert counted.is_out() == (counted.wall() < until)


def test_it_is_told_and_kept() -> None:
    """Operators see it, and a restart does not forget it."""
    counted = Counted()
    counted.fail(5)
    lockout = Lockout(HERE, LockoutKind.LOGIN, 5, START, START + LOCKOUT, HERE, "invalid password")
    assert counted.lockouts.listed() == (lockout,)
    assert counted.events == [AuthLocked(HERE, "login", 5, LOCKOUT)]
    assert list(counted.file.kept.values()) == [lockout]
    again = Counted(restored=[lockout])
    assert again.is_out()
    again.wall.pass_time(LOCKOUT)
    assert not again.is_out()
    assert again.file.kept == {}


def test_what_has_ended_is_not_restored() -> None:
    """A lockout ends while the server is down, too."""
    over = Lockout(HERE, LockoutKind.LOGIN, 5, START - 901, START - 1, HERE, "")
    counted = Counted(restored=[over])
    assert counted.lockouts.listed() == ()
    assert counted.file.kept == {}


def test_an_operator_lets_somebody_in_again() -> None:
    """As if nothing had been: the next four failures are forgiven again."""
    counted = Counted()
    counted.fail(5)
    assert counted.lockouts.clear(HERE)
    assert not counted.lockouts.clear(HERE)
    assert counted.file.kept == {}
    counted.fail(4)
    assert not counted.is_out()
    counted.lockouts.clear(HERE)
    counted.fail(4)
    assert not counted.is_out()


def test_ipv6_counts_by_network() -> None:
    """One customer has a /64, and not more than that."""
    counted = Counted()
    for last in range(5):
        counted.fail(1, f"2001:db8:0:1::{last}")
    assert counted.is_out("2001:db8:0:1:ffff::9")
    assert not counted.is_out("2001:db8:0:2::1")
    (lockout,) = counted.lockouts.listed()
    assert lockout.address == "2001:db8:0:1::/64"
    assert lockout.cause == "2001:db8:0:1::4"


@pytest.mark.parametrize("named", ["2001:db8:0:1::/64", "2001:db8:0:1::77"])
def test_a_network_is_let_in_again(named: str) -> None:
    """By the name that the list gives it, or by any address in it."""
    counted = Counted()
    counted.fail(5, "2001:db8:0:1::5")
    assert counted.lockouts.clear(named)
    assert not counted.is_out("2001:db8:0:1::5")


def test_the_allow_list_passes() -> None:
    """Whoever stands on it fails as often as they like; loopback is not on it by itself."""
    counted = Counted()
    counted.allowed.add(HERE)
    counted.fail(50)
    counted.scan(paths(50))
    assert not counted.is_out()
    counted.allowed.clear()
    assert not counted.is_out()
    counted.fail(5, "127.0.0.1")
    counted.fail(5, "::1")
    assert counted.is_out("127.0.0.1")
    assert counted.is_out("::1")


def test_the_allow_list_releases() -> None:
    """Who is put on it gets in at once, and stays free when taken off again."""
    counted = Counted()
    counted.fail(5)
    counted.allowed.add(HERE)
    assert counted.lockouts.listed() == ()
    assert counted.file.kept == {}
    assert not counted.is_out()
    counted.allowed.clear()
    assert not counted.is_out()


def test_an_allowed_neighbour_frees_nobody_else() -> None:
    """One allowed address of a network passes; the others of it stay locked out."""
    counted = Counted()
    counted.fail(5, "2001:db8::bad")
    counted.allowed.add("2001:db8::900d")
    assert not counted.is_out("2001:db8::900d")
    assert counted.is_out("2001:db8::bad")


def test_a_scanner_is_locked_out() -> None:
    """The 25th distinct unknown path is one too many."""
    counted = Counted()
    counted.scan(paths(24))
    assert not counted.is_out()
    counted.scan(paths(24))
    assert not counted.is_out()
    counted.scan(["/wp-login.php"])
    assert counted.is_out()
    assert counted.events == [AuthLocked(HERE, "scan", 25, LOCKOUT)]


def test_the_same_unknown_path_is_no_scan() -> None:
    """A player with an old address asks again and again."""
    counted = Counted()
    counted.scan(["/old"] * 1000)
    assert not counted.is_out()


def test_a_slow_visitor_is_no_scanner() -> None:
    """Unknown paths are forgotten after the window, too."""
    counted = Counted()
    for path in paths(200):
        counted.scan([path])
        counted.wall.pass_time(WINDOW / 20)
    assert not counted.is_out()


def test_two_lockouts_of_one_address() -> None:
    """The longer one counts; both are listed, and cleared together."""
    counted = Counted()
    counted.fail(5)
    counted.wall.pass_time(60)
    counted.scan(paths(25))
    assert [one.kind for one in counted.lockouts.listed()] == ["scan", "login"]
    found = counted.lockouts.find(HERE)
    assert found is not None
    assert found.kind is LockoutKind.SCAN
    assert counted.lockouts.reason(found).startswith("too many unknown paths. locked out until ")
    assert counted.lockouts.clear(HERE)
    assert not counted.is_out()


def test_zero_means_never() -> None:
    """Each of both can be switched off."""
    counted = Counted(LockoutRules(failures=0, scan_paths=0))
    counted.fail(1000)
    counted.scan(paths(1000))
    assert not counted.is_out()


def test_the_rules_are_those_of_now() -> None:
    """A changed configuration holds from the next failure on."""
    counted = Counted()
    counted.fail(2)
    counted.rules = LockoutRules(failures=3, lockout_s=10)
    counted.fail(1)
    assert counted.is_out()
    counted.wall.pass_time(10)
    assert not counted.is_out()


def test_people_are_told_until_when() -> None:
    """In the time of the clock on their wall."""
    counted = Counted()
    counted.fail(5)
    found = counted.lockouts.find(HERE)
    assert found is not None
    assert counted.lockouts.reason(found) == ("too many failed attempts. locked out until 08:15:00")


def test_memory_is_bounded() -> None:
    """A flood from many addresses costs so much memory and no more; the oldest is forgotten."""
    counted = Counted()
    counted.fail(4)
    for number in range(ADDRESSES_MAX):
        counted.fail(1, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    counted.fail(1)
    assert not counted.is_out()
    one_is_enough = Counted(LockoutRules(failures=1))
    for number in range(ADDRESSES_MAX + 10):
        one_is_enough.fail(1, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(one_is_enough.lockouts.listed()) == ADDRESSES_MAX
    assert len(one_is_enough.file.kept) == ADDRESSES_MAX
    assert not one_is_enough.is_out("10.0.0.0")


def test_a_peer_without_address_counts_as_one() -> None:
    """Those of a UNIX socket are one address together."""
    counted = Counted()
    counted.fail(5, "unknown")
    assert counted.is_out("unknown")
    assert not counted.is_out(HERE)


def test_what_was_cleared_is_put_back() -> None:
    """It ends when it would have ended, and outlives the process again."""
    counted = Counted()
    counted.fail(5)
    were = counted.lockouts.listed()
    kept = dict(counted.file.kept)
    counted.lockouts.clear(HERE)
    counted.lockouts.put_back(were)
    assert counted.is_out()
    assert counted.lockouts.listed() == were
    assert counted.file.kept == kept
