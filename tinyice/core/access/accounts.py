"""Who has an account, and the passwords that hold for the whole server."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tinyice.core.access.principal import Principal, Role, Via

ROLES: Mapping[str, Role] = {
    "": Role.ADMIN,
    "superadmin": Role.SUPERADMIN,
    "admin": Role.ADMIN,
    "dj": Role.DJ,
}
"""The roles of accounts as the configuration names them; one without is an admin."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in. ``password_hash`` "": not with a password."""

    name: str
    role: Role
    password_hash: str = field(repr=False)
    mounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts, and what relays and sources log in with. "" stands for no password."""

    by_name: Mapping[str, Account]
    default_source_hash: str = field(default="", repr=False)
    relay_user: str = ""
    relay_hash: str = field(default="", repr=False)

    def find(self, name: str) -> Account | None:
        """The account of that name."""
        return self.by_name.get(name)

    def principal(self, name: str, via: Via, credential: str = "") -> Principal | None:
        """The owner of the account, who has proved it in that way; None: there is no such account.

        Role and mounts are those of now: nothing that was handed out earlier
        (a session, a token) keeps rights that were taken away since.
        """
        account = self.find(name)
        if account is None:
            return None
        return Principal(account.name, account.role, via, account.mounts, credential)
