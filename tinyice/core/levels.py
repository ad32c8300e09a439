"""How loud a stream is at this moment, in tenths of a decibel below full scale.

Full scale is a square wave of the largest samples: a sine that just fits is at -3.0 dB
on average, and its peak at 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

LOWEST = -1000
"""Nothing at all, and all that is not louder than that."""


@dataclass(frozen=True, slots=True)
class Level:
    """One channel for a moment: what it was on average (RMS), and its loudest sample."""

    average: int
    peak: int


@dataclass(frozen=True, slots=True)
class Window:
    """A short piece of audio, by the levels of its channels: one, or left and right."""

    seconds: float
    channels: tuple[Level, ...]

    @property
    def average(self) -> int:
        """That of the louder channel."""
        return max((one.average for one in self.channels), default=LOWEST)


@dataclass(frozen=True, slots=True)
class MeterSnapshot:
    """How measuring is doing. ``streams``: how many are measured, in so many ``processes``."""

    processes: int = 0
    streams: int = 0
    restarts: int = 0
    left_out: int = 0


def tenths(part: float) -> int:
    """The level of what is so large a part of full scale."""
    return max(LOWEST, round(200 * log10(part))) if part > 0 else LOWEST


def merged(windows: Sequence[Window]) -> tuple[Level, ...]:
    """Windows that follow each other, as one; channels are those of the last of them."""
    if not windows:
        return ()
    count = len(windows[-1].channels)
    alike = [one for one in windows if len(one.channels) == count]
    return tuple(_together(alike, channel) for channel in range(count))


def _together(windows: Sequence[Window], channel: int) -> Level:
    if len(windows) == 1:
        return windows[0].channels[channel]
    seconds = sum(one.seconds for one in windows)
    power = sum(one.seconds * 10 ** (one.channels[channel].average / 100) for one in windows)
    peak = max(one.channels[channel].peak for one in windows)
    if seconds <= 0:
        return Level(LOWEST, peak)
    return Level(max(LOWEST, round(100 * log10(power / seconds))), peak)
