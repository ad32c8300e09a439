"""What is measured of the process and of the delivery, for ``/metrics``."""

import gc
import resource
from collections.abc import Callable
from pathlib import Path

from twisted.internet.interfaces import IReactorTime

from tinyice.core.autodj_figures import AutoDJFigures
from tinyice.core.levels import MeterSnapshot
from tinyice.core.snapshots import (
    DeliverySnapshot,
    ProcessSnapshot,
    PulseSnapshot,
    ServerFigures,
    StoreSnapshot,
    WorkersSnapshot,
)
from tinyice.core.tally import Tally
from tinyice.core.transcoding import TranscoderSnapshot

LAG_SAMPLE_S = 0.25
_LAG_WINDOW_S = 15.0
_FILES = Path("/proc/self/fd")
_STATUS = Path("/proc/self/status")


class ReactorLag:
    """How late the reactor comes to what is due; ``sample`` is called periodically.

    The longest delay counts, of this window and the one before: a scrape every
    15 seconds misses none.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._last: float | None = None
        self._window_ends = 0.0
        self._longest = 0.0
        self._longest_before = 0.0

    @property
    def seconds(self) -> float:
        """The longest delay lately."""
        return max(self._longest, self._longest_before)

    def sample(self) -> None:
        """This was to be called ``LAG_SAMPLE_S`` after the last time."""
        now = self._clock.seconds()
        last, self._last = self._last, now
        if now >= self._window_ends:
            self._longest_before, self._longest = self._longest, 0.0
            self._window_ends = now + _LAG_WINDOW_S
        if last is not None:
            self._longest = max(self._longest, now - last - LAG_SAMPLE_S)


class OpenFiles:
    """How many files are open, without a list of them, which may be long.

    ``connections`` gives how many of them are connections. Made while none is
    there.
    """

    def __init__(self, connections: Callable[[], int], folder: Path = _FILES) -> None:
        self._connections = connections
        self._folder = folder
        self._others = sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0

    def count(self) -> int:
        """How many are open now; on Linux before 6.2, about so many."""
        try:
            told = self._folder.stat().st_size
        except OSError:
            told = 0
        return told or self._others + self._connections()


def process_snapshot(
    open_files: OpenFiles, lag: ReactorLag, status: Path = _STATUS
) -> ProcessSnapshot:
    """The main process now."""
    told = _told_by(status)
    return ProcessSnapshot(
        resident_bytes=_kilobytes(told, "VmRSS"),
        heap_bytes=_kilobytes(told, "RssAnon"),
        stack_bytes=_kilobytes(told, "VmStk"),
        threads=int(told["Threads"]) if "Threads" in told else None,
        collections=sum(generation["collections"] for generation in gc.get_stats()),
        open_files=open_files.count(),
        open_files_limit=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        reactor_lag_seconds=lag.seconds,
    )


class Figures:
    """Gathers what ``/metrics`` shows beside the mounts, when somebody asks."""

    def __init__(
        self,
        *,
        tally: Tally,
        pulses: Callable[[], tuple[PulseSnapshot, ...]],
        delivery: Callable[[], DeliverySnapshot],
        workers: Callable[[], WorkersSnapshot],
        process: Callable[[], ProcessSnapshot],
        store: Callable[[], StoreSnapshot] = StoreSnapshot,
        transcoders: Callable[[], tuple[TranscoderSnapshot, ...]] = tuple,
        autodjs: Callable[[], tuple[AutoDJFigures, ...]] = tuple,
        meters: Callable[[], MeterSnapshot] = MeterSnapshot,
    ) -> None:
        self.tally = tally
        self._pulses = pulses
        self._delivery = delivery
        self._workers = workers
        self._process = process
        self._store = store
        self._transcoders = transcoders
        self._autodjs = autodjs
        self._meters = meters
        self.subscribers: Callable[[], int] = int
        """How many follow the live data; who makes that says so here."""

    def figures(self) -> ServerFigures:
        """Everything now."""
        return ServerFigures(
            pulses=self._pulses(),
            delivery=self._delivery(),
            audience=self.tally.snapshot(),
            workers=self._workers(),
            process=self._process(),
            store=self._store(),
            subscribers=self.subscribers(),
            transcoders=self._transcoders(),
            autodjs=self._autodjs(),
            meters=self._meters(),
        )


def _told_by(status: Path) -> dict[str, str]:
    """What Linux says of the process, by name."""
    try:
        lines = status.read_text("ascii", "replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in lines)
    return {name: value.strip() for name, _, value in pairs}


def _kilobytes(told: dict[str, str], name: str) -> int | None:
    words = told.get(name, "").split()
    return int(words[0]) * 1024 if words else None
