"""Figures and times as people read them; ``static/figures.js`` writes them the same way."""

from dataclasses import dataclass
from datetime import datetime

_MEGA = 1000
_GIGA = 1_000_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and its unit."""

    value: str
    unit: str

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


def count(number: int) -> str:
    """``1,284``."""
    return f"{number:,}"


def bit_rate(bits: float) -> Figure:
    """``193 kb/s``, ``6.1 Mb/s``, of bits a second."""
    kilobits = round(bits / 1000)
    if kilobits < _MEGA:
        return Figure(str(kilobits), "kb/s")
    if kilobits < _GIGA:
        return Figure(f"{kilobits / _MEGA:.1f}", "Mb/s")
    return Figure(f"{kilobits / _GIGA:.2f}", "Gb/s")


def elapsed(seconds: float) -> str:
    """``3:58``, ``2:14:07``; from a day on ``11 d 4:10``."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours}:{minutes:02}"
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def clock(moment: datetime) -> str:
    """``14:31:26``, by the clock of the station."""
    return moment.strftime("%H:%M:%S")
