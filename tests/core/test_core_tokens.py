"""Tokens of programs: shown once, known by their digest."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from core.gate import CLIENT, ELSEWHERE, Chance, Gate, Wall, utc
from tinyice.core.access.accounts import Accounts
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.access.tokens import Token, Tokens, digest_of, mint
from tinyice.core.errors import Refused
from tinyice.core.events import AuthFailed

DAY = timedelta(days=1)
NOW = utc(Wall().seconds)


class Machine:
    """A gatekeeper that knows one token of the user ``dj``."""

    def __init__(self, expires_after: timedelta | None = None, user: str = "dj") -> None:
        self.gate = Gate()
        expires = None if expires_after is None else NOW + expires_after
        self.secret, self.token = mint(
            "script", user, created_at=NOW, expires_at=expires, random=Chance()
        )
        self.gate.all_tokens.append(self.token)

    def come(self, secret: str | None = None) -> Principal:
        return self.gate.keeper.by_token(self.secret if secret is None else secret, CLIENT)


def test_a_new_token() -> None:
    """The shape is known to scanners of leaked secrets; what is kept does not give it away."""
    secret, token = mint("script", "dj", created_at=NOW, expires_at=None, random=Chance())
    assert re.fullmatch(r"ti_[0-9a-f]{64}", secret)
    assert token == Token(digest_of(secret)[:16], "script", "dj", digest_of(secret), NOW, None)
    assert re.fullmatch(r"[0-9a-f]{64}", token.digest)
    assert secret not in repr(token)
    assert token.digest not in repr(token)
    assert secret[3:] != token.digest


def test_no_two_tokens_are_the_same() -> None:
    """Whatever they are called."""
    chance = Chance()
    made = [mint("a", "dj", created_at=NOW, expires_at=None, random=chance)[0] for _ in range(100)]
    assert len(set(made)) == 100


def test_a_token_stands_for_its_user() -> None:
    """With the role and mounts of now; it names itself, not its secret."""
    machine = Machine()
    assert machine.come() == Principal(
        "dj", Role.DJ, Via.TOKEN, frozenset({"/own"}), machine.token.id
    )
    accounts = machine.gate.accounts
    machine.gate.accounts = Accounts(
        {"dj": replace(accounts.by_name["dj"], role=Role.ADMIN, mounts=frozenset())}
    )
    assert machine.come().role is Role.ADMIN
    assert machine.come().mounts == frozenset()
    assert machine.gate.events == []


WRONG = ["", "ti_", "ti_" + "0" * 64, "é\udcff", "x" * 10_000]


@pytest.mark.parametrize("secret", WRONG)
def test_a_wrong_token_is_a_failed_login(secret: str) -> None:
    """It counts like any other, and is not written anywhere."""
    machine = Machine()
    with pytest.raises(Refused):
        machine.come(secret)
    assert machine.gate.events == [AuthFailed("token", CLIENT, "invalid token")]


def test_neither_digest_nor_id_opens() -> None:
    """What is kept and shown of a token is no token."""
    machine = Machine()
    for known in (machine.token.digest, machine.token.id, "ti_" + machine.token.digest):
        with pytest.raises(Refused):
            machine.come(known)
    with pytest.raises(Refused):
        machine.come(machine.secret.upper())


def test_a_token_ends() -> None:
    """At the moment that was set; then it is a failed login of its user."""
    machine = Machine(DAY)
    machine.gate.wall.pass_time(DAY.total_seconds() - 1)
    assert machine.come().name == "dj"
    machine.gate.wall.pass_time(1)
    with pytest.raises(Refused):
        machine.come()
    assert machine.gate.events == [AuthFailed("dj", CLIENT, "token expired")]


def test_a_revoked_token_opens_nothing() -> None:
    """At once."""
    machine = Machine()
    machine.come()
    machine.gate.all_tokens.clear()
    with pytest.raises(Refused):
        machine.come()


def test_a_token_of_nobody() -> None:
    """A removed user's tokens are wrong, too."""
    machine = Machine(user="left")
    with pytest.raises(Refused):
        machine.come()
    assert machine.gate.events == [AuthFailed("left", CLIENT, "user not found")]
    assert machine.gate.uses == []


def test_uses_are_noted_once_a_minute() -> None:
    """A program that asks every second does not write every second; each token for itself."""
    machine = Machine()
    other_secret, other = mint("b", "admin", created_at=NOW, expires_at=None, random=bytes)
    machine.gate.all_tokens.append(other)
    for _ in range(121):
        machine.come()
        machine.gate.wall.pass_time(1)
    assert machine.gate.uses == [(machine.token.id, CLIENT.address)] * 3
    machine.gate.keeper.by_token(other_secret, ELSEWHERE)
    assert machine.gate.uses[3:] == [(other.id, ELSEWHERE.address)]


def test_failures_are_no_uses() -> None:
    """An expired token that somebody still tries shows no use."""
    machine = Machine(timedelta(0))
    with pytest.raises(Refused):
        machine.come()
    assert machine.gate.uses == []


def test_tokens_that_are_gone_are_forgotten() -> None:
    """What is remembered of uses does not grow with all tokens that ever were."""
    alive: list[Token] = []
    uses: list[str] = []
    tokens = Tokens(lambda: alive, lambda: NOW, lambda token, _client: uses.append(token))
    chance = Chance()
    for _ in range(50):
        secret, token = mint("x", "dj", created_at=NOW, expires_at=None, random=chance)
        alive[:] = [token]
        tokens.note_use(tokens.find(secret), CLIENT)
    assert len(uses) == 50
    assert len(str(vars(tokens))) < 1000
