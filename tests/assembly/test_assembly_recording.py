"""Recordings and intros of mounts: which file, and what happens when it fails."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher

from tinyice.assembly.recording import Intros, Recordings
from tinyice.core.events import DumpFailed, Event
from tinyice.core.mounts import Mounts
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.work.testing import MemoryWorker
from work.mailbox import Mailbox

NOON = datetime(2024, 5, 17, 12, 30, 5, tzinfo=UTC)


class Dumps:
    """Recordings in a folder, with real threads whose results the test takes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mailbox = Mailbox()
        self.events: list[Event] = []
        self.recordings = Recordings(
            folder,
            deliver=self.mailbox.deliver,
            clock=Clock(),
            now=lambda: NOON,
            publish=self.events.append,
        )

    def stop(self) -> None:
        """Close everything; returns when it is closed."""
        done = Deferred.fromCoroutine(self.recordings.stop())
        self.mailbox.take_until(lambda: done.called)


@pytest.fixture
def dumps(tmp_path: Path) -> Iterator[Dumps]:
    made = Dumps(tmp_path)
    yield made
    made.stop()


def test_not_wanted(dumps: Dumps) -> None:
    """A mount without a dump file is not recorded."""
    assert dumps.recordings.open(MountSettings("/live")) is None


def test_recorded(dumps: Dumps) -> None:
    """The file lies in the folder of the station and has all that came in."""
    recording = dumps.recordings.open(MountSettings("/live", dump_file="live_%H%M.mp3"))
    recording.write(b"some ")
    recording.write(b"audio")
    dumps.stop()
    assert (dumps.folder / "live_1230.mp3").read_bytes() == b"some audio"
    assert dumps.events == []


def test_two_sessions(dumps: Dumps) -> None:
    """A session that comes back goes on in the same file."""
    settings = MountSettings("/live", dump_file="live.mp3")
    first = dumps.recordings.open(settings)
    first.write(b"first ")
    closed = first.close()
    dumps.mailbox.take_until(lambda: closed.called)
    dumps.recordings.open(settings).write(b"second")
    dumps.stop()
    assert (dumps.folder / "live.mp3").read_bytes() == b"first second"


def test_failed(dumps: Dumps) -> None:
    """A file that can't be written is told once, by its mount and path, and disturbs nobody."""
    recording = dumps.recordings.open(MountSettings("/live", dump_file="nowhere/live.mp3"))
    recording.write(b"some")
    dumps.mailbox.take_until(lambda: dumps.events)
    recording.write(b"audio")
    dumps.stop()
    path = str(dumps.folder / "nowhere/live.mp3")
    assert dumps.events == [DumpFailed("/live", path, "No such file or directory")]


class TestIntros:
    @pytest.fixture
    def mounts(self) -> Mounts:
        return Mounts(
            ["/live"],
            MountSettings,
            StationSettings(),
            publish=lambda event: None,
            clock=Clock().seconds,
            recorder_for=lambda settings: None,
        )

    def load(self, mounts: Mounts, folder: Path, intro_file: str) -> list[str]:
        """What was logged when the intro of /live was loaded."""
        worker = MemoryWorker()
        lines: list[str] = []

        def note(event: dict[str, object]) -> None:
            lines.append(str(event["log_format"]).format(**event))

        globalLogPublisher.addObserver(note)
        try:
            Intros(mounts, folder, worker).load(MountSettings("/live", intro_file=intro_file))
            worker.flush()
        finally:
            globalLogPublisher.removeObserver(note)
        return lines

    def test_loaded(self, mounts: Mounts, tmp_path: Path) -> None:
        """Who joins from then on hears the file first."""
        (tmp_path / "intro.mp3").write_bytes(b"hello")
        assert self.load(mounts, tmp_path, "intro.mp3") == []
        assert mounts.known("/live").intro == b"hello"

    def test_none(self, mounts: Mounts, tmp_path: Path) -> None:
        """A mount without an intro has none."""
        assert self.load(mounts, tmp_path, "") == []
        assert mounts.known("/live").intro == b""

    def test_missing(self, mounts: Mounts, tmp_path: Path) -> None:
        """A file that can't be read costs the intro and a line, nothing else."""
        (line,) = self.load(mounts, tmp_path, "missing.mp3")
        assert line.startswith("/live goes without its intro: ")
        assert line.endswith("No such file or directory: '" + str(tmp_path / "missing.mp3") + "'")
