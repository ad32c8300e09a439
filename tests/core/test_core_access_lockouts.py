"""One count of failures for every way to log in, and what a locked out address can still do."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from twisted.internet.defer import Deferred

from core.gate import CLIENT, ELSEWHERE, Gate, done, line
from tinyice.core.access.familiar import TRIES_MAX
from tinyice.core.access.principal import Role, Via
from tinyice.core.access.tokens import mint
from tinyice.core.clients import Client
from tinyice.core.errors import Challenge, LockedOut, Overloaded, Refused
from tinyice.core.events import AuthFailed, AuthLocked
from tinyice.wire.basic import Credentials

REFUSED = "too many failed attempts. locked out until 08:15:00"


@dataclass(frozen=True)
class Way:
    """One way to log in: with right and with wrong credentials."""

    name: str
    wrong: Callable[[Gate, Client], object]
    right: Callable[[Gate, Client], object]


def by_token(gate: Gate, client: Client) -> object:
    now = gate.wall.moment()
    secret, token = mint("x", "dj", created_at=now, expires_at=None, random=bytes)
    gate.all_tokens[:] = [token]
    return gate.keeper.by_token(secret, client)


WAYS = [
    Way(
        "source",
        lambda gate, client: gate.source("source", "wrong", "/own", client),
        lambda gate, client: gate.source("source", "mount", "/own", client),
    ),
    Way(
        "shoutcast",
        lambda gate, client: gate.shoutcast(line("who:wrong"), client),
        lambda gate, client: gate.shoutcast(line("default"), client),
    ),
    Way(
        "account by Basic",
        lambda gate, client: gate.identify("admin", "wrong", client=client),
        lambda gate, client: gate.identify("admin", "admin", client=client),
    ),
    Way(
        "source by Basic",
        lambda gate, client: gate.identify("source", "wrong", "/own", client=client),
        lambda gate, client: gate.identify("source", "mount", "/own", client=client),
    ),
    Way(
        "relay by Basic",
        lambda gate, client: gate.identify("relay", "wrong", client=client),
        lambda gate, client: gate.identify("relay", "relay", client=client),
    ),
    Way(
        "form",
        lambda gate, client: gate.log_in("admin", "wrong", client),
        lambda gate, client: gate.log_in("admin", "admin", client),
    ),
    Way(
        "token",
        lambda gate, client: gate.keeper.by_token("ti_wrong", client),
        by_token,
    ),
]
NAMES = [way.name for way in WAYS]


def fail(gate: Gate, times: int = 5, client: Client = CLIENT) -> None:
    """So many logins that go wrong, each by another way."""
    for way in itertools.islice(itertools.cycle(WAYS), times):
        with pytest.raises(Refused) as refused:
            way.wrong(gate, client)
        assert not isinstance(refused.value, LockedOut)


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
def test_all_ways_count(way: Way) -> None:
    """The sixth try by any way is refused unseen, after five that were wrong by that way."""
    gate = Gate()
    for _ in range(5):
        with pytest.raises(Refused) as refused:
            way.wrong(gate, CLIENT)
        assert not isinstance(refused.value, LockedOut)
    with pytest.raises(LockedOut) as locked:
        way.wrong(gate, CLIENT)
    assert locked.value.retry_after == 900
    assert isinstance(gate.events[4], AuthFailed)
    assert gate.events[5] == AuthLocked(CLIENT.address, "login", 5, 900.0)


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
def test_a_lockout_holds_for_all_ways(way: Way) -> None:
    """Five failures by mixed means lock out: right or wrong, no password is looked at."""
    gate = Gate()
    fail(gate)
    work = gate.checks.work
    for attempt in (way.wrong, way.right):
        with pytest.raises(LockedOut):
            attempt(gate, CLIENT)
    assert gate.checks.work == work
    assert gate.reasons[5:] == [REFUSED, REFUSED]
    way.right(gate, ELSEWHERE)
    gate.wall.pass_time(900)
    way.right(gate, CLIENT)


def test_a_lockout_is_not_made_longer() -> None:
    """By any number of tries, which are all told."""
    gate = Gate()
    fail(gate)
    for way in WAYS * 10:
        with pytest.raises(LockedOut):
            way.wrong(gate, CLIENT)
    assert gate.reasons[5:] == [REFUSED] * 10 * len(WAYS)
    assert sum(isinstance(event, AuthLocked) for event in gate.events) == 1
    gate.wall.pass_time(900)
    fail(gate, 4)
    gate.source("source", "mount", "/own")


def test_a_right_login_takes_no_failure_back() -> None:
    """Who has one account can't use it to guess at the others."""
    gate = Gate()
    for _ in range(4):
        with pytest.raises(Refused):
            gate.identify("admin", "guess")
        gate.identify("boss", "boss")
    with pytest.raises(Refused):
        gate.identify("admin", "guess")
    with pytest.raises(LockedOut):
        gate.identify("boss", "boss")


def test_a_challenge_is_one_during_a_lockout_too() -> None:
    """It is neither refused nor told: nobody tried anything."""
    gate = Gate()
    fail(gate)
    told = len(gate.events)
    with pytest.raises(Challenge):
        done(gate.keeper.admit_source(None, "/own", CLIENT))
    with pytest.raises(Challenge):
        done(gate.keeper.identify(None, CLIENT, ""))
    assert len(gate.events) == told


def test_too_busy_is_no_failure() -> None:
    """Whom nobody could check has not failed."""
    gate = Gate()
    gate.checks.is_busy = True
    for _ in range(20):
        with pytest.raises(Overloaded):
            gate.identify("admin", "wrong")
    gate.checks.is_busy = False
    gate.identify("admin", "admin")


