"""Who gets in: one table of logins, and what a wrong one costs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from twisted.internet.defer import Deferred

from tinyice.core.access.gatekeeper import Accounts, Gatekeeper, SourceLogin
from tinyice.core.clients import Client
from tinyice.core.errors import Challenge, Overloaded, Refused
from tinyice.core.events import AuthFailed, Event
from tinyice.core.settings import MountSettings
from tinyice.wire.basic import Credentials
from tinyice.wire.shoutcast import PasswordLine

CLIENT = Client("203.0.113.9")
OWN = MountSettings(
    "/own", password_hash="#mount", user_passwords={"dj": "#dj", "guest": "", "admin": "#adj"}
)
PLAIN = MountSettings("/plain", user_passwords={"dj": "#dj"})
MOUNTS = {"/own": OWN, "/plain": PLAIN, "/sc": MountSettings("/sc")}


@dataclass
class Checks:
    """Passwords whose hash is ``#`` and themselves; counts the work."""

    work: int = 0
    is_busy: bool = False
    asked: list[str] = field(default_factory=list)
    remembered: set[tuple[bytes, str]] = field(default_factory=set)

    async def verify(self, password: bytes, hashed: str) -> bool:
        self._count()
        self.asked.append(hashed)
        return hashed == "#" + password.decode()

    def remembers(self, password: bytes, hashed: str) -> bool:
        return (password, hashed) in self.remembered

    async def equal_cost_miss(self, password: bytes) -> bool:
        self._count()
        return False

    def _count(self) -> None:
        if self.is_busy:
            raise Overloaded(2)
        self.work += 1


class Gate:
    """A gatekeeper, its checks, and the events that it published."""

    def __init__(self, default: str = "#default", admin: str = "#admin") -> None:
        self.checks = Checks()
        self.events: list[Event] = []
        self.keeper = Gatekeeper(
            Accounts("admin", admin, default),
            MOUNTS.__getitem__,
            self.checks,
            shoutcast_mount="/sc",
            publish=self.events.append,
        )

    def source(self, user: str, password: str, mount: str) -> SourceLogin:
        credentials = Credentials(user, password.encode())
        return done(self.keeper.admit_source(credentials, mount, CLIENT))

    def shoutcast(self, line: PasswordLine) -> SourceLogin:
        return done(self.keeper.admit_shoutcast(line, CLIENT))


T = TypeVar("T")


def done(work: Awaitable[T]) -> T:
    """What ``work`` gives, which must not wait."""
    results: list[T] = []
    failures: list[BaseException] = []
    Deferred.fromCoroutine(work).addCallbacks(  # type: ignore[arg-type]
        results.append, lambda failure: failures.append(failure.value)
    )
    if failures:
        raise failures[0]
    return results[0]


OPENS = [
    ("source", "mount", "/own", "#mount"),
    ("", "mount", "/own", "#mount"),
    ("somebody", "mount", "/own", "#mount"),
    ("source", "default", "/own", "#default"),
    ("source", "default", "/plain", "#default"),
    ("dj", "dj", "/own", "#dj"),
    ("dj", "dj", "/plain", "#dj"),
    ("admin", "adj", "/own", "#adj"),
    ("admin", "default", "/plain", "#default"),
]
STAYS_SHUT = [
    ("source", "wrong", "/own"),
    ("source", "", "/own"),
    ("dj", "mount", "/own"),
    ("dj", "default", "/own"),
    ("guest", "default", "/own"),
    ("guest", "", "/own"),
    ("source", "dj", "/own"),
    ("source", "mount", "/plain"),
    ("admin", "admin", "/plain"),
    ("source", "admin", "/plain"),
]


@pytest.mark.parametrize(("user", "password", "mount", "credential"), OPENS)
def test_a_source_gets_in(user: str, password: str, mount: str, credential: str) -> None:
    """A user's own password, else the mount's, else the default one; nothing is published."""
    gate = Gate()
    assert gate.source(user, password, mount) == SourceLogin(user or "source", mount, credential)
    assert gate.events == []


@pytest.mark.parametrize(("user", "password", "mount"), STAYS_SHUT)
def test_a_source_stays_out(user: str, password: str, mount: str) -> None:
    """Nobody's password opens what is not theirs; account passwords open no mount."""
    gate = Gate()
    with pytest.raises(Refused) as refused:
        gate.source(user, password, mount)
    assert refused.value.reason == "source password mismatch"
    assert gate.events == [AuthFailed(user, CLIENT, "source password mismatch")]


@pytest.mark.parametrize("mount", sorted(MOUNTS))
@pytest.mark.parametrize("default", ["#default", "#mount", ""])
def test_a_wrong_password_costs_the_same_for_every_name(mount: str, default: str) -> None:
    """Time does not tell whether a name is known, has a password here, or is an account."""
    costs = set()
    for user in ("source", "", "somebody", "dj", "guest", "admin"):
        gate = Gate(default)
        with pytest.raises(Refused):
            gate.source(user, "wrong", mount)
        costs.add(gate.checks.work)
    assert costs in ({1}, {2})


