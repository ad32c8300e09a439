"""Every database that there ever was becomes exactly one of today, or stays untouched."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from store.stored import OnDisk, entry, session
from tinyice.store.batch import Kept
from tinyice.store.connection import connect
from tinyice.store.entries import AuditQuery
from tinyice.store.faults import NoDatabase
from tinyice.store.migrations import HEAD, REVISIONS, upgrade
from tinyice.store.tables import METADATA

SCRIPTS = ScriptDirectory(str(REVISIONS), version_locations=[str(REVISIONS)])
ALL = sorted(script.revision for script in SCRIPTS.walk_revisions())
OLD = [revision for revision in ALL if revision != HEAD]

Schema = set[tuple[str, str, str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tinyice.db"


@contextmanager
def sql(path: Path) -> Iterator[sqlite3.Connection]:
    """The file without anything of ours."""
    with closing(sqlite3.connect(path)) as connection, connection:
        yield connection


def schema_of(path: Path) -> Schema:
    with sql(path) as connection:
        return set(connection.execute("SELECT type, name, sql FROM sqlite_master"))


def version_of(path: Path) -> str:
    with sql(path) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def make_old(path: Path, revision: str) -> None:
    """A database as the tinyice of ``revision`` has left it, with a session in it."""
    raw, engine = connect(path)
    with engine.begin() as connection:
        upgrade(connection, revision)
    raw.execute("INSERT INTO sessions VALUES ('d', 'anna', 10000, 20000, '203.0.113.9', 'Firefox')")
    raw.close()


def start_and_end(path: Path) -> Kept:
    on_disk = OnDisk(path)
    kept = on_disk.settle(on_disk.store.restore())
    on_disk.end()
    return kept


def fresh_schema(folder: Path) -> Schema:
    on_disk = OnDisk(folder / "fresh.db")
    on_disk.store.sessions.keep(session())
    on_disk.end()
    return schema_of(folder / "fresh.db")


def test_the_code_knows_its_newest_revision() -> None:
    """There is one line of revisions, and its end is what a fresh database is."""
    assert SCRIPTS.get_heads() == [HEAD]
    assert [f"{number:04}" for number in range(1, len(ALL) + 1)] == ALL


@pytest.mark.parametrize("revision", OLD)
def test_every_old_revision_becomes_the_fresh_schema(path: Path, revision: str) -> None:
    """What an upgrade leaves is what a fresh start makes, letter by letter; no row is lost."""
    make_old(path, revision)
    assert start_and_end(path).sessions == (session("d"),)
    assert version_of(path) == HEAD
    assert schema_of(path) == fresh_schema(path.parent)


def test_the_tables_are_what_the_revisions_make(path: Path) -> None:
    """Alembic finds no difference between the tables of the code and those of the file."""
    make_old(path, OLD[0])
    start_and_end(path)
    raw, engine = connect(path)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    raw.close()


def test_a_copy_is_made_before_an_upgrade(path: Path) -> None:
    """Who goes back to the tinyice of before finds its database, whole and for his eyes only."""
    make_old(path, "0002")
    before = schema_of(path)
    start_and_end(path)
    copy = path.with_name(f"tinyice.db.before-{HEAD}")
    assert sorted(each.name for each in path.parent.iterdir()) == ["tinyice.db", copy.name]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert (version_of(copy), schema_of(copy)) == ("0002", before)
    with sql(copy) as connection:
        assert connection.execute("SELECT user FROM sessions").fetchall() == [("anna",)]


def test_the_newest_two_copies_stay(path: Path) -> None:
    """Copies do not fill the disk over the years."""
    for age, name in enumerate(("0097", "0095", "0096")):
        copy = path.with_name(f"tinyice.db.before-{name}")
        copy.write_bytes(b"")
        os.utime(copy, (age, age))
    make_old(path, "0003")
    start_and_end(path)
    names = sorted(each.name for each in path.parent.iterdir())
    assert names == ["tinyice.db", f"tinyice.db.before-{HEAD}", "tinyice.db.before-0096"]


def test_nothing_is_copied_without_an_upgrade(path: Path) -> None:
    """A usual start writes no copy."""
    make_old(path, HEAD)
    start_and_end(path)
    assert [each.name for each in path.parent.iterdir()] == ["tinyice.db"]


def test_an_upgrade_that_fails_changes_nothing(path: Path) -> None:
    """An upgrade is done as a whole, or the file stays as it was and is tried again later."""
    make_old(path, "0001")
    with sql(path) as connection:
        connection.execute("CREATE TABLE audit (id INTEGER)")
    before = schema_of(path)
    assert start_and_end(path) == Kept()
    assert (version_of(path), schema_of(path)) == ("0001", before)


def refused(path: Path) -> str:
    """Use the file as a server would; what those are told who ask for something."""
    before = path.read_bytes()
    on_disk = OnDisk(path)
    assert on_disk.settle(on_disk.store.restore()) == Kept()
    on_disk.store.sessions.keep(session())
    on_disk.store.keep_entry(entry())
    assert on_disk.turn(3600) == 0
    with pytest.raises(NoDatabase) as told:
        on_disk.settle(on_disk.store.audit(AuditQuery()))
    on_disk.end()
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["tinyice.db"]
    return str(told.value)


def test_a_newer_database_is_left_alone(path: Path) -> None:
    """A server that was set back runs without the database, says so, and damages nothing."""
    make_old(path, HEAD)
    with sql(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "its schema is 9999, of a newer tinyice" in refused(path)


def test_a_newer_database_is_seen_by_the_first_write_too(path: Path) -> None:
    """Also who did not restore at the start writes nothing into it."""
    make_old(path, HEAD)
    with sql(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    on_disk = OnDisk(path)
    on_disk.store.sessions.keep(session())
    assert on_disk.turn() == 1
    on_disk.store.sessions.keep(session())
    assert on_disk.turn(3600) == 0
    on_disk.end()
    assert path.read_bytes() == before


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    """A file of that name that somebody else made stays theirs."""
    with sql(path) as connection:
        connection.execute("CREATE TABLE songs (id INTEGER)")
    assert "of another program" in refused(path)


def test_a_database_without_a_revision_is_left_alone(path: Path) -> None:
    """Who does not say what it is can't be upgraded."""
    make_old(path, HEAD)
    with sql(path) as connection:
        connection.execute("DELETE FROM alembic_version")
    assert "does not say" in refused(path)
