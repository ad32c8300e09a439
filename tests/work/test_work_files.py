"""Recordings: whole, bounded, and never the caller's trouble."""

import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tinyice.work.files import FileWriter, TooLarge, read_file_in_worker
from tinyice.work.testing import MemoryWorker
from tinyice.work.threads import Worker
from work.mailbox import Mailbox

NOON = datetime(2024, 5, 17, 12, 30, 5, tzinfo=UTC)


def noon() -> datetime:
    return NOON


class Recorded:
    """A writer, its worker, and what it complained of."""

    def __init__(self, pattern: Path | str, max_waiting_bytes: int = 1000) -> None:
        self.worker = MemoryWorker(limit=4)
        self.faults: list[str] = []
        self.writer = FileWriter(
            str(pattern),
            self.worker,
            now=noon,
            failed=self.faults.append,
            max_waiting_bytes=max_waiting_bytes,
        )


class FileWriterTests(SynchronousTestCase):
    @pytest.fixture(autouse=True)
    def place(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def test_pattern(self) -> None:
        """The file is named for the moment at which the recording began."""
        recorded = Recorded(self.folder / "live_%Y-%m-%d_%H%M%S.mp3")
        recorded.writer.write(b"audio")
        recorded.worker.flush()
        assert (self.folder / "live_2024-05-17_123005.mp3").read_bytes() == b"audio"

    def test_all_bytes_in_order(self) -> None:
        """What is written while the disk is at work is written next, joined."""
        recorded = Recorded(self.folder / "dump")
        for number in range(100):
            recorded.writer.write(b"%d," % number)
        assert recorded.worker.waiting == 1
        assert recorded.worker.flush() == 2
        wanted = b"".join(b"%d," % number for number in range(100))
        assert (self.folder / "dump").read_bytes() == wanted

    def test_close_writes_the_rest(self) -> None:
        """Closing waits until all is in the file; later writes are nothing."""
        recorded = Recorded(self.folder / "dump")
        recorded.writer.write(b"one")
        recorded.writer.write(b"two")
        self.successResultOf(recorded.writer.close())
        recorded.writer.write(b"three")
        self.successResultOf(recorded.writer.close())
        assert (self.folder / "dump").read_bytes() == b"onetwo"
        assert recorded.faults == []

    def test_it_appends(self) -> None:
        """A file that exists is continued, never lost."""
        (self.folder / "dump").write_bytes(b"before ")
        recorded = Recorded(self.folder / "dump")
        recorded.writer.write(b"after")
        self.successResultOf(recorded.writer.close())
        assert (self.folder / "dump").read_bytes() == b"before after"

    def test_mode(self) -> None:
        """A new recording can be read by the owner and the group, whatever the umask."""
        previous = os.umask(0o077)
        try:
            recorded = Recorded(self.folder / "dump")
            recorded.writer.write(b"x")
            recorded.worker.flush()
        finally:
            os.umask(previous)
        assert (self.folder / "dump").stat().st_mode & 0o777 == 0o640

    def test_no_file_without_audio(self) -> None:
        """A source that sends nothing leaves no file."""
        recorded = Recorded(self.folder / "dump")
        recorded.writer.write(b"")
        self.successResultOf(recorded.writer.close())
        assert not (self.folder / "dump").exists()

    def fails_once(self, recorded: Recorded, reason: str) -> None:
        recorded.writer.write(b"one")
        recorded.writer.write(b"two")
        recorded.worker.flush()
        recorded.writer.write(b"three")
        self.successResultOf(recorded.writer.close())
        assert recorded.faults == [reason]
        assert recorded.worker.stopped

    def test_missing_folder(self) -> None:
        """Folders are not made; one missing is told once."""
        self.fails_once(Recorded(self.folder / "no" / "dump"), os.strerror(errno.ENOENT))

    def test_what_is_no_file(self) -> None:
        """Neither a folder nor a pipe is written to, and a pipe does not hold the worker."""
        os.mkfifo(self.folder / "pipe")
        self.fails_once(Recorded(self.folder), os.strerror(errno.EISDIR))
        self.fails_once(Recorded(self.folder / "pipe"), os.strerror(errno.ENXIO))
        self.fails_once(Recorded("/dev/null"), "not a regular file")

    def test_an_impossible_path(self) -> None:
        """A path that no file can have is a failure as any other."""
        recorded = Recorded("a\0b")
        recorded.writer.write(b"one")
        recorded.worker.flush()
        assert len(recorded.faults) == 1

    def test_a_slow_disk(self) -> None:
        """When more waits than may wait, the recording ends; nobody is blocked."""
        recorded = Recorded(self.folder / "dump", max_waiting_bytes=10)
        recorded.writer.write(b"12345")
        recorded.writer.write(b"12345")
        assert recorded.faults == []
        recorded.writer.write(b"6")
        assert recorded.faults == ["the disk does not keep up"]
        self.successResultOf(recorded.writer.close())
        assert (self.folder / "dump").read_bytes() == b"12345"

    def test_room_comes_back(self) -> None:
        """What is in the file counts no more."""
        recorded = Recorded(self.folder / "dump", max_waiting_bytes=10)
        for _ in range(10):
            recorded.writer.write(b"1234567890")
            recorded.worker.flush()
        assert recorded.faults == []

    def test_in_a_thread(self) -> None:
        """The same with a real thread."""
        mailbox = Mailbox()
        worker = Worker("dump", 4, deliver=mailbox.deliver, clock=Clock())
        faults: list[str] = []
        writer = FileWriter(str(self.folder / "dump"), worker, now=noon, failed=faults.append)
        for _ in range(200):
            writer.write(b"x" * 1000)
        closed = writer.close()
        mailbox.take_until(lambda: closed.called)
        assert (self.folder / "dump").stat().st_size == 200_000
        assert faults == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_told_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A full disk ends the recording with the system's own words."""
    recorded = Recorded(tmp_path / "dump")
    opened: Callable[..., int] = os.open
    monkeypatch.setattr("os.open", lambda _path, _flags, _mode: opened("/dev/full", os.O_WRONLY))
    monkeypatch.setattr("stat.S_ISREG", lambda _mode: True)
    monkeypatch.setattr("os.fchmod", lambda _descriptor, _mode: None)
    recorded.writer.write(b"audio")
    recorded.worker.flush()
    assert recorded.faults == [os.strerror(errno.ENOSPC)]


def test_reading_is_bounded(tmp_path: Path) -> None:
    """A small file comes whole; a larger one than allowed, or no file, is an error."""
    path = tmp_path / "intro.mp3"
    path.write_bytes(b"intro")
    assert read_file_in_worker(str(path), 5) == b"intro"
    with pytest.raises(TooLarge):
        read_file_in_worker(str(path), 4)
    os.mkfifo(tmp_path / "pipe")
    for wrong in (tmp_path, tmp_path / "missing", tmp_path / "pipe"):
        with pytest.raises(OSError, match=r"."):
            read_file_in_worker(str(wrong), 100)
