"""Levels of decoded audio, window by window."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from tinyice.core.levels import Level, Window, tenths

WINDOW_S = 0.05
_LOUDEST = 10.0
_FULL = {"u8": 2**7, "s16": 2**15, "s32": 2**31, "flt": 1, "dbl": 1}
_ZERO = {"u8": 2**7}


class Windows:
    """Measures the frames of one stream, whatever shape they have.

    A window is as long as ``WINDOW_S``, and the rest of a frame more where that is short:
    then nothing is cut for it. More than two channels count as left and right in turns.
    """

    def __init__(self) -> None:
        self._shape: tuple[int, int] = (0, 0)
        self._count = 0
        self._squares: NDArray[np.float64] = np.zeros(0)
        self._peaks: NDArray[np.float64] = np.zeros(0)

    def measure(self, frame: AudioFrame) -> Iterator[Window]:
        """The windows that are full with ``frame``."""
        samples = _channels_of(frame)
        rate, length = frame.sample_rate, max(1, round(frame.sample_rate * WINDOW_S))
        if self._shape != (rate, len(samples)):
            self._shape = (rate, len(samples))
            self._clear(len(samples))
        if samples.shape[1] <= length:
            yield from self._add(samples, rate, length)
            return
        for at in range(0, samples.shape[1], length):
            yield from self._add(samples[:, at : at + length], rate, length)

    def _add(self, samples: NDArray[Any], rate: int, length: int) -> Iterator[Window]:
        self._count += samples.shape[1]
        self._squares += np.einsum("ij,ij->i", samples, samples)
        highest, lowest = samples.max(axis=1), samples.min(axis=1)
        np.maximum(self._peaks, np.maximum(highest, -lowest), out=self._peaks)
        if self._count < length:
            return
        averages, peaks = _sane(np.sqrt(self._squares / self._count)), _sane(self._peaks)
        levels = [
            Level(tenths(average), tenths(peak))
            for average, peak in zip(averages, peaks, strict=True)
        ]
        yield Window(self._count / rate, _sides(levels))
        self._clear(len(levels))

    def _clear(self, channels: int) -> None:
        self._count = 0
        self._squares, self._peaks = np.zeros(channels), np.zeros(channels)


def _channels_of(frame: AudioFrame) -> NDArray[np.float32]:
    """One row for each channel; full scale is 1."""
    values: NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    name = frame.format.name.removesuffix("p")
    if name in ("flt", "dbl"):
        return values
    full = np.float32(_FULL.get(name, 1))
    return (values.astype(np.float32) - np.float32(_ZERO.get(name, 0))) / full


def _sane(parts: NDArray[np.float64]) -> list[float]:
    """Parts of full scale; what a damaged frame holds may be no number at all."""
    found: list[float] = np.clip(np.nan_to_num(parts), 0.0, _LOUDEST).tolist()
    return found


def _sides(levels: list[Level]) -> tuple[Level, ...]:
    if len(levels) <= 2:
        return tuple(levels)
    return _louder(levels[::2]), _louder(levels[1::2])


def _louder(levels: list[Level]) -> Level:
    return Level(max(one.average for one in levels), max(one.peak for one in levels))
