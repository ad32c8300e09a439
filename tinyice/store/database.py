"""The open database: writes batches, answers questions. In the worker only."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import (
    ColumnElement,
    Engine,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    type_coerce,
)

from tinyice.core.access.lockouts import LockoutKind
from tinyice.core.audit import AuditPage
from tinyice.store.batch import Batch, Kept
from tinyice.store.connection import READING, connect, faults_told
from tinyice.store.entries import PAGE_MAX, AuditQuery
from tinyice.store.migrations import bring_to_head
from tinyice.store.rows import (
    entry_of,
    entry_row,
    gone,
    lockout_key,
    lockout_of,
    lockout_row,
    present,
    remove,
    session_of,
    session_row,
    token_use_of,
    token_use_row,
    upsert,
)
from tinyice.store.sticker_tables import StickerTables
from tinyice.store.tables import AUDIT, LOCKOUTS, SESSIONS, TOKEN_USES
from tinyice.store.track_tables import TrackTables

T = TypeVar("T")

PRUNED_AT_ONCE = 5000
"""So many entries go in one transaction: others wait for it."""

_SEARCHED = ("user", "address", "action", "subject", "mount", "before", "after")


def open_database(path: Path) -> tuple["Database", list[str]]:
    """Open the file at ``path``, with the schema of this version; what was done to it."""
    raw, engine = connect(path)
    try:
        return Database(raw, engine), bring_to_head(raw, engine, path)
    except BaseException:
        raw.close()
        raise


class Database:
    """One file, open. What it raises are faults of this package."""

    def __init__(self, raw: sqlite3.Connection, engine: Engine) -> None:
        self._raw = raw
        self._engine = engine
        self._reading = engine.execution_options(**READING)

    def write(self, batch: Batch) -> None:
        """Write all of ``batch``, or nothing."""
        with faults_told(), self._engine.begin() as connection:
            if batch.without_sessions:
                connection.execute(delete(SESSIONS))
            upsert(connection, SESSIONS, map(session_row, present(batch.sessions)))
            remove(connection, SESSIONS, ([digest] for digest in gone(batch.sessions)))
            upsert(connection, LOCKOUTS, map(lockout_row, present(batch.lockouts)))
            remove(connection, LOCKOUTS, map(lockout_key, gone(batch.lockouts)))
            upsert(connection, TOKEN_USES, map(token_use_row, batch.token_uses.values()))
            if batch.audit:
                connection.execute(insert(AUDIT), [entry_row(entry) for entry in batch.audit])

    def kept(self) -> Kept:
        """Everything that is to be in memory."""
        # What a later version locks out for is nothing to us.
        known = LOCKOUTS.c.kind.in_([kind.value for kind in LockoutKind])
        with faults_told(), self._reading.connect() as connection:
            return Kept(
                tuple(map(session_of, connection.execute(select(SESSIONS)))),
                tuple(map(lockout_of, connection.execute(select(LOCKOUTS).where(known)))),
                tuple(map(token_use_of, connection.execute(select(TOKEN_USES)))),
            )

    def audit(self, query: AuditQuery) -> AuditPage:
        """A page of the audit."""
        wanted = tuple(_conditions(query))
        limit = min(max(1, query.limit), PAGE_MAX)
        newest = select(AUDIT).where(*wanted).order_by(AUDIT.c.id.desc()).limit(limit + 1)
        if query.before_id is not None:
            newest = newest.where(AUDIT.c.id < query.before_id)
        with faults_told(), self._reading.connect() as connection:
            count = select(func.count()).select_from(AUDIT).where(*wanted)
            total = connection.execute(count).scalar_one()
            found = [entry_of(row) for row in connection.execute(newest)]
        entries = tuple(found[:limit])
        return AuditPage(entries, entries[-1].id if len(found) > limit else None, total)

    def prune(self, before: datetime) -> int:
        """Take away the entries that are older; how many there were."""
        old = select(AUDIT.c.id).where(AUDIT.c.at < before).limit(PRUNED_AT_ONCE)
        removed = 0
        while True:
            with faults_told(), self._engine.begin() as connection:
                count = connection.execute(delete(AUDIT).where(AUDIT.c.id.in_(old))).rowcount
            removed += count
            if count < PRUNED_AT_ONCE:
                return removed

    def ask_tracks(self, question: Callable[[TrackTables], T]) -> T:
        """What ``question`` finds in the libraries; it changes nothing."""
        with faults_told(), self._reading.connect() as connection:
            return question(TrackTables(connection))

    def change_tracks(self, change: Callable[[TrackTables], T]) -> T:
        """Do all of ``change`` to the libraries, or nothing."""
        with faults_told(), self._engine.begin() as connection:
            return change(TrackTables(connection))

    def ask_stickers(self, question: Callable[[StickerTables], T]) -> T:
        """What ``question`` finds among the stickers; it changes nothing."""
        with faults_told(), self._reading.connect() as connection:
            return question(StickerTables(connection))

    def change_stickers(self, change: Callable[[StickerTables], T]) -> T:
        """Do all of ``change`` to the stickers, or nothing."""
        with faults_told(), self._engine.begin() as connection:
            return change(StickerTables(connection))

    def close(self) -> None:
        """Write everything into the one file, and let go of it."""
        self._raw.close()


def _conditions(query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    exact = {"user": query.user, "action": query.action, "mount": query.mount}
    for name, value in exact.items():
        if value:
            yield AUDIT.c[name] == value
    if query.mounts is not None:
        yield AUDIT.c.mount.in_(sorted(query.mounts))
        yield AUDIT.c.mount != ""
    if query.text:
        columns = (type_coerce(AUDIT.c[name], Text) for name in _SEARCHED)
        yield or_(*(column.contains(query.text, autoescape=True) for column in columns))
