"""What the machine allows: how many files may be open, and how many listeners that is."""

import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Limits = tuple[int, int]
"""A soft limit, which counts, and a hard one, up to which it may be raised."""

RESERVED_AT_MOST = 64
_FILES_A_SOURCE = 2
_NR_OPEN = Path("/proc/sys/fs/nr_open")
_NR_OPEN_DEFAULT = 1_048_576


@dataclass(frozen=True, slots=True)
class FileRoom:
    """How many files may be open, and how many of them are not for listeners.

    The reserve holds what the server opens for itself (ports, logs, pipes),
    and what sources and the pages need while listeners have all the rest.
    """

    limit: int
    reserve: int

    @property
    def connections_max(self) -> int:
        """So many connections may be open before listeners are turned away."""
        return max(0, self.limit - self.reserve)

    def in_words(self, listeners_max: int) -> str:
        """One line for the log; ``listeners_max`` is what the configuration allows, 0: any."""
        line = (
            f"room for {self.connections_max} listeners: {self.limit} files may be open,"
            f" {self.reserve} of them are kept for sources, pages and the server itself"
        )
        if listeners_max > self.connections_max:
            line += f"; max_listeners is {listeners_max}: raise the limit of open files (ulimit -n)"
        return line


def file_room(limit: int, *, ports: int, sources_max: int) -> FileRoom:
    """Divide ``limit`` open files; ``sources_max`` 0: nobody said how many there will be.

    A source may have a dump file, too. Half of the files are for listeners,
    however few there are.
    """
    wanted = min(RESERVED_AT_MOST, limit // 4) + ports + _FILES_A_SOURCE * sources_max
    return FileRoom(limit, min(wanted, limit // 2))


def raise_file_limit(
    get: Callable[[int], Limits] = resource.getrlimit,
    set_: Callable[[int, Limits], None] = resource.setrlimit,
) -> int:
    """Raise the number of files that may be open as far as we may; what it is then."""
    soft, hard = get(resource.RLIMIT_NOFILE)
    wanted = _highest() if hard == resource.RLIM_INFINITY else hard
    if soft == resource.RLIM_INFINITY:
        return wanted
    if soft >= wanted:
        return soft
    try:
        set_(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):
        return soft
    return wanted


def _highest() -> int:
    """What the kernel gives a process without a limit of its own."""
    try:
        return int(_NR_OPEN.read_text("ascii"))
    except (OSError, ValueError):
        return _NR_OPEN_DEFAULT
