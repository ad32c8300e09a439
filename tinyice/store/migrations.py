"""Bringing a file to the schema of this version. In the worker only.

Rules:

- a file is changed in one transaction, or stays as it was;
- before a file that has something in it is changed, a copy is made beside it;
- what another program made, or a newer version of this one, is not touched.
"""

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, insert

from tinyice.store.connection import MODE, faults_told, set_up
from tinyice.store.faults import DatabaseRefused
from tinyice.store.tables import METADATA, VERSION

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

HEAD = "0008"
COPIES_KEPT = 2

REVISIONS = Path(__file__).with_name("revisions")


def bring_to_head(raw: sqlite3.Connection, engine: Engine, path: Path) -> list[str]:
    """Make or upgrade the schema, if that is to be done; sentences about what was done."""
    with faults_told():
        found = revision_of(raw)
        check_known(found)
        set_up(raw)
        if found == HEAD:
            return []
        if not found:
            with engine.begin() as connection:
                # Two processes may have come here; the second one waited for the first.
                if not revision_of(raw):
                    METADATA.create_all(connection)
                    connection.execute(insert(VERSION), {"version_num": HEAD})
            return []
        copy = back_up(raw, path)
        with engine.begin() as connection:
            if revision_of(raw) != HEAD:
                upgrade(connection)
        return [f"the schema was upgraded from {found} to {HEAD}; what there was before is {copy}"]


def revision_of(raw: sqlite3.Connection) -> str:
    """The revision of the schema; "" for a file with nothing in it."""
    tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    if not tables:
        return ""
    if VERSION.name not in tables:
        raise DatabaseRefused("it is the database of another program")
    found = raw.execute("SELECT version_num FROM alembic_version").fetchall()
    if len(found) != 1:
        raise DatabaseRefused("it does not say which revision of the schema it has")
    return str(found[0][0])


def check_known(revision: str) -> None:
    """Raise ``DatabaseRefused`` if this version can't upgrade from ``revision``."""
    if revision in ("", HEAD):
        return
    if revision not in {script.revision for script in _scripts().walk_revisions()}:
        raise DatabaseRefused(
            f"its schema is {revision}, of a newer tinyice; this one knows those up to {HEAD}"
        )


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Go through the revisions up to ``to``, in the transaction that is open."""
    from alembic.operations import Operations  # noqa: PLC0415 - loaded when there is need
    from alembic.runtime.migration import (  # noqa: PLC0415
        MigrationContext,
        MigrationStep,
        RevisionStep,
    )

    scripts = _scripts()

    def steps(heads: tuple[str, ...], _context: MigrationContext) -> list[RevisionStep]:
        ahead = list(scripts.iterate_revisions(to, heads or "base", implicit_base=True))
        return [
            MigrationStep.upgrade_from_script(scripts.revision_map, script)
            for script in reversed(ahead)
        ]

    context = MigrationContext.configure(connection, opts={"fn": steps})
    with Operations.context(context):
        context.run_migrations()


def back_up(raw: sqlite3.Connection, path: Path) -> Path:
    """Copy the database to a file beside it; the newest copies stay, older ones go."""
    target = path.with_name(f"{path.name}.before-{HEAD}")
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE))
    copy = sqlite3.connect(partial)
    try:
        raw.backup(copy)
    except sqlite3.Error:
        partial.unlink()
        raise
    finally:
        copy.close()
    partial.replace(target)
    for old in copies(path)[:-COPIES_KEPT]:
        old.unlink()
    return target


def copies(path: Path) -> list[Path]:
    """The copies of earlier upgrades, the oldest first."""
    prefix = f"{path.name}.before-"
    return sorted(
        (each for each in path.parent.iterdir() if each.name.startswith(prefix)),
        key=lambda each: each.stat().st_mtime_ns,
    )


def _scripts() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - loaded when there is need

    return ScriptDirectory(str(REVISIONS), version_locations=[str(REVISIONS)])
