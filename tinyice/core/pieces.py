"""How a chunk of the stream is cut for a ring."""

from bisect import bisect_right
from collections.abc import Iterator

from tinyice.core.ring import SPAN


def pieces_of(size: int, points: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Cut a chunk for the ring, at sync points wherever that is possible."""
    at = 0
    while size - at > SPAN:
        index = bisect_right(points, at + SPAN) - 1
        end = points[index] if index >= 0 and points[index] > at else at + SPAN
        yield at, end
        at = end
    if at < size:
        yield at, size
