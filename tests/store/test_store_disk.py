"""What disks do to us: full, read-only, broken, shared, and the power of kill -9."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.disks import SmallDisk, small_disk
from store.stored import OnDisk, entry, session
from tinyice.store import connection
from tinyice.store.batch import Kept
from tinyice.store.entries import AuditQuery
from tinyice.store.faults import NoDatabase

WITHIN_S = 50


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tinyice.db"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as made:
        yield made


def total(on_disk: OnDisk) -> int:
    return on_disk.settle(on_disk.store.audit(AuditQuery())).total


def test_a_full_disk_costs_nothing_that_fits_into_memory(disk: SmallDisk) -> None:
    """While the disk is full all goes on, and when there is room again nothing is missing."""
    on_disk = OnDisk(disk.folder / "tinyice.db", waiting_max=1000)
    on_disk.store.keep_entry(entry())
    on_disk.turn()
    disk.fill()
    for number in range(500):
        on_disk.store.keep_entry(entry("s" * 500))
        on_disk.store.sessions.keep(session(seen_at=float(number)))
        on_disk.turn(0.5)
    assert on_disk.store.failures > 0
    assert total(on_disk) < 501
    disk.make_room()
    on_disk.turn(60)
    assert total(on_disk) == 501
    assert on_disk.store.lost == 0
    on_disk.end()
    later = OnDisk(disk.folder / "tinyice.db")
    assert later.settle(later.store.restore()).sessions == (session(seen_at=499.0),)
    later.end()


def test_a_disk_that_is_full_from_the_start(disk: SmallDisk) -> None:
    """Where not even the file can be made, it is made once there is room."""
    disk.fill()
    on_disk = OnDisk(disk.folder / "tinyice.db")
    on_disk.store.keep_entry(entry())
    on_disk.turn()
    assert on_disk.store.failures == 1
    disk.make_room()
    on_disk.turn()
    assert total(on_disk) == 1
    on_disk.end()


def test_a_read_only_disk(disk: SmallDisk) -> None:
    """Nothing can be written, so it waits; sessions that could not be read are over for good."""
    first = OnDisk(disk.folder / "tinyice.db")
    first.store.sessions.keep(session("old"))
    first.end()
    disk.forbid_writing()
    second = OnDisk(disk.folder / "tinyice.db")
    assert second.settle(second.store.restore()) == Kept()
    second.store.sessions.keep(session("new"))
    second.turn()
    assert second.store.failures == 2
    with pytest.raises(NoDatabase, match="Read-only file system"):
        total(second)
    disk.allow_writing()
    second.turn(60)
    second.end()
    third = OnDisk(disk.folder / "tinyice.db")
    assert [each.digest for each in third.settle(third.store.restore()).sessions] == ["new"]
    third.end()


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all\n" * 1000)


def cut_short(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def scribbled_over(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[5000:30000] = b"\xaa" * 25000
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [garbage, cut_short, scribbled_over])
def test_a_broken_file_is_set_aside(path: Path, damage: Callable[[Path], None]) -> None:
    """A broken file is kept for those who can save something, and a new one is begun."""
    first = OnDisk(path)
    first.store.sessions.keep(session())
    for number in range(50):
        first.store.keep_entry(entry(str(number)))
    first.end()
    damage(path)
    broken = path.read_bytes()
    second = OnDisk(path)
    assert second.settle(second.store.restore()) == Kept()
    second.store.keep_entry(entry("after"))
    assert total(second) == 1
    second.end()
    names = sorted(each.name for each in path.parent.iterdir())
    assert names == ["tinyice.db", "tinyice.db.corrupt-20260301T120000"]
    assert (path.parent / names[1]).read_bytes() == broken


def test_a_file_that_breaks_while_it_is_open(path: Path) -> None:
    """Damage that shows later is answered in the same way, and what waited is written anew."""
    on_disk = OnDisk(path, waiting_max=10_000)
    for number in range(3000):
        on_disk.store.keep_entry(entry(f"{number} {'x' * 1000}"))
    assert total(on_disk) == 3000
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xaa" * (path.stat().st_size - 4096))
    on_disk.store.keep_entry(entry("after"))
    assert total(on_disk) == 1
    on_disk.end()
    assert len(list(path.parent.glob("tinyice.db.corrupt-*"))) >= 1


def test_a_folder_in_the_way(path: Path) -> None:
    """What can't be a database is told, and waits, and harms nothing."""
    path.mkdir()
    on_disk = OnDisk(path)
    assert on_disk.settle(on_disk.store.restore()) == Kept()
    on_disk.store.keep_entry(entry())
    on_disk.turn()
    assert on_disk.store.failures == 2
    path.rmdir()
    on_disk.turn(60)
    assert total(on_disk) == 1
    on_disk.end()


WRITER = """
import sys
from pathlib import Path
from store.stored import OnDisk, entry
on_disk = OnDisk(Path(sys.argv[1]), waiting_max=5000)
for number in range(int(sys.argv[2])):
    for _ in range(int(sys.argv[3])):
        on_disk.store.keep_entry(entry("s" * 200))
    on_disk.turn()
    assert on_disk.store.failures == 0
    print(number + 1, flush=True)
on_disk.end()
"""


def begin_writing(path: Path, times: int, each: int) -> "subprocess.Popen[str]":
    """Another process that writes so many times so many entries, and tells when each is done."""
    arguments = (str(path), str(times), str(each))
    return subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{WRITER}", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("told", [1, 7, 20])
def test_kill_in_the_middle_of_writing(path: Path, told: int) -> None:
    """What was told to be written is there after kill -9, each transaction whole or not at all."""
    writer = begin_writing(path, 1_000_000, 300)
    assert writer.stdout is not None
    for _ in range(told):
        done = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    writer.wait(WITHIN_S)
    done += len(writer.stdout.readlines())
    writer.stdout.close()
    on_disk = OnDisk(path)
    found = total(on_disk)
    assert found % 300 == 0
    assert found >= done * 300
    on_disk.store.keep_entry(entry())
    assert total(on_disk) == found + 1
    on_disk.end()
    assert [each.name for each in path.parent.iterdir()] == ["tinyice.db"]


def test_two_processes_write_at_once(path: Path) -> None:
    """Two servers on one file wait for each other; neither loses anything, not at the start."""
    writers = [begin_writing(path, 40, 5) for _ in range(2)]
    for writer in writers:
        assert writer.communicate(timeout=WITHIN_S)[0].split()[-1] == "40"
        assert writer.returncode == 0
    on_disk = OnDisk(path)
    assert total(on_disk) == 2 * 40 * 5
    on_disk.end()


def test_who_waits_too_long_for_another_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When another process does not let go, it is told, and writing goes on afterwards."""
    monkeypatch.setattr(connection, "BUSY_S", 0.05)
    on_disk = OnDisk(path)
    on_disk.store.keep_entry(entry())
    on_disk.turn()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        on_disk.store.keep_entry(entry())
        on_disk.turn()
        assert on_disk.store.failures == 1
        other.execute("COMMIT")
    on_disk.turn()
    assert total(on_disk) == 2
    on_disk.end()
