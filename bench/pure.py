"""What the parts without sockets cost: for a second of audio, or for a request.

``python -m bench.pure`` times each some times over, takes the best, and writes
docs/performance.md.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import audio
from bench.machine import describe
from bench.report import rewrite_file
from bench.table import header, line
from tinyice.core.icy import IcyStream
from tinyice.core.ring import Ring
from tinyice.core.syncpoints import SyncPoints
from tinyice.formats.base import Framer
from tinyice.formats.mpeg import MpegFramer
from tinyice.formats.ogg import OggFramer
from tinyice.wire.head import HeadParser
from tinyice.wire.icy import metadata_block

BYTES_PER_S = audio.bytes_per_second(128)
PIECE = BYTES_PER_S // 20
QUEUE = 524_288
METAINT = 16_000
REQUEST = (
    b"GET /live HTTP/1.1\r\nHost: radio.example:8000\r\nUser-Agent: VLC/3.0.18 LibVLC/3.0.18\r\n"
    b"Range: bytes=0-\r\nIcy-MetaData: 1\r\nAccept: */*\r\nConnection: close\r\n\r\n"
)
REQUESTS = 200


@dataclass(frozen=True, slots=True)
class Part:
    """Something to time: ``run`` does ``count`` of ``what``."""

    name: str
    what: str
    count: float
    run: Callable[[], None]


def pieces_of(data: bytes) -> list[bytes]:
    """Cut as a source sends it."""
    return [data[at : at + PIECE] for at in range(0, len(data), PIECE)]


def fill_ring(pieces: Sequence[bytes]) -> None:
    """Append each piece, and look at what is new."""
    ring = Ring(QUEUE)
    for piece in pieces:
        offset = ring.head
        ring.append(piece)
        ring.view(offset)


def interleave(pieces: Sequence[bytes]) -> None:
    """Put metadata between, as for all listeners with one interval."""
    ring = Ring(QUEUE)
    stream = IcyStream(
        METAINT,
        sync=SyncPoints(),
        is_framed=lambda: False,
        ring=ring,
        start=0,
        block=metadata_block("An artist - A title"),
    )
    for piece in pieces:
        for part in stream.interleave(memoryview(piece)):
            ring.append(part)


def frame(framer: Callable[[], Framer], pieces: Sequence[bytes]) -> None:
    """Cut a stream into whole units."""
    ours = framer()
    for piece in pieces:
        ours.feed(piece)


def parse_requests() -> None:
    """Read one request many times."""
    for _ in range(REQUESTS):
        HeadParser(8192, 100).receive(REQUEST)


def parts() -> Iterator[Part]:
    """Everything to time. Raises `audio.NoEncoder` where a stream can't be made."""
    yield Part("request head", "request", REQUESTS, parse_requests)
    sound = bytes(BYTES_PER_S * audio.SECONDS)
    second = "second of audio"
    for name, run in (("ring, append and view", fill_ring), ("ICY interleave", interleave)):
        yield Part(name, second, audio.SECONDS, partial(run, pieces_of(sound)))
    mp3 = pieces_of(audio.mp3(128).read_bytes())
    yield Part("MPEG framing", second, audio.SECONDS, partial(frame, MpegFramer, mp3))
    opus = pieces_of(audio.opus().read_bytes())
    yield Part("Ogg framing", second, audio.SECONDS, partial(frame, OggFramer, opus))


def best_of(part: Part, seconds: float) -> float:
    """Give the best time for one of what the part does, in microseconds."""
    best = float("inf")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        began = time.perf_counter()
        part.run()
        best = min(best, time.perf_counter() - began)
    return best / part.count * 1e6


def report(seconds: float) -> str:
    """Time everything, each part for so many seconds."""
    lines = header(("part", "cost", "for each"))
    try:
        for part in parts():
            lines.append(line((part.name, f"{best_of(part, seconds):.1f} µs", part.what)))
    except audio.NoEncoder as reason:
        lines.append(line(("the rest", f"skipped: {reason}", "")))
    table = "\n".join(lines)
    return f"{table}\n\nAt 128 kbit/s, in pieces of {PIECE} bytes. {describe()}."


def main(words: Sequence[str] | None = None) -> int:
    """Time and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.pure")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each part")
    parser.add_argument("--dry-run", action="store_true", help="print the table only")
    options = parser.parse_args(words)
    told = report(options.seconds)
    print(told)
    if not options.dry_run:
        rewrite_file(Path(__file__).resolve().parent.parent / "docs/performance.md", "pure", told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
