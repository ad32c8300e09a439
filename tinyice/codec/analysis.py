"""The child that measures how loud files are, and what they look like.

``python -m tinyice.codec.analysis``.

It works behind everybody else, one file after the other. What is measured is what
listeners hear: one channel sounds on both sides, more than two are mixed down.
"""

import sys
from contextlib import suppress
from math import isfinite, log10
from pathlib import Path

from av import logging as av_logging
from av.audio.frame import AudioFrame
from av.error import FFmpegError
from av.filter import Graph

from tinyice.codec.analysis_messages import (
    MAX_PAYLOAD,
    TO_ANALYSIS,
    Measured,
    Unmeasurable,
    to_analysis,
)
from tinyice.codec.bounded import checked
from tinyice.codec.decoding import File, Unreadable
from tinyice.codec.outlining import Outline
from tinyice.codec.sound import Converter, Shape
from tinyice.core.loudness import Loudness
from tinyice.work.behind import live_behind
from tinyice.work.childside import ParentGone, live_as_child, live_within_memory, standard_pipe
from tinyice.work.frames import FrameReader

RATE = 48000
LONGEST_S = 3600.0
"""Of longer files the first hour tells."""

SOFTEST_DB = -70.0
"""R128 hears nothing below."""

_PASSED_ON = (BlockingIOError, EOFError)


class Meter:
    """FFmpeg's filter for EBU R128, for samples of ``shape``."""

    shape = Shape(RATE, 2, "flt")

    def __init__(self) -> None:
        graph = Graph()
        source = graph.add_abuffer(format="flt", sample_rate=RATE, layout="stereo")
        meter = graph.add("ebur128", "metadata=1:peak=true")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        self._graph = graph
        self._found: dict[str, str] = {}

    def take(self, frame: AudioFrame) -> None:
        """Listen to these samples."""
        self._graph.push(frame)
        with suppress(*_PASSED_ON):
            while True:
                self._found = dict(self._graph.pull().metadata)

    def number(self, name: str) -> float:
        """What the filter says."""
        try:
            found = float(self._found.get(name, "nan"))
        except ValueError:
            return SOFTEST_DB
        return found if isfinite(found) else SOFTEST_DB


def measure(path: Path) -> Measured:
    """How loud the file is, and what it looks like; raises ``Unreadable``."""
    file = File(path)
    meter, converter = Meter(), Converter(Meter.shape)
    outline = Outline(Meter.shape.channels)
    seconds = 0.0
    try:
        for frame in file.frames():
            seconds += frame.samples / frame.sample_rate
            for converted in converter.convert(frame):
                outline.take(converted)
                meter.take(converted)
            if seconds >= LONGEST_S:
                break
        for converted in converter.flush():
            outline.take(converted)
            meter.take(converted)
    finally:
        file.close()
    if not seconds:
        raise Unreadable(file.faults.last or "there is no sound in it")
    peak = meter.number("lavfi.r128.true_peak")
    loudness = Loudness(
        max(SOFTEST_DB, meter.number("lavfi.r128.I")),
        20 * log10(peak) if peak > 0 else SOFTEST_DB,
        max(0.0, meter.number("lavfi.r128.LRA")),
        seconds,
    )
    return Measured(loudness, outline.waveform())


def main() -> int:
    """Measure for the parent at standard input and output."""
    live_as_child()
    live_behind()
    live_within_memory()
    pipe = standard_pipe(FrameReader(TO_ANALYSIS, max_payload=MAX_PAYLOAD))
    av_logging.set_level(av_logging.PANIC)
    with suppress(ParentGone):
        while True:
            for frame in pipe.receive(None):
                asked = to_analysis(frame)
                try:
                    answer = measure(checked(asked.path, asked.folders)).framed()
                except (Unreadable, FFmpegError, OSError, ValueError) as error:
                    answer = Unmeasurable(str(error)).framed()
                except MemoryError:
                    answer = Unmeasurable("it takes too much memory").framed()
                pipe.send(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
