"""The seam of Matroska and WebM: one segment that goes on, or another one behind it.

Rules of this file:

- a programme entered in the middle whose tracks are those of the one before
  goes on in the same segment: the timestamps of its clusters follow upon the
  last block that was written;
- with other tracks it gets its own headers in front, and keeps its timestamps;
- the clusters of a programme entered in the middle get an unknown size, and what
  depends on their bytes (checksum, position, size of the one before) becomes void;
- a cluster that told its size and is left in the middle is filled up with void.
"""

import hashlib
from collections.abc import Iterator

from tinyice.formats import matroska_ids as ids
from tinyice.formats.base import Chunk
from tinyice.formats.ebml import ElementHead, children, read_head, unsigned, with_unknown_size
from tinyice.formats.frozen import State
from tinyice.formats.matroska_time import block_ticks

_INCIDENTAL = frozenset(
    (ids.TRACK_UID, ids.TRACK_NAME, ids.LANGUAGE, ids.LANGUAGE_TAG, ids.VOID, ids.CHECKSUM),
)
_MASTERS = (ids.SEGMENT, ids.CLUSTER)
_VOID_HEAD_BYTES = 9
_FILL_MAX = 1024 * 1024
_STEP_MAX = 1000
"""A block is taken for no longer, in ticks; they are milliseconds nearly everywhere."""


