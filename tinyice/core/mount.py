"""A mount: a path, what feeds it, what plays, and who listens.

Rules of this file: the mount owns the ring's bytes, one source at a time writes
them, and every method is one transaction: nothing waits between check and act.
Which source that is stands in ``changeover``.
"""

from collections.abc import Callable, Sequence

from tinyice.core.air import Air
from tinyice.core.changeover import attach, detach
from tinyice.core.errors import MountDisabled, MountIdle, TooManyListeners
from tinyice.core.events import DropReason, Event, ListenerJoined, ListenerLeft, TagsChanged
from tinyice.core.feed import Feed
from tinyice.core.feeds import Feeds, Terms
from tinyice.core.inputs import Input
from tinyice.core.intake import take, take_chunks
from tinyice.core.listener import Listener
from tinyice.core.ring import Allocate, OwnMemory
from tinyice.core.roll import Roll
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.source import Source, StreamFormat
from tinyice.core.tags import Tags
from tinyice.formats.base import Chunk
from tinyice.formats.frozen import State
from tinyice.wire.icy import metadata_block


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
        self.intro = b""
        self.tags = Tags()
        self.roll = Roll()
        """Who listens."""
        self.listener_peak = 0
        self.secure_listeners = 0
        self.slow_listeners = 0
        self.bytes_in = 0
        self._station = station
        self.publish = publish
        self.now = clock
        self.format_known: Callable[[Mount], None] = _nobody_cares
        """Told when it is known what the players here understand."""
        self.awaiting: set[Callable[[], None]] = set()
        """Those who are told once the mount can be heard."""
        terms = Terms(
            jumps_max=station.jumps_max,
            burst=self._burst_now,
            is_framed=self._is_framed_audio,
            block=self._block,
            dropped=self.drop_slow,
        )
        queue = max(settings.queue_bytes, station.queue_min_bytes)
        self._feeds = Feeds(queue, terms, allocate=allocate)
        self._release_deadline: float | None = None
        self.air = Air(self._feeds, clock())
        """What feeds the mount."""

    @property
    def path(self) -> str:
        """The mount's name."""
        return self.settings.path

    @property
    def source(self) -> Source | None:
        """What is on air."""
        return self.air.source

    @property
    def listeners(self) -> dict[int, Listener]:
        """Who listens, by number."""
        return self.roll.by_id

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """The plain feed, then one for each ICY interval in use."""
        return tuple(self._feeds)

    @property
    def present(self) -> int:
        """How many listeners are served by this process."""
        return sum(feed.present for feed in self._feeds)

    @property
    def bytes_out(self) -> int:
        """Stream bytes given to listeners since the mount exists."""
        return self._feeds.totals().bytes_out

    @property
    def bytes_skipped(self) -> int:
        """Bytes that slow listeners lost."""
        return self._feeds.totals().bytes_skipped

    @property
    def sends(self) -> int:
        """Calls of sockets by deliveries."""
        return self._feeds.totals().sends

    @property
    def jumps(self) -> int:
        """Times that a slow listener lost audio."""
        return self._feeds.totals().jumps

    @property
    def queue_bytes(self) -> int:
        """How far a listener may fall behind now."""
        return self._feeds.ring.capacity

    @property
    def carries_icy(self) -> bool:
        """Whether ICY metadata fits this stream."""
        stream = None if self.source is None else self.source.stream
        return stream is not None and stream.kind.carries_icy

    @property
    def format(self) -> StreamFormat | None:
        """What its players understand; None: nothing was ever heard here."""
        return self.air.format

    @property
    def is_full(self) -> bool:
        """Whether as many listen as may."""
        limit = self.settings.listeners_max
        return bool(limit) and len(self.roll.by_id) >= limit

    def settle(self, settings: MountSettings, station: StationSettings) -> None:
        """These settings hold from now on, for who is here too; a queue only grows."""
        had = max(self.settings.queue_bytes, self._station.queue_min_bytes)
        before, self.settings, self._station = self.settings, settings, station
        if settings.charset != before.charset:
            self._feeds.announce()
        self._feeds.settle(station.jumps_max)
        wanted = max(settings.queue_bytes, station.queue_min_bytes)
        if wanted > had:
            self._feeds.grow(wanted)

    def relocate(self, allocate: Allocate) -> None:
        """Lie in memory of that kind from now on; who listens does not notice."""
        self._feeds.relocate(allocate)

    def attach(self, source: Source) -> Input:
        """``source`` feeds the mount from now on, or waits; who listens stays."""
        return attach(self, source)

    def detach(self, source: Source) -> Input | None:
        """``source`` is gone, and what it was here; None: nothing any more."""
        return detach(self, source)

    def take(self, source: Source, data: bytes) -> None:
        """Bytes of ``source``; those of a session that was replaced are dropped."""
        take(self, source, data)

    def take_chunks(self, source: Source, chunks: Sequence[Chunk]) -> None:
        """Chunks of ``source``, whose stream is described; see ``take``."""
        take_chunks(self, source, chunks)

    def check_audible(self) -> None:
        """Raise what keeps everybody from hearing this mount now."""
        if self.settings.disabled:
            raise MountDisabled(self.path)
        source = self.source
        if source is None or source.stream is None:
            raise MountIdle(self.path)
        if source.stream.needs_headers and not self._feeds.headers:
            raise MountIdle(self.path)

    def tell_awaiting(self) -> None:
        """Something came: whoever waits for it is told, if the mount can be heard now."""
        try:
            self.check_audible()
        except (MountIdle, MountDisabled):
            return
        awaiting, self.awaiting = self.awaiting, set()
        for tell in awaiting:
            tell()

    def check_room(self) -> None:
        """Raise what keeps one more listener out of this mount now."""
        self.check_audible()
        if self.is_full:
            raise TooManyListeners(self.path, self.settings.listeners_max)

    def feed_for(self, metaint: int | None) -> Feed:
        """The stream as those get it who asked for metadata every ``metaint`` bytes, or none."""
        return self._feeds.with_interval(metaint)

    def join(self, listener: Listener, metaint: int | None) -> None:
        """Serve ``listener`` from now on, with metadata every ``metaint`` bytes if not None."""
        feed = self.feed_for(metaint)
        self.receive(listener)
        feed.join(listener, self.intro)
        self.publish(ListenerJoined(self.path, listener.id, listener.client))

    def receive(self, listener: Listener) -> None:
        """``listener`` is one of this mount's."""
        listener.mount = self
        self.roll.add(listener)
        self.secure_listeners += listener.client.encrypted_here
        self.listener_peak = max(self.listener_peak, len(self.roll.by_id))

    def give_up(self, listener: Listener) -> bool:
        """``listener`` is none of this mount's any more; whether it was one."""
        if not self.roll.remove(listener):
            return False
        self.secure_listeners -= listener.client.encrypted_here
        return True

    def leave(self, listener: Listener) -> None:
        """``listener``'s connection is gone."""
        if not self.give_up(listener):
            return
        feed = listener.feed
        if feed is not None:
            feed.dismiss(listener)
        left = ListenerLeft(
            self.path,
            listener.id,
            listener.client,
            listener.drop_reason,
            self.now() - listener.joined_at,
            listener.bytes_out,
            listener.jumps,
        )
        listener.let_go()
        self.publish(left)

    def forsake(self, listener: Listener) -> None:
        """Another process serves ``listener``: nobody is told that it is gone here."""
        if self.give_up(listener):
            if listener.feed is not None:
                listener.feed.dismiss(listener)
            listener.let_go()

    def drop(self, listener: Listener, reason: DropReason) -> None:
        """End ``listener``: what its socket has taken still goes out, unless it is too slow."""
        listener.drop_reason = reason
        if reason is DropReason.TOO_SLOW:
            listener.outlet.abort()
        else:
            listener.outlet.finish()
        if not listener.is_away:
            self.leave(listener)

    def drop_slow(self, listener: Listener) -> None:
        """``listener`` is too slow, or was leaving and does not get on: end it."""
        self._note_slow(listener)
        self.drop(listener, listener.drop_reason)

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
        self.air.close()
        self._feeds.close()

    def release_listeners(self) -> None:
        """Nothing feeds the mount any more: everyone gets what is left, and goes."""
        self._release_deadline = self.now() + self._station.drain_s
        for listener in self.listeners.values():
            listener.drop_reason = DropReason.SOURCE_ENDED
        self.air.programme.end()
        self._feeds.end()
        for tap in tuple(self.air.taps):
            tap.ended()

    def set_tags(self, tags: Tags, origin: str) -> None:
        """Something else is heard now."""
        if self.air.on_air is not None:
            self.air.on_air.tags = tags
        if tags == self.tags:
            return
        self.tags = tags
        self._feeds.announce()
        self.publish(TagsChanged(self.path, tags, origin))
        for tap in tuple(self.air.taps):
            tap.tagged(tags, origin)

    def set_tags_of(self, source: Source, tags: Tags, origin: str) -> None:
        """``source`` plays something else now; that is told while it is heard."""
        entry = self.air.inputs.of(source)
        if entry is not None:
            entry.tags = tags
            if entry is self.air.on_air:
                self.set_tags(tags, origin)

    def play(self, tags: Tags, origin: str) -> None:
        """Another input is on air, which plays this."""
        if not self.air.programme.goes_on:
            self.tags = Tags()
            self._feeds.announce()
        self.set_tags(tags, origin)

    def deliver(self, turn: int = 0, turns: int = 1) -> None:
        """One pulse, or one turn of it: who keeps up gets what is new."""
        self._feeds.deliver(turn, turns)

    def spread(self, slices: int) -> None:
        """Let newcomers settle in so many slices of a pulse."""
        self._feeds.spread(slices)

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
        self._feeds.retire_idle(now)
        if self.source is not None:
            self._feeds.grow(int(self.source.rate(now) * self._station.queue_seconds))

    def freeze(self) -> State:
        """The stream and its counts, without inputs and listeners; see ``formats/frozen.py``."""
        return {
            "feeds": self._feeds.freeze(),
            "air": self.air.freeze(),
            "tags": [self.tags.artist, self.tags.title, self.tags.url],
            "release_deadline": self._release_deadline,
            "bytes_in": self.bytes_in,
            "listener_peak": self.listener_peak,
            "slow_listeners": self.slow_listeners,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``; of a mount on which nothing was yet."""
        self.tags = Tags(*state["tags"])
        self._feeds.thaw(state["feeds"])
        self.air.thaw(state["air"])
        self._release_deadline = state["release_deadline"]
        self.bytes_in = state["bytes_in"]
        self.listener_peak = state["listener_peak"]
        self.slow_listeners = state["slow_listeners"]

    def _is_framed_audio(self) -> bool:
        known = self.format
        return known is not None and known.kind.is_frame_stream

    def _note_slow(self, listener: Listener) -> None:
        self.slow_listeners += 1
        if listener.until is None:
            listener.drop_reason = DropReason.TOO_SLOW

    def _burst_now(self) -> int:
        """What somebody new may have at once: nothing from before a silence."""
        source, ring = self.source, self._feeds.ring
        if source is None or source.is_late(self.now()):
            return 0
        return min(self.settings.burst_bytes, ring.capacity // 2, ring.head - self.air.live_from)

    def _block(self) -> bytes:
        return metadata_block(self.tags.display, self.tags.url, self.settings.charset)


def _nobody_cares(_mount: Mount) -> None:
    """Nothing depends on what players understand."""
