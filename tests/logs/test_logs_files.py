"""Log files: in order, never in the way, and honest about what they lost."""

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogEvent, globalLogPublisher

from tinyice.logs.files import LogFile
from tinyice.logs.places import FileOnDisk, OpenDescriptor, Outcome
from tinyice.work.testing import MemoryWorker


class Disk:
    """A place in memory that may be out of order. ``calls`` tells what was asked."""

    name = "/var/log/memory"

    def __init__(self) -> None:
        self.calls: list[tuple[str, bytes]] = []
        self.trouble = ""

    @property
    def written(self) -> bytes:
        return b"".join(lines for _, lines in self.calls)

    def write_in_worker(self, lines: bytes) -> Outcome:
        return self._take("write", lines)

    def reopen_in_worker(self, lines: bytes) -> Outcome:
        return self._take("reopen", lines)

    def close_in_worker(self) -> Outcome:
        return self._take("close", b"")

    def _take(self, what: str, lines: bytes) -> Outcome:
        if self.trouble:
            return Outcome(lines.count(b"\n"), self.trouble)
        self.calls.append((what, lines))
        return Outcome()


@pytest.fixture(name="worker")
def a_worker() -> MemoryWorker:
    return MemoryWorker()


@pytest.fixture(name="disk")
def a_disk() -> Disk:
    return Disk()


@pytest.fixture(name="clock")
def a_clock() -> Clock:
    return Clock()


@pytest.fixture(name="log")
def a_log(disk: Disk, worker: MemoryWorker, clock: Clock) -> LogFile:
    return LogFile(disk, worker=worker, clock=clock, queue_bytes=40)


@pytest.fixture(name="told")
def warnings() -> Iterator[list[LogEvent]]:
    """What LogFile says of its losses."""
    told: list[LogEvent] = []

    def observe(event: LogEvent) -> None:
        if event.get("log_namespace") == "tinyice.logs.files.LogFile":
            told.append(event)

    globalLogPublisher.addObserver(observe)
    yield told
    globalLogPublisher.removeObserver(observe)


def test_lines_come_in_their_order_and_in_few_jobs(
    log: LogFile, disk: Disk, worker: MemoryWorker
) -> None:
    """While the worker writes, new lines collect for the next job."""
    for number in range(4):
        log.write(f"{number}\n")
    assert disk.calls == []
    assert worker.waiting == 1
    worker.flush()
    assert disk.calls == [("write", b"0\n"), ("write", b"1\n2\n3\n")]


def test_what_does_not_fit_is_dropped_counted_and_told_once_a_second(
    log: LogFile, disk: Disk, worker: MemoryWorker, clock: Clock, told: list[LogEvent]
) -> None:
    """A disk that is too slow costs lines, never memory."""
    log.write("at the worker\n")
    for _ in range(10):
        log.write("a" * 15 + "\n")
    assert log.lost_lines == 8
    assert told == []
    clock.advance(1)
    log.write("a" * 15 + "\n")
    clock.advance(0.9)
    assert [event["lost"] for event in told] == [8]
    clock.advance(0.1)
    assert [(event["lost"], event["total"]) for event in told] == [(8, 8), (1, 9)]
    assert told[0]["log_file"] == disk.name
    clock.advance(60)
    assert len(told) == 2
    worker.flush()
    log.write("fits again\n")
    worker.flush()
    assert disk.written.count(b"\n") == 4


def test_a_place_in_trouble_loses_lines_and_nothing_else(
    log: LogFile, disk: Disk, worker: MemoryWorker, clock: Clock, told: list[LogEvent]
) -> None:
    """Nothing is raised to who logs; the next line is tried again."""
    disk.trouble = "No space left on device"
    log.write("a\nb\n")
    worker.flush()
    disk.trouble = ""
    log.write("c\n")
    worker.flush()
    clock.advance(1)
    assert disk.written == b"c\n"
    assert [(event["lost"], event["reason"]) for event in told] == [(2, "No space left on device")]


def test_a_worker_that_takes_nothing_loses_lines_and_nothing_else(
    disk: Disk, clock: Clock, told: list[LogEvent]
) -> None:
    """Who logs is not told that the worker is busy or gone."""
    log = LogFile(disk, worker=MemoryWorker(limit=0), clock=clock)
    log.write("a\n")
    log.write("b\n")
    clock.advance(1)
    assert log.lost_lines == 2
    assert len(told) == 1


def test_reopening_goes_before_the_lines_that_wait(
    log: LogFile, disk: Disk, worker: MemoryWorker
) -> None:
    """After the signal nothing more goes into the file that was moved away."""
    log.write("old\n")
    log.write("new\n")
    log.reopen()
    worker.flush()
    log.reopen()
    worker.flush()
    assert disk.calls == [("write", b"old\n"), ("reopen", b"new\n"), ("reopen", b"")]


