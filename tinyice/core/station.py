"""The station as the web sees it: snapshots, and the changes that people ask for."""

from collections.abc import Callable
from datetime import datetime

from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts
from tinyice.core.snapshots import DeliverySnapshot, MountSnapshot, StationHeaders, StationSnapshot
from tinyice.core.tags import Tags
from tinyice.formats.base import AudioInfo


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

    def set_tags(self, mount: str, tags: Tags, origin: str) -> None:
        """Something else plays on ``mount``; raises MountUnknown or MountIdle."""
        self._mounts.set_tags(mount, tags, origin)


def mount_snapshot(mount: Mount) -> MountSnapshot:
    """``mount`` and its source at this moment."""
    source, settings = mount.source, mount.settings
    framer = None if source is None else source.framer
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
        audio=AudioInfo() if framer is None else framer.info,
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
    )
