"""How long a start takes, and how much memory an idle server holds.

``python -m bench.startup`` starts a fresh server under twistd some times, one
after the other, and writes the medians into docs/performance.md. It ends with
status 1 when a limit is broken.
"""

import argparse
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.report import rewrite_file

PROJECT = Path(__file__).resolve().parent.parent
REPORT = PROJECT / "docs/performance.md"
START_LIMIT_S = 1.5
MEMORY_LIMIT_MB = 70
GIVE_UP_S = 20.0
SETTLE_S = 2.0


@dataclass(frozen=True, slots=True)
class Run:
    """What one start showed."""

    start_s: float
    memory_mb: float


def free_port() -> int:
    """Find a port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


@contextmanager
def server(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in ``folder`` until the block ends."""
    twistd = Path(sys.executable).with_name("twistd")
    options = ("--host", "127.0.0.1", "--port", str(port), "--config", str(folder / "tinyice.json"))
    with (folder / "output.log").open("wb") as output:
        child = subprocess.Popen(
            [twistd, "-n", "--pidfile=", "tinyice", *options],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield child
        finally:
            child.terminate()
            child.wait(GIVE_UP_S)


def seconds_until_accepted(child: subprocess.Popen[bytes], port: int) -> float:
    """Connect again and again until the server accepts."""
    began = time.monotonic()
    while time.monotonic() - began < GIVE_UP_S:
        if child.poll() is not None:
            raise SystemExit(f"the server ended with status {child.returncode}")
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return time.monotonic() - began
        time.sleep(0.002)
    raise SystemExit(f"no connection within {GIVE_UP_S:.0f} s")


def resident_mb(pid: int) -> float:
    """Give the resident memory of a process and its descendants, in 10^6 bytes."""
    process = Path("/proc", str(pid))
    fields = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    own = int(fields["VmRSS"].split()[0]) * 1024 / 1e6
    children = [
        child
        for task in (process / "task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return own + sum(resident_mb(int(child)) for child in children)


def measure(folder: Path) -> Run:
    """Start a server once, let it settle, and end it."""
    port = free_port()
    with server(folder, port) as child:
        start_s = seconds_until_accepted(child, port)
        time.sleep(SETTLE_S)
        return Run(start_s=start_s, memory_mb=resident_mb(child.pid))


def row(label: str, values: Sequence[float], limit: float, unit: str) -> str:
    """Render one figure of all runs as a line of a Markdown table."""
    middle, worst = statistics.median(values), max(values)
    return f"| {label} | {middle:.2f} {unit} | {worst:.2f} {unit} | {limit} {unit} |"


def table(runs: Sequence[Run]) -> str:
    """Render what the runs showed as Markdown."""
    starts = row(
        "start to first accepted connection", [r.start_s for r in runs], START_LIMIT_S, "s"
    )
    memory = row("idle memory (resident)", [r.memory_mb for r in runs], MEMORY_LIMIT_MB, "MB")
    return f"""\
| figure | median | worst | limit |
|---|---|---|---|
{starts}
{memory}

{len(runs)} starts with an existing configuration, Python {platform.python_version()}, \
{os.cpu_count()} cores. Made by `make bench` (`python -m bench.startup`)."""


def is_within_limits(runs: Sequence[Run]) -> bool:
    """Whether the medians keep what the project promises."""
    start = statistics.median(run.start_s for run in runs)
    memory = statistics.median(run.memory_mb for run in runs)
    return start < START_LIMIT_S and memory < MEMORY_LIMIT_MB


def main(words: Sequence[str] | None = None) -> int:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.startup")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--dry-run", action="store_true", help="print the table only")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measure(folder)  # the first start makes the configuration and its hashes
        runs = [measure(folder) for _ in range(options.runs)]
    report = table(runs)
    print(report)
    if not options.dry_run:
        rewrite_file(REPORT, "startup", report)
    return 0 if is_within_limits(runs) else 1


if __name__ == "__main__":
    sys.exit(main())
