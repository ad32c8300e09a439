"""What a wrong login costs: every call of bcrypt is counted, with its cost."""

from collections.abc import Callable
from dataclasses import dataclass, field

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from core.gate import CLIENT
from tinyice.core.access.accounts import Account, Accounts
from tinyice.core.access.gatekeeper import Gatekeeper
from tinyice.core.access.lockouts import LockoutRules, Lockouts
from tinyice.core.access.principal import Role
from tinyice.core.access.sessions import SessionRules, Sessions
from tinyice.core.access.tokens import Tokens
from tinyice.core.errors import Refused
from tinyice.core.settings import MountSettings
from tinyice.wire.basic import Credentials
from tinyice.work.passwords import Passwords, hash_now
from tinyice.work.testing import MemoryWorker

CHEAPEST, OURS, DEAREST = 4, 5, 6
HASHES = {
    name: hash_now(name, cost)
    for name, cost in (
        ("admin", DEAREST),
        ("boss", OURS),
        ("dj", CHEAPEST),
        ("relay", CHEAPEST),
        ("mount", CHEAPEST),
        ("default", OURS),
        ("own", DEAREST),
    )
}
MOUNTS = {
    "/own": MountSettings(
        "/own", password_hash=HASHES["mount"], user_passwords={"dj": HASHES["own"], "boss": ""}
    ),
    "/plain": MountSettings("/plain", user_passwords={"dj": HASHES["own"], "boss": ""}),
    "/same": MountSettings("/same", password_hash=HASHES["default"]),
}
ACCOUNTS = (
    Account("admin", Role.SUPERADMIN, HASHES["admin"]),
    Account("boss", Role.ADMIN, HASHES["boss"], frozenset({"/own"})),
    Account("dj", Role.DJ, HASHES["dj"], frozenset({"/own", "/plain"})),
    Account("guest", Role.DJ, ""),
)
NAMES = ("admin", "boss", "dj", "guest", "relay", "source", "", "nobody")


@dataclass
class Meter:
    """What bcrypt was asked for: the costs of its checks."""

    costs: list[int] = field(default_factory=list)

    @property
    def work(self) -> int:
        return sum(1 << cost for cost in self.costs)


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Meter:
    """Counts each check, and makes it all the same."""
    meter = Meter()
    check = bcrypt.checkpw

    def counted(password: bytes, hashed: bytes) -> bool:
        meter.costs.append(int(hashed[4:6]))
        return check(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    return meter


class House:
    """A gatekeeper on real passwords, which are checked when the test says so."""

    def __init__(self) -> None:
        self.worker = MemoryWorker()
        passwords = Passwords([self.worker], key=b"k" * 32, hashes=HASHES.values, cost=CHEAPEST)
        accounts = Accounts(
            {one.name: one for one in ACCOUNTS}, HASHES["default"], "relay", HASHES["relay"]
        )
        self.keeper = Gatekeeper(
            lambda: accounts,
            MOUNTS.__getitem__,
            passwords,
            lockouts=Lockouts(
                lambda: 0.0,
                lambda: LockoutRules(failures=0),
                lambda _: None,
                shelf=None,
                allowed=lambda _: False,
                local_time=lambda _: pytest.fail("nobody is locked out"),
            ),
            tokens=Tokens(tuple, lambda: pytest.fail("no token is asked for"), lambda *_: None),
            sessions=Sessions(lambda: 0.0, bytes, SessionRules, None),
            shoutcast_mount=lambda: "/plain",
            publish=lambda _: None,
        )

    def is_refused(self, login: "Login", user: str, password: bytes) -> bool:
        outcome: list[object] = []
        story = login(self.keeper, user, password)
        Deferred.fromCoroutine(story).addBoth(outcome.append)  # type: ignore[arg-type]
        while not outcome:
            assert self.worker.flush()
        (answer,) = outcome
        return isinstance(getattr(answer, "value", None), Refused)


Login = Callable[[Gatekeeper, str, bytes], object]
LOGINS: dict[str, Login] = {
    "form": lambda keeper, user, password: keeper.log_in(user, password, CLIENT),
    "Basic": lambda keeper, user, password: keeper.identify(Credentials(user, password), CLIENT),
    **{
        f"Basic for {mount}": lambda keeper, user, password, mount=mount: keeper.identify(
            Credentials(user, password), CLIENT, mount
        )
        for mount in MOUNTS
    },
    **{
        f"source of {mount}": lambda keeper, user, password, mount=mount: keeper.admit_source(
            Credentials(user, password), mount, CLIENT
        )
        for mount in MOUNTS
    },
}
LONG = b"x" * 100


@pytest.mark.parametrize("password", [b"wrong", b"", LONG, b"a\0b"], ids=repr)
@pytest.mark.parametrize("login", LOGINS.values(), ids=LOGINS.keys())
def test_known_and_unknown_users_cost_the_same(login: Login, password: bytes, meter: Meter) -> None:
    """Whatever the role, and though the hashes of accounts come from programs of other costs."""
    work = set()
    for user in NAMES:
        meter.costs.clear()
        assert House().is_refused(login, user, password)
        work.add(meter.work)
    (each,) = work
    assert each in (1 << DEAREST, 2 << DEAREST, 3 << DEAREST)


@pytest.mark.parametrize("user", NAMES)
def test_a_wrong_role_costs_what_the_right_one_does(user: str, meter: Meter) -> None:
    """The password of another account, of a relay, of a mount: all are just wrong."""
    work = set()
    for password in HASHES:
        if password == user:
            continue
        meter.costs.clear()
        assert House().is_refused(LOGINS["Basic"], user, password.encode())
        work.add(meter.work)
    assert work == {1 << DEAREST}


def test_a_right_password_is_checked_once(meter: Meter) -> None:
    """And not again: it is remembered."""
    house = House()
    assert not house.is_refused(LOGINS["Basic"], "dj", b"dj")
    assert meter.costs == [CHEAPEST]
    assert not house.is_refused(LOGINS["form"], "dj", b"dj")
    assert meter.costs == [CHEAPEST]


@given(st.lists(st.integers(CHEAPEST, 7), max_size=4), st.integers(CHEAPEST, 7))
def test_a_miss_costs_what_the_dearest_hash_does(costs: list[int], of: int) -> None:
    """Held against any hash that is known, or against none."""
    known = [_hash(cost) for cost in (*costs, of)]
    meter = Meter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bcrypt, "checkpw", lambda _, hashed: meter.costs.append(int(hashed[4:6])))
        worker = MemoryWorker()
        passwords = Passwords([worker], key=b"k" * 32, hashes=lambda: known, cost=CHEAPEST)
        Deferred.fromCoroutine(passwords.verify(b"wrong", _hash(of)))
        worker.flush()
        checked = meter.work
        meter.costs.clear()
        Deferred.fromCoroutine(passwords.equal_cost_miss(b"wrong"))
        worker.flush()
    assert checked == meter.work == 1 << max((*costs, of))
    assert len(meter.costs) == 1


def _hash(cost: int) -> str:
    return f"$2b${cost:02d}${'.' * 53}"
