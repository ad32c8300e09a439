"""Loudness as the rest of the world measures it, in a process that may die."""

import math
import os
import re
import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
import pytest
from twisted.internet import reactor
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
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
from tinyice.codec.measuring import Measuring, Unmeasured
from tinyice.core.loudness import Loudness
from tinyice.core.quality import FLAC, MP3, Quality
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
    found = measure(path)
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
    gain = -16.0 - measure(path).lufs
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
    two = measure(write(tmp_path / "2.flac", both, RATE, "flac"))
    one = measure(write(tmp_path / "1.flac", both[:, :1], RATE, "flac"))
    assert abs(two.lufs - one.lufs) < 0.2


def test_silence_and_rubbish(tmp_path: Path) -> None:
    """Silence has a number, rubbish a reason."""
    quiet = write(tmp_path / "q.flac", np.zeros((2 * RATE, 2), np.int16), RATE, "flac")
    assert measure(quiet).lufs == -70.0
    assert math.isfinite(measure(quiet).peak_db)
    (tmp_path / "x.mp3").write_bytes(b"x" * 1000)
    with pytest.raises(Unreadable):
        measure(tmp_path / "x.mp3")


def test_messages() -> None:
    """There and back."""
    for message in (Measured(Loudness(-1.5, -0.5, 3.0, 9.0)), Unmeasurable("no — why")):
        assert from_analysis(message.framed()) == message
    asked = Measure("/a/\udcff.mp3", ("/a", "/b"))
    assert to_analysis(asked.framed()) == asked


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
            assert abs(first.lufs - measure(path).lufs) < 0.01
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
