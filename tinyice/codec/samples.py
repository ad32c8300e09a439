"""Samples as arrays: 32 bit floats, full scale 1.0, one row for each moment."""

from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from tinyice.codec.joins import Curve
from tinyice.codec.sound import Shape, frame_of, pcm_of

Samples = NDArray[np.float32]
SAMPLE_FORMAT = "flt"
_LOG_BASE = 9.0


def silence(count: int, channels: int) -> Samples:
    """So many moments of nothing."""
    return np.zeros((count, channels), np.float32)


def samples_of(frame: AudioFrame) -> Samples:
    """What is in a frame whose format is ``SAMPLE_FORMAT``."""
    flat = np.frombuffer(pcm_of(frame), np.float32)
    return flat.reshape(-1, frame.layout.nb_channels)


def frame_from(samples: Samples, samplerate: int) -> AudioFrame:
    """The frame that holds these samples."""
    return frame_of(samples.tobytes(), Shape(samplerate, samples.shape[1], SAMPLE_FORMAT))


def part_of(frame: AudioFrame, first: int, end: int) -> AudioFrame:
    """The samples of a frame of any format from ``first`` up to ``end``."""
    values: NDArray[Any] = frame.to_ndarray()
    step = 1 if frame.format.is_planar else frame.layout.nb_channels
    part: NDArray[Any] = np.ascontiguousarray(values[:, first * step : end * step])
    cut = AudioFrame.from_ndarray(part, format=frame.format.name, layout=frame.layout.name)
    cut.sample_rate = frame.sample_rate
    return cut


def rise(curve: Curve, first: int, count: int, length: int) -> NDArray[np.float32]:
    """The levels from ``first`` on, ``count`` of them, of a fade-in of ``length`` samples."""
    at = (np.arange(first, first + count, dtype=np.float64) + 0.5) / max(1, length)
    at = np.clip(at, 0.0, 1.0)
    if curve is Curve.SINE:
        at = np.sin(at * (np.pi / 2))
    elif curve is Curve.LOGARITHMIC:
        at = np.expm1(at * np.log1p(_LOG_BASE)) / _LOG_BASE
    return at.astype(np.float32)


def fall(curve: Curve, first: int, count: int, length: int) -> NDArray[np.float32]:
    """The same of a fade-out: the mirror image."""
    return rise(curve, length - first - count, count, length)[::-1]
