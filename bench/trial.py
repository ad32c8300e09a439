"""One row measured once on one server, from its start to its end."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import audio
from bench.audience import Audience, Demand
from bench.cadence import Cadence, ask_metrics, judge
from bench.children import Running
from bench.figures import Sample
from bench.plan import FLOOR, ICECAST, Row
from bench.proc import between, cpu_clock, memory_bytes
from bench.servers import PASSWORD, PROJECT, Floor, Icecast, Server, TinyIce

MOUNT = "/live"
SPECIAL_KBPS = (320, 16)


def kbps_of(row: Row) -> list[int]:
    """Give the rate of each of the row's mounts."""
    if row.mounts == 1:
        return [row.kbps]
    return [*SPECIAL_KBPS, *[row.kbps] * (row.mounts - len(SPECIAL_KBPS))]


def server_for(row: Row, name: str, cadence: Cadence) -> Server:
    """Give the server that ``name`` means in this row."""
    if name == FLOOR:
        return Floor(audio.bytes_per_second(row.kbps), cadence.pulse_ms, cadence.slices)
    if name == ICECAST:
        return Icecast(tls=row.tls)
    return TinyIce(workers=row.workers, tls=row.tls)


def demand_of(row: Row) -> Demand:
    """Give the audience of a row."""
    return Demand(
        listeners=row.listeners,
        joins_per_s=row.joins_per_s,
        icy=row.icy,
        tls=row.tls,
        mounts=row.mounts,
        bad=round(row.listeners * row.bad_share),
    )


def measure(row: Row, server: Server) -> Sample:
    """Run the whole trial."""
    with (
        tempfile.TemporaryDirectory() as name,
        serving(server, Path(name)) as running,
        feeding(server, running, kbps_of(row)),
    ):
        return listen(row, server, running)


def listen(row: Row, server: Server, running: Running) -> Sample:
    """Let the audience join, and watch for one window."""
    time.sleep(row.settle_s / 2)
    before = memory_bytes(running.pid)
    port = running.tls_port if row.tls else running.port
    with Audience(port, MOUNT, demand_of(row)) as audience:
        audience.wait_until_joined()
        time.sleep(row.settle_s)
        audience.begin()
        began = cpu_clock(running.pid)
        time.sleep(row.window_s)
        cpu = between(began, cpu_clock(running.pid))
        heard = audience.end()
        after = memory_bytes(running.pid)
        metrics = ask_metrics(running.port) if isinstance(server, TinyIce) else ""
    if heard.open == 0:
        raise NobodyHeard("no listener had audio")
    return Sample(
        listeners=row.listeners,
        cpu=cpu,
        heard=heard,
        memory_each=(after - before) / row.listeners,
        rates=tuple(float(audio.bytes_per_second(kbps)) for kbps in kbps_of(row)),
        cadence=judge(metrics, heard.receives),
    )


@contextmanager
def serving(server: Server, folder: Path) -> Iterator[Running]:
    """Run a server until the block ends."""
    folder.chmod(0o755)
    running = server.start(folder)
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def feeding(server: Server, running: Running, kbps: list[int]) -> Iterator[None]:
    """Send to every mount until the block ends."""
    if not server.needs_source:
        yield
        return
    names = [MOUNT] if len(kbps) == 1 else [f"{MOUNT}{at}" for at in range(len(kbps))]
    words = [
        f"{name}={audio.mp3(rate)}:{audio.bytes_per_second(rate)}"
        for name, rate in zip(names, kbps, strict=True)
    ]
    with sending(running.port, words):
        yield


@contextmanager
def sending(port: int, words: Sequence[str]) -> Iterator[None]:
    """Send what the ``words`` of ``bench.feeder`` name until the block ends."""
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.feeder", str(port), PASSWORD, *words],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if child.stdout is None or child.stdout.readline() != "on air\n":
            raise SourceRefused("the source could not send")
        yield
    finally:
        child.terminate()
        child.communicate()


class SourceRefused(Exception):
    """A server does not take the source."""


class NobodyHeard(Exception):
    """A server takes listeners and gives them nothing."""
