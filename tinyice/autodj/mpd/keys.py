"""The password of a server for MPD clients, held by the one who holds all passwords."""

from collections.abc import Callable
from typing import Protocol

from tinyice.autodj.mpd.needs import EVERYTHING, Permission
from tinyice.core.clients import Client
from tinyice.core.errors import Refused

USER = "mpd"
"""Who failed, in the log of failed logins: clients give no name."""


class Keeper(Protocol):
    """Holds passwords against hashes, and counts failures."""

    async def admit_by(self, hashed: str, password: bytes, client: Client, *, name: str) -> None:
        """Raises Refused, LockedOut or Overloaded unless the password is the one of the hash."""


class PasswordKey:
    """One password opens everything; where there is none, no password is right."""

    def __init__(self, keeper: Keeper, password_hash: Callable[[], str]) -> None:
        self._keeper = keeper
        self._password_hash = password_hash

    async def open(self, password: bytes, client: Client) -> Permission:
        """What this password allows; raises Refused, LockedOut or Overloaded."""
        hashed = self._password_hash()
        if not hashed:
            raise Refused("there is no password")
        await self._keeper.admit_by(hashed, password, client, name=USER)
        return EVERYTHING
