"""Where sessions, lockouts and uses of tokens are put; none of it waits or fails."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from tinyice.core.access.lockouts import Lockout
from tinyice.core.access.sessions import SessionRecord
from tinyice.core.clients import Client
from tinyice.store.entries import TokenUse
from tinyice.store.pending import Pending

Wake = Callable[[], None]
"""To be called when something waits to be written."""


class KeptSessions:
    """Sessions of browsers (``SessionShelf``)."""

    def __init__(self, pending: Pending, wake: Wake) -> None:
        self._pending = pending
        self._wake = wake

    def keep(self, record: SessionRecord) -> None:
        """Write ``record`` down, over an earlier one of the same digest."""
        self._pending.put_session(record.digest, record)
        self._wake()

    def forget(self, digest: str) -> None:
        """Take it away again."""
        self._pending.put_session(digest, None)
        self._wake()


class KeptLockouts:
    """Addresses that are locked out (``LockoutShelf``)."""

    def __init__(self, pending: Pending, wake: Wake) -> None:
        self._pending = pending
        self._wake = wake

    def keep(self, lockout: Lockout) -> None:
        """Write it down, over an earlier one of the same address and kind."""
        self._pending.put_lockout((lockout.address, lockout.kind), lockout)
        self._wake()

    def forget(self, lockout: Lockout) -> None:
        """Take it away again."""
        self._pending.put_lockout((lockout.address, lockout.kind), None)
        self._wake()


class KeptTokenUses:
    """The last use of each token; they are few, and so in memory as well."""

    def __init__(self, pending: Pending, wake: Wake, now: Callable[[], datetime]) -> None:
        self._pending = pending
        self._wake = wake
        self._now = now
        self._last: dict[str, TokenUse] = {}

    @property
    def last(self) -> Mapping[str, TokenUse]:
        """The last use of each token that was ever used, by the token's id."""
        return MappingProxyType(self._last)

    def note(self, token: str, client: Client) -> None:
        """``token`` was used by ``client`` just now."""
        use = self._last[token] = TokenUse(token, self._now(), client.address)
        self._pending.put_token_use(use)
        self._wake()

    def restore(self, uses: Iterable[TokenUse]) -> None:
        """Know the uses of an earlier run."""
        self._last = {**{use.token: use for use in uses}, **self._last}
