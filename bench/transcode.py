"""What transcoding costs: the codec process against the ffmpeg command, and live inputs at once.

``python -m bench.transcode`` writes docs/performance.md. It ends with status 1 where a
format costs more than its bound.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.machine import describe
from bench.report import rewrite_file
from bench.servers import PROJECT
from bench.table import header, line, number
from tinyice.codec.messages import (
    FROM_CODEC,
    MAX_PAYLOAD,
    Add,
    Begin,
    Bytes,
    Encoded,
    End,
    Taken,
    Want,
    from_codec,
)
from tinyice.core.quality import AAC, FLAC, MP3, OPUS, Quality, resolved
from tinyice.work.environment import child_environment
from tinyice.work.frames import FrameReader

MODULE = "tinyice.codec.worker"
NOISE = "anoisesrc=r=44100:d={seconds}:a=0.2:c=pink:s=1,aformat=channel_layouts=stereo"
KBPS = 128
PIECE_BYTES = 4096
PIECE_S = PIECE_BYTES * 8 / (KBPS * 1000)
MOST = 1.3
"""So much of what the ffmpeg command takes, at most."""

JOBS: dict[str, tuple[tuple[Quality, ...], tuple[str, ...]]] = {
    "MP3 128k": ((Quality(MP3, 128),), ("-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3")),
    "Opus 96k": ((Quality(OPUS, 96),), ("-c:a", "libopus", "-b:a", "96k", "-f", "ogg")),
    "AAC 96k": ((Quality(AAC, 96),), ("-c:a", "aac", "-b:a", "96k", "-f", "adts")),
    "FLAC": ((Quality(FLAC),), ("-c:a", "flac", "-f", "ogg")),
}
"""What is made of MP3 128k, and how the ffmpeg command makes the same."""

LIVE = (1, 8)
HEAD = ("MP3 128k to", "codec process", "`ffmpeg`", "ratio")


class Codec:
    """A codec process that encodes for each of ``qualities``."""

    def __init__(self, process: "subprocess.Popen[bytes]", qualities: Sequence[Quality]) -> None:
        self._process = process
        self._reader = FrameReader(FROM_CODEC, max_payload=MAX_PAYLOAD)
        self._given = self._taken = 0
        self.encoded_s = 0.0
        for index, quality in enumerate(qualities):
            self._say(Add(index, resolved(quality, 44100, 2)), Want(index))
        self._say(Begin("mpeg"))

    def give(self, data: bytes) -> None:
        """The next bytes; returns when they are taken."""
        self._given += len(data)
        self._say(Bytes(data))
        while self._taken < self._given:
            self._listen()

    def end(self) -> None:
        """There is no more."""
        self._say(End())

    def cpu_s(self) -> float:
        """What it has used so far."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text("ascii").rpartition(")")[2]
        fields = stat.split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """What it has for itself alone."""
        text = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text("ascii")
        rows = (row.split() for row in text.splitlines() if row.startswith("Private_"))
        return sum(int(row[1]) for row in rows) / 1000

    def _say(self, *messages: Add | Want | Begin | Bytes | End) -> None:
        if self._process.stdin is not None:
            for message in messages:
                self._process.stdin.write(message.framed().encoded())

    def _listen(self) -> None:
        if self._process.stdout is None:
            return
        for frame in self._reader.feed(self._process.stdout.read(65536)):
            message = from_codec(frame)
            if isinstance(message, Taken):
                self._taken = message.count
            elif isinstance(message, Encoded):
                self.encoded_s += message.seconds


