"""Where in a ring a listener may begin, and with which stream headers."""

from bisect import bisect_left, bisect_right

from tinyice.formats.frozen import State

_PRUNE_AT = 1024


class SyncPoints:
    """Ascending offsets of sync points, and the stream headers in force at each.

    Offsets are those of the ring beside it; what the ring has lost is forgotten
    here too, lazily (``forget``).
    """

    __slots__ = ("_header_offsets", "_headers", "_points")

    def __init__(self) -> None:
        self._points: list[int] = []
        self._header_offsets: list[int] = []
        self._headers: list[bytes] = []

    @property
    def newest(self) -> int | None:
        """The last sync point, if there is any."""
        return self._points[-1] if self._points else None

    @property
    def headers(self) -> bytes:
        """The stream headers in force now."""
        return self._headers[-1] if self._headers else b""

    def freeze(self) -> State:
        """Where it stands; see ``formats/frozen.py``."""
        return {
            "points": list(self._points),
            "header_offsets": list(self._header_offsets),
            "headers": list(self._headers),
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._points = state["points"]
        self._header_offsets, self._headers = state["header_offsets"], state["headers"]

    def add(self, base: int, points: tuple[int, ...]) -> None:
        """Remember ``points``, which count from the offset ``base``."""
        if base:
            self._points.extend([base + point for point in points])
        else:
            self._points.extend(points)

    def set_headers(self, offset: int, headers: bytes) -> None:
        """From ``offset`` on, who joins needs ``headers`` first."""
        if self._header_offsets and self._header_offsets[-1] == offset:
            self._headers[-1] = headers
            return
        self._header_offsets.append(offset)
        self._headers.append(headers)

    def forget(self, tail: int) -> None:
        """Drop what lies before ``tail``, once that is worth the work."""
        points = self._points
        if len(points) > _PRUNE_AT and points[len(points) // 2] < tail:
            del points[: bisect_left(points, tail)]
        offsets = self._header_offsets
        if len(offsets) > 1 and offsets[1] <= tail:
            keep = bisect_right(offsets, tail) - 1
            del offsets[:keep]
            del self._headers[:keep]

    def at_or_after(self, offset: int) -> int | None:
        """The first sync point not before ``offset``."""
        index = bisect_left(self._points, offset)
        return self._points[index] if index < len(self._points) else None

    def before(self, offset: int, oldest: int) -> int | None:
        """The last sync point before ``offset`` that is not before ``oldest``."""
        index = bisect_left(self._points, offset) - 1
        return self._points[index] if index >= 0 and self._points[index] >= oldest else None

    def headers_at(self, offset: int) -> bytes:
        """The stream headers that a listener needs who begins at ``offset``."""
        index = bisect_right(self._header_offsets, offset) - 1
        return self._headers[index] if index >= 0 else b""
