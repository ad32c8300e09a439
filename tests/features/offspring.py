"""The processes of a server: which there are, and whether one still lives."""

import re
import signal
from contextlib import suppress
from pathlib import Path

from programs.station import Station


def worker_pids(station: Station) -> list[int]:
    """The workers that run now, in the order of their start."""
    return children_with(station, "tinyice.workers")


def worker_figures(station: Station, name: str) -> dict[str, float]:
    """The values of one metric, by the number of the worker."""
    page = station.get("/metrics", user="admin").decode()
    rows = re.findall(rf'^{name}\{{[^}}]*worker="(\d+)"[^}}]*\}} (\S+)$', page, re.MULTILINE)
    return {worker: float(value) for worker, value in rows}


def workers_up(station: Station) -> int:
    """How many workers serve."""
    return int(sum(worker_figures(station, "tinyice_worker_up").values()))


def children_with(station: Station, word: str) -> list[int]:
    """The children that run now and have ``word`` in their command, in the order of their start."""
    main = station.child.process.pid
    return sorted(pid for pid in _children_of(main) if word in _command_of(pid))


def lives(pid: int) -> bool:
    """Whether the process is there, and no zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


def ignores_the_end(pid: int) -> bool:
    """Whether the process ignores SIGTERM."""
    try:
        text = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return False
    found = re.search(r"SigIgn:\t([0-9a-f]+)", text)
    return found is not None and bool(int(found[1], 16) >> (signal.SIGTERM - 1) & 1)


def sockets_of(pid: int) -> int:
    """How many sockets the process has."""
    found = 0
    for path in Path(f"/proc/{pid}/fd").iterdir():
        # it may be closed by now
        with suppress(FileNotFoundError):
            found += str(path.readlink()).startswith("socket:")
    return found


def resident_bytes(pid: int) -> int:
    """The memory that the process has for itself."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    rows = (line.split() for line in text.splitlines() if line.startswith("Private_"))
    return sum(int(row[1]) * 1024 for row in rows)


def rings_of(pid: int) -> list[int]:
    """The sizes of the shared rings that the process sees."""
    found = re.findall(
        r"^([0-9a-f]+)-([0-9a-f]+) .*memfd:tinyice ring",
        Path(f"/proc/{pid}/maps").read_text("utf-8", "replace"),
        re.MULTILINE,
    )
    return [int(end, 16) - int(start, 16) for start, end in found]


def _children_of(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text("ascii").split())
    return found


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