def test_the_same_hash_is_asked_once() -> None:
    """A mount whose password is the default one costs one comparison."""
    gate = Gate("#mount")
    with pytest.raises(Refused):
        gate.source("source", "wrong", "/own")
    assert gate.checks.asked == ["#mount"]


def test_without_any_password_nobody_gets_in() -> None:
    """Empty hashes stand for no password, not for an empty one."""
    gate = Gate("", "")
    for attempt in (lambda: gate.source("source", "", "/sc"), lambda: admin(gate, "admin", "")):
        with pytest.raises(Refused):
            attempt()
    assert gate.checks.asked == []
    assert gate.checks.work == 2


def admin(gate: Gate, user: str, password: str) -> str:
    return done(gate.keeper.admit_admin(Credentials(user, password.encode()), CLIENT))


def for_mount(gate: Gate, user: str, password: str) -> str:
    credentials = Credentials(user, password.encode())
    return done(gate.keeper.admit_for_mount(credentials, "/own", CLIENT))


def test_no_credentials_are_a_challenge() -> None:
    """Asking is no failure: no work, no event."""
    gate = Gate()
    keeper = gate.keeper
    for attempt in (
        lambda: keeper.admit_source(None, "/own", CLIENT),
        lambda: keeper.admit_admin(None, CLIENT),
        lambda: keeper.admit_for_mount(None, "/own", CLIENT),
    ):
        with pytest.raises(Challenge):
            done(attempt())
    assert (gate.events, gate.checks.work) == ([], 0)


def test_the_administrator() -> None:
    """Name and password must fit; each failure says which did not, at the same cost."""
    assert admin(Gate(), "admin", "admin") == "admin"
    for user, password, reason in (
        ("admin", "wrong", "invalid password"),
        ("root", "admin", "user not found"),
        ("", "admin", "user not found"),
    ):
        gate = Gate()
        with pytest.raises(Refused):
            admin(gate, user, password)
        assert gate.events == [AuthFailed(user, CLIENT, reason)]
        assert gate.checks.work == 1


def test_metadata_may_come_from_the_administrator_or_a_source_of_the_mount() -> None:
    """Whoever may feed the mount may say what plays on it."""
    assert for_mount(Gate(), "admin", "admin") == "admin"
    assert for_mount(Gate(), "source", "mount") == "source"
    assert for_mount(Gate(), "dj", "dj") == "dj"
    for user, password in (("admin", "mount"), ("source", "admin"), ("dj", "mount")):
        gate = Gate()
        with pytest.raises(Refused):
            for_mount(gate, user, password)
        assert len(gate.events) == 1


def line(text: str, mount: str | None = None) -> PasswordLine:
    user, colon, password = text.partition(":")
    if not colon:
        return PasswordLine("", text.encode(), mount, whole=text.encode())
    return PasswordLine(user, password.encode(), mount, whole=text.encode())


@pytest.mark.parametrize(
    ("given", "login"),
    [
        (line("default"), SourceLogin("source", "/sc", "#default")),
        (line("somebody:default"), SourceLogin("somebody", "/sc", "#default")),
        (PasswordLine("", b"mount", "/own"), SourceLogin("source", "/own", "#mount")),
    ],
)
def test_a_shoutcast_source_gets_in(given: PasswordLine, login: SourceLogin) -> None:
    """On the mount of its line, or else on the one of the server."""
    assert Gate().shoutcast(given) == login


def test_a_colon_may_belong_to_a_shoutcast_password() -> None:
    """The part before it is then no user name, and must not be shown as one."""
    gate = Gate("#se:cret")
    assert gate.shoutcast(line("se:cret")) == SourceLogin("source", "/sc", "#se:cret")
    assert gate.events == []


def test_a_wrong_shoutcast_password_is_one_failure() -> None:
    """However it was tried, the authentication log has one line."""
    gate = Gate()
    with pytest.raises(Refused):
        gate.shoutcast(line("who:wrong"))
    assert gate.events == [AuthFailed("who", CLIENT, "source password mismatch")]


ATTEMPTS: list[Callable[[Gate], object]] = [
    lambda gate: gate.source("source", "mount", "/own"),
    lambda gate: gate.source("guest", "mount", "/own"),
    lambda gate: gate.shoutcast(line("default")),
    lambda gate: admin(gate, "admin", "admin"),
    lambda gate: admin(gate, "root", "admin"),
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_too_many_logins_are_nobodys_failure(attempt: Callable[[Gate], object]) -> None:
    """When checks can't be made, the caller hears it, and nothing is logged as wrong."""
    gate = Gate()
    gate.checks.is_busy = True
    with pytest.raises(Overloaded):
        attempt(gate)
    assert gate.events == []


def test_a_known_encoder_gets_in_though_nobody_can_be_asked() -> None:
    """A pair that was right before opens at once, whichever password of the mount it is."""
    gate = Gate()
    gate.checks.remembered.add((b"default", "#default"))
    gate.checks.is_busy = True
    assert gate.source("source", "default", "/own").credential == "#default"
    with pytest.raises(Overloaded):
        gate.source("source", "mount", "/own")
