"""The stream of a mount in all its forms: plain, and with metadata at each interval in use.

The plain ring comes first and is the measure: its offsets are those of the
audio, and the interleaved rings are made from it.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, replace

from tinyice.core.feed import Feed
from tinyice.core.icy import IcyStream, icy_capacity
from tinyice.core.listener import Listener
from tinyice.core.pieces import pieces_of
from tinyice.core.placement import PlainPlacement
from tinyice.core.ring import SPAN, Allocate, Ring
from tinyice.core.syncpoints import SyncPoints
from tinyice.formats.base import Chunk
from tinyice.formats.frozen import State

UNUSED_S = 30.0
"""How long a feed is kept that nobody listens to."""

QUEUE_GROWN_MAX = 64 * 1024 * 1024
"""No rate makes a queue grow beyond this, in bytes."""


@dataclass(slots=True)
class Totals:
    """What feeds did since the mount exists."""

    sends: int = 0
    bytes_out: int = 0
    bytes_skipped: int = 0
    jumps: int = 0

    def add(self, feed: Feed) -> None:
        """Count what ``feed`` did."""
        self.sends += feed.sends
        self.bytes_out += feed.bytes_out
        self.bytes_skipped += feed.bytes_skipped
        self.jumps += feed.jumps


@dataclass(frozen=True, slots=True)
class Terms:
    """What the mount decides for its feeds.

    ``burst``: what somebody new may have at once. ``is_framed``: whether the
    stream is a row of frames. ``block``: the metadata of what plays. ``dropped``
    is told of who is too slow.
    """

    jumps_max: int
    burst: Callable[[], int]
    is_framed: Callable[[], bool]
    block: Callable[[], bytes]
    dropped: Callable[[Listener], None]


_NO_TERMS = Terms(
    jumps_max=0,
    burst=lambda: 0,
    is_framed=lambda: False,
    block=lambda: b"",
    dropped=lambda _listener: None,
)
"""Of a mount that is gone."""


class Feeds:
    """The feeds of one mount: one that is plain, and one for each interval."""

    def __init__(self, queue_bytes: int, terms: Terms, *, allocate: Allocate) -> None:
        self._terms = terms
        self._allocate = allocate
        self._sync = SyncPoints()
        self.ring = Ring(queue_bytes, allocate=allocate)
        """The audio."""
        self.plain = self._new_feed(self.ring, PlainPlacement(self.ring, self._sync), None)
        self._icy: dict[int, tuple[IcyStream, Feed]] = {}
        self._unused: dict[int, float] = {}
        self._slices = 1
        self._before = Totals()

    def __iter__(self) -> Iterator[Feed]:
        yield self.plain
        for _, feed in tuple(self._icy.values()):
            yield feed

    @property
    def headers(self) -> bytes:
        """The stream headers in force; b"": none are known."""
        return self._sync.headers

    def totals(self) -> Totals:
        """What all of them did, and those that are gone."""
        before = self._before
        sums = Totals(before.sends, before.bytes_out, before.bytes_skipped, before.jumps)
        for feed in self:
            sums.add(feed)
        return sums

    def with_interval(self, metaint: int | None) -> Feed:
        """The feed with metadata every ``metaint`` bytes if not None.

        Made when it is first asked for.
        """
        if metaint is None:
            return self.plain
        known = self._icy.get(metaint)
        return self._begin_icy(metaint) if known is None else known[1]

    def begin_session(self, headers: bytes | None) -> None:
        """Another source comes, with these stream headers in force: nobody joins before this.

        None: those in force still are.
        """
        for feed in self:
            feed.fresh_from = self.ring.head
        if headers is not None:
            self._sync.set_headers(self.ring.head, headers)

    def write(self, chunk: Chunk) -> None:
        """The next units of the stream, for everyone."""
        head, points = self.ring.head, chunk.sync_points
        data = memoryview(chunk.data)
        for start, end in pieces_of(len(data), points):
            self._append(data[start:end])
            if end - start == len(data):
                self._sync.add(head, points)
            else:
                first, last = bisect_left(points, start), bisect_left(points, end)
                self._sync.add(head, points[first:last])
        self._sync.forget(self._oldest_audio())
        if chunk.headers is not None:
            self._sync.set_headers(self.ring.head, chunk.headers)

    def latest(self) -> tuple[bytes, bytes] | None:
        """The audio from the newest place to begin on, and the stream headers in force there."""
        newest, ring = self._sync.newest, self.ring
        if newest is None or newest < max(ring.tail, self.plain.fresh_from):
            return None
        return ring.copy(newest, ring.head), self._sync.headers_at(newest)

    def announce(self) -> None:
        """Something else plays: the next blocks tell it."""
        block = self._terms.block()
        for stream, _ in self._icy.values():
            stream.set_block(block)

    def deliver(self, turn: int, turns: int) -> None:
        """One pulse, or one turn of it."""
        self.plain.seating.deliver(turn, turns)
        if self._icy:
            for _, feed in tuple(self._icy.values()):
                feed.seating.deliver(turn, turns)

    def spread(self, slices: int) -> None:
        """Let newcomers settle in so many slices of a pulse."""
        self._slices = slices
        for feed in self:
            feed.seating.spread(slices)

    def end(self) -> None:
        """Nothing more will come: everyone gets what is left, and goes."""
        for feed in self:
            feed.end()

    def close(self) -> None:
        """Nobody is there: the memory is free at once."""
        for feed in self:
            feed.close()
        self._icy.clear()
        # The mount and its feeds know each other: without the collector neither would go.
        self._terms = _NO_TERMS

    def retire_idle(self, now: float) -> None:
        """Give up feeds that nobody listened to for a while: one costs a ring of memory.

        Not at once: the next listener would pay for a new one.
        """
        for metaint, (_, feed) in tuple(self._icy.items()):
            if len(feed):
                self._unused.pop(metaint, None)
            elif now - self._unused.setdefault(metaint, now) >= UNUSED_S:
                del self._unused[metaint]
                feed.close()
                self._before.add(feed)
                del self._icy[metaint]

    def settle(self, jumps_max: int) -> None:
        """After so many jumps in a row a slow listener is dropped, from now on."""
        self._terms = replace(self._terms, jumps_max=jumps_max)
        for feed in self:
            feed.jumps_max = jumps_max

    def relocate(self, allocate: Allocate) -> None:
        """Lie in memory of that kind from now on, rings that are there already included."""
        self._allocate = allocate
        for feed in self:
            feed.ring.relocate(allocate)

    def grow(self, wanted: int) -> None:
        """Hold so many bytes of audio from now on."""
        capacity = min(-(-wanted // SPAN) * SPAN, QUEUE_GROWN_MAX)
        self.ring.grow(capacity)
        for stream, feed in self._icy.values():
            feed.ring.grow(icy_capacity(capacity, stream.metaint))

    def freeze(self) -> State:
        """The stream in all its forms; see ``formats/frozen.py``."""
        return {
            "sync": self._sync.freeze(),
            "plain": self.plain.freeze(),
            "icy": [[feed.freeze(), stream.freeze()] for stream, feed in self._icy.values()],
            "before": list(astuple(self._before)),
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``; of fresh feeds."""
        self._sync.thaw(state["sync"])
        self.plain.thaw(state["plain"])
        for frozen, stream in state["icy"]:
            feed = self._begin_icy(frozen["metaint"])
            feed.thaw(frozen)
            self._icy[frozen["metaint"]][0].thaw(stream)
        self._before = Totals(*state["before"])

    def _append(self, data: memoryview) -> None:
        """Give ``data`` to every feed. A listener dropped by that may retire another feed."""
        for stream, feed in tuple(self._icy.values()):
            for piece in stream.interleave(data):
                feed.append(piece)
        self.plain.append(data)

    def _oldest_audio(self) -> int:
        """The oldest audio that any feed holds."""
        oldest = self.ring.tail
        for stream, _ in self._icy.values():
            oldest = min(oldest, stream.oldest)
        return oldest

    def _begin_icy(self, metaint: int) -> Feed:
        audio = self.ring
        start = max(audio.tail, self.plain.fresh_from)
        ring = Ring(icy_capacity(audio.capacity, metaint), allocate=self._allocate, start=start)
        stream = IcyStream(
            metaint,
            sync=self._sync,
            is_framed=self._terms.is_framed,
            ring=ring,
            start=start,
            block=self._terms.block(),
        )
        feed = self._new_feed(ring, stream, metaint)
        feed.fresh_from = self.plain.fresh_from
        feed.seating.spread(self._slices)
        while start < audio.head:
            view = audio.view(start)
            for piece in stream.interleave(view):
                feed.append(piece)
            start += len(view)
        self._icy[metaint] = (stream, feed)
        return feed

    def _new_feed(
        self, ring: Ring, placement: PlainPlacement | IcyStream, metaint: int | None
    ) -> Feed:
        return Feed(
            ring,
            placement,
            metaint=metaint,
            jumps_max=self._terms.jumps_max,
            burst=self._terms.burst,
            dropped=self._terms.dropped,
        )