def test_stopping_writes_what_waits_then_says_so(
    log: LogFile, disk: Disk, worker: MemoryWorker
) -> None:
    """The last lines are the interesting ones."""
    log.write("a\n")
    log.write("b\n")
    stopped = log.stop()
    assert not stopped.called
    worker.step()
    worker.step()
    # The place is being closed now, by the worker.
    log.write("late\n")
    assert disk.calls == [("write", b"a\n"), ("write", b"b\n")]
    worker.step()
    assert stopped.called
    assert disk.calls[2:] == [("close", b""), ("write", b"late\n")]
    log.write("after\n")
    log.reopen()
    assert disk.calls[-1] == ("write", b"after\n")
    assert worker.waiting == 0


def test_stopping_tells_what_was_lost(
    log: LogFile, disk: Disk, worker: MemoryWorker, clock: Clock, told: list[LogEvent]
) -> None:
    """Losses of the last second are told too, and no timer stays behind."""
    disk.trouble = "gone"
    log.write("a\n")
    worker.flush()
    log.stop()
    worker.flush()
    assert [event["lost"] for event in told] == [1]
    assert clock.getDelayedCalls() == []


def write(place: FileOnDisk | OpenDescriptor, lines: bytes) -> Outcome:
    return place.write_in_worker(lines)


def test_files_are_appended_to_and_not_for_everyone(tmp_path: Path) -> None:
    """A new file has mode 0640 whatever the umask; an old one keeps its mode."""
    new, old = tmp_path / "new.log", tmp_path / "old.log"
    old.write_bytes(b"before\n")
    old.chmod(0o600)
    before = os.umask(0o077)
    try:
        for path in (new, old):
            place = FileOnDisk(str(path))
            assert write(place, b"a\n") == write(place, b"b\n") == Outcome()
            place.close_in_worker()
    finally:
        os.umask(before)
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    assert stat.S_IMODE(old.stat().st_mode) == 0o600
    assert old.read_bytes() == b"before\na\nb\n"


def test_a_moved_file_is_left_at_reopening(tmp_path: Path) -> None:
    """That is how logs are rotated; the new file is there at once, for fail2ban."""
    path, moved = tmp_path / "a.log", tmp_path / "a.log.1"
    place = FileOnDisk(str(path))
    write(place, b"1\n")
    path.rename(moved)
    write(place, b"2\n")
    assert place.reopen_in_worker(b"") == Outcome()
    assert path.read_bytes() == b""
    write(place, b"3\n")
    assert (moved.read_bytes(), path.read_bytes()) == (b"1\n2\n", b"3\n")
    place.close_in_worker()


def test_a_folder_may_be_missing_for_a_while(tmp_path: Path) -> None:
    """Lines are lost until it is there."""
    place = FileOnDisk(str(tmp_path / "logs/a.log"))
    assert write(place, b"1\n2\n") == Outcome(2, "No such file or directory")
    assert place.reopen_in_worker(b"") == Outcome(0, "No such file or directory")
    (tmp_path / "logs").mkdir()
    assert write(place, b"3\n") == Outcome()
    place.close_in_worker()
    assert (tmp_path / "logs/a.log").read_bytes() == b"3\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_loses_lines_only() -> None:
    """Nothing is raised, and all lines are counted."""
    place = FileOnDisk("/dev/full")
    assert write(place, b"1\n2\n3\n") == Outcome(3, "No space left on device")


class HalfFull(FileOnDisk):
    """A disk with room for ``room`` more bytes."""

    room = 5

    def _write(self, data: bytes) -> tuple[int, str]:
        fitting = data[: self.room]
        self.room -= len(fitting)
        written, _ = super()._write(fitting)
        return written, "" if written == len(data) else "full"


def test_half_a_line_spoils_no_other(tmp_path: Path) -> None:
    """After a disk was full in the middle of a line, the next one begins afresh."""
    path = tmp_path / "a.log"
    place = HalfFull(str(path))
    assert write(place, b"one\ntwo\nthree\n") == Outcome(2, "full")
    assert write(place, b"four\nfive\n") == Outcome(2, "full")
    place.room = 100
    assert write(place, b"six\n") == Outcome()
    place.close_in_worker()
    assert path.read_bytes() == b"one\nt\nsix\n"


def test_standard_output_is_a_place_too() -> None:
    """Short writes go on, and whoever opened the descriptor keeps it."""
    reading, writing = os.pipe()
    place = OpenDescriptor(writing, "standard output")
    lines = b"0123456789\n" * 100_000
    got: list[bytes] = []
    with os.fdopen(reading, "rb") as pipe:
        reader = threading.Thread(target=lambda: got.append(pipe.read()))
        reader.start()
        assert write(place, lines) == Outcome()
        assert place.reopen_in_worker(b"") == place.close_in_worker() == Outcome()
        os.close(writing)
        reader.join(10)
    assert got == [lines]
    assert write(place, b"x\n").lost == 1
