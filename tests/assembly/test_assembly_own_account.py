"""One's own password, sessions and tokens: what becomes of them in file, memory and audit."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from config.configs import HASH, OTHER_HASH
from config.writers import CLIENT, desk, settled
from tinyice.assembly.own_account import OwnAccounts
from tinyice.config.accounts import tokens_of
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.access.sessions import SessionRules, Sessions
from tinyice.core.access.tokens import digest_of
from tinyice.core.events import Event
from tinyice.web.errors import CommandRefused
from tinyice.work.passwords import UnusablePassword

NOW = datetime(2026, 11, 20, 6, 33, 26, 123456, tzinfo=UTC)
ADMIN = Principal("admin", Role.SUPERADMIN, Via.SESSION)
DJ = Principal("dj", Role.DJ, Via.SESSION)


class Own:
    """A file with two accounts, and a session for each."""

    def __init__(self, folder: Path) -> None:
        users = {"dj": {"password": HASH, "role": "dj", "mounts": {"/a": HASH}}}
        self.desk = desk(folder, {"admin_password": HASH, "users": users})
        self.events: list[Event] = []
        self.random = iter(range(1, 100))
        self.sessions = Sessions(NOW.timestamp, self._bytes, SessionRules, None)
        self.accounts = OwnAccounts(
            self.sessions,
            self.desk.writer,
            self.desk.in_force,
            tokens=lambda: tokens_of(self.desk.config),
            hash_password=self._hash,
            now=lambda: NOW,
            random=self._bytes,
            publish=self.events.append,
        )

    def do(self, asked: Coroutine[Any, Any, Any]) -> object:
        """Let it be done; what came of it."""
        return settled(Deferred.fromCoroutine(asked), self.desk.worker)

    def _bytes(self, count: int) -> bytes:
        return bytes([next(self.random)]) * count

    async def _hash(self, password: str) -> str:
        if len(password) > 72:
            raise UnusablePassword("a password has at most 72 bytes")
        return OTHER_HASH


@pytest.fixture
def own(tmp_path: Path) -> Own:
    return Own(tmp_path)


@pytest.mark.parametrize(
    ("who", "read"),
    [
        (ADMIN, lambda document: document["admin_password"]),
        (DJ, lambda document: document["users"]["dj"]["password"]),
    ],
)
def test_a_new_password(own: Own, who: Principal, read: Callable[[dict[str, Any]], str]) -> None:
    """It is saved where the account is, audited without it, and ends the other sessions."""
    kept, other = (own.sessions.open(who.name, CLIENT).session for _ in range(2))
    strangers = own.sessions.open("else", CLIENT).session
    own.do(own.accounts.set_password("brand new", who=who, client=CLIENT, keep_session=kept.id))
    assert read(own.desk.document) == OTHER_HASH
    assert [session.id for session in own.accounts.sessions(who.name)] == [kept.id] != [other.id]
    assert [session.id for session in own.accounts.sessions("else")] == [strangers.id]
    (event,) = own.desk.events
    assert (event.user, event.action, event.subject) == (
        who.name,
        "account.change-password",
        who.name,
    )
    assert OTHER_HASH not in str(event)


@pytest.mark.parametrize("fault", ["long", "gone", "disk"])
def test_a_password_that_is_not_taken(own: Own, fault: str) -> None:
    """Nothing is changed, nobody is logged out, and the reason is a sentence."""
    session = own.sessions.open("dj", CLIENT).session
    before = own.desk.text
    if fault == "disk":
        own.desk.refuses = "the disk is full"
    who = Principal("nobody", Role.DJ, Via.SESSION) if fault == "gone" else DJ
    password = "x" * 73 if fault == "long" else "brand new"
    with pytest.raises(CommandRefused) as told:
        own.do(own.accounts.set_password(password, who=who, client=CLIENT, keep_session=""))
    assert told.value.sentence
    assert own.desk.text == before
    assert [found.id for found in own.accounts.sessions("dj")] == [session.id]


@pytest.mark.parametrize(("days", "expires"), [(30, "2026-12-20T06:33:26Z"), (0, "")])
def test_a_new_token(own: Own, days: int, expires: str) -> None:
    """Only its digest is kept, in the file as in the audit."""
    secret = own.do(own.accounts.make_token("deploy", days, who=DJ, client=CLIENT))
    assert isinstance(secret, str)
    (kept,) = own.desk.document["api_tokens"]
    assert kept["hash"] == digest_of(secret)
    assert (kept["user"], kept["name"], kept.get("expires_at", "")) == ("dj", "deploy", expires)
    assert secret not in own.desk.text + str(own.desk.events)
    assert [token.id for token in own.accounts.tokens("dj")] == [kept["id"]]
    assert own.accounts.tokens("admin") == []


def test_a_revoked_token(own: Own) -> None:
    """It opens nothing from then on; the others stay."""
    for name in ("one", "two"):
        own.do(own.accounts.make_token(name, 0, who=DJ, client=CLIENT))
    one, two = sorted(own.accounts.tokens("dj"), key=lambda token: token.name)
    own.do(own.accounts.revoke_token(one.id, who=DJ, client=CLIENT))
    assert [token.id for token in own.accounts.tokens("dj")] == [two.id]
    assert [event.action for event in own.desk.events][-1] == "tokens.revoke"


def test_a_session_that_is_ended(own: Own) -> None:
    """It is told once."""
    session = own.sessions.open("dj", CLIENT).session
    for _ in range(2):
        own.accounts.end_session(session.id, who=DJ, client=CLIENT)
    assert own.accounts.sessions("dj") == ()
    assert [event.id for event in own.events] == ["change.made"]
