"""What all tests share: real programs that may be missing, and hypothesis profiles.

A test that runs a real program says so with ``@pytest.mark.needs_program("ffmpeg")``.
Without the program it is skipped and the end of the run tells what to install;
with ``CI=true`` it fails, so that no test falls away unnoticed.
"""

import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling, Scheduling

TOGETHER = ("tests/programs/", "tests/install/", "tests/browser/")
"""Folders whose tests share something costly: one worker runs them, one after the other."""

TOGETHER_BY_FILE = ("tests/edge/", "tests/features/")
"""Folders in which the tests of one file share servers."""

CLIENTS = Path(__file__).with_name("clients.txt")
INSTALL = "apt-get install"
MISSING = re.compile(
    r"(?P<programs>[\w.+-]+(, [\w.+-]+)*) missing: apt-get install (?P<packages>[\w.+ -]+)"
)

hypothesis.settings.register_profile("default", max_examples=100, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
hypothesis.settings.register_profile("quick", max_examples=10, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=5000, deadline=None)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") == "true" else "default")
)


# Programs that tests begin are to heed it, also where a shell began all this in the background.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def packages_by_program() -> dict[str, str]:
    """Which Debian package has each program."""
    rows = (line.split() for line in CLIENTS.read_text().splitlines() if not line.startswith("#"))
    return {program: row[0] for row in rows for program in row[1:]}


def needed_programs(item: pytest.Item) -> Iterator[str]:
    """Every program that the marks of ``item`` name."""
    for mark in item.iter_markers("needs_program"):
        yield from mark.args


def pytest_runtest_setup(item: pytest.Item) -> None:
    missing = [name for name in needed_programs(item) if shutil.which(name) is None]
    if not missing:
        return
    packages = packages_by_program()
    needed = dict.fromkeys(packages.get(name, name) for name in missing)
    reason = f"{', '.join(missing)} missing: {INSTALL} {' '.join(needed)}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found = [
        match
        for outcome in ("skipped", "failed", "error")
        for report in terminalreporter.getreports(outcome)
        if (match := MISSING.search(str(report.longrepr)))
    ]
    if not found:
        return
    programs = sorted({name for match in found for name in match["programs"].split(", ")})
    packages = sorted({name for match in found for name in match["packages"].split()})
    terminalreporter.section("missing programs")
    terminalreporter.line(f"{len(found)} tests did not run for want of: {', '.join(programs)}")
    terminalreporter.line(f"{INSTALL} --no-install-recommends {' '.join(packages)}")


class TogetherScheduling(LoadScopeScheduling):
    """Tests of a folder of ``TOGETHER`` stay together, all others go where there is room.

    xdist's own groups are marks, which it reads from where pytest 9.2 does not write.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(TOGETHER_BY_FILE):
            return nodeid.partition("::")[0]
        folders = (folder for folder in TOGETHER if nodeid.startswith(folder))
        return next(folders, nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    grouped = config.getvalue("dist") == "loadgroup"
    return TogetherScheduling(config, log) if grouped else None
