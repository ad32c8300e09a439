"""The store of the station: where its file lies, what goes into it, what comes back."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path

from twisted.internet.base import ReactorBase

from tinyice.config.model import Config
from tinyice.core.access.lockouts import Lockouts
from tinyice.core.access.sessions import Sessions
from tinyice.core.audit import AuditPage
from tinyice.core.hub import Hub
from tinyice.core.snapshots import StoreSnapshot
from tinyice.store.audit import AuditSink
from tinyice.store.entries import AuditQuery
from tinyice.store.store import Store
from tinyice.work.threads import Worker

FILE_NAME = "tinyice.db"
_JOBS = 64


def make_storage(
    config: Callable[[], Config], reactor: ReactorBase, hub: Hub, now: Callable[[], datetime]
) -> "Storage":
    """The store in the data folder, which hears of every change; nothing is opened yet.

    ``config`` gives the configuration in force.
    """
    store = Store(
        database_path(config()),
        Worker("database", _JOBS, deliver=reactor.callFromThread, clock=reactor),
        clock=reactor,
        now=now,
        audit_days=lambda: config().audit_days,
    )
    hub.subscribe(AuditSink(store.keep_entry, now, lambda: config().audit_enabled))
    return Storage(store)


def database_path(config: Config) -> Path:
    """Where the file lies."""
    return Path(config.data_dir or ".").absolute() / FILE_NAME


class Storage:
    """The store, and the ways from it to those who use what is kept."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._is_restoring = False
        self._waiting: list[Callable[[], None]] = []

    async def restore(self, sessions: Sessions, lockouts: Lockouts) -> None:
        """Go on where an earlier run has ended; once, when the reactor runs."""
        self._is_restoring = True
        try:
            kept = await self.store.restore()
            sessions.restore(kept.sessions)
            lockouts.restore(kept.lockouts)
        finally:
            self._is_restoring = False
            waiting, self._waiting = self._waiting, []
            for go_on in waiting:
                go_on()

    def when_restored(self, go_on: Callable[[], None]) -> None:
        """Call ``go_on`` once sessions are known again: at once, but for the first moments."""
        if self._is_restoring:
            self._waiting.append(go_on)
        else:
            go_on()

    async def page(
        self,
        *,
        user: str,
        action: str,
        mount: str,
        mounts: Collection[str] | None,
        text: str,
        before: int | None,
        limit: int,
    ) -> AuditPage:
        """Some of the audit, as the API asks for it."""
        return await self.store.audit(
            AuditQuery(
                user=user,
                action=action,
                mount=mount,
                mounts=None if mounts is None else frozenset(mounts),
                text=text,
                before_id=before,
                limit=limit,
            )
        )

    async def token_uses(self) -> Mapping[str, datetime]:
        """When each token was used last, by its id."""
        return {token: use.at for token, use in self.store.token_uses.last.items()}

    def snapshot(self) -> StoreSnapshot:
        """How the database does."""
        store = self.store
        return StoreSnapshot(store.failures, store.lost, store.refused)

    async def stop(self) -> None:
        """Write what waits, and close the file."""
        await self.store.stop()
