"""All mounts of the station: look-up, claims, limits, time-outs."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from tinyice.core.counters import Counters
from tinyice.core.errors import (
    ListenerUnknown,
    MountDisabled,
    MountIdle,
    MountInUse,
    MountPathRefused,
    MountUnknown,
    TooManyListeners,
    TooManySources,
)
from tinyice.core.events import (
    DropReason,
    Event,
    SourceConnected,
    SourceDisconnected,
    SourceReplaced,
)
from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.core.moves import Ferry, move
from tinyice.core.paths import mount_path_fault
from tinyice.core.recorder import Recorder
from tinyice.core.ring import Allocate, OwnMemory
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.core.tags import Tags

SECURE_COST = 4
"""As how many plain listeners one over TLS counts when the pulse is stretched."""

RecorderFor = Callable[[MountSettings], Recorder | None]
"""Opens the dump file of a mount, where it has one."""


class Carrier(Ferry, Protocol):
    """Brings listeners to other processes."""

    def carry(self, mount: Mount) -> None:
        """Take those listeners of ``mount`` who are level with its stream, or some."""


class Mounts:
    """The mounts by path: those of the configuration, and those that sources made."""

    def __init__(
        self,
        configured: Iterable[str],
        settings_for: Callable[[str], MountSettings],
        station: StationSettings,
        *,
        publish: Callable[[Event], None],
        clock: Callable[[], float],
        recorder_for: RecorderFor,
        allocate: Allocate = OwnMemory,
    ) -> None:
        self.carrier: Carrier | None = None
        self._allocate = allocate
        self.counters = Counters()
        self._intros: dict[str, bytes] = {}
        self._slices = {False: 1, True: 1}
        self._settings_for = settings_for
        self._station = station
        self._publish = publish
        self._clock = clock
        self._recorder_for = recorder_for
        self._mounts: dict[str, Mount] = {}
        self._last_listener = 0
        for path in configured:
            self._create(path)

    def __iter__(self) -> Iterator[Mount]:
        return iter(tuple(self._mounts.values()))

    @property
    def listeners(self) -> int:
        """How many listen to anything now."""
        return sum(len(mount.listeners) for mount in self._mounts.values())

    @property
    def sources(self) -> int:
        """How many sources are connected now."""
        return sum(mount.source is not None for mount in self._mounts.values())

    def configure(
        self,
        configured: Iterable[str],
        settings_for: Callable[[str], MountSettings],
        station: StationSettings,
    ) -> None:
        """The operator decided anew, about each mount and about all of them.

        A mount that is not named any more stays while somebody is there; one
        that is switched off lets everybody go.
        """
        self._settings_for, self._station = settings_for, station
        for path in configured:
            if path not in self._mounts:
                self._create(path)
        for mount in self:
            mount.settle(settings_for(mount.path), station)
            mount.spread(self._slices[mount.settings.low_latency])
            if mount.source is not None:
                mount.source.station = _overridden(mount.source.said, mount.settings)
            if mount.settings.disabled:
                self._empty(mount)
            self._retire(mount)

    def share(self, carrier: Carrier, allocate: Allocate) -> None:
        """Let ``carrier`` bring listeners elsewhere, who read there what ``allocate`` gives."""
        self.carrier, self._allocate = carrier, allocate
        for mount in self:
            mount.relocate(allocate)

    def find(self, path: str) -> Mount | None:
        """The mount of that path, if it is configured or something feeds it."""
        return self._mounts.get(path)

    def known(self, path: str) -> Mount:
        """The mount of that path; raises MountUnknown."""
        mount = self._mounts.get(path)
        if mount is None:
            raise MountUnknown(path)
        return mount

    def claim(self, path: str, source: Source) -> Mount:
        """Let ``source`` feed ``path`` from now on, or raise why not.

        A source that was silent for a while gives way to a new session that
        knows the same password.
        """
        fault = mount_path_fault(path)
        if fault is not None:
            raise MountPathRefused(path, fault)
        if self._settings_for(path).disabled:
            raise MountDisabled(path)
        mount = self._mounts.get(path)
        if mount is not None and mount.source is not None:
            self._take_over(mount, mount.source, source)
        elif self._station.sources_max and self.sources >= self._station.sources_max:
            raise TooManySources(self._station.sources_max)
        if mount is None:
            mount = self._create(path)
        self.counters.source_connections += 1
        source.station = _overridden(source.said, mount.settings)
        mount.attach(source)
        mount.recorder = self._recorder_for(mount.settings)
        self._publish(
            SourceConnected(path, source.kind, source.client, source.user, source.content_type)
        )
        return mount

    def release(self, mount: Mount, source: Source, reason: str) -> None:
        """``source``'s session is over; its listeners get what is left."""
        if not mount.detach(source):
            return
        self._publish_end(mount, source, reason)
        mount.release_listeners()
        self._retire(mount)

    def admit(self, path: str) -> Mount:
        """The mount that a new listener may join now; raises why it may not."""
        mount = self.known(path)
        mount.check_room()
        limit = self._station.listeners_max
        if limit and self.listeners >= limit:
            raise TooManyListeners("", limit)
        return mount

    def join(self, mount: Mount, listener: Listener, metaint: int | None) -> None:
        """Serve ``listener`` on ``mount``, which ``admit`` gave in the same breath."""
        self.counters.listener_connections += 1
        mount.join(listener, metaint)

    def leave(self, mount: Mount, listener: Listener) -> None:
        """``listener``'s connection is gone."""
        mount.leave(listener)
        self._retire(mount)

    def move_listeners(
        self, source_path: str, destination_path: str, ids: Collection[int] | None = None
    ) -> int:
        """Let the listeners of one mount, or those named, hear another; how many do.

        Those for whom the destination has no room stay. Raises MountUnknown,
        MountIdle, MountDisabled, SameMount or FormatsDiffer.
        """
        before, after = self.known(source_path), self.known(destination_path)
        moved = move(before, after, ids, ferry=self.carrier, publish=self._publish)
        self._retire(before)
        return moved

    def kick_listener(self, path: str, number: int, reason: DropReason = DropReason.KICKED) -> None:
        """End that listener of ``path``; raises MountUnknown or ListenerUnknown."""
        mount = self.known(path)
        listener = mount.listeners.get(number)
        if listener is None:
            raise ListenerUnknown(path, number)
        mount.drop(listener, reason)
        self._retire(mount)

    def kick_listeners(self, path: str, reason: DropReason = DropReason.KICKED) -> int:
        """End all who listen to ``path``, and say how many; raises MountUnknown."""
        mount = self.known(path)
        count = len(mount.listeners)
        mount.drop_all(reason)
        self._retire(mount)
        return count

    def kick_source(self, path: str, reason: str = "ended by an operator") -> None:
        """End what feeds ``path``; raises MountUnknown or MountIdle."""
        source = self.known(path).source
        if source is None:
            raise MountIdle(path)
        source.control.close(reason)

    def next_listener_id(self) -> int:
        """A number that no listener had before."""
        self._last_listener += 1
        return self._last_listener

    @property
    def last_listener(self) -> int:
        """The highest number that a listener was given."""
        return self._last_listener

    def go_on_counting(self, last_listener: int, counters: Counters) -> None:
        """Another process has counted so far."""
        self._last_listener, self.counters = last_listener, counters

    def provide(self, path: str) -> Mount:
        """The mount of that path, made if there is none: somebody is about to be there."""
        return self._mounts.get(path) or self._create(path)

    def set_tags(self, path: str, tags: Tags, origin: str) -> None:
        """Something else plays on ``path``; raises MountUnknown or MountIdle."""
        mount = self.known(path)
        if mount.source is None:
            raise MountIdle(path)
        mount.set_tags(tags, origin)

    def set_intro(self, path: str, content: bytes) -> None:
        """Who joins ``path`` from now on hears ``content`` first."""
        self._intros[path] = content
        mount = self._mounts.get(path)
        if mount is not None:
            mount.intro = content

    def deliver(self, turn: int = 0, turns: int = 1, *, low_latency: bool | None = None) -> None:
        """One pulse, or one turn of it, for every mount that somebody listens to.

        ``low_latency``: only for mounts that want it, or that do not; None: for all.
        """
        for mount in self:
            if mount.listeners and low_latency in (None, mount.settings.low_latency):
                mount.deliver(turn, turns)
                if self.carrier is not None:
                    self.carrier.carry(mount)

    def spread(self, slices: int, *, low_latency: bool) -> None:
        """Let newcomers of those mounts settle in so many slices of a pulse."""
        self._slices[low_latency] = slices
        for mount in self:
            if mount.settings.low_latency == low_latency:
                mount.spread(slices)

    def audience(self, *, low_latency: bool) -> int:
        """How many plain listeners cost as much as those whom this process serves.

        Of mounts that want low latency, or of the others. A send over TLS costs
        several plain ones, and those listeners never leave the main process.
        """
        return sum(
            mount.present + (SECURE_COST - 1) * mount.secure_listeners
            for mount in self._mounts.values()
            if mount.settings.low_latency == low_latency
        )

    def sweep(self) -> None:
        """Once a second: silent sources end, limits are enforced."""
        now = self._clock()
        for mount in self:
            source = mount.source
            limit = mount.settings.source_timeout_s
            if source is not None and limit and source.silent_for(now) >= limit:
                source.control.close(f"no data for {limit:g} s")
            mount.sweep(now)
            self._retire(mount)

    def stop(self) -> None:
        """The server goes down: sources end first, then everyone who listens."""
        for mount in self:
            if mount.source is not None:
                mount.source.control.close("server stopping")
        for mount in self:
            mount.drop_all(DropReason.SERVER_STOPPING)

    @staticmethod
    def _empty(mount: Mount) -> None:
        mount.drop_all(DropReason.MOUNT_DISABLED)
        if mount.source is not None:
            mount.source.control.close(DropReason.MOUNT_DISABLED.value)

    def _take_over(self, mount: Mount, old: Source, new: Source) -> None:
        station = self._station
        silent = old.silent_for(self._clock())
        may = station.takeover and old.credential == new.credential and old.credential != ""
        if not may or silent < station.takeover_after_s:
            raise MountInUse(mount.path)
        mount.detach(old)
        old.control.close("replaced by a new session")
        self._publish(SourceReplaced(mount.path, old.client, new.client, silent))
        self._publish_end(mount, old, "replaced by a new session")
        if old.content_type != new.content_type:
            mount.release_listeners()

    def _publish_end(self, mount: Mount, source: Source, reason: str) -> None:
        seconds = self._clock() - source.connected_monotonic
        self._publish(
            SourceDisconnected(
                mount.path, source.kind, source.client, reason, seconds, source.bytes_in
            )
        )

    def _create(self, path: str) -> Mount:
        mount = Mount(
            self._settings_for(path),
            self._station,
            publish=self._publish,
            clock=self._clock,
            allocate=self._allocate,
        )
        mount.intro = self._intros.get(path, b"")
        mount.spread(self._slices[mount.settings.low_latency])
        self._mounts[path] = mount
        return mount

    def _retire(self, mount: Mount) -> None:
        """Forget a mount that a source made, once nobody is there any more."""
        if mount.settings.configured or mount.source is not None or mount.listeners:
            return
        if self._mounts.get(mount.path) is mount:
            del self._mounts[mount.path]
            self.counters.bytes_in += mount.bytes_in
            self.counters.bytes_out += mount.bytes_out
            self.counters.bytes_skipped += mount.bytes_skipped
            self.counters.sends += mount.sends
            self.counters.jumps += mount.jumps
            mount.close()


def _overridden(said: StationHeaders, settings: MountSettings) -> StationHeaders:
    """What the encoder says, where the operator did not decide."""
    return replace(
        said,
        name=settings.name_override or said.name,
        description=settings.description or said.description,
        genre=settings.genre or said.genre,
        url=settings.url or said.url,
    )