def test_a_session_outlasts_a_lockout() -> None:
    """Who is logged in already is not asked again."""
    gate = Gate()
    opened = gate.log_in("admin", "admin")
    fail(gate)
    assert gate.keeper.by_session(opened.cookie) is not None


def test_many_tries_at_once_learn_no_more_than_five() -> None:
    """What is still being checked when the fifth fails is answered unseen, too."""
    gate = Gate()
    gate.checks.hold()
    outcomes: list[object] = []
    for guess in ("1", "2", "3", "4", "5", "6", "admin", "8"):
        attempt = gate.keeper.identify(Credentials("admin", guess.encode()), CLIENT)
        Deferred.fromCoroutine(attempt).addBoth(
            lambda answer: outcomes.append(type(getattr(answer, "value", answer)))
        )
    gate.checks.decide()
    assert outcomes == [Refused] * 5 + [LockedOut] * 3


def encoder_gets_in(gate: Gate, client: Client = CLIENT) -> bool:
    """Whether the encoder of /own, whose password was right before, gets in again."""
    gate.checks.remembered.add((b"mount", "#mount"))
    try:
        gate.source("source", "mount", "/own", client)
    except LockedOut:
        return False
    return True


def test_a_lockout_spares_the_encoder_that_fed_from_there() -> None:
    """Somebody else behind the same address does not take the station off the air."""
    gate = Gate()
    gate.source("source", "mount", "/own")
    fail(gate)
    work = gate.checks.work
    assert encoder_gets_in(gate)
    principal = gate.identify("source", "mount", "/own")
    assert (principal.role, principal.via) == (Role.SOURCE, Via.SOURCE)
    assert gate.checks.work == work


def test_a_shoutcast_encoder_is_spared() -> None:
    """By its password line, and when it says what plays."""
    gate = Gate()
    gate.shoutcast(line("who:default"))
    gate.checks.remembered.add((b"default", "#default"))
    fail(gate)
    assert gate.shoutcast(line("who:default")).mount == "/sc"
    assert gate.shoutcast(line("default")).mount == "/sc"


def test_a_guesser_elsewhere_is_not_spared() -> None:
    """A password that opens is refused from where it never fed: nothing is to be learned."""
    gate = Gate()
    gate.source("source", "mount", "/own")
    fail(gate, client=ELSEWHERE)
    assert not encoder_gets_in(gate, ELSEWHERE)
    assert encoder_gets_in(gate)


def test_accounts_are_not_spared() -> None:
    """Though their passwords were right a moment ago."""
    gate = Gate()
    gate.identify("admin", "admin", "/own")
    gate.checks.remembered.add((b"admin", "#admin"))
    fail(gate)
    for attempt in (
        lambda: gate.identify("admin", "admin", "/own"),
        lambda: gate.log_in("admin", "admin"),
    ):
        with pytest.raises(LockedOut):
            attempt()


def test_only_the_password_that_fed_is_spared() -> None:
    """Another one of the same mount, right as it may be, is a guess."""
    gate = Gate()
    gate.source("source", "mount", "/own")
    gate.checks.remembered.add((b"default", "#default"))
    fail(gate)
    with pytest.raises(LockedOut):
        gate.source("source", "default", "/own")
    gate.checks.remembered.clear()
    with pytest.raises(LockedOut):
        gate.source("source", "mount", "/own")


def test_patience_has_an_end() -> None:
    """A stale encoder that comes back each second spares it, a guesser at full speed does not."""
    gate = Gate()
    gate.source("source", "mount", "/own")
    fail(gate)
    for _ in range(899):
        gate.wall.pass_time(1)
        with pytest.raises(LockedOut):
            gate.source("source", "stale", "/own")
    assert encoder_gets_in(gate)
    for number in range(TRIES_MAX - 899):
        with pytest.raises(LockedOut):
            gate.source("source", f"guess {number}", "/own")
    assert not encoder_gets_in(gate)
    gate.wall.pass_time(1)
    assert encoder_gets_in(gate)
    fail(gate)
    assert encoder_gets_in(gate)


def test_a_scanner_logs_in_nowhere() -> None:
    """But it is told another reason, and the encoder there is spared, too."""
    gate = Gate()
    gate.source("source", "mount", "/own")
    for number in range(25):
        gate.lockouts.unknown_path(CLIENT.address, f"/{number}.php")
    with pytest.raises(LockedOut):
        gate.identify("admin", "admin")
    assert gate.reasons == ["too many unknown paths. locked out until 08:15:00"]
    assert encoder_gets_in(gate)


def test_the_allow_list_lets_all_try() -> None:
    """Failures from there are told as ever, and never lock out."""
    gate = Gate()
    gate.allowed.add(CLIENT.address)
    fail(gate, 20)
    gate.identify("admin", "admin")
    assert len(gate.reasons) == 20
    gate.allowed.clear()
    fail(gate)
    gate.allowed.add(CLIENT.address)
    gate.identify("admin", "admin")


SECRETS = ("wrong", "mount", "default", "boss", "ti_wrong")


def test_no_event_tells_a_secret() -> None:
    """Not the password that was tried, nor the one that is right."""
    gate = Gate()
    for way in WAYS * 2:
        for attempt in (way.wrong, way.right):
            try:
                attempt(gate, CLIENT)
            except Refused as refused:
                told = f"{refused} {refused.reason}"
                assert not [secret for secret in SECRETS if secret in told]
    told = repr(gate.events) + repr(gate.lockouts.listed()) + repr(gate.lockout_file)
    assert not [secret for secret in SECRETS if secret in told]
