"""What measuring levels costs: the process that does it, for one mount and for many, live.

``python -m bench.levels`` writes docs/performance.md. It ends with status 1 where one
MP3 mount takes more than its bound.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.machine import describe
from bench.report import rewrite_file
from bench.servers import PROJECT
from bench.table import header, line, number
from bench.transcode import NOISE
from tinyice.codec.meter_messages import (
    FROM_METER,
    MAX_PAYLOAD,
    Begin,
    Bytes,
    End,
    Measured,
    ToMeter,
    from_meter,
)
from tinyice.work.environment import child_environment
from tinyice.work.frames import FrameReader

MODULE = "tinyice.codec.meter"
KBPS = 128
PIECE_S = 0.1
MOST_PERCENT = 1.0
"""One MP3 mount may take so much of a core."""

STREAMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "MP3 128k": ("mpeg", ("-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3")),
    "AAC 128k": ("adts", ("-c:a", "aac", "-b:a", "128k", "-f", "adts")),
    "Opus 128k": ("ogg", ("-c:a", "libopus", "-b:a", "128k", "-f", "ogg")),
    "FLAC": ("ogg", ("-c:a", "flac", "-f", "ogg")),
}
LIVE = (1, 20)
HEAD = ("stream", "each hour of audio", "of a core", "windows a second")


class Meter:
    """A process that measures."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._reader = FrameReader(FROM_METER, max_payload=MAX_PAYLOAD)
        self._given: dict[int, int] = {}
        self._taken: dict[int, int] = {}
        self.windows = 0
        self.seconds = 0.0

    def begin(self, stream: int, kind: str) -> None:
        """Measure one more."""
        self._given[stream] = self._taken[stream] = 0
        self._say(Begin(stream, kind))

    def give(self, stream: int, data: bytes) -> None:
        """The next bytes; returns when they are taken."""
        self._given[stream] += len(data)
        self._say(Bytes(stream, data))
        while self._taken[stream] < self._given[stream]:
            self._listen()

    def end(self, stream: int) -> None:
        """That one is over."""
        self._say(End(stream))

    def cpu_s(self) -> float:
        """What it has used so far."""
        spent = Path(f"/proc/{self._process.pid}/schedstat").read_text("ascii").split()
        threads = Path(f"/proc/{self._process.pid}/task").iterdir()
        each = [int((one / "schedstat").read_text("ascii").split()[0]) for one in threads]
        return max(int(spent[0]), sum(each)) / 1e9

    def memory_mb(self) -> float:
        """What it has for itself alone."""
        text = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text("ascii")
        rows = (row.split() for row in text.splitlines() if row.startswith("Private_"))
        return sum(int(row[1]) for row in rows) / 1000

    def _say(self, message: ToMeter) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(message.framed().encoded())

    def _listen(self) -> None:
        if self._process.stdout is None:
            return
        for frame in self._reader.feed(self._process.stdout.read(65536)):
            message = from_meter(frame)
            if isinstance(message, Measured):
                self._taken[message.stream] = message.taken
                self.windows += len(message.windows)
                self.seconds += sum(window.seconds for window in message.windows)


@contextmanager
def meter() -> Iterator[Meter]:
    """Run one."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        (sys.executable, "-P", "-m", MODULE),
        stdin=pipe,
        stdout=pipe,
        bufsize=0,
        env=child_environment(os.environ),
    ) as process:
        yield Meter(process)
        if process.stdin is not None:
            process.stdin.close()


def stream(folder: Path, words: Sequence[str], seconds: float) -> bytes:
    """Pink noise in that format."""
    path = folder / "noise"
    source = ("-f", "lavfi", "-i", NOISE.format(seconds=seconds))
    subprocess.run(
        ("ffmpeg", "-nostdin", "-v", "error", *source, *words, "-y", str(path)), check=True
    )
    return path.read_bytes()


def pieces(data: bytes, seconds: float) -> list[bytes]:
    """As they come from a live encoder."""
    size = max(1, int(len(data) / seconds * PIECE_S))
    return [data[at : at + size] for at in range(0, len(data), size)]


def cost(kind: str, cut: Sequence[bytes]) -> tuple[float, float]:
    """CPU seconds for all of it, as it would come live, and windows in each second of it."""
    with meter() as one:
        one.begin(1, kind)
        one.give(1, cut[0])
        before = one.cpu_s()
        for piece in cut[1:]:
            one.give(1, piece)
        return one.cpu_s() - before, one.windows / one.seconds


def live(kind: str, cut: Sequence[bytes], count: int, seconds: float) -> tuple[float, float]:
    """What ``count`` mounts take in real time: the share of a core, and memory in MB."""
    with meter() as one:
        for number_of in range(count):
            one.begin(number_of, kind)
            one.give(number_of, cut[0])
        before, began, at = one.cpu_s(), time.monotonic(), 1
        while (passed := time.monotonic() - began) < seconds:
            if at * PIECE_S > passed:
                time.sleep(PIECE_S / 10)
                continue
            for number_of in range(count):
                one.give(number_of, cut[at % len(cut)])
            at += 1
        return (one.cpu_s() - before) / (time.monotonic() - began), one.memory_mb()


def main(words: Sequence[str] | None = None) -> int:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.levels")
    parser.add_argument("--seconds", type=float, default=300.0, help="of audio for each format")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--live", type=float, default=30.0, help="seconds of live mounts")
    parser.add_argument("--dry-run", action="store_true", help="print the table only")
    options = parser.parse_args(words)
    if shutil.which("ffmpeg") is None:
        print("bench.levels: ffmpeg is missing: apt-get install ffmpeg")
        return 0
    rows, shares, memory = [], {}, 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, (kind, how) in STREAMS.items():
            cut = pieces(stream(Path(folder), how, options.seconds), options.seconds)
            spent, windows = min(cost(kind, cut) for _ in range(options.rounds))
            hour = spent * 3600 / options.seconds
            told = (f"{number(hour)} s", f"{number(hour / 36)} %", number(windows))
            rows.append(line((name, *told)))
            if name == "MP3 128k":
                for count in LIVE:
                    shares[count], memory = live(kind, cut, count, options.live)
    lives = [f"{number(share * 100)} % of a core for {count}" for count, share in shares.items()]
    report = (
        "\n".join([*header(HEAD), *rows])
        + f"\n\nMP3 mounts at once, in real time, in one process: {', '.join(lives)}; "
        f"with {max(LIVE)} of them it has {number(memory)} MB for itself.\n\n"
        f"CPU time, the least of {options.rounds} rounds; pink noise, which comes in pieces of "
        f"{PIECE_S:g} s. {describe()}. Made by `make bench` (`python -m bench.levels`)."
    )
    print(report)
    if not options.dry_run:
        rewrite_file(PROJECT / "docs/performance.md", "levels", report)
    return 0 if shares[1] * 100 <= MOST_PERCENT else 1


if __name__ == "__main__":
    sys.exit(main())