@contextmanager
def codec(*qualities: Quality) -> Iterator[Codec]:
    """Run a codec process."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        (sys.executable, "-P", "-m", MODULE),
        stdin=pipe,
        stdout=pipe,
        bufsize=0,
        env=child_environment(os.environ),
    ) as process:
        yield Codec(process, qualities)
        if process.stdin is not None:
            process.stdin.close()


def noise(path: Path, seconds: float) -> bytes:
    """MP3 with something to encode in it."""
    words = ("-f", "lavfi", "-i", NOISE.format(seconds=seconds), "-c:a", "libmp3lame")
    more = ("-b:a", f"{KBPS}k", "-write_xing", "0", "-id3v2_version", "0", "-y", str(path))
    subprocess.run(("ffmpeg", "-nostdin", "-v", "error", *words, *more), check=True)
    return path.read_bytes()


@dataclass(frozen=True)
class Cost:
    """CPU seconds for an hour of audio."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        """Ours by theirs."""
        return self.ours / self.theirs


def ours(data: bytes, qualities: Sequence[Quality], seconds: float) -> float:
    """CPU seconds of a codec process for all of ``data``, without those of its start."""
    with codec(*qualities) as one:
        one.give(data[:PIECE_BYTES])
        before = one.cpu_s()
        for at in range(PIECE_BYTES, len(data), PIECE_BYTES):
            one.give(data[at : at + PIECE_BYTES])
        used = one.cpu_s() - before
        if one.encoded_s < 0.95 * seconds:
            raise SystemExit("the codec process did not encode everything")
    return used


def theirs(path: Path, words: Sequence[str]) -> float:
    """CPU seconds of the ffmpeg command for the same."""
    before = os.times()
    command = ("ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", str(path), *words)
    subprocess.run((*command, "-y", os.devnull), check=True)
    after = os.times()
    return (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )


def cost(name: str, path: Path, data: bytes, *, seconds: float, rounds: int) -> Cost:
    """The least of some rounds in turns."""
    qualities, words = JOBS[name]
    pairs = [(ours(data, qualities, seconds), theirs(path, words)) for _ in range(rounds)]
    hour = 3600 / seconds
    return Cost(min(pair[0] for pair in pairs) * hour, min(pair[1] for pair in pairs) * hour)


def live(data: bytes, count: int, seconds: float) -> tuple[float, float]:
    """What ``count`` live inputs take, each to MP3 128k.

    The share of a core of all together, and the memory of one process in MB.
    """
    with ExitStack() as stack:
        codecs = [stack.enter_context(codec(Quality(MP3, KBPS))) for _ in range(count)]
        for one in codecs:
            one.give(data[:PIECE_BYTES])
        before, began = sum(one.cpu_s() for one in codecs), time.monotonic()
        at = PIECE_BYTES
        while (passed := time.monotonic() - began) < seconds:
            if at / PIECE_BYTES * PIECE_S > passed:
                time.sleep(PIECE_S / 4)
                continue
            for one in codecs:
                one.give(data[at : at + PIECE_BYTES])
            at += PIECE_BYTES
        share = (sum(one.cpu_s() for one in codecs) - before) / (time.monotonic() - began)
        return share, max(one.memory_mb() for one in codecs)


def main(words: Sequence[str] | None = None) -> int:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.transcode")
    parser.add_argument("--seconds", type=float, default=600.0, help="of audio for each job")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--live", type=float, default=30.0, help="seconds of live inputs")
    parser.add_argument("--dry-run", action="store_true", help="print the table only")
    options = parser.parse_args(words)
    if shutil.which("ffmpeg") is None:
        print("bench.transcode: ffmpeg is missing: apt-get install ffmpeg")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noise.mp3"
        data = noise(path, options.seconds)
        costs = {
            name: cost(name, path, data, seconds=options.seconds, rounds=options.rounds)
            for name in JOBS
        }
        measured = {count: live(data, count, options.live) for count in LIVE}
    rows = [
        line((name, *(f"{number(one)} s" for one in (each.ours, each.theirs)), number(each.ratio)))
        for name, each in costs.items()
    ]
    shares = {count: share for count, (share, _) in measured.items()}
    lives = [f"{number(share * 100)} % of a core for {count}" for count, share in shares.items()]
    memory = max(megabytes for _, megabytes in measured.values())
    report = (
        "\n".join([*header(HEAD), *rows])
        + f"\n\nLive inputs at once, each to MP3 128k: {', '.join(lives)}; "
        f"each process has {number(memory)} MB for itself.\n\n"
        f"CPU time for an hour of audio, the least of {options.rounds} rounds in turns; pink "
        f"noise. {describe()}. Made by `make bench` (`python -m bench.transcode`)."
    )
    print(report)
    if not options.dry_run:
        rewrite_file(PROJECT / "docs/performance.md", "transcode", report)
    return 0 if all(each.ratio <= MOST for each in costs.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
