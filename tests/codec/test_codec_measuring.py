"""Loudness as the rest of the world measures it, in a process that may die."""

import math
import os
import re
import signal
import struct
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
import pytest
from twisted.internet import reactor
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater
from twisted.trial.unittest import TestCase

from codec.playing import Asked, play, sine, write
from tinyice.codec.analysis import measure
from tinyice.codec.analysis_messages import (
    Measure,
    Measured,
    Unmeasurable,
    from_analysis,
    to_analysis,
)
from tinyice.codec.decoding import Unreadable
from tinyice.codec.measuring import IDLE_S, LOOKED_AT_MAX, Measuring, NotNow, Unmeasured
from tinyice.core.loudness import Loudness
from tinyice.core.quality import FLAC, MP3, Quality
from tinyice.core.waveform import COLUMNS, Waveform
from tinyice.work.childside import MEMORY_MAX
from tinyice.work.environment import child_environment

RATE = 44100
REACTOR = cast("ReactorBase", reactor)


def music(folder: Path, seconds: float, level: float, codec: str = "flac") -> Path:
    """Something like music: noise that comes and goes, with peaks."""
    random = np.random.default_rng(7)
    count = round(seconds * RATE)
    slow = 0.6 + 0.4 * np.sin(np.arange(count) / RATE * 2 * np.pi / 3)
    noise = np.convolve(random.normal(0, 1, count), np.ones(8) / 8, "same") * slow
    noise[:: RATE // 2] += 4
    samples = np.clip(np.rint(noise * level * 32767), -32768, 32767).astype(np.int16)
    ending = {"flac": "flac", "libmp3lame": "mp3"}[codec]
    return write(folder / f"m.{ending}", np.stack([samples, samples], 1), RATE, codec)


def with_cover(path: Path, size: int) -> Path:
    """A second of QuickTime, and a picture of ``size`` bytes, of which the disk has none."""
    write(path, sine(RATE, 1.0), RATE, "pcm_s16le")
    data = path.read_bytes()
    at = data.index(b"moov") - 4
    (length,) = struct.unpack_from(">I", data, at)
    assert at + length == len(data)
    handler = struct.pack(">I4sII4s4s9x", 33, b"hdlr", 0, 0, b"mdir", b"appl")
    boxes = struct.pack(">I4sII", 16 + size, b"data", 13, 0)
    for before, kind in (
        (b"", b"covr"),
        (b"", b"ilst"),
        (bytes(4) + handler, b"meta"),
        (b"", b"udta"),
    ):
        boxes = before + boxes
        boxes = struct.pack(">I4s", 8 + len(boxes) + size, kind) + boxes
    whole = struct.pack(">I4s", length + len(boxes) + size, b"moov") + data[at + 8 :] + boxes
    path.write_bytes(data[:at] + whole)
    os.truncate(path, at + len(whole) + size)
    return path


def loudness_of(path: Path) -> tuple[float, float]:
    """LUFS and dBTP, as the ffmpeg of the system tells them."""
    done = subprocess.run(
        ("ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128=peak=true",
         "-f", "null", "-"),
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    summary = done.stderr.split("Summary:")[1]
    found = re.search(r"I:\s+(-?[\d.]+) LUFS.*Peak:\s+(-?[\d.]+) dBFS", summary, re.DOTALL)
    assert found is not None
    return float(found[1]), float(found[2])


@pytest.mark.needs_program("ffmpeg")
@pytest.mark.parametrize("level", [0.02, 0.2])
def test_as_ffmpeg_says(tmp_path: Path, level: float) -> None:
    """The same numbers."""
    path = music(tmp_path, 8.0, level)
    lufs, peak = loudness_of(path)
    found = measure(path).loudness
    assert abs(found.lufs - lufs) < 0.1
    assert abs(found.peak_db - peak) < 0.1
    assert abs(found.seconds - 8.0) < 0.01


@pytest.mark.needs_program("ffmpeg")
@pytest.mark.parametrize("level", [0.02, 0.3])
@pytest.mark.parametrize(
    ("quality", "ending"),
    [
        (Quality(FLAC, 0, samplerate=RATE, channels=2), "ogg"),
        (Quality(MP3, 192, samplerate=RATE, channels=2), "mp3"),
    ],
)
def test_what_is_heard_has_the_level_that_is_wanted(
    tmp_path: Path, level: float, quality: Quality, ending: str
) -> None:
    """Within 1 LU of -16 LUFS, and on a lossless stream no true peak above -1 dBTP."""
    path = music(tmp_path, 12.0, level)
    gain = -16.0 - measure(path).loudness.lufs
    played = play(quality, [Asked(path, gain_db=gain)], 12.0)
    out = tmp_path / f"out.{ending}"
    out.write_bytes(played.data)
    lufs, peak = loudness_of(out)
    assert abs(lufs + 16.0) < 1.0
    if quality.format == FLAC:
        assert peak <= -1.0


def test_one_channel_sounds_on_both_sides(tmp_path: Path) -> None:
    """It is as loud as the same on two channels."""
    both = sine(RATE, 4.0)
    two = measure(write(tmp_path / "2.flac", both, RATE, "flac")).loudness
    one = measure(write(tmp_path / "1.flac", both[:, :1], RATE, "flac")).loudness
    assert abs(two.lufs - one.lufs) < 0.2


def test_silence_and_rubbish(tmp_path: Path) -> None:
    """Silence has a number, rubbish a reason."""
    quiet = write(tmp_path / "q.flac", np.zeros((2 * RATE, 2), np.int16), RATE, "flac")
    assert measure(quiet).loudness.lufs == -70.0
    assert math.isfinite(measure(quiet).loudness.peak_db)
    (tmp_path / "x.mp3").write_bytes(b"x" * 1000)
    with pytest.raises(Unreadable):
        measure(tmp_path / "x.mp3")


def test_messages() -> None:
    """There and back."""
    looks = Waveform(bytes(range(200)) * 2, bytes(COLUMNS))
    for message in (Measured(Loudness(-1.5, -0.5, 3.0, 9.0), looks), Unmeasurable("no — why")):
        assert from_analysis(message.framed()) == message
    asked = Measure("/a/\udcff.mp3", ("/a", "/b"))
    assert to_analysis(asked.framed()) == asked


@pytest.mark.parametrize("seconds", [0.1, 3.0, 17.0])
def test_the_waveform_is_what_is_heard(tmp_path: Path, seconds: float) -> None:
    """Each column has the peak and the power of its part, however long the file is."""
    loud = np.linspace(0.9, 0.1, COLUMNS)
    tone = sine(RATE, seconds, level=1.0).astype(np.float64)
    at = np.minimum(np.arange(len(tone)) * COLUMNS // len(tone), COLUMNS - 1)
    samples = np.rint(tone * loud[at][:, None]).astype(np.int16)
    looks = measure(write(tmp_path / "w.flac", samples, RATE, "flac")).waveform
    # Columns of short files overlap: they have what is in a hundredth of a second.
    near = 6 if seconds >= 3 else 40
    peaks, levels = np.frombuffer(looks.peaks, np.uint8), np.frombuffer(looks.levels, np.uint8)
    inner = slice(10, -10)
    assert np.abs(peaks - loud * 255)[inner].max() < near
    assert np.abs(levels - loud * 255 / np.sqrt(2))[inner].max() < near


def test_the_waveform_of_silence_and_of_too_much(tmp_path: Path) -> None:
    """From nothing to full scale, on one side as on both."""
    quiet = write(tmp_path / "q.flac", np.zeros((RATE, 2), np.int16), RATE, "flac")
    assert measure(quiet).waveform == Waveform(bytes(COLUMNS), bytes(COLUMNS))
    left = np.zeros((RATE, 2), np.int16)
    left[:, 0] = np.tile(np.array([32767, 32767, -32768, -32768], np.int16), RATE // 4)
    looks = measure(write(tmp_path / "l.flac", left, RATE, "flac")).waveform
    assert min(looks.peaks[5:-5]) == 255
    assert 175 <= min(looks.levels[5:-5]) <= max(looks.levels[5:-5]) <= 185


class MeasuringTests(TestCase):
    timeout = 30

    def test_the_child(self) -> Deferred[None]:
        """Files are measured one after the other; who dies costs one file."""
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = music(Path(folder.name), 6.0, 0.1)
        measuring = Measuring(child_environment(os.environ), spawner=REACTOR, clock=REACTOR)
        self.addCleanup(measuring.stop)

        async def story() -> None:
            first = await measuring.measure(str(path), [folder.name])
            assert abs(first.loudness.lufs - measure(path).loudness.lufs) < 0.01
            for wrong in ([str(path), ["/usr"]], ["/does/not/exist", []]):
                with pytest.raises(Unmeasured, match=r"outside|out of|No such"):
                    await measuring.measure(*wrong)  # type: ignore[arg-type]
            assert measuring.pid is not None
            os.kill(measuring.pid, signal.SIGSTOP)
            waiting = measuring.measure(str(path))
            behind = measuring.measure(str(path))
            os.kill(measuring.pid, signal.SIGKILL)
            with pytest.raises(Unmeasured):
                await waiting
            assert (await behind) == first

        return Deferred.fromCoroutine(story())

    def test_a_file_that_takes_too_much_memory(self) -> Deferred[None]:
        """It is refused, and costs only itself: the same process measures the next one."""
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = music(Path(folder.name), 1.0, 0.1)
        large = with_cover(Path(folder.name) / "large.mov", 3 * MEMORY_MAX // 2)
        measuring = Measuring(child_environment(os.environ), spawner=REACTOR, clock=REACTOR)
        self.addCleanup(measuring.stop)

        async def story() -> None:
            await measuring.measure(str(path))
            before = measuring.pid
            with pytest.raises(Unmeasured, match="memory"):
                await measuring.measure(str(large))
            await measuring.measure(str(path))
            assert measuring.pid == before

        return Deferred.fromCoroutine(story())

    def test_what_plays_goes_before_what_is_looked_at(self) -> Deferred[None]:
        """And of what can wait only so much may."""
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = str(music(Path(folder.name), 1.0, 0.1))
        measuring = Measuring(child_environment(os.environ), spawner=REACTOR, clock=REACTOR)
        self.addCleanup(measuring.stop)

        async def story() -> None:
            order: list[str] = []
            for name in ("first", "looked at", "played"):
                asked = measuring.measure(path, can_wait=name == "looked at")
                asked.addCallback(lambda _told, name=name: order.append(name))
            many = [measuring.measure(path, can_wait=True) for _ in range(LOOKED_AT_MAX)]
            with pytest.raises(NotNow):
                await many[-1]
            await many[0]
            assert order == ["first", "played", "looked at"]
            for one in many[1:-1]:
                one.addErrback(lambda told: told.trap(NotNow))

        return Deferred.fromCoroutine(story())

    def test_what_comes_when_the_child_rests(self) -> Deferred[None]:
        """It is measured by the next one."""
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = str(music(Path(folder.name), 1.0, 0.1))
        clock = Clock()
        measuring = Measuring(child_environment(os.environ), spawner=REACTOR, clock=clock)
        self.addCleanup(measuring.stop)

        async def story() -> None:
            first, before = await measuring.measure(path), measuring.pid
            await deferLater(REACTOR, 0)
            clock.advance(IDLE_S)
            assert await measuring.measure(path) == first
            assert measuring.pid != before

        return Deferred.fromCoroutine(story())