class MatroskaSeam:
    """Lets the time of one segment go on, as long as the tracks allow it."""

    name = "matroska"

    def __init__(
        self, headers: bytes = b"", *, after: "MatroskaSeam | None" = None, enters: bool = False
    ) -> None:
        """``enters``: listeners have heard something else; else they know the headers."""
        self._tracks = tracks_of(headers)
        """What must be equal for clusters to go on under the headers of another programme."""
        self._end = 0
        """When the next block would follow, in ticks as they are written."""
        self._last: int | None = None
        self._cluster = 0
        self._shift: int | None = 0
        """What is added to the timestamps of clusters; None: not known before the first one."""
        self._left = 0
        """Bytes to come of an element that is longer than its chunk."""
        self._cluster_left = 0
        """Bytes to come of the cluster, if it told its size."""
        self._is_entered = enters and bool(headers)
        """Whether this is the segment in whose middle the programme was entered."""
        self._headers = headers if enters else b""
        self._leads = True
        if self._headers and after is not None and after.goes_on(self._tracks):
            self._leads = False
            self._shift, (self._end, self._last) = None, after.times

    @property
    def times(self) -> tuple[int, int | None]:
        """When the next block would follow, and when the newest one began."""
        return self._end, self._last

    def goes_on(self, tracks: bytes) -> bool:
        """Whether clusters with these tracks may follow without headers."""
        return tracks == self._tracks and self._end > 0

    def mend(self, chunk: Chunk) -> Chunk:
        """The chunk with its clusters in time; the first one behind the headers, if needed."""
        data, points = self._follow(chunk.data, chunk.sync_points)
        if chunk.headers is not None:
            self._tracks = tracks_of(chunk.headers)
        if not self._headers:
            return Chunk(data, points, chunk.seconds, chunk.headers, chunk.tags)
        before, self._headers = self._headers, b""
        in_force = before if chunk.headers is None else chunk.headers
        return Chunk(
            before + data if self._leads else data, (), chunk.seconds, in_force, chunk.tags
        )

    def close(self) -> bytes:
        """What fills up the cluster. Segments, and clusters of unknown size, end by themselves."""
        left, self._cluster_left = self._cluster_left, 0
        if self._left or not _VOID_HEAD_BYTES <= left <= _FILL_MAX:
            return b""
        size = left - _VOID_HEAD_BYTES
        return ids.VOID.to_bytes(1, "big") + (1 << 56 | size).to_bytes(8, "big") + bytes(size)

    def freeze(self) -> State:
        """See ``formats/frozen.py``."""
        return {
            "tracks": self._tracks,
            "times": [self._end, self._last, self._cluster],
            "shift": self._shift,
            "left": [self._left, self._cluster_left],
            "is_entered": self._is_entered,
            "headers": self._headers,
            "leads": self._leads,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._tracks = state["tracks"]
        self._end, self._last, self._cluster = state["times"]
        self._shift, self._is_entered = state["shift"], state["is_entered"]
        self._left, self._cluster_left = state["left"]
        self._headers, self._leads = state["headers"], state["leads"]

    def _follow(self, data: bytes, points: tuple[int, ...]) -> tuple[bytes, tuple[int, ...]]:
        """Follow the elements, and write anew what must change; the sync points move along."""
        parts: list[bytes] = []
        moved, size, written = [], 0, 0
        at = min(self._left, len(data))
        self._left -= at
        waiting = list(points)[::-1]
        while (head := read_head(data, at)) and self._is_element(head):
            end = at + head.length + (0 if head.id in _MASTERS else head.size or 0)
            if end > len(data):
                self._left, self._cluster_left = end - len(data), self._cluster_left - end + at
                at = len(data)
                break
            while waiting and waiting[-1] <= at:
                moved.append(waiting.pop() - written + size)
            element = self._element(head, data[at:end])
            if element is not None:
                parts += (data[written:at], element)
                size += at - written + len(element)
                written = end
            at = end
        if at < len(data):
            self._cluster_left = 0
        moved += [point - written + size for point in reversed(waiting)]
        if not parts:
            return data, points
        return b"".join((*parts, data[written:])), tuple(moved)

    def _is_element(self, head: ElementHead) -> bool:
        return bool(head.id) and (head.size is not None or head.id in _MASTERS)

    def _element(self, head: ElementHead, raw: bytes) -> bytes | None:
        """Note an element; what is written in its place, None: itself."""
        self._cluster_left = max(0, self._cluster_left - len(raw))
        match head.id:
            case ids.EBML:
                self._shift, self._end, self._last = 0, 0, None
                self._is_entered = False
            case ids.TIMESTAMP:
                return self._timestamp(unsigned(raw[head.length :]))
            case ids.SIMPLE_BLOCK | ids.BLOCK_GROUP:
                self._note(head.id, raw[head.length :])
            case ids.CLUSTER if self._is_entered:
                return with_unknown_size(raw)
            case ids.CLUSTER:
                self._cluster_left = head.size or 0
            case ids.CHECKSUM | ids.POSITION | ids.PREVIOUS_SIZE if self._is_entered:
                return ids.VOID.to_bytes(1, "big") + raw[1:]
        return None

    def _timestamp(self, told: int) -> bytes | None:
        if self._shift is None:
            self._shift = self._end - told
        self._cluster = max(0, told + self._shift)
        if not self._shift:
            return None
        content = self._cluster.to_bytes(max(1, (self._cluster.bit_length() + 7) // 8), "big")
        return bytes((ids.TIMESTAMP, 0x80 | len(content))) + content

    def _note(self, element: int, content: bytes) -> None:
        ticks = block_ticks(element, content)
        if ticks is None:
            return
        now = self._cluster + ticks
        step = 1 if self._last is None else now - self._last
        if step > 0:
            self._end, self._last = now + min(step, _STEP_MAX), now


def tracks_of(headers: bytes) -> bytes:
    """A digest of what decides whether clusters can be read under these headers."""
    if not headers:
        return b""
    digest = hashlib.sha256()
    for part, value in (each for top in children(headers) for each in _inside(*top, ids.SEGMENT)):
        if part == ids.INFO:
            digest.update(dict(children(value)).get(ids.TIMESTAMP_SCALE, b""))
        for kind, entry in _inside(part, value, ids.TRACKS):
            facts = _inside(kind, entry, ids.TRACK_ENTRY)
            digest.update(
                repr(sorted(fact for fact in facts if fact[0] not in _INCIDENTAL)).encode()
            )
    return digest.digest()


def _inside(element: int, content: bytes, wanted: int) -> Iterator[tuple[int, bytes]]:
    return children(content) if element == wanted else iter(())
