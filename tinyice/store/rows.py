"""Values as rows of their tables, and back. In the worker only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, bindparam, delete
from sqlalchemy.dialects.sqlite import insert

from tinyice.core.access.lockouts import Lockout, LockoutKind
from tinyice.core.access.sessions import SessionRecord
from tinyice.core.audit import AuditEntry
from tinyice.store.batch import LockoutKey
from tinyice.store.entries import TokenUse

Fields = dict[str, Any]


def upsert(connection: Connection, table: Table, rows: Iterable[Fields]) -> None:
    """Write ``rows`` over those that have the same key."""
    listed = list(rows)
    if not listed:
        return
    statement = insert(table)
    others = {c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key}
    keys = list(table.primary_key.columns)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), listed)


def remove(connection: Connection, table: Table, keys: Iterable[Sequence[object]]) -> None:
    """Take away the rows of ``keys``."""
    columns = list(table.primary_key.columns)
    names = [f"key_{column.name}" for column in columns]
    listed = [dict(zip(names, key, strict=True)) for key in keys]
    if listed:
        same = (c == bindparam(name) for c, name in zip(columns, names, strict=True))
        connection.execute(delete(table).where(and_(*same)), listed)


def session_row(record: SessionRecord) -> Fields:
    """A row of ``sessions``."""
    return {
        "digest": record.digest,
        "user": record.user,
        "opened_at": _moment(record.opened_at),
        "seen_at": _moment(record.seen_at),
        "address": record.address,
        "agent": record.agent,
    }


def session_of(row: Row[Any]) -> SessionRecord:
    """The session of a row."""
    return SessionRecord(
        digest=row.digest,
        user=row.user,
        opened_at=row.opened_at.timestamp(),
        seen_at=row.seen_at.timestamp(),
        address=row.address,
        agent=row.agent,
    )


def lockout_row(lockout: Lockout) -> Fields:
    """A row of ``lockouts``."""
    return {
        "address": lockout.address,
        "kind": lockout.kind.value,
        "failures": lockout.failures,
        "since": _moment(lockout.since),
        "until": _moment(lockout.until),
        "cause": lockout.cause,
        "reason": lockout.reason,
    }


def lockout_key(key: LockoutKey) -> tuple[str, str]:
    """The key of a row of ``lockouts``."""
    address, kind = key
    return address, kind.value


def lockout_of(row: Row[Any]) -> Lockout:
    """The lockout of a row."""
    return Lockout(
        address=row.address,
        kind=LockoutKind(row.kind),
        failures=row.failures,
        since=row.since.timestamp(),
        until=row.until.timestamp(),
        cause=row.cause,
        reason=row.reason,
    )


def token_use_row(use: TokenUse) -> Fields:
    """A row of ``token_uses``."""
    return {"token": use.token, "at": use.at, "address": use.address}


def token_use_of(row: Row[Any]) -> TokenUse:
    """The use of a row."""
    return TokenUse(row.token, row.at, row.address)


def entry_row(entry: AuditEntry) -> Fields:
    """A row of ``audit``; it gets its number when it is written."""
    return {
        "at": entry.at,
        "user": entry.user,
        "via": entry.via,
        "address": entry.address,
        "action": entry.action,
        "subject": entry.subject,
        "mount": entry.mount,
        "before": entry.before,
        "after": entry.after,
    }


def entry_of(row: Row[Any]) -> AuditEntry:
    """The entry of a row."""
    return AuditEntry(**row._mapping)  # noqa: SLF001 (SQLAlchemy's name for what is public)


def present(values: Mapping[Any, Any]) -> list[Any]:
    """Those of a batch that are to be written."""
    return [value for value in values.values() if value is not None]


def gone(values: Mapping[Any, Any]) -> list[Any]:
    """The keys of those that are to be taken away."""
    return [key for key, value in values.items() if value is None]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
