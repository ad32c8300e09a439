"""How many listened in the last half hour, as a drawing and as figures for who can't see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tinyice.core.trends import SAMPLE_S, SAMPLES

WIDTH, HEIGHT = 1000, 200
STEPS = 4
_PER_MINUTE = round(60 / SAMPLE_S)


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the drawing, in hundredths of its sides, and how long ago that was."""

    x: float
    y: float
    listeners: int
    ago: str


@dataclass(frozen=True, slots=True)
class Plot:
    """The line, the area below it, the scale from the top down, the highest and the newest point.

    ``minutes`` are pairs of a time and the most listeners in that minute, the newest first.
    """

    line: str
    area: str
    scale: tuple[int, ...]
    peak: Point
    now: Point
    minutes: tuple[tuple[str, int], ...]


def plot_of(samples: Sequence[int]) -> Plot | None:
    """The drawing of ``samples``, oldest first; None of less than two."""
    if len(samples) < 2:
        return None
    counts = samples[-SAMPLES:]
    step = _step(max(counts))
    top = step * STEPS
    last = len(counts) - 1
    highest = max(range(len(counts)), key=lambda index: (counts[index], index))
    points = " ".join(
        f"{10 * _across(index, last):.2f} {2 * _down(count, top):.2f}"
        for index, count in enumerate(counts)
    )
    begin = f"{10 * _across(0, last):.2f}"
    return Plot(
        line=f"M{points}",
        area=f"M{points} {WIDTH} {HEIGHT} {begin} {HEIGHT}Z",
        scale=tuple(step * number for number in range(STEPS, -1, -1)),
        peak=_point(counts, highest, top),
        now=_point(counts, last, top),
        minutes=_minutes(counts),
    )


def _point(counts: Sequence[int], index: int, top: int) -> Point:
    last = len(counts) - 1
    x, y = round(_across(index, last), 2), round(_down(counts[index], top), 2)
    return Point(x, y, counts[index], _ago((last - index) // _PER_MINUTE))


def _across(index: int, last: int) -> float:
    return 100 * (1 - (last - index) / (SAMPLES - 1))


def _down(count: int, top: int) -> float:
    return 100 * (1 - count / top)


def _minutes(counts: Sequence[int]) -> tuple[tuple[str, int], ...]:
    found: list[tuple[str, int]] = []
    end = len(counts)
    while end > 0:
        found.append((_ago(len(found)), max(counts[max(0, end - _PER_MINUTE) : end])))
        end -= _PER_MINUTE
    return tuple(found)


def _ago(minutes: int) -> str:
    return f"{minutes} min ago" if minutes else "now"


def _step(most: int) -> int:
    """The distance of two lines of the scale: 1, 2 or 5, with zeros, or 25 with some."""
    needed, size = -(-most // STEPS), 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if step >= needed:
                return step
        if 25 * size >= needed > 20 * size:
            return 25 * size
        size *= 10
