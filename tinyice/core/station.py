"""The station as the web sees it: snapshots, and the changes that people ask for."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from heapq import merge
from itertools import islice
from operator import attrgetter

from tinyice.core.events import DropReason
from tinyice.core.feed import Feed
from tinyice.core.inputs import LIVE
from tinyice.core.links import links_of
from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts
from tinyice.core.settings import MountSettings
from tinyice.core.snapshots import (
    DeliverySnapshot,
    ListenerSnapshot,
    MountSnapshot,
    StationHeaders,
    StationSnapshot,
)
from tinyice.core.tags import Tags
from tinyice.formats.base import AudioInfo

_SLICE = 500
"""So many listeners are looked at in one go."""


class Station:
    """What the mounts are and do, as values."""

    def __init__(self, mounts: Mounts, *, started_at: datetime, clock: Callable[[], float]) -> None:
        self._mounts = mounts
        self._started_at = started_at
        self._clock = clock
        self._epoch = clock()

    def snapshot(self) -> StationSnapshot:
        """Everything at this moment."""
        mounts = tuple(
            mount_snapshot(mount) for mount in sorted(self._mounts, key=lambda m: m.path)
        )
        counters = self._mounts.counters
        skipped = counters.bytes_skipped + sum(mount.bytes_skipped for mount in self._mounts)
        return StationSnapshot(
            started_at=self._started_at,
            uptime_seconds=self._clock() - self._epoch,
            mounts=mounts,
            listeners=sum(mount.listeners for mount in mounts),
            connections=counters.connections,
            listener_connections=counters.listener_connections,
            source_connections=counters.source_connections,
            bytes_in=counters.bytes_in + sum(mount.bytes_in for mount in mounts),
            bytes_out=counters.bytes_out + sum(mount.bytes_out for mount in mounts),
            dropped_bytes=skipped,
        )

    def delivery(self) -> DeliverySnapshot:
        """What delivering came to so far."""
        counters = self._mounts.counters
        return DeliverySnapshot(
            sends=counters.sends + sum(mount.sends for mount in self._mounts),
            jumps=counters.jumps + sum(mount.jumps for mount in self._mounts),
        )

    def listeners(
        self, mounts: Collection[str] | None, after: int, limit: int
    ) -> tuple[ListenerSnapshot, ...]:
        """The next listeners by number behind ``after``, on those mounts (None: on all).

        At most ``limit``, and it costs no more than that, however many there are.
        """
        chosen = self._mounts if mounts is None else filter(None, map(self._mounts.find, mounts))
        rolls = [mount.roll.after(after) for mount in chosen]
        found = islice(merge(*rolls, key=attrgetter("id")), max(0, limit))
        now = self._clock()
        return tuple(_listener_snapshot(listener, now) for listener in found)

    def listeners_of(self, path: str) -> Iterator[ListenerSnapshot]:
        """All listeners of a mount; others may come and go between one and the next."""
        after = 0
        while page := self.listeners((path,), after, _SLICE):
            yield from page
            after = page[-1].id

    def kick_listener(
        self, mount: str, listener: int, reason: DropReason = DropReason.KICKED
    ) -> None:
        """End a listener; raises MountUnknown or ListenerUnknown."""
        self._mounts.kick_listener(mount, listener, reason)

    def kick_listeners(self, mount: str, reason: DropReason = DropReason.KICKED) -> int:
        """End all of a mount, and say how many; raises MountUnknown."""
        return self._mounts.kick_listeners(mount, reason)

    def kick_source(self, mount: str) -> None:
        """End what feeds ``mount``; raises MountUnknown or MountIdle."""
        self._mounts.kick_source(mount)

    def move_listeners(
        self, mount: str, destination: str, ids: Collection[int] | None = None
    ) -> int:
        """Let listeners go on at another mount; see ``Mounts.move_listeners``."""
        return self._mounts.move_listeners(mount, destination, ids)

    def set_tags(self, mount: str, tags: Tags, origin: str) -> None:
        """Something else plays on ``mount``; raises MountUnknown or MountIdle."""
        self._mounts.set_tags(mount, tags, origin)


def mount_snapshot(mount: Mount) -> MountSnapshot:
    """``mount`` and its source at this moment."""
    source, settings = mount.source, mount.settings
    stream = None if source is None else source.stream
    return MountSnapshot(
        path=mount.path,
        visible=settings.visible,
        disabled=settings.disabled,
        configured=settings.configured,
        source=None if source is None else source.client,
        source_kind="" if source is None else source.kind,
        connected_at=None if source is None else source.connected_at,
        content_type="" if source is None else source.content_type,
        station=StationHeaders() if source is None else source.station,
        audio=AudioInfo() if stream is None else stream.info,
        tags=Tags() if source is None else mount.tags,
        listeners=len(mount.listeners),
        listener_peak=mount.listener_peak,
        listeners_max=settings.listeners_max,
        slow_listeners=mount.slow_listeners,
        bytes_in=mount.bytes_in,
        bytes_out=mount.bytes_out,
        carries_icy=mount.carries_icy,
        burst_bytes=settings.burst_bytes,
        queue_bytes=mount.queue_bytes,
        metaint=settings.metaint,
        charset=settings.charset,
        bytes_skipped=mount.bytes_skipped,
        fallback=settings.fallback,
        authenticator=_authenticator(settings),
        waiting=settings.waiting,
        input="" if mount.air.on_air is None else mount.air.on_air.slot,
        on_fallback=mount.air.engaged_at is not None,
        chain=links_of(mount),
        silent=mount.air.silence.is_lasting and mount.air.inputs.at(LIVE) is not None,
    )


def _authenticator(settings: MountSettings) -> str:
    """What decides who may listen, under Icecast's names."""
    asks_site = settings.url_auth is not None and settings.url_auth.listener_add
    return "url" if asks_site else "htpasswd" if settings.listener_accounts else ""


def _listener_snapshot(listener: Listener, now: float) -> ListenerSnapshot:
    mount, feed, lag = listener.mount, listener.feed, listener.lag
    source = None if mount is None else mount.source
    rate = source.rate(now) if lag and source is not None else 0.0
    return ListenerSnapshot(
        id=listener.id,
        mount="" if mount is None else mount.path,
        client=listener.client,
        user=listener.user,
        seconds=now - listener.joined_at,
        bytes_out=_bytes_out(listener),
        lag_bytes=lag,
        lag_seconds=lag / rate if rate else 0.0,
        jumps=listener.jumps,
        icy=isinstance(feed, Feed) and feed.metaint is not None,
        is_away=listener.is_away,
    )


def _bytes_out(listener: Listener) -> int:
    """What it got; of one who is away: what it got if it is as far as it was told to be."""
    if listener.is_away and listener.feed is not None:
        return max(0, listener.feed.ring.head - listener.origin - listener.lag_away)
    return listener.bytes_out
