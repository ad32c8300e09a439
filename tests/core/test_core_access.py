"""Who gets in: one table of logins, and what a wrong one costs."""

from collections.abc import Callable

import pytest

from core.gate import ACCOUNTS, CLIENT, MOUNTS, Gate, done, line
from tinyice.core.access.accounts import Account
from tinyice.core.access.gatekeeper import SourceLogin
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.errors import Challenge, LockedOut, Overloaded, Refused
from tinyice.core.events import AuthFailed
from tinyice.wire.shoutcast import PasswordLine

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
    gate = Gate("", accounts=(Account("admin", Role.SUPERADMIN, ""),), relay="")
    for attempt in (
        lambda: gate.source("source", "", "/sc"),
        lambda: gate.identify("admin", ""),
        lambda: gate.identify("relay", ""),
        lambda: gate.log_in("admin", ""),
    ):
        with pytest.raises(Refused):
            attempt()
    assert gate.checks.asked == []
    assert gate.checks.work == 4


def test_no_credentials_are_a_challenge() -> None:
    """Asking is no failure: no work, no event, however often; GStreamer does it 45 times."""
    gate = Gate()
    for _ in range(50):
        with pytest.raises(Challenge):
            done(gate.keeper.admit_source(None, "/own", CLIENT))
        with pytest.raises(Challenge):
            done(gate.keeper.identify(None, CLIENT, "/own"))
    assert (gate.events, gate.checks.work, gate.lockouts.listed()) == ([], 0, ())


def account(name: str, role: Role, *mounts: str) -> Principal:
    return Principal(name, role, Via.BASIC, frozenset(mounts))


def feeder(name: str, mount: str) -> Principal:
    return Principal(name, Role.SOURCE, Via.SOURCE, frozenset({mount}))


RELAY = Principal("relay", Role.RELAY, Via.RELAY)
IDENTITIES = [
    ("admin", "admin", "", account("admin", Role.SUPERADMIN)),
    ("admin", "admin", "/own", account("admin", Role.SUPERADMIN)),
    ("boss", "boss", "", account("boss", Role.ADMIN, "/own", "/plain")),
    ("boss", "boss", "/sc", account("boss", Role.ADMIN, "/own", "/plain")),
    ("dj", "djlogin", "/plain", account("dj", Role.DJ, "/own")),
    ("relay", "relay", "", RELAY),
    ("relay", "relay", "/own", RELAY),
    ("source", "mount", "/own", feeder("source", "/own")),
    ("", "default", "/own", feeder("source", "/own")),
    ("somebody", "default", "/plain", feeder("somebody", "/plain")),
    ("relay", "default", "/plain", feeder("relay", "/plain")),
    ("dj", "dj", "/own", feeder("dj", "/own")),
    ("boss", "default", "/plain", feeder("source", "/plain")),
]
NOBODY = [
    ("admin", "wrong", "", "invalid password"),
    ("admin", "boss", "", "invalid password"),
    ("root", "admin", "", "user not found"),
    ("", "admin", "", "user not found"),
    ("source", "default", "", "user not found"),
    ("relay", "wrong", "", "invalid password"),
    ("guest", "", "", "invalid password"),
    ("admin", "mount", "/own", "invalid password"),
    ("source", "admin", "/own", "source password mismatch"),
    ("dj", "mount", "/own", "invalid password"),
    ("somebody", "relay", "/own", "source password mismatch"),
]


@pytest.mark.parametrize(("user", "password", "mount", "principal"), IDENTITIES)
def test_who_somebody_is(user: str, password: str, mount: str, principal: Principal) -> None:
    """An account, the relays, else a source of the mount that it is about.

    Who knows only what all sources know does not go by the name of an account.
    """
    gate = Gate()
    assert gate.identify(user, password, mount) == principal
    assert gate.events == []


@pytest.mark.parametrize(("user", "password", "mount", "reason"), NOBODY)
def test_who_nobody_is(user: str, password: str, mount: str, reason: str) -> None:
    """Name and password must belong together; the log says which did not fit."""
    gate = Gate()
    with pytest.raises(Refused):
        gate.identify(user, password, mount)
    assert gate.events == [AuthFailed(user, CLIENT, reason)]


NAMES = ("admin", "boss", "dj", "guest", "relay", "source", "", "somebody", "x" * 100)


@pytest.mark.parametrize("mount", ["", *sorted(MOUNTS)])
@pytest.mark.parametrize("default", ["#default", "#mount", ""])
@pytest.mark.parametrize("relay", ["#relay", ""])
def test_a_wrong_login_costs_the_same_for_every_name(mount: str, default: str, relay: str) -> None:
    """Time tells neither whether a name is known, nor its role, nor whether it may feed."""
    costs = set()
    for user in NAMES:
        gate = Gate(default, relay=relay)
        with pytest.raises(Refused):
            gate.identify(user, "wrong", mount)
        costs.add(gate.checks.work)
    assert len(costs) == 1
    assert costs <= {1, 2, 3}


def test_a_wrong_login_for_a_session_costs_the_same_for_every_name() -> None:
    """Also on the form of the web pages."""
    for user in NAMES:
        gate = Gate()
        with pytest.raises(Refused):
            gate.log_in(user, "wrong")
        assert gate.checks.work == 1


def test_an_account_that_is_gone_is_nobody() -> None:
    """The accounts are those of now."""
    gate = Gate()
    gate.accounts = Gate(accounts=ACCOUNTS[:1]).accounts
    with pytest.raises(Refused):
        gate.identify("boss", "boss")


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
    lambda gate: gate.identify("admin", "admin", "/own"),
    lambda gate: gate.identify("root", "admin"),
    lambda gate: gate.log_in("admin", "admin"),
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


def test_who_knows_a_password_of_its_own_gets_in() -> None:
    """Of a port that has one password and no names; failures count as everywhere."""
    gate = Gate()
    done(gate.keeper.admit_by("#song", b"song", CLIENT, name="mpd"))
    assert gate.events == []
    for _ in range(gate.rules.failures):
        with pytest.raises(Refused):
            done(gate.keeper.admit_by("#song", b"wrong", CLIENT, name="mpd"))
    assert gate.events[0] == AuthFailed("mpd", CLIENT, "invalid password")
    with pytest.raises(LockedOut):
        done(gate.keeper.admit_by("#song", b"song", CLIENT, name="mpd"))
    with pytest.raises(LockedOut):
        gate.identify("dj", "dj")
