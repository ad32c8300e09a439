"""Limits, threads and workers follow the configuration while the server runs."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from tinyice.assembly.build import Parts, build
from tinyice.assembly.checkers import Checkers
from tinyice.assembly.machine import FileRoom
from tinyice.assembly.serving import count_of
from tinyice.config.kinds import AUTO
from tinyice.config.load import Loaded
from tinyice.config.model import Config
from tinyice.net.pulse import bounds_of
from tinyice.systemd import Notifier
from tinyice.work.testing import MemoryWorker

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class TestReactor(Clock):
    """A clock; no thread ever has a result."""

    __test__ = False

    def callFromThread(self, call: Callable[..., None], *args: object) -> None:
        raise AssertionError("nothing runs in a thread here")


def config(folder: Path, **keys: object) -> Config:
    return Config(**{"data_dir": str(folder), "log_file": str(folder / "log"), **keys})


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """A station that was never started."""
    return build(
        Loaded(config(tmp_path), (), {}),
        tmp_path / "tinyice.json",
        TestReactor(),
        lambda: NOW,
        b"k" * 32,
        files=FileRoom(1000, 66),
        demo=False,
        manager=Notifier(environ={}, pid=1, monotonic=lambda: 0.0),
    )


def test_limits_of_requests_and_pulses_follow(parts: Parts, tmp_path: Path) -> None:
    """Those who come now are held against what is in force now."""
    after = config(
        tmp_path, header_timeout=3, max_body_bytes=4096, pulse_ms=(50, 900), max_handshakes=7
    )
    parts.ground.in_force.replace(after)
    assert (parts.front.limits.header_timeout_s, parts.front.limits.body_bytes) == (3, 4096)
    assert parts.entrances.https.factory.handshakes_max == 7
    for pulse in parts.streaming.pulses:
        assert pulse._bounds == bounds_of((50, 900), low_latency=pulse.low_latency)


def test_workers_follow_and_mounts_lie_where_they_can_be_read(parts: Parts, tmp_path: Path) -> None:
    """Nothing is begun by a station that has not started."""
    assert parts.mounts.carrier is None
    parts.ground.in_force.replace(config(tmp_path, workers=2))
    assert parts.mounts.carrier is parts.streaming.workers
    assert [link.number for link in parts.streaming.workers.links] == [1, 2]
    parts.ground.in_force.replace(config(tmp_path, workers=1))
    assert [link.is_leaving for link in parts.streaming.workers.links] == [False, True]
    assert count_of(config(tmp_path, workers=AUTO)) >= 1


def test_password_threads_follow() -> None:
    """One that is not wanted finishes what waits for it, and takes nothing more."""
    made: list[MemoryWorker] = []

    def make(_name: str, room: int) -> MemoryWorker:
        made.append(MemoryWorker())
        made[-1].limit = room
        return made[-1]

    before, after = Config(password_workers=1, password_queue=5), Config(password_workers=3)
    checkers = Checkers(before, make)  # type: ignore[arg-type]
    used = checkers.workers
    assert (len(made), checkers.room) == (1, 5)
    checkers.follow(before, after)
    assert used is checkers.workers
    assert [worker.limit for worker in made] == [32, 32, 32]
    checkers.follow(after, before)
    assert [worker.stopped for worker in made] == [False, True, True]
    assert used == made[:1]
