"""The child that measures levels: what it says of streams of every kind, and how it is asked."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

import numpy as np
import pytest
from av.audio.frame import AudioFrame
from hypothesis import given
from hypothesis import strategies as st

from codec.sounds import file_of
from tinyice.codec.meter_link import METER_MODULE
from tinyice.codec.meter_messages import (
    FROM_METER,
    MAX_PAYLOAD,
    Begin,
    Bytes,
    End,
    Measured,
    ToMeter,
    Works,
    from_meter,
    to_meter,
)
from tinyice.codec.windows import WINDOW_S, Windows
from tinyice.core.levels import LOWEST, Level, Window, merged, tenths
from tinyice.work.children import ChildCommand
from tinyice.work.environment import child_environment
from tinyice.work.frames import Frame, FrameError, FrameReader

SECONDS = 4.0


class Meter:
    """A child, and what it has found."""

    def __init__(self, child: "subprocess.Popen[bytes]") -> None:
        self._child = child
        self._reader = FrameReader(FROM_METER, max_payload=MAX_PAYLOAD)
        self._given: dict[int, int] = {}
        self._taken: dict[int, int] = {}
        self.windows: dict[int, list[Window]] = {}

    def say(self, *messages: ToMeter) -> Self:
        assert self._child.stdin is not None
        for message in messages:
            self._child.stdin.write(message.framed().encoded())
        return self

    def bring(self, stream: int, data: bytes) -> Self:
        """Audio in pieces; returns when all of it is taken."""
        for at in range(0, len(data), 2000):
            piece = data[at : at + 2000]
            self.say(Bytes(stream, piece))
            self._given[stream] = self._given.get(stream, 0) + len(piece)
        while self._taken.get(stream, 0) < self._given[stream]:
            self._listen()
        return self

    def _listen(self) -> None:
        assert self._child.stdout is not None
        for frame in self._reader.feed(self._child.stdout.read(65536)):
            message = from_meter(frame)
            if isinstance(message, Measured):
                self._taken[message.stream] = message.taken
                self.windows.setdefault(message.stream, []).extend(message.windows)


@contextmanager
def meter() -> Iterator[Meter]:
    """A child process; it ends by itself when nobody speaks to it any more."""
    command = ChildCommand(METER_MODULE, (), child_environment(os.environ))
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command.argv, env=command.environment, stdin=pipe, stdout=pipe, bufsize=0
    ) as child:
        yield Meter(child)
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(timeout=10) == 0


STREAMS = {
    "mp3": ("mpeg", file_of("mp3", "libmp3lame", seconds=SECONDS)),
    "aac": ("adts", file_of("adts", "aac", seconds=SECONDS)),
    "opus": ("ogg", file_of("ogg", "libopus", samplerate=48000, seconds=SECONDS)),
    "flac": ("ogg", file_of("ogg", "flac", seconds=SECONDS)),
    "webm": ("matroska", file_of("webm", "libopus", samplerate=48000, seconds=SECONDS)),
}


def test_every_format_at_once() -> None:
    """Each is as long and as loud as the others, in ten to twenty windows a second."""
    numbers = dict(enumerate(STREAMS.values()))
    with meter() as one:
        one.say(*(Begin(number, kind) for number, (kind, _) in numbers.items()))
        for number, (_, data) in numbers.items():
            one.bring(number, data)
        found = {number: merged(windows) for number, windows in one.windows.items()}
        for number, windows in one.windows.items():
            seconds = sum(window.seconds for window in windows)
            assert SECONDS - 0.6 < seconds < SECONDS + 0.2
            assert 10 <= len(windows) / seconds <= 20
            assert len(found[number]) == len(found[0])
            for level, other in zip(found[number], found[0], strict=True):
                assert abs(level.average - other.average) < 8
                assert level.average < level.peak <= 10


def test_a_chained_stream_is_read_on() -> None:
    """Another codec, rate and number of channels in the middle."""
    first = file_of("ogg", "libopus", samplerate=48000, seconds=2)
    then = file_of("ogg", "flac", samplerate=22050, seconds=2)
    with meter() as one:
        one.say(Begin(1, "ogg")).bring(1, first + then)
        assert sum(window.seconds for window in one.windows[1]) > 3.4


def test_garbage_is_left_out() -> None:
    """Of one stream, and no other is touched by it."""
    _, tone = STREAMS["mp3"]
    with meter() as one:
        one.say(Begin(1, "mpeg"), Begin(2, "ogg"), Begin(3, "no such family"), Begin(4, "mpeg"))
        one.bring(1, tone[:20_000] + os.urandom(20_000) + tone[20_000:])
        one.bring(2, os.urandom(50_000))
        one.bring(4, tone)
        assert sum(window.seconds for window in one.windows[1]) > SECONDS - 0.6
        assert one.windows[2] == []
        assert sum(window.seconds for window in one.windows[4]) > SECONDS - 0.2


def test_streams_come_and_go() -> None:
    """One that is over leaves nothing; what is sent to none is dropped."""
    _, tone = STREAMS["mp3"]
    with meter() as one:
        for number in range(1, 20):
            one.say(Begin(number, "mpeg")).bring(number, tone[:8000]).say(End(number))
        one.say(Bytes(5, tone), End(5), End(99), Begin(20, "mpeg")).bring(20, tone)


def frame_of(values: "np.ndarray", name: str, layout: str, rate: int = 44100) -> AudioFrame:  # type: ignore[type-arg]
    """A frame of these samples."""
    made = AudioFrame.from_ndarray(np.ascontiguousarray(values), format=name, layout=layout)
    made.sample_rate = rate
    return made


FORMS = {
    "u8": (np.uint8, 127, 128),
    "s16": (np.int16, 2**15 - 1, 0),
    "s32": (np.int32, 2**31 - 128, 0),
    "flt": (np.float32, 1.0, 0),
    "dbl": (np.float64, 1.0, 0),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("planar", ["p", ""])
def test_every_shape_of_samples(name: str, planar: str) -> None:
    """A sine at half of full scale: -9.0 on average, -6.0 at its peak; the other side silent."""
    kind, full, zero = FORMS[name]
    sine = 0.5 * np.sin(np.arange(44100) * (2 * np.pi * 997 / 44100))
    rows = np.stack([sine, np.zeros(44100)]) * full + zero
    values = rows if planar else rows.T.reshape(1, -1)
    windows = list(Windows().measure(frame_of(values.astype(kind), name + planar, "stereo")))
    assert len(windows) == round(1 / WINDOW_S)
    left, right = merged(windows)
    assert abs(left.average + 90) <= 1
    assert abs(left.peak + 60) <= 1
    assert right.peak <= -400


def test_more_than_two_channels() -> None:
    """In turns left and right, the louder ones count."""
    rows = np.array([[0.1], [0.2], [0.4], [0.05], [0.0], [0.3]], np.float32).repeat(4410, axis=1)
    (window, *_) = Windows().measure(frame_of(rows, "fltp", "5.1"))
    assert [one.peak for one in window.channels] == [tenths(0.4), tenths(0.3)]


def test_what_is_no_number() -> None:
    """A damaged frame is as loud as anything can be, or silent, and no error."""
    rows = np.full((1, 4410), np.nan, np.float32)
    rows[0, 5] = np.inf
    windows = list(Windows().measure(frame_of(rows, "fltp", "mono")))
    assert all(LOWEST <= one.channels[0].average <= 200 for one in windows)


levels = st.builds(Level, st.integers(-1000, 200), st.integers(-1000, 200))
lengths = st.integers(1, 65535).map(lambda count: count / 10_000)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1), st.integers(1, 2), st.data())
def test_what_is_said_is_heard(stream: int, taken: int, channels: int, data: st.DataObject) -> None:
    """Every message, through bytes."""
    window = st.builds(Window, lengths, st.tuples(*[levels] * channels))
    windows = data.draw(st.lists(window, max_size=50))
    measured = Measured(stream, taken, tuple(windows))
    assert from_meter(measured.framed()) == measured
    assert from_meter(Works().framed()) == Works()
    for message in (Begin(stream, "mpeg"), Bytes(stream, b"abc"), End(stream)):
        assert to_meter(message.framed()) == message


@given(st.integers(90, 120), st.binary(max_size=64))
def test_what_is_no_message(kind: int, payload: bytes) -> None:
    """It is refused as a whole, by both sides."""
    for read in (from_meter, to_meter):
        with suppress(FrameError):
            read(Frame(kind, payload))
