"""A limiter: no peak above the ceiling, between the samples either (ITU-R BS.1770).

It looks ahead, and goes down and up in smooth curves. What needs no limiting passes bit
for bit. Levels are found for pieces of a millisecond. Each piece needs a level, for its
peaks; the level at an edge between two pieces is the weighted mean of the least needs
around it, chosen so that none of them is above what the pieces at this edge need.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from tinyice.codec.samples import Samples, silence

CEILING_DB = -1.2
"""A little below -1 dBTP: another meter has another filter."""

_REACH = 30
"""So many pieces before a peak the level begins to go down; so long it takes to come back."""

_BEHIND = 2 * _REACH + 1
"""Pieces before and behind an edge that its level depends on."""

_PHASES = 8
_TAPS = 16


def _filters() -> NDArray[np.float32]:
    """What finds values between samples: a windowed sinc, a column for each phase."""
    count = _PHASES * _TAPS
    at = np.arange(count) - (count - 1) / 2
    whole = np.sinc(at / _PHASES) * np.kaiser(count, 3.0)
    parts = whole[::-1].reshape(_TAPS, _PHASES)
    scaled: NDArray[np.float32] = (parts / parts.sum(axis=0)).astype(np.float32)
    return scaled


_FILTERS = _filters()
_OVERSHOOT = float(np.abs(_FILTERS).sum(axis=0).max())


class Limiter:
    """Gives as many samples as it takes, a little later."""

    def __init__(self, samplerate: int, channels: int, ceiling_db: float = CEILING_DB) -> None:
        self._ceiling = 10.0 ** (ceiling_db / 20)
        self._quiet = self._ceiling / _OVERSHOOT
        self._piece = max(16, samplerate // 1000)
        self._channels = channels
        window = np.hanning(2 * _REACH + 3)[1:-1]
        self._window = window / window.sum()
        self._held = silence(0, channels)
        self._before = silence(_TAPS, channels)
        self._needs = np.ones(_BEHIND)
        """Of the pieces that were given last, then of those that are held."""

    def process(self, samples: Samples) -> Samples:
        """Take these, and give what is ready."""
        self._held = np.concatenate((self._held, samples))
        self._look()
        ready = len(self._needs) - 2 * _BEHIND
        return self._give(ready) if ready > 0 else silence(0, self._channels)

    def flush(self) -> Samples:
        """All that is left; what comes then is a beginning."""
        left = len(self._held)
        behind = silence((_BEHIND + 2) * self._piece + _TAPS, self._channels)
        samples = self.process(behind)[:left]
        self._held = silence(0, self._channels)
        self._before = silence(_TAPS, self._channels)
        self._needs = np.ones(_BEHIND)
        return samples

    def _look(self) -> None:
        """Find what new pieces need whose right neighbours are there."""
        known = len(self._needs) - _BEHIND
        new = (len(self._held) - _TAPS) // self._piece - known
        if new <= 0:
            return
        first = known * self._piece
        part = self._held[first : first + new * self._piece + _TAPS]
        needs = np.ones(new)
        if float(np.abs(part).max()) > self._quiet:
            peaks = self._peaks(first, part)[: new * self._piece]
            highest = peaks.reshape(new, self._piece).max(axis=1)
            needs = np.minimum(1.0, self._ceiling / np.maximum(highest, self._quiet))
        self._needs = np.concatenate((self._needs, needs))

    def _peaks(self, first: int, part: Samples) -> Samples:
        """The largest value at each sample, and between it and its neighbours."""
        before = np.concatenate((self._before, self._held[max(0, first - _TAPS) : first]))
        around = np.concatenate((before[-_TAPS // 2 :], part))
        peaks: Samples = np.abs(part).max(axis=1)
        for channel in range(self._channels):
            windows = sliding_window_view(around[:, channel], _TAPS)
            # One for each gap between two samples, the first before the part.
            between = np.abs(windows @ _FILTERS).max(axis=1)
            count = len(between) - 1
            np.maximum(peaks[:count], between[:-1], out=peaks[:count])
            np.maximum(peaks[:count], between[1:], out=peaks[:count])
        return peaks

    def _give(self, ready: int) -> Samples:
        samples = self._held[: ready * self._piece]
        before = np.concatenate((self._before, samples))
        if self._needs.min() < 1.0:
            samples = (samples * self._levels(ready)[:, None]).astype(np.float32)
        self._before = before[-_TAPS:]
        self._held = self._held[ready * self._piece :]
        self._needs = self._needs[ready:]
        return samples

    def _levels(self, ready: int) -> NDArray[np.float64]:
        """The level of each sample of the first ``ready`` pieces that are held."""
        least = sliding_window_view(self._needs, _BEHIND + 1).min(axis=1)
        edges = np.convolve(least, self._window, mode="valid")[: ready + 1]
        at = np.arange(ready * self._piece) / self._piece
        return np.interp(at, np.arange(ready + 1), edges)
