"""A mount: a path, what feeds it, what plays, and who listens.

Rules of this file: the mount owns the ring's bytes, one source at a time writes
them, and every method is one transaction: nothing waits between check and act.
"""

from bisect import bisect_left
from collections.abc import Callable

from tinyice.core.errors import MountDisabled, MountIdle, TooManyListeners
from tinyice.core.events import DropReason, Event, ListenerJoined, ListenerLeft, TagsChanged
from tinyice.core.feed import Feed
from tinyice.core.haste import Haste
from tinyice.core.icy import IcyStream, icy_capacity
from tinyice.core.listener import Listener
from tinyice.core.pieces import pieces_of
from tinyice.core.placement import PlainPlacement
from tinyice.core.recorder import Recorder
from tinyice.core.ring import SPAN, Allocate, OwnMemory, Ring
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.source import Source
from tinyice.core.syncpoints import SyncPoints
from tinyice.core.tags import Tags
from tinyice.formats.base import Chunk
from tinyice.wire.icy import metadata_block

UNUSED_S = 30.0
"""How long a feed is kept that nobody listens to."""

QUEUE_GROWN_MAX = 64 * 1024 * 1024
"""No rate makes a queue grow beyond this, in bytes."""


class Mount:
    """One stream of the station."""

    def __init__(
        self,
        settings: MountSettings,
        station: StationSettings,
        *,
        publish: Callable[[Event], None],
        clock: Callable[[], float],
        allocate: Allocate = OwnMemory,
    ) -> None:
        self.settings = settings
        self.source: Source | None = None
        self.recorder: Recorder | None = None
        self.intro = b""
        self.tags = Tags()
        self.listeners: dict[int, Listener] = {}
        self.listener_peak = 0
        self.secure_listeners = 0
        self.slow_listeners = 0
        self.bytes_in = 0
        self._station = station
        self._publish = publish
        self._clock = clock
        self._sync = SyncPoints()
        self._live_from = 0
        self._allocate = allocate
        queue = max(settings.queue_bytes, station.queue_min_bytes)
        ring = Ring(queue, allocate=allocate)
        self._plain = self._new_feed(ring, PlainPlacement(ring, self._sync))
        self._icy: dict[int, tuple[IcyStream, Feed]] = {}
        self._unused: dict[int, float] = {}
        self._slices = 1
        self._release_deadline: float | None = None
        self._bytes_out_before = 0
        self._skipped_before = 0
        self._haste = Haste(clock())
        self._sends_before = 0
        self._jumps_before = 0

    @property
    def path(self) -> str:
        """The mount's name."""
        return self.settings.path

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """The plain feed, then one for each ICY interval in use."""
        return (self._plain, *[feed for _, feed in self._icy.values()])

    @property
    def present(self) -> int:
        """How many listeners are served by this process."""
        return sum(feed.present for feed in self.feeds)

    @property
    def bytes_out(self) -> int:
        """Stream bytes given to listeners since the mount exists."""
        return self._bytes_out_before + sum(feed.bytes_out for feed in self.feeds)

    @property
    def bytes_skipped(self) -> int:
        """Bytes that slow listeners lost."""
        return self._skipped_before + sum(feed.bytes_skipped for feed in self.feeds)

    @property
    def sends(self) -> int:
        """Calls of sockets by deliveries."""
        return self._sends_before + sum(feed.sends for feed in self.feeds)

    @property
    def jumps(self) -> int:
        """Times that a slow listener lost audio."""
        return self._jumps_before + sum(feed.jumps for feed in self.feeds)

    @property
    def queue_bytes(self) -> int:
        """How far a listener may fall behind now."""
        return self._plain.ring.capacity

    @property
    def carries_icy(self) -> bool:
        """Whether ICY metadata fits this stream."""
        framer = None if self.source is None else self.source.framer
        return framer is not None and framer.kind.carries_icy

    def attach(self, source: Source) -> None:
        """``source`` feeds the mount from now on; who listens stays."""
        self.source = source
        for feed in self.feeds:
            feed.fresh_from = self._plain.ring.head
        self._sync.set_headers(self._plain.ring.head, b"")
        self.tags = Tags()
        self._announce_tags()

    def detach(self, source: Source) -> bool:
        """``source`` is gone; whether it was the one that fed the mount."""
        if self.source is not source:
            return False
        self.source = None
        if self.recorder is not None:
            self.recorder.close()
            self.recorder = None
        return True

    def take(self, source: Source, data: bytes) -> None:
        """Bytes of ``source``; those of a session that was replaced are dropped."""
        if self.source is not source:
            return
        now = self._clock()
        if source.is_late(now):
            self._live_from = self._plain.ring.head
        self.bytes_in += len(data)
        if self.recorder is not None:
            self.recorder.write(data)
        seconds = 0.0
        for chunk in source.frame(data, now):
            seconds += chunk.seconds
            self._write(chunk)
        source.brought(seconds, now)
        branches = (feed.branch for feed in self.feeds)
        breath = self._haste.pause_for(branches, self._plain.ring, now)
        hold = max(source.pace.hold(seconds, now), breath)
        if hold:
            source.control.hold(hold)

    def check_room(self) -> None:
        """Raise what keeps one more listener out of this mount now."""
        if self.settings.disabled:
            raise MountDisabled(self.path)
        source = self.source
        if source is None or source.framer is None:
            raise MountIdle(self.path)
        if source.framer.needs_headers and not self._sync.headers:
            raise MountIdle(self.path)
        limit = self.settings.listeners_max
        if limit and len(self.listeners) >= limit:
            raise TooManyListeners(self.path, limit)

    def join(self, listener: Listener, metaint: int | None) -> None:
        """Serve ``listener`` from now on, with metadata every ``metaint`` bytes if not None."""
        feed = self._plain if metaint is None else self._icy_feed(metaint)
        self.listeners[listener.id] = listener
        self.secure_listeners += listener.client.encrypted_here
        self.listener_peak = max(self.listener_peak, len(self.listeners))
        feed.join(listener, self.intro)
        self._publish(ListenerJoined(self.path, listener.id, listener.client))

    def leave(self, listener: Listener) -> None:
        """``listener``'s connection is gone."""
        if self.listeners.pop(listener.id, None) is None:
            return
        self.secure_listeners -= listener.client.encrypted_here
        feed = listener.feed
        if feed is not None:
            feed.dismiss(listener)
        left = ListenerLeft(
            self.path,
            listener.id,
            listener.client,
            listener.drop_reason,
            self._clock() - listener.joined_at,
            listener.bytes_out,
            listener.jumps,
        )
        listener.let_go()
        self._publish(left)

    def drop(self, listener: Listener, reason: DropReason) -> None:
        """End ``listener``: what its socket has taken still goes out, unless it is too slow."""
        listener.drop_reason = reason
        if reason is DropReason.TOO_SLOW:
            listener.outlet.abort()
        else:
            listener.outlet.finish()
        if not listener.is_away:
            self.leave(listener)

    def drop_away(self, listener: Listener) -> None:
        """Another process serves ``listener``, who is too slow for it: let it end that."""
        self._note_slow(listener)
        listener.outlet.abort()

    def left_away(self, listener: Listener, bytes_out: int, jumps: int, *, too_slow: bool) -> None:
        """Another process has let go of ``listener``, or lost it, and this is its account."""
        listener.account(bytes_out, jumps)
        if too_slow:
            self._note_slow(listener)

    def drop_all(self, reason: DropReason) -> None:
        """End everyone at once."""
        for listener in tuple(self.listeners.values()):
            self.drop(listener, reason)

    def close(self) -> None:
        """The mount is forgotten, with nobody on it: its memory is free at once."""
        for feed in self.feeds:
            feed.close()
        self._icy.clear()

    def release_listeners(self) -> None:
        """Nothing feeds the mount any more: everyone gets what is left, and goes."""
        self._release_deadline = self._clock() + self._station.drain_s
        for listener in self.listeners.values():
            listener.drop_reason = DropReason.SOURCE_ENDED
        for feed in self.feeds:
            feed.end()

    def set_tags(self, tags: Tags, origin: str) -> None:
        """Something else plays now."""
        if tags == self.tags:
            return
        self.tags = tags
        self._announce_tags()
        self._publish(TagsChanged(self.path, tags, origin))

    def deliver(self, turn: int = 0, turns: int = 1) -> None:
        """One pulse, or one turn of it: who keeps up gets what is new."""
        self._plain.deliver(turn, turns)
        if self._icy:
            for _, feed in tuple(self._icy.values()):
                feed.deliver(turn, turns)

    def spread(self, slices: int) -> None:
        """Let newcomers settle in so many slices of a pulse."""
        self._slices = slices
        for feed in self.feeds:
            feed.spread(slices)

    def sweep(self, now: float) -> None:
        """Once a second: the queue grows with the rate, and time limits end listeners."""
        limit = self.settings.duration_max_s
        if limit:
            due = [one for one in self.listeners.values() if now - one.joined_at >= limit]
            for listener in due:
                self.drop(listener, DropReason.TIME_LIMIT)
        if self._release_deadline is not None and now >= self._release_deadline:
            self._release_deadline = None
            for listener in [one for one in self.listeners.values() if one.until is not None]:
                self.drop(listener, listener.drop_reason)
        self._retire_idle_feeds(now)
        if self.source is not None:
            self._grow(int(self.source.rate(now) * self._station.queue_seconds))

    def _write(self, chunk: Chunk) -> None:
        head, points = self._plain.ring.head, chunk.sync_points
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
            self._sync.set_headers(self._plain.ring.head, chunk.headers)
        if chunk.tags is not None:
            artist, title = chunk.tags.get("artist", ""), chunk.tags.get("title", "")
            self.set_tags(Tags(artist=artist, title=title), "stream")

    def _append(self, data: memoryview) -> None:
        """Give ``data`` to every feed. A listener dropped by that may retire another feed."""
        for stream, feed in tuple(self._icy.values()):
            for piece in stream.interleave(data):
                feed.append(piece)
        self._plain.append(data)

    def _oldest_audio(self) -> int:
        """The oldest audio that any feed holds."""
        oldest = self._plain.ring.tail
        for stream, _ in self._icy.values():
            oldest = min(oldest, stream.oldest)
        return oldest

    def _announce_tags(self) -> None:
        block = self._block()
        for stream, _ in self._icy.values():
            stream.set_block(block)

    def _icy_feed(self, metaint: int) -> Feed:
        """The feed with metadata every ``metaint`` bytes; made when it is first asked for."""
        known = self._icy.get(metaint)
        if known is not None:
            return known[1]
        audio = self._plain.ring
        start = max(audio.tail, self._plain.fresh_from)
        capacity = icy_capacity(audio.capacity, metaint)
        ring = Ring(capacity, allocate=self._allocate, start=start)
        stream = IcyStream(
            metaint,
            sync=self._sync,
            is_framed=self._is_framed_audio,
            ring=ring,
            start=start,
            block=self._block(),
        )
        feed = self._new_feed(ring, stream)
        feed.fresh_from = self._plain.fresh_from
        feed.spread(self._slices)
        while start < audio.head:
            view = audio.view(start)
            for piece in stream.interleave(view):
                feed.append(piece)
            start += len(view)
        self._icy[metaint] = (stream, feed)
        return feed

    def _is_framed_audio(self) -> bool:
        framer = None if self.source is None else self.source.framer
        return framer is not None and framer.kind.is_frame_stream

    def _new_feed(self, ring: Ring, placement: PlainPlacement | IcyStream) -> Feed:
        return Feed(
            ring,
            placement,
            jumps_max=self._station.jumps_max,
            burst=self._burst_now,
            dropped=self._drop_slow,
        )

    def _drop_slow(self, listener: Listener) -> None:
        self._note_slow(listener)
        self.drop(listener, listener.drop_reason)

    def _note_slow(self, listener: Listener) -> None:
        self.slow_listeners += 1
        if listener.until is None:
            listener.drop_reason = DropReason.TOO_SLOW

    def _retire_idle_feeds(self, now: float) -> None:
        """Give up feeds that nobody listened to for a while: one costs a ring of memory.

        Not at once: the next listener would pay for a new one.
        """
        for metaint, (_, feed) in tuple(self._icy.items()):
            if len(feed):
                self._unused.pop(metaint, None)
            elif now - self._unused.setdefault(metaint, now) >= UNUSED_S:
                del self._unused[metaint]
                feed.close()
                self._bytes_out_before += feed.bytes_out
                self._skipped_before += feed.bytes_skipped
                self._sends_before += feed.sends
                self._jumps_before += feed.jumps
                feed.close()
                del self._icy[metaint]

    def _burst_now(self) -> int:
        """What somebody new may have at once: nothing from before a silence."""
        source, ring = self.source, self._plain.ring
        if source is None or source.is_late(self._clock()):
            return 0
        return min(self.settings.burst_bytes, ring.capacity // 2, ring.head - self._live_from)

    def _block(self) -> bytes:
        return metadata_block(self.tags.display, self.tags.url, self.settings.charset)

    def _grow(self, wanted: int) -> None:
        capacity = min(-(-wanted // SPAN) * SPAN, QUEUE_GROWN_MAX)
        self._plain.ring.grow(capacity)
        for stream, feed in self._icy.values():
            feed.ring.grow(icy_capacity(capacity, stream.metaint))
