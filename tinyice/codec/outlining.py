"""The waveform of samples that come frame by frame, however many come. In the child only."""

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from tinyice.codec.sound import pcm_of
from tinyice.core.waveform import COLUMNS, Waveform

PIECE = 480
"""So many samples of each channel are one piece, of which peak and power are kept."""

_BATCH = 100 * PIECE
_FULL = 255


class Outline:
    """Takes frames of floats in which ``channels`` alternate."""

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._waiting = bytearray()
        self._peaks: list[NDArray[np.float32]] = []
        self._powers: list[NDArray[np.float32]] = []

    def take(self, frame: AudioFrame) -> None:
        """Look at these samples."""
        self._waiting += pcm_of(frame)
        whole = PIECE * self._channels * 4
        if len(self._waiting) >= _BATCH * self._channels * 4:
            size = len(self._waiting) // whole * whole
            self._look(bytes(self._waiting[:size]))
            del self._waiting[:size]

    def waveform(self) -> Waveform:
        """What came of it; a piece that is begun counts as one."""
        padding = -len(self._waiting) % (PIECE * self._channels * 4)
        self._look(bytes(self._waiting) + bytes(padding))
        self._waiting.clear()
        peaks = np.concatenate([np.zeros(0, np.float32), *self._peaks])
        powers = np.concatenate([np.zeros(0, np.float32), *self._powers])
        if not len(peaks):
            return Waveform(bytes(COLUMNS), bytes(COLUMNS))
        edges = np.arange(COLUMNS + 1) * len(peaks) / COLUMNS
        first = np.floor(edges[:-1]).astype(int)
        last = np.maximum(np.ceil(edges[1:] - 1e-9).astype(int), first + 1)
        columns = list(zip(first, last, strict=True))
        highest = np.array([peaks[a:b].max() for a, b in columns])
        loudness = np.sqrt(np.array([powers[a:b].mean() for a, b in columns]))
        return Waveform(_bytes(highest), _bytes(loudness))

    def _look(self, pcm: bytes) -> None:
        samples = np.frombuffer(pcm, np.float32).reshape(-1, PIECE * self._channels)
        # Damaged files may decode to what is no number.
        sound = np.nan_to_num(samples, posinf=0.0, neginf=0.0).clip(-4.0, 4.0)
        self._peaks.append(np.abs(sound).max(axis=1, initial=0.0))
        self._powers.append((sound * sound).mean(axis=1))


def _bytes(values: NDArray[np.float64]) -> bytes:
    return bytes(np.rint(values.clip(0.0, 1.0) * _FULL).astype(np.uint8))
