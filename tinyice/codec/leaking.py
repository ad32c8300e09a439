"""A process of ours that takes more and more memory: it is ended before others feel it."""

import os

from tinyice.work.children import Child

MEMORY_MAX = 1024 * 1024 * 1024
"""They take less than a tenth of this."""

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def end_if_it_leaks(child: Child) -> None:
    """Look how much memory ``child`` has; where the system does not tell that, do nothing."""
    if child.pid is not None and _taken(child.pid) > MEMORY_MAX:
        child.fail("takes too much memory")


def _taken(pid: int) -> int:
    """The bytes of a process that are in memory; 0: nobody knows."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:  # noqa: PTH123 - the kernel's, and often
            return int(file.read().split()[1]) * _PAGE_BYTES
    except (OSError, ValueError, IndexError):
        return 0
