"""Open dashboards beside a crowd: what they take, and whether the crowd notices.

``python -m bench.dashboards`` writes docs/performance.md: the same listeners without
browsers that watch the station, with them, and with them while titles change. It ends with
status 1 where a dashboard gets more than its budget while nothing changes, or listeners
wait longer for their audio.
"""

import argparse
import base64
import selectors
import socket
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.audience import Audience, Demand, Heard
from bench.audio import mp3
from bench.beside import LONGER, feeds, mounts, used
from bench.cadence import ask, ask_metrics, gauge
from bench.children import HOST, Running
from bench.fanout import raise_file_limit
from bench.machine import describe
from bench.report import rewrite_file
from bench.servers import PASSWORD, PROJECT, TinyIce
from bench.table import header, line, number
from bench.transcode import KBPS
from bench.trial import sending, serving

MOUNTS = 20
LIVE = "/live"
SETTLE_S = 5.0
OF_ONE = 50
"""So many come from one address; a few more are too many for the server."""

BUDGET_KB = 3.0
"""So many kB a second a dashboard may get, at most."""

TITLE_EVERY_S = 1.0
LATENESS = 'tinyice_pulse_lateness_seconds{pulse="normal"}'
HEAD = ("dashboards", "titles", "server", "each gets", "pulse late by", "longest gap, ms", "lost")


class Dashboards:
    """So many browsers that watch, on a thread of their own."""

    def __init__(self, port: int, count: int) -> None:
        login = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        lines = (
            "GET /admin/events HTTP/1.1",
            f"Host: {HOST}:{port}",
            f"Authorization: Basic {login}",
        )
        self._asked = "\r\n".join((*lines, "Accept: text/event-stream", "", "")).encode()
        self._port = port
        self._count = count
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._is_over = False
        self.received = 0
        self.ended = 0

    def __enter__(self) -> Self:
        for index in range(self._count):
            home = f"127.0.1.{1 + index // OF_ONE}"
            connection = socket.create_connection((HOST, self._port), 30, (home, 0))
            connection.sendall(self._asked)
            answer = connection.recv(65536)
            if b" 200 " not in answer.partition(b"\r\n")[0]:
                raise SystemExit(f"a dashboard was refused: {answer[:60]!r}")
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()

    def _read(self) -> None:
        while not self._is_over:
            for key, _ in self._selector.select(0.2):
                if isinstance(key.fileobj, socket.socket):
                    data = key.fileobj.recv(65536)
                    self.received += len(data)
                    if not data:
                        self.ended += 1
                        self._selector.unregister(key.fileobj)


@contextmanager
def changing_titles(port: int) -> Iterator[None]:
    """Give one mount after the other a new title, until the block ends."""
    over = threading.Event()

    def change() -> None:
        number = 0
        while not over.wait(TITLE_EVERY_S):
            tell_title(port, f"{LIVE}{number % MOUNTS}", f"Somebody - Song {number}")
            number += 1

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def tell_title(port: int, mount: str, song: str) -> None:
    """Do as encoders do."""
    query = urllib.parse.urlencode({"mode": "updinfo", "mount": mount, "song": song})
    if not ask(port, f"/admin/metadata?{query}", "source"):
        raise SystemExit("a title was refused")


@dataclass(frozen=True)
class Watched:
    """One run: CPU in cores, kB a second for each dashboard, seconds."""

    count: int
    changes: bool
    server: float
    each_kb: float
    late_s: float
    heard: Heard

    def row(self) -> str:
        """Its line in the table."""
        gap = self.heard.gap_ms
        gaps = f"{number(gap.p50)} / {number(gap.p99)} / {number(gap.max)}"
        each = f"{number(self.each_kb)} kB/s" if self.count else ""
        late = f"{number(self.late_s * 1000)} ms"
        server = f"{number(100 * self.server)} %"
        titles = f"one each {TITLE_EVERY_S:g} s" if self.changes else ""
        return line((str(self.count), titles, server, each, late, gaps, str(self.heard.lost)))


def lateness(running: Running) -> float:
    """By how much the last pulse came too late, in seconds."""
    return gauge(ask_metrics(running.port), LATENESS) or 0.0


def measure(*, dashboards: int, listeners: int, seconds: float, changes: bool = False) -> Watched:
    """Let a crowd listen for one window, and titles change if there are to be ``changes``."""
    crowd = Demand(listeners=listeners, joins_per_s=1000, mounts=MOUNTS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = stack.enter_context(serving(TinyIce(), folder))
        stack.enter_context(sending(running.port, feeds(mp3(KBPS), mounts(LIVE, MOUNTS))))
        time.sleep(SETTLE_S)
        audience = stack.enter_context(Audience(running.port, LIVE, crowd))
        audience.wait_until_joined()
        watching = stack.enter_context(Dashboards(running.port, dashboards))
        if changes:
            stack.enter_context(changing_titles(running.port))
        # With the first login code is read and a password hashed: not in the window.
        lateness(running)
        time.sleep(2 * SETTLE_S)
        late = [0.0]
        audience.begin()
        before, got, began = used(running.pid)[0], watching.received, time.monotonic()
        while time.monotonic() < began + seconds:
            time.sleep(1)
            late.append(lateness(running))
        passed = time.monotonic() - began
        server = (used(running.pid)[0] - before) / passed
        each = (watching.received - got) / passed / max(1, dashboards) / 1000
        heard = audience.end()
        if watching.ended:
            raise SystemExit(f"{watching.ended} dashboards were ended")
    return Watched(dashboards, changes, server, each, max(late), heard)


def main(words: list[str] | None = None) -> int:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.dashboards")
    parser.add_argument("--dashboards", type=int, default=500)
    parser.add_argument("--listeners", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--dry-run", action="store_true", help="print the table only")
    options = parser.parse_args(words)
    raise_file_limit()
    rows = [
        measure(
            dashboards=count,
            listeners=options.listeners,
            seconds=options.seconds,
            changes=changes,
        )
        for count, changes in ((0, False), (options.dashboards, False), (options.dashboards, True))
    ]
    told = "\n".join([*header(HEAD), *(one.row() for one in rows)]) + (
        f"\n\n{options.listeners:,} listeners and {MOUNTS} live mounts, for {options.seconds:g} s; "
        "100 % is one core; a pulse's lateness is the worst of one look a second; gaps: middle / "
        f"99 % / longest. {describe()}. Made by `make bench` (`python -m bench.dashboards`)."
    )
    print(told)
    if not options.dry_run:
        rewrite_file(PROJECT / "docs/performance.md", "dashboards", told)
    without, *gaps = (one.heard.gap_ms.p99 for one in rows)
    return 0 if rows[1].each_kb <= BUDGET_KB and max(gaps) <= LONGER * without else 1


if __name__ == "__main__":
    sys.exit(main())
