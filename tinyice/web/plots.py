"""Small drawings of figures, as paths for an SVG.

A sparkline shows the shape of what happened, not its height: the lowest and
the highest value always stand at the same places. Who wants to know how much
it was reads the number beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 120, 32
_TOP, _BOTTOM = 3.0, 23.0
_MIDDLE = (_TOP + _BOTTOM) / 2


@dataclass(frozen=True, slots=True)
class Spark:
    """The line, and the area between it and the ground."""

    line: str
    area: str


def spark(numbers: Sequence[float]) -> Spark:
    """``numbers``, oldest first, over the whole width; nothing is drawn of nothing."""
    if not numbers:
        return Spark("", "")
    values = [*numbers, *numbers] if len(numbers) == 1 else numbers
    low, high = min(values), max(values)
    step = WIDTH / (len(values) - 1)
    points = " ".join(
        f"{index * step:.4g} {_height(value, low, high):.4g}" for index, value in enumerate(values)
    )
    return Spark(f"M{points}", f"M{points} {WIDTH} {HEIGHT} 0 {HEIGHT}Z")


def _height(value: float, low: float, high: float) -> float:
    if low == high:
        return _MIDDLE if value else _BOTTOM
    return _BOTTOM - (value - low) / (high - low) * (_BOTTOM - _TOP)
