"""Who gets in: the one place that holds credentials against the accounts.

A request without credentials is a challenge, neither counted nor logged. Wrong
ones are a failure: an event, from which the authentication log is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tinyice.core.clients import Client
from tinyice.core.errors import Challenge, Refused
from tinyice.core.events import AuthFailed, Event
from tinyice.core.settings import MountSettings
from tinyice.wire.basic import Credentials
from tinyice.wire.shoutcast import PasswordLine

SOURCE_USER = "source"
"""The user name that stands for "whoever knows the mount's password"."""


class PasswordCheck(Protocol):
    """Compares passwords off the reactor; raises Overloaded when too many wait."""

    async def verify(self, password: bytes, hashed: str) -> bool:
        """Whether ``password`` is the one behind ``hashed``."""

    def remembers(self, password: bytes, hashed: str) -> bool:
        """Whether ``verify`` would say yes at once, because it did before."""

    async def equal_cost_miss(self, password: bytes) -> bool:
        """False, after the work of a comparison: for a user who does not exist."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts and passwords that hold for the whole server (hashes)."""

    admin_user: str
    admin_hash: str
    default_source_hash: str


@dataclass(frozen=True, slots=True)
class SourceLogin:
    """A source that may feed its mount. ``credential`` tells which password it knew."""

    user: str
    mount: str
    credential: str


class Gatekeeper:
    """Decides every login."""

    def __init__(
        self,
        accounts: Accounts,
        settings_for: Callable[[str], MountSettings],
        passwords: PasswordCheck,
        *,
        shoutcast_mount: str,
        publish: Callable[[Event], None],
    ) -> None:
        self._accounts = accounts
        self._settings_for = settings_for
        self._passwords = passwords
        self._shoutcast_mount = shoutcast_mount
        self._publish = publish

    async def admit_source(
        self, credentials: Credentials | None, mount: str, client: Client
    ) -> SourceLogin:
        """Let a source onto ``mount``.

        A known user's own password for the mount counts; any other name stands
        for the mount's password, then the default one. Account passwords are no
        source logins. Raises Challenge, Refused or Overloaded.
        """
        if credentials is None:
            raise Challenge
        credential = await self._source_credential(credentials, mount)
        if credential is None:
            raise self._failure(credentials, client, "source password mismatch")
        return SourceLogin(credentials.user or SOURCE_USER, mount, credential)

    async def admit_shoutcast(self, line: PasswordLine, client: Client) -> SourceLogin:
        """Let a Shoutcast source on: onto the mount of its line, or the one that the server sets.

        A colon may part user and password, or belong to the password.
        """
        mount = line.mount or self._shoutcast_mount
        credentials = Credentials(line.user, line.password)
        credential = await self._source_credential(credentials, mount)
        if credential is not None:
            return SourceLogin(line.user or SOURCE_USER, mount, credential)
        if line.whole not in (b"", line.password):
            whole = Credentials("", line.whole)
            credential = await self._source_credential(whole, self._shoutcast_mount)
        if credential is None:
            raise self._failure(credentials, client, "source password mismatch")
        return SourceLogin(SOURCE_USER, self._shoutcast_mount, credential)

    async def admit_admin(self, credentials: Credentials | None, client: Client) -> str:
        """Let the administrator in; the user's name. Raises as ``admit_source``."""
        if credentials is None:
            raise Challenge
        fault = await self._admin_fault(credentials)
        if fault is not None:
            raise self._failure(credentials, client, fault)
        return credentials.user

    async def admit_for_mount(
        self, credentials: Credentials | None, mount: str, client: Client
    ) -> str:
        """Let in the administrator, or who may feed ``mount``; the user's name."""
        if credentials is None:
            raise Challenge
        if credentials.user == self._accounts.admin_user:
            return await self.admit_admin(credentials, client)
        login = await self.admit_source(credentials, mount, client)
        return login.user

    async def _source_credential(self, credentials: Credentials, mount: str) -> str | None:
        """The hash that the password opened.

        A wrong one costs the same number of comparisons whatever the name, so
        that time does not tell whose name is known.
        """
        settings = self._settings_for(mount)
        shared = _distinct(settings.password_hash, self._accounts.default_source_hash)
        own = settings.user_passwords.get(credentials.user)
        candidates = shared if own is None else _distinct(own)
        for hashed in candidates:
            # An encoder known already gets in at once, whatever else waits for a check.
            if self._passwords.remembers(credentials.password, hashed):
                return hashed
        for hashed in candidates:
            if await self._passwords.verify(credentials.password, hashed):
                return hashed
        for _ in range(max(1, len(shared)) - len(candidates)):
            await self._passwords.equal_cost_miss(credentials.password)
        return None

    async def _admin_fault(self, credentials: Credentials) -> str | None:
        accounts = self._accounts
        if credentials.user != accounts.admin_user or not accounts.admin_hash:
            await self._passwords.equal_cost_miss(credentials.password)
            return "user not found"
        if await self._passwords.verify(credentials.password, accounts.admin_hash):
            return None
        return "invalid password"

    def _failure(self, credentials: Credentials, client: Client, reason: str) -> Refused:
        self._publish(AuthFailed(credentials.user, client, reason))
        return Refused(reason)


def _distinct(*hashes: str) -> list[str]:
    """The hashes that there are, each once."""
    return list(dict.fromkeys(hashed for hashed in hashes if hashed))
