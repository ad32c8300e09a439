"""Tokens of programs: ``ti_`` and 64 hex digits, which stand for their user.

Only the digest of a token is known here. Looking for it compares digests, whose
time tells nothing about a token: nobody can choose what a digest begins with.
"""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from tinyice.core.clients import Client

PREFIX = "ti_"
SECRET_BYTES = 32
ID_CHARS = 16
USED_EVERY = timedelta(minutes=1)
"""How exact the note of a token's last use is."""


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token. ``expires_at`` None: never."""

    id: str
    name: str
    user: str
    digest: str = field(repr=False)
    created_at: datetime
    expires_at: datetime | None

    def is_over(self, now: datetime) -> bool:
        """Whether its time is up."""
        return self.expires_at is not None and now >= self.expires_at


def mint(
    name: str,
    user: str,
    *,
    created_at: datetime,
    expires_at: datetime | None,
    random: Callable[[int], bytes],
) -> tuple[str, Token]:
    """A new token of ``user``: the secret, which is shown this once, and what is kept of it."""
    secret = PREFIX + random(SECRET_BYTES).hex()
    digest = digest_of(secret)
    return secret, Token(digest[:ID_CHARS], name, user, digest, created_at, expires_at)


def digest_of(secret: str) -> str:
    """What is kept of a token (SHA-256, hex)."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class TokenInvalid(ValueError):
    """No token, or one no more. ``user``: whose it was, as far as it is known."""

    def __init__(self, user: str, reason: str) -> None:
        super().__init__(reason)
        self.user = user
        self.reason = reason


class Tokens:
    """The tokens in force. ``used`` hears of uses, once a minute for each token."""

    def __init__(
        self,
        every: Callable[[], Iterable[Token]],
        now: Callable[[], datetime],
        used: Callable[[str, Client], None],
    ) -> None:
        self._every = every
        self._now = now
        self._used = used
        self._noted: dict[str, datetime] = {}

    def find(self, secret: str) -> Token:
        """The token whose secret this is; raises ``TokenInvalid``. This is no use of it yet."""
        digest = digest_of(secret)
        for token in self._every():
            if hmac.compare_digest(token.digest.encode(), digest.encode()):
                if token.is_over(self._now()):
                    raise TokenInvalid(token.user, "token expired")
                return token
        raise TokenInvalid("", "invalid token")

    def note_use(self, token: Token, client: Client) -> None:
        """``token`` has let ``client`` in."""
        now, before = self._now(), self._noted.get(token.id)
        if before is not None and now - before < USED_EVERY:
            return
        alive = {each.id for each in self._every()}
        self._noted = {each: when for each, when in self._noted.items() if each in alive}
        self._noted[token.id] = now
        self._used(token.id, client)
