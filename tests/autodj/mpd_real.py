"""A server for MPD clients in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).parents[1]


@contextmanager
def serving(*args: str, module: str = "autodj.mpd_child") -> Iterator[int]:
    """The port of a server that begins with an empty queue."""
    path = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    child = subprocess.Popen(
        [sys.executable, "-m", module, *args],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert child.stdout is not None
    try:
        yield int(child.stdout.readline())
    finally:
        child.terminate()
        child.wait(10)
        child.stdout.close()
