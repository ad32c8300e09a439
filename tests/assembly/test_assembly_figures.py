"""Figures of the process: lag, files, memory."""

import os
import resource
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from tinyice.assembly.figures import (
    LAG_SAMPLE_S,
    Figures,
    OpenFiles,
    ReactorLag,
    process_snapshot,
)
from tinyice.core.snapshots import DeliverySnapshot, PulseSnapshot, WorkersSnapshot
from tinyice.core.tally import Tally


class TestLag:
    def test_in_time(self) -> None:
        """Who is called when it is due sees no lag."""
        clock = Clock()
        lag = ReactorLag(clock)
        for _ in range(10):
            lag.sample()
            clock.advance(LAG_SAMPLE_S)
        assert lag.seconds == 0

    def test_late(self) -> None:
        """The longest delay is told."""
        clock = Clock()
        lag = ReactorLag(clock)
        for delay in (0.0, 0.3, 0.1):
            lag.sample()
            clock.advance(LAG_SAMPLE_S + delay)
        lag.sample()
        assert lag.seconds == pytest.approx(0.3)

    def test_the_time_before_the_start_does_not_count(self) -> None:
        """The server may take as long as it likes to start."""
        clock = Clock()
        lag = ReactorLag(clock)
        clock.advance(100)
        lag.sample()
        assert lag.seconds == 0

    def test_it_is_seen_by_a_scrape_every_fifteen_seconds_and_forgotten(self) -> None:
        """A delay is told for 15 seconds at least and 30 at most."""
        clock = Clock()
        lag = ReactorLag(clock)
        lag.sample()
        clock.advance(1)
        lag.sample()
        told = []
        for _ in range(140):
            clock.advance(LAG_SAMPLE_S)
            lag.sample()
            told.append(lag.seconds > 0.5)
        assert all(told[:59])
        assert not any(told[121:])


class TestOpenFiles:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for number in range(5):
            (tmp_path / str(number)).touch()
        return tmp_path

    def test_of_this_process(self) -> None:
        """A file that is opened counts, at once."""
        files = OpenFiles(lambda: 0)
        before = files.count()
        with Path(os.devnull).open():
            after = files.count()
        if after == before:
            pytest.skip("this kernel does not tell the number of open files")
        assert after == before + 1

    def test_where_the_kernel_does_not_tell(self, folder: Path) -> None:
        """Then it is what was open at the start, and the connections."""
        connections = [0]
        files = OpenFiles(lambda: connections[0], Silent(folder))
        connections[0] = 100
        assert files.count() == 105

    def test_without_the_folder(self, tmp_path: Path) -> None:
        """Connections are known everywhere."""
        assert OpenFiles(lambda: 7, tmp_path / "none").count() == 7


class Silent(type(Path())):  # type: ignore[misc]
    """A folder whose size says nothing."""

    def stat(self, **_how: object) -> os.stat_result:
        told = list(super().stat())
        told[6] = 0
        return os.stat_result(told)


class TestProcess:
    def test_of_this_process(self) -> None:
        """The figures are those of the process that is asked."""
        told = process_snapshot(OpenFiles(lambda: 0), ReactorLag(Clock()))
        assert told.open_files > 2
        assert told.open_files_limit == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        assert told.resident_bytes is None or told.resident_bytes > 5_000_000
        assert told.threads is None or told.threads >= 1

    def test_status(self, tmp_path: Path) -> None:
        """Sizes are told in bytes."""
        status = tmp_path / "status"
        status.write_text(
            "Name:\tpython: x\nVmRSS:\t  10780 kB\nRssAnon:\t 4888 kB\nVmStk:\t 132 kB\n"
            "Threads:\t3\n"
        )
        told = process_snapshot(OpenFiles(lambda: 0), ReactorLag(Clock()), status)
        assert told.resident_bytes == 10780 * 1024
        assert told.heap_bytes == 4888 * 1024
        assert told.stack_bytes == 132 * 1024
        assert told.threads == 3

    def test_elsewhere(self, tmp_path: Path) -> None:
        """Where the system does not tell, nothing is made up."""
        told = process_snapshot(OpenFiles(lambda: 0), ReactorLag(Clock()), tmp_path / "none")
        assert (told.resident_bytes, told.heap_bytes, told.threads) == (None, None, None)


def test_gathering() -> None:
    """Each part is asked when somebody wants to know, not before."""
    pulse = PulseSnapshot("normal", 0.1, 0.0, 1.0, 0.0)
    sends = [0]
    tally = Tally()
    process = process_snapshot(OpenFiles(lambda: 0), ReactorLag(Clock()))
    figures = Figures(
        tally=tally,
        pulses=lambda: (pulse,),
        delivery=lambda: DeliverySnapshot(sends[0], 0),
        workers=lambda: WorkersSnapshot(2, 1),
        process=lambda: process,
    )
    sends[0] = 5
    told = figures.figures()
    assert told.delivery.sends == 5
    assert told.pulses == (pulse,)
    assert told.audience == tally.snapshot()
    assert told.workers == WorkersSnapshot(2, 1)
    assert told.process is process
