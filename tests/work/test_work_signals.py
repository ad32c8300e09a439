"""What a service manager or a terminal sends to all processes of the service ends the main one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from programs.waiting import until
from tinyice.autodj.scan import LIBRARIAN_MODULE
from tinyice.codec.measuring import ANALYSIS_MODULE
from tinyice.codec.meter_link import METER_MODULE
from tinyice.codec.player_link import PLAYOUT_MODULE
from tinyice.codec.source import DEMO_MODULE
from tinyice.transcoding.link import WORKER_MODULE
from tinyice.work.childside import OOM_SCORE, SIGNALS
from tinyice.work.commands import CHILD_MODULE

MODULES = (
    *(LIBRARIAN_MODULE, ANALYSIS_MODULE, METER_MODULE, PLAYOUT_MODULE, WORKER_MODULE),
    *(DEMO_MODULE, CHILD_MODULE),
)


@contextmanager
def begun(module: str) -> Iterator[subprocess.Popen[bytes]]:
    """Such a child, which nobody tells anything."""
    command = [sys.executable, "-P", "-m", module]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            yield child
        finally:
            child.kill()


def ignored(pid: int) -> int:
    """The mask of the signals that a process ignores."""
    rows = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(row.split()[1], 16) for row in rows if row.startswith("SigIgn:"))


def score(pid: int) -> int:
    """How likely it is that the kernel chooses a process."""
    return int(Path(f"/proc/{pid}/oom_score_adj").read_text())


@pytest.mark.parametrize("module", [one for one in MODULES if one != CHILD_MODULE])
def test_children_are_ended_first_where_memory_runs_out(module: str) -> None:
    """Before the process that has the listeners."""
    with begun(module) as child:
        until(lambda: score(child.pid) == score(os.getpid()) + OOM_SCORE, within=20, what="it")


@pytest.mark.parametrize("module", MODULES)
def test_children_live_until_the_main_process_ends_them(module: str) -> None:
    mask = sum(1 << number - 1 for number in SIGNALS)
    with begun(module) as child:
        until(lambda: ignored(child.pid) & mask == mask, within=20, what="it ignores them")
        for number in SIGNALS:
            child.send_signal(number)
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.2)
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(20) == 0
