"""Transcoding beside a crowd: what it takes, and whether the crowd notices.

``python -m bench.beside`` writes docs/performance.md: the same listeners twice, without
and with a transcoder behind each live input. It ends with status 1 where the codec
processes need more than a core, or listeners wait longer for their audio.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.audience import Audience, Demand, Spread
from bench.fanout import raise_file_limit
from bench.machine import describe
from bench.proc import PROC, TICKS_PER_S, family, ticks_of
from bench.report import rewrite_file
from bench.servers import PROJECT, TinyIce
from bench.table import header, line, number
from bench.transcode import KBPS, MODULE, noise
from bench.trial import sending, serving

INPUTS = 8
LIVE, MADE = "/live", "/made"
NOISE_S = 60.0
SETTLE_S = 5.0
CORE = 1.0
"""So many cores all codec processes together may use."""

LONGER = 1.5
"""So many times as long a gap may be at most, with transcoders; pulses are not that exact."""

HEAD = ("8 live inputs", "server", "codec processes", "longest gap, ms", "first byte, ms", "lost")


@dataclass(frozen=True)
class Shares:
    """CPU of the server and of its codec processes, in cores."""

    server: float
    codecs: float


@dataclass(frozen=True)
class Beside:
    """One run."""

    shares: Shares
    gap_ms: Spread
    first_ms: Spread
    lost: int

    def row(self, title: str) -> str:
        """Its line in the table."""
        spreads = (self.gap_ms, self.first_ms)
        told = [f"{number(one.p50)} / {number(one.p99)} / {number(one.max)}" for one in spreads]
        cores = [f"{number(100 * one)} %" for one in (self.shares.server, self.shares.codecs)]
        return line((title, *cores, *told, str(self.lost)))


def used(pid: int) -> tuple[float, float]:
    """CPU seconds so far: of the server, and of its codec processes."""
    server = codecs = 0.0
    for one in family(pid):
        seconds = sum(ticks_of((PROC / str(one) / "stat").read_text())) / TICKS_PER_S
        if MODULE.encode() in (PROC / str(one) / "cmdline").read_bytes():
            codecs += seconds
        else:
            server += seconds
    return server, codecs


def mounts(name: str, count: int = INPUTS) -> list[str]:
    """The mounts that listeners of ``name`` are spread over."""
    return [f"{name}{number}" for number in range(count)]


def feeds(sound: Path, inputs: Sequence[str]) -> list[str]:
    """What ``bench.feeder`` is told to send the same to all of ``inputs``."""
    return [f"{mount}={sound}:{KBPS * 125}" for mount in inputs]


def measure(sound: Path, *, listeners: int, seconds: float, transcoded: bool) -> Beside:
    """Let a crowd listen for one window; ``transcoded``: to each output, too, listens one."""
    made = [
        {"input_mount": source, "output_mount": output, "format": "mp3", "bitrate": KBPS}
        for source, output in zip(mounts(LIVE), mounts(MADE), strict=True)
    ]
    server = TinyIce(more={"transcoders": made} if transcoded else {})
    crowd = Demand(listeners=listeners, joins_per_s=1000, mounts=INPUTS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = stack.enter_context(serving(server, folder))
        stack.enter_context(sending(running.port, feeds(sound, mounts(LIVE))))
        time.sleep(SETTLE_S)
        if transcoded:
            few = Demand(listeners=INPUTS, joins_per_s=INPUTS, mounts=INPUTS)
            one_each = stack.enter_context(Audience(running.port, MADE, few))
            one_each.wait_until_joined()
        audience = stack.enter_context(Audience(running.port, LIVE, crowd))
        audience.wait_until_joined()
        time.sleep(SETTLE_S)
        audience.begin()
        before, began = used(running.pid), time.monotonic()
        time.sleep(seconds)
        after, passed = used(running.pid), time.monotonic() - began
        heard = audience.end()
    shares = Shares(*((late - early) / passed for early, late in zip(before, after, strict=True)))
    return Beside(shares, heard.gap_ms, heard.first_ms, heard.lost)


def report(without: Beside, beside: Beside, *, listeners: int, seconds: float) -> str:
    """The block of the document."""
    rows = [without.row("not transcoded"), beside.row(f"each to MP3 {KBPS}k, one listens there")]
    return (
        "\n".join([*header(HEAD), *rows])
        + f"\n\n{listeners:,} listeners on the inputs, MP3 {KBPS}k, for {seconds:g} s; 100 % is "
        f"one core; gaps and first bytes: middle / 99 % / longest. {describe()}. "
        "Made by `make bench` (`python -m bench.beside`)."
    )


def main(words: list[str] | None = None) -> int:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.beside")
    parser.add_argument("--listeners", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--dry-run", action="store_true", help="print the table only")
    options = parser.parse_args(words)
    if shutil.which("ffmpeg") is None:
        print("bench.beside: ffmpeg is missing: apt-get install ffmpeg")
        return 0
    raise_file_limit()
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "noise.mp3"
        noise(sound, NOISE_S)
        without, beside = (
            measure(
                sound, listeners=options.listeners, seconds=options.seconds, transcoded=transcoded
            )
            for transcoded in (False, True)
        )
    told = report(without, beside, listeners=options.listeners, seconds=options.seconds)
    print(told)
    if not options.dry_run:
        rewrite_file(PROJECT / "docs/performance.md", "beside", told)
    is_unheard = beside.gap_ms.p99 <= LONGER * without.gap_ms.p99 and not beside.lost
    return 0 if beside.shares.codecs <= CORE and is_unheard else 1


if __name__ == "__main__":
    sys.exit(main())
