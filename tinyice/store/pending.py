"""What waits to be written: coalesced, bounded, and in order."""

from collections import deque
from typing import TypeVar

from tinyice.core.access.lockouts import Lockout
from tinyice.core.access.sessions import SessionRecord
from tinyice.core.audit import AuditEntry
from tinyice.store.batch import Batch, LockoutKey
from tinyice.store.entries import TokenUse

K = TypeVar("K")
V = TypeVar("V")

BATCH_ENTRIES = 1000
"""How much of the audit one transaction writes."""


class Pending:
    """Keeps the newest state of each thing, and every entry of the audit, until ``take``.

    Of each kind at most ``limit`` wait; what comes when so many do is lost, and
    counted in ``lost``. It is a change of what is known already that always fits.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._sessions: dict[str, SessionRecord | None] = {}
        self._lockouts: dict[LockoutKey, Lockout | None] = {}
        self._token_uses: dict[str, TokenUse] = {}
        self._audit: deque[AuditEntry] = deque()
        self._without_sessions = False
        self.lost = 0

    def __len__(self) -> int:
        states = len(self._sessions) + len(self._lockouts) + len(self._token_uses)
        return states + len(self._audit)

    def put_session(self, digest: str, record: SessionRecord | None) -> None:
        """Write ``record``; None: take it away."""
        self._put(self._sessions, digest, record)

    def forget_sessions(self) -> None:
        """Take away all sessions before the next batch; by itself this makes none."""
        self._without_sessions = True

    def put_lockout(self, key: LockoutKey, lockout: Lockout | None) -> None:
        """Write ``lockout``; None: take it away."""
        self._put(self._lockouts, key, lockout)

    def put_token_use(self, use: TokenUse) -> None:
        """Write down that a token was used."""
        self._put(self._token_uses, use.token, use)

    def put_entry(self, entry: AuditEntry) -> None:
        """Add ``entry`` to the audit."""
        if len(self._audit) >= self._limit:
            self.lost += 1
        else:
            self._audit.append(entry)

    def take(self) -> Batch:
        """What is to be written next; it waits no more."""
        count = min(len(self._audit), BATCH_ENTRIES)
        batch = Batch(
            self._sessions,
            self._lockouts,
            self._token_uses,
            tuple(self._audit.popleft() for _ in range(count)),
            without_sessions=self._without_sessions,
        )
        self._without_sessions = False
        self._sessions, self._lockouts, self._token_uses = {}, {}, {}
        return batch

    def put_back(self, batch: Batch) -> None:
        """Let ``batch`` wait again, before all that came meanwhile."""
        self._sessions = {**batch.sessions, **self._sessions}
        self._lockouts = {**batch.lockouts, **self._lockouts}
        self._token_uses = {**batch.token_uses, **self._token_uses}
        self._without_sessions = batch.without_sessions
        self._audit.extendleft(reversed(batch.audit))

    def clear(self) -> None:
        """Let nothing wait."""
        self.take()
        self._audit.clear()

    def _put(self, waiting: dict[K, V], key: K, value: V) -> None:
        if key in waiting or len(waiting) < self._limit:
            waiting[key] = value
        else:
            self.lost += 1
