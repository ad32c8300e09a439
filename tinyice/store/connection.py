"""The connection to the file: how it is opened, and what its errors mean. In the worker only."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from tinyice.core.folding import fold
from tinyice.store.faults import DatabaseBroken, DatabaseFault

MODE = 0o600
FOLDER_MODE = 0o750
BUSY_S = 5.0
"""How long another process may write before ours is told so."""

_PRAGMAS = (
    # Readers do not wait for the writer, and a crash leaves a whole database.
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    # What a large batch has made of the journal is given back.
    "PRAGMA journal_size_limit=4194304",
)
_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY = 0xFF
"""The part of SQLite's codes that says what kind of error it is."""

READING = {"reads": True}
"""Option of a connection that will not write, and so needs no lock."""


def connect(path: Path) -> tuple[sqlite3.Connection, Engine]:
    """Open the file, which is made if there is none; the same connection in two forms."""
    with faults_told():
        _make(path)
        # No transactions but those that ``_begin`` begins: sqlite3 would leave out the
        # definitions of tables, and an upgrade is done as a whole or not at all.
        raw = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        try:
            _check(raw)
        except BaseException:
            raw.close()
            raise
    engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
    event.listen(engine, "begin", _begin)
    return raw, engine


def set_up(raw: sqlite3.Connection) -> None:
    """Make the connection one for us; this may change the file, which must be ours."""
    for pragma in _PRAGMAS:
        raw.execute(pragma)
    raw.create_function("fold", 1, _folded, deterministic=True)


def _folded(value: object) -> str:
    # Years are numbers.
    return fold(str(value))


@contextmanager
def faults_told() -> Iterator[None]:
    """Turn errors of the system, of SQLite and of SQLAlchemy into those of this package."""
    try:
        yield
    except DBAPIError as error:
        raise _fault(error.orig or error) from error
    except (sqlite3.Error, OSError) as error:
        raise _fault(error) from error


def _fault(error: BaseException) -> DatabaseFault:
    if isinstance(error, OSError):
        return DatabaseFault(error.strerror or str(error))
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    return (DatabaseBroken if code in _BROKEN else DatabaseFault)(str(error))


def _make(path: Path) -> None:
    """Make an empty file that only its owner may read; SQLite's other files do as this one."""
    path.parent.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE))


def _check(raw: sqlite3.Connection) -> None:
    """Look whether the file is whole: better now than in the middle of the night."""
    (found,) = raw.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise DatabaseBroken(str(found).partition("\n")[0])


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads")
    # To ask for the lock at once is to wait for it; halfway through, SQLite would just fail.
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
