"""What is put into the store is there after a restart, and costs nobody time."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred

from store.stored import OnDisk, entry, lockout, session
from tinyice.core.audit import AuditPage
from tinyice.core.clients import Client
from tinyice.store.batch import Kept
from tinyice.store.entries import AuditQuery, TokenUse


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tinyice.db"


def kept_at(path: Path) -> Kept:
    """What a server that starts now finds."""
    later = OnDisk(path)
    try:
        return later.settle(later.store.restore())
    finally:
        later.end()


def test_what_was_put_is_there_after_a_restart(path: Path) -> None:
    """Sessions, lockouts and uses of tokens outlive a clean end, to the millisecond."""
    first = OnDisk(path)
    first.store.sessions.keep(session(seen_at=1234.567))
    first.store.lockouts.keep(lockout())
    first.store.token_uses.note("t1", Client("203.0.113.7"))
    first.end()
    kept = kept_at(path)
    assert kept.sessions == (session(seen_at=1234.567),)
    assert kept.lockouts == (lockout(),)
    assert kept.token_uses == (TokenUse("t1", first.now(), "203.0.113.7"),)


def test_what_was_taken_away_stays_away(path: Path) -> None:
    """A login that was ended does not come back with a restart."""
    first = OnDisk(path)
    first.store.sessions.keep(session("a"))
    first.store.sessions.keep(session("b"))
    first.store.lockouts.keep(lockout())
    first.turn()
    first.store.sessions.forget("a")
    first.store.lockouts.forget(lockout())
    first.end()
    kept = kept_at(path)
    assert [record.digest for record in kept.sessions] == ["b"]
    assert kept.lockouts == ()


def test_the_newest_state_counts(path: Path) -> None:
    """However often something changes, in however many transactions, its last state is kept."""
    first = OnDisk(path)
    for seen_at in (20.0, 21.0):
        first.store.sessions.keep(session(seen_at=seen_at))
    first.turn()
    first.store.sessions.forget(session().digest)
    first.store.sessions.keep(session(seen_at=22.0))
    first.store.lockouts.keep(lockout(failures=5))
    first.store.lockouts.keep(lockout(failures=7))
    first.end()
    kept = kept_at(path)
    assert kept.sessions == (session(seen_at=22.0),)
    assert [lock.failures for lock in kept.lockouts] == [7]


def test_the_last_use_of_a_token_is_known_at_once(path: Path) -> None:
    """Who lists tokens sees a use of this very moment, and those of earlier runs."""
    first = OnDisk(path)
    first.store.token_uses.note("old", Client("203.0.113.1"))
    first.store.token_uses.note("new", Client("203.0.113.1"))
    first.end()
    second = OnDisk(path)
    second.store.token_uses.note("new", Client("203.0.113.2"))
    second.settle(second.store.restore())
    addresses = {token: use.address for token, use in second.store.token_uses.last.items()}
    assert addresses == {"old": "203.0.113.1", "new": "203.0.113.2"}
    second.end()


def test_a_thousand_events_are_one_transaction(path: Path) -> None:
    """What comes together is written together, soon."""
    on_disk = OnDisk(path, waiting_max=1000)
    for number in range(1000):
        on_disk.store.sessions.keep(session(seen_at=float(number)))
        on_disk.store.keep_entry(entry(str(number)))
    assert on_disk.worker.waiting == 0
    assert on_disk.turn(0.4) == 0
    assert on_disk.turn(0.2) == 1
    assert on_disk.settle(on_disk.store.audit(AuditQuery())).total == 1000
    on_disk.end()


def test_nothing_to_keep_makes_no_file(path: Path) -> None:
    """A server that has nothing to keep leaves no file behind, and can be asked all the same."""
    on_disk = OnDisk(path, audit_days=1)
    assert on_disk.settle(on_disk.store.restore()) == Kept()
    assert on_disk.settle(on_disk.store.audit(AuditQuery())) == AuditPage()
    on_disk.turn(100_000)
    on_disk.end()
    assert list(path.parent.iterdir()) == []


def test_only_the_owner_may_read(path: Path) -> None:
    """Neither the file nor what SQLite writes beside it is anybody else's business."""
    before = os.umask(0)
    try:
        on_disk = OnDisk(path)
        on_disk.store.sessions.keep(session())
        on_disk.turn()
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        on_disk.end()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("tinyice.db", "tinyice.db-wal", "tinyice.db-shm"), 0o600)


def test_a_clean_end_leaves_one_file(path: Path) -> None:
    """Who copies the file of a stopped server has everything."""
    on_disk = OnDisk(path)
    on_disk.store.sessions.keep(session())
    on_disk.end()
    assert [each.name for each in path.parent.iterdir()] == ["tinyice.db"]


def test_the_folder_is_made(tmp_path: Path) -> None:
    """A data folder that is not there yet is no reason to forget."""
    path = tmp_path / "var/lib/tinyice.db"
    on_disk = OnDisk(path)
    on_disk.store.sessions.keep(session())
    on_disk.end()
    assert kept_at(path).sessions == (session(),)


def test_words_of_broken_peers_are_kept(path: Path) -> None:
    """Text that is no UTF-8 keeps nothing else from being written."""
    on_disk = OnDisk(path)
    on_disk.store.sessions.keep(session(user="b\udcffd"))
    on_disk.store.keep_entry(entry("\ud800 and \x00"))
    on_disk.turn()
    found = on_disk.settle(on_disk.store.audit(AuditQuery(text="and")))
    assert [each.subject for each in found.entries] == ["\\ud800 and \x00"]
    on_disk.end()
    assert kept_at(path).sessions[0].user == "b\\udcffd"


def test_a_restore_that_the_end_overtakes(path: Path) -> None:
    """A server that is stopped while it still reads leaves nothing running."""
    on_disk = OnDisk(path, audit_days=1)
    on_disk.store.sessions.keep(session())
    on_disk.end()
    later = OnDisk(path, audit_days=1)
    restored: list[Kept] = []
    Deferred.fromCoroutine(later.store.restore()).addCallback(restored.append)
    later.end()
    assert restored[0].sessions == (session(),)
    assert not later.clock.getDelayedCalls()


def test_after_the_end_nothing_is_written(path: Path) -> None:
    """What still comes when the file is closed opens it no more."""
    on_disk = OnDisk(path)
    on_disk.end()
    on_disk.store.sessions.keep(session())
    assert on_disk.turn(100) == 0
    assert not path.exists()


def test_the_libraries_are_loaded_with_the_first_thing_to_keep(path: Path) -> None:
    """An idle fresh server does not carry SQLAlchemy, and never Alembic without an upgrade."""
    program = """
import sys
from pathlib import Path
from store.stored import OnDisk, session
def loaded():
    return [name for name in ("sqlalchemy", "alembic", "sqlite3") if name in sys.modules]
on_disk = OnDisk(Path(sys.argv[1]))
on_disk.settle(on_disk.store.restore())
print(loaded())
on_disk.store.sessions.keep(session())
on_disk.turn()
on_disk.end()
print(loaded())
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout.splitlines() == ["[]", "['sqlalchemy', 'sqlite3']"]
