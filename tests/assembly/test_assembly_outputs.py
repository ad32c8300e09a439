"""The logs of the station: which line goes to which file, and when writing begins."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import Logger

from tinyice.assembly.outputs import Outputs, judge_logs
from tinyice.config.faults import ConfigFaults
from tinyice.config.model import Config
from tinyice.core.clients import Client
from tinyice.core.events import AuthFailed, RequestFinished
from tinyice.core.hub import Hub
from tinyice.logs.tail import Tail
from tinyice.work.testing import MemoryWorker

NOW = datetime(2024, 5, 17, 12, 30, 5, tzinfo=UTC)
CLIENT = Client("203.0.113.9")
FAILED = AuthFailed("admin", CLIENT, "invalid password")
FINISHED = RequestFinished(CLIENT, "", "GET", "/live", "HTTP/1.0", 200, 99, 12.0)


class Logs:
    """Outputs with workers in memory, and a hub that tells them."""

    def __init__(self, config: Config) -> None:
        self.workers: list[MemoryWorker] = []
        self.config = config
        self.tail = Tail()
        self.outputs = Outputs(config, self._worker, clock=Clock(), now=lambda: NOW, tail=self.tail)
        self.hub = Hub()
        self.outputs.subscribe(self.hub)

    def _worker(self) -> MemoryWorker:
        made = MemoryWorker()
        self.workers.append(made)
        return made

    def flush(self) -> None:
        while any(worker.flush() for worker in self.workers):
            pass


def config(folder: Path, **files: str) -> Config:
    return Config(**{key: str(folder / name) for key, name in files.items()})


def test_one_file_each(tmp_path: Path) -> None:
    """Access and authentication lines go to the files of theirs."""
    logs = Logs(config(tmp_path, log_file="e", access_log_file="a", auth_log_file="f"))
    logs.outputs.open()
    logs.hub.publish(FAILED)
    logs.hub.publish(FINISHED)
    logs.flush()
    assert "Authentication failed for user 'admin' from 203.0.113.9" in (tmp_path / "f").read_text()
    assert '"GET /live HTTP/1.0" 200 99' in (tmp_path / "a").read_text()


def test_authentication_in_the_common_log(tmp_path: Path) -> None:
    """Without a file of its own, the authentication log is part of the log."""
    logs = Logs(config(tmp_path, log_file="e"))
    logs.outputs.open()
    logs.hub.publish(FAILED)
    logs.flush()
    assert "Authentication failed" in (tmp_path / "e").read_text()
    assert "GET /live" not in (tmp_path / "e").read_text()


def test_nothing_before_the_start(tmp_path: Path) -> None:
    """Until the service starts no worker does anything; then it all comes, in order."""
    logs = Logs(config(tmp_path, log_file="e", auth_log_file="f"))
    for number in range(3):
        logs.hub.publish(AuthFailed(f"user{number}", CLIENT, "invalid password"))
    logs.flush()
    assert sum(worker.begun for worker in logs.workers) == 0
    logs.outputs.open()
    logs.flush()
    lines = (tmp_path / "f").read_text().splitlines()
    assert [f"user{n}" in line for n, line in enumerate(lines)] == [True] * 3


def test_moved_away(tmp_path: Path) -> None:
    """After a reopen lines go to a new file under the old name."""
    logs = Logs(config(tmp_path, log_file="e", auth_log_file="f"))
    logs.outputs.open()
    logs.hub.publish(FAILED)
    logs.flush()
    (tmp_path / "f").rename(tmp_path / "f.1")
    logs.outputs.reopen()
    logs.hub.publish(FAILED)
    logs.flush()
    assert (tmp_path / "f").read_text() == (tmp_path / "f.1").read_text() != ""


def test_stop_writes_what_waits(tmp_path: Path) -> None:
    """At the end, also of a start that failed, everything is written."""
    logs = Logs(config(tmp_path, log_file="e", auth_log_file="f"))
    logs.hub.publish(FAILED)
    done = Deferred.fromCoroutine(logs.outputs.stop(1))
    logs.flush()
    assert done.called
    assert "Authentication failed" in (tmp_path / "f").read_text()
    assert all(worker.stopped for worker in logs.workers)


def test_another_level(tmp_path: Path) -> None:
    """A level that is set while the server runs holds for events and for everything else."""
    logs = Logs(config(tmp_path, log_file="e"))
    logs.outputs.open()
    speak = Logger(namespace="tinyice", observer=logs.outputs.observer)
    for level, number in (("info", 1), ("error", 2), ("debug", 3)):
        logs.outputs.follow(logs.config, msgspec.structs.replace(logs.config, log_level=level))
        speak.warn("spoken {number}", number=number)
        speak.debug("whispered {number}", number=number)
    logs.flush()
    text = (tmp_path / "e").read_text()
    assert [n for n in (1, 2, 3) if f"spoken {n}" in text] == [1, 3]
    assert [n for n in (1, 2, 3) if f"whispered {n}" in text] == [3]


def test_other_files(tmp_path: Path) -> None:
    """From the next line on; what was on its way goes where it was meant to go."""
    before, after = (
        config(tmp_path, log_file="e"),
        config(tmp_path, log_file="n", auth_log_file="f"),
    )
    logs = Logs(before)
    logs.outputs.open()
    speak = Logger(namespace="tinyice", observer=logs.outputs.observer)
    speak.warn("old")
    logs.outputs.follow(before, after)
    speak.warn("new")
    logs.hub.publish(FAILED)
    logs.flush()
    old, new = (tmp_path / "e").read_text(), (tmp_path / "n").read_text()
    assert ("old" in old, "new" in old) == (True, False)
    assert ("old" in new, "new" in new) == (False, True)
    assert "Authentication failed" in (tmp_path / "f").read_text()
    assert [worker.stopped for worker in logs.workers] == [True, False, False]


def test_a_log_of_requests_comes_and_goes(tmp_path: Path) -> None:
    before, after = (
        config(tmp_path, log_file="e"),
        config(tmp_path, log_file="e", access_log_file="a"),
    )
    logs = Logs(before)
    logs.outputs.open()
    for old, new in ((before, before), (before, after), (after, before)):
        logs.outputs.follow(old, new)
        logs.hub.publish(FINISHED)
        logs.flush()
    assert (tmp_path / "a").read_text().count("GET /live") == 1


def test_lines_become_json_while_the_server_runs(tmp_path: Path) -> None:
    before = config(tmp_path, log_file="e")
    logs = Logs(before)
    logs.outputs.open()
    speak = Logger(namespace="tinyice", observer=logs.outputs.observer)
    speak.warn("plain")
    logs.outputs.follow(before, msgspec.structs.replace(before, json_logs=True))
    speak.warn("spoken")
    logs.flush()
    plain, spoken = (tmp_path / "e").read_text().splitlines()
    assert "plain" in plain
    assert "spoken" in str(json.loads(spoken))


def test_a_file_that_cant_be_written_is_a_fault(tmp_path: Path) -> None:
    """Of a change, and only if it names the file."""
    good = config(tmp_path, log_file="e")
    bad = config(tmp_path / "nowhere", log_file="e")
    judge_logs(good, good)
    judge_logs(bad, bad)
    with pytest.raises(ConfigFaults, match=r"log_file: can't write .*nowhere/e: No such file"):
        judge_logs(good, bad)
