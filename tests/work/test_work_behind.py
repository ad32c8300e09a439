"""Children whose work can wait stand behind the audio, also where sessions are groups."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tinyice.autodj.scan import LIBRARIAN_MODULE
from tinyice.codec.measuring import ANALYSIS_MODULE
from tinyice.work import behind
from tinyice.work.behind import NICENESS, SESSION_NICENESS, live_behind

GROUPS = Path("/proc/self/autogroup")

TELLING = """
import os
from pathlib import Path
from tinyice.work.behind import live_behind
live_behind({how})
group = Path("/proc/self/autogroup")
# Nothing stands there of who was begun before there were sessions.
words = group.read_text().split() if group.exists() else []
print(os.getsid(0) == os.getpid(), os.nice(0), *words[-1:])
"""


def told(how: str, *, has_session: bool) -> list[str]:
    """What a child that lives behind says of itself."""
    command = [sys.executable, "-c", TELLING.format(how=how)]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=True, start_new_session=has_session
    )
    return ran.stdout.split()


@pytest.mark.parametrize(("how", "niceness"), [("", NICENESS), ("3", 3)])
@pytest.mark.parametrize("has_session", [False, True])
def test_a_child_has_a_session_that_is_nice_as_a_whole(
    how: str, niceness: int, *, has_session: bool
) -> None:
    is_first, own, *group = told(how, has_session=has_session)
    assert is_first == "True"
    assert int(own) == os.nice(0) + niceness
    assert group == ([str(SESSION_NICENESS)] if GROUPS.exists() else [])


def test_who_is_begun_in_a_shell_leaves_the_session_of_that_alone() -> None:
    command = [sys.executable, "-c", TELLING.format(how="")]
    # The first of a process group, as a shell makes one of each command.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, process_group=0) as child:
        assert child.stdout is not None
        is_first, own, *group = child.stdout.read().split()
    assert (is_first, int(own)) == ("False", os.nice(0) + NICENESS)
    if GROUPS.exists():
        assert group == GROUPS.read_text().split()[-1:]


@pytest.mark.parametrize("errors", [1, 4, 100])
def test_the_kernel_is_asked_again_when_it_is_busy(
    errors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    asked: list[str] = []

    class Group:
        def write_text(self, text: str) -> None:
            asked.append(text)
            if len(asked) <= errors:
                raise BlockingIOError

    monkeypatch.setattr(behind, "_GROUP", Group())
    monkeypatch.setattr(os, "setsid", lambda: None)
    monkeypatch.setattr(os, "nice", lambda _more: 0)
    monkeypatch.setattr(os, "getsid", lambda _pid: os.getpid())
    monkeypatch.setattr(time, "sleep", waits.append)
    live_behind()
    assert len(asked) == min(errors + 1, 5)
    assert len(waits) == min(errors, 5)
    assert all(wait > 0.1 for wait in waits)


@pytest.mark.parametrize("module", [LIBRARIAN_MODULE, ANALYSIS_MODULE])
def test_who_reads_and_measures_files_lives_behind(module: str) -> None:
    command = [sys.executable, "-P", "-m", module]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        until = time.monotonic() + 20
        while os.getpriority(os.PRIO_PROCESS, child.pid) == os.nice(0):
            assert time.monotonic() < until
            time.sleep(0.01)
        assert os.getsid(child.pid) == child.pid
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == os.nice(0) + NICENESS
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()
