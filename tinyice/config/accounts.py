"""Accounts and tokens, as the configuration has them."""

from collections.abc import Iterator
from datetime import UTC, datetime

from tinyice.config.faults import printable
from tinyice.config.items import ApiToken
from tinyice.config.model import Config, User
from tinyice.core.access.accounts import ROLES, Account, Accounts
from tinyice.core.access.principal import Role
from tinyice.core.access.tokens import Token

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_ZERO_YEAR = 1
"""The Go server writes a time that is not set as one in this year."""


def accounts_of(config: Config) -> Accounts:
    """Who has an account. ``admin_user`` is one, whatever else the file says of that name."""
    accounts = {name: _account(name, user) for name, user in config.users.items()}
    own = config.users.get(config.admin_user, User())
    accounts[config.admin_user] = Account(
        config.admin_user,
        Role.SUPERADMIN,
        config.admin_password or own.password,
        frozenset(own.mounts),
    )
    return Accounts(
        by_name=accounts,
        default_source_hash=config.default_source_password,
        relay_user=config.relay_user,
        relay_hash=config.relay_password,
    )


def tokens_of(config: Config) -> tuple[Token, ...]:
    """The tokens that can open something."""
    accounts = accounts_of(config)
    return tuple(_token(token) for token in config.api_tokens if not fault_of(token, accounts))


def fault_of(token: ApiToken, accounts: Accounts) -> str:
    """Say why a token opens nothing; "" when it does."""
    if not token.digest:
        return "has no hash"
    account = accounts.find(token.owner)
    if account is None:
        return "belongs to nobody"
    if token.role and ROLES.get(token.role, Role.ANYBODY) < account.role:
        return "is for less than its user may"
    return ""


def token_notes(config: Config) -> Iterator[str]:
    """Name the tokens that open nothing."""
    accounts = accounts_of(config)
    for token in config.api_tokens:
        if fault := fault_of(token, accounts):
            name = printable(token.name or token.id)
            yield f'api_tokens: "{name}" {fault}, and opens nothing'


def moment_of(text: str) -> datetime | None:
    """The moment that a key of that kind names; None where it names none."""
    moment = datetime.fromisoformat(text) if text else None
    return None if moment is None or moment.year == _ZERO_YEAR else moment


def _account(name: str, user: User) -> Account:
    return Account(name, ROLES[user.role], user.password, frozenset(user.mounts))


def _token(token: ApiToken) -> Token:
    return Token(
        id=token.id,
        name=token.name,
        user=token.owner,
        digest=token.digest,
        created_at=moment_of(token.created_at) or _LONG_AGO,
        expires_at=moment_of(token.expires_at),
    )
