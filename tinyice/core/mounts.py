"""All mounts of the station: look-up, claims, limits, time-outs."""

from collections.abc import Callable, Collection, Iterable, Iterator

from tinyice.core.air import Tap
from tinyice.core.chains import Chains, Demand, Players
from tinyice.core.changeover import close, decide, sweep
from tinyice.core.counters import Counters
from tinyice.core.errors import (
    ListenerUnknown,
    MountAwaited,
    MountDisabled,
    MountIdle,
    MountPathRefused,
    MountUnknown,
    TooManyListeners,
    TooManySources,
)
from tinyice.core.events import (
    DropReason,
    Event,
)
from tinyice.core.inputs import slot_of
from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.core.moves import Carrier, move
from tinyice.core.paths import mount_path_fault
from tinyice.core.ring import Allocate, OwnMemory
from tinyice.core.sessions import RecorderFor, Sessions
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.formats.frozen import State

SECURE_COST = 4
"""As how many plain listeners one over TLS counts when the pulse is stretched."""


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
        self.players: Players | None = None
        self.demand: Demand | None = None
        self._chains = Chains(self.claim, self.release)
        self._allocate = allocate
        self.counters = Counters()
        self._intros: dict[str, bytes] = {}
        self._slices = {False: 1, True: 1}
        self._settings_for = settings_for
        self._station = station
        self._publish = publish
        self._clock = clock
        self._sessions = Sessions(
            self.counters, publish=publish, clock=clock, recorder_for=recorder_for
        )
        self._mounts: dict[str, Mount] = {}
        self.last_listener = 0
        """The highest number that a listener was given."""
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
        return sum(len(mount.air.inputs.sessions) for mount in self._mounts.values())

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
            for entry in mount.air.inputs:
                entry.source.overrule(mount.settings)
            self._see_to_chain(mount)
            if mount.settings.disabled:
                self._empty(mount)
            else:
                decide(mount, self._clock())
            self._retire(mount)

    def share(self, carrier: Carrier, allocate: Allocate) -> None:
        """Let ``carrier`` bring listeners elsewhere, who read there what ``allocate`` gives."""
        self.carrier, self._allocate = carrier, allocate
        for mount in self:
            mount.relocate(allocate)

    def find(self, path: str) -> Mount | None:
        """The mount of that path, if it is configured or something feeds it."""
        return self._mounts.get(path)

    def tap(self, path: str, tap: Tap) -> None:
        """Let ``tap`` have the programme of ``path``, whenever something is heard there."""
        self._chains.taps_on(path).append(tap)

    def untap(self, path: str, tap: Tap) -> None:
        """No more; it may have none already, because the server goes down."""
        taps = self._chains.taps_on(path)
        if tap in taps:
            taps.remove(tap)
        if path not in self._mounts:
            self._chains.forget(path)

    def known(self, path: str) -> Mount:
        """The mount of that path; raises MountUnknown."""
        mount = self._mounts.get(path)
        if mount is None:
            raise MountUnknown(path)
        return mount

    def claim(self, path: str, source: Source) -> Mount:
        """Let ``source`` feed ``path`` from now on, or wait there; raise why not.

        A source that was silent for a while gives way to a new session that
        knows the same password.
        """
        fault = mount_path_fault(path)
        if fault is not None:
            raise MountPathRefused(path, fault)
        if self._settings_for(path).disabled:
            raise MountDisabled(path)
        mount = self._mounts.get(path)
        old = None if mount is None else mount.air.inputs.at(slot_of(source))
        limit = self._station.sources_max
        if mount is not None and old is not None:
            self._sessions.take_over(mount, old.source, source, self._station)
        elif limit and not source.is_stand_in and self.sources >= limit:
            raise TooManySources(limit)
        if mount is None:
            mount = self._create(path)
        self._sessions.begin(mount, source)
        return mount

    def succeed(self, mount: Mount, old: Source, new: Source) -> None:
        """Whoever fed ``mount`` with ``old`` goes on with ``new``, at once: who listens stays."""
        self._sessions.succeed(mount, old, new)

    def release(self, mount: Mount, source: Source, reason: str) -> None:
        """``source``'s session is over; without another, its listeners get what is left."""
        if self._sessions.end(mount, source, reason):
            self._retire(mount)

    def admit(self, path: str) -> Mount:
        """The mount that a new listener may join now; raises why it may not.

        MountAwaited: it is one once it was asked for. A mount that is full may send
        them to another one of its chain.
        """
        is_served = self.demand is not None and self.demand.serves(path)
        if is_served and path not in self._mounts:
            raise MountAwaited(path)
        mount = self.known(path)
        try:
            mount.check_room()
        except MountIdle:
            if not is_served:
                raise
            raise MountAwaited(path) from None
        except TooManyListeners as full:
            mount = self._chains.overflow(mount, self._mounts, full)
        limit = self._station.listeners_max
        if limit and self.listeners >= limit:
            raise TooManyListeners("", limit)
        return mount

    def serves(self, path: str) -> bool:
        """Whether there is a mount of that path, or will be once somebody wants it."""
        return path in self._mounts or (self.demand is not None and self.demand.serves(path))

    def ask_for(self, path: str, tell: Callable[[], None]) -> None:
        """Somebody waits to hear ``path`` and is told when it can be; raises MountIdle."""
        mount = self._mounts.get(path) or self._create(path)
        mount.awaiting.add(tell)
        if self.demand is None or not self.demand.wanted(mount):
            self.ask_no_more(path, tell)
            raise MountIdle(path)

    def ask_no_more(self, path: str, tell: Callable[[], None]) -> None:
        """They do not wait any more."""
        mount = self._mounts.get(path)
        if mount is not None:
            mount.awaiting.discard(tell)
            self._retire(mount)

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
        """End who feeds ``path``: what is on air, or else who waits to be.

        Not what its chain brings. Raises MountUnknown or MountIdle.
        """
        self._sessions.kick(self.known(path), reason)

    def next_listener_id(self) -> int:
        """A number that no listener had before."""
        self.last_listener += 1
        return self.last_listener

    def continue_with(self, path: str, source: Source, state: State, *, on_air: bool) -> Mount:
        """``source`` fed ``path`` in another process, and goes on here from ``state``."""
        mount = self.provide(path)
        self._sessions.go_on(mount, source, state, on_air=on_air)
        return mount

    def expect(self, within_s: float) -> None:
        """All are here that go on: for others that were heard, listeners wait so long."""
        for mount in self:
            self._sessions.expect(mount, within_s)
            self._retire(mount)

    def provide(self, path: str) -> Mount:
        """The mount of that path, made if there is none: somebody is about to be there."""
        return self._mounts.get(path) or self._create(path)

    def set_tags(self, path: str, tags: Tags, origin: str) -> None:
        """Something else plays on ``path``; raises MountUnknown or MountIdle.

        It is of who feeds it, even if that waits while a fallback is heard.
        """
        mount = self.known(path)
        entry = next(iter(mount.air.inputs.sessions), mount.air.on_air)
        if entry is None:
            raise MountIdle(path)
        mount.set_tags_of(entry.source, tags, origin)

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
            self._sessions.sweep(mount, now)
            sweep(mount, now)
            mount.sweep(now)
            self._retire(mount)

    def stop(self) -> None:
        """The server goes down: sources end first, then everyone who listens."""
        for mount in self:
            close(mount)
        self._chains.stop()
        for mount in self:
            for entry in mount.air.inputs:
                entry.source.control.close("server stopping")
        for mount in self:
            mount.drop_all(DropReason.SERVER_STOPPING)

    @staticmethod
    def _empty(mount: Mount) -> None:
        mount.drop_all(DropReason.MOUNT_DISABLED)
        for entry in mount.air.inputs:
            entry.source.control.close(DropReason.MOUNT_DISABLED.value)

    def _see_to_chain(self, mount: Mount) -> None:
        """Let ``mount`` have what its chain names."""
        self._chains.configure(mount, self._mounts)
        self._format_known(mount)

    def _format_known(self, mount: Mount) -> None:
        if self.players is not None:
            self.players.see_to(mount)

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
        mount.format_known = self._format_known
        mount.air.taps = self._chains.taps_on(path)
        self._mounts[path] = mount
        if mount.settings.chain:
            self._see_to_chain(mount)
        return mount

    def _retire(self, mount: Mount) -> None:
        """Forget a mount that a source made, once nobody is there any more."""
        if mount.listeners or mount.awaiting:
            return
        if self.demand is not None:
            self.demand.unwanted(mount)
        if mount.settings.configured or len(mount.air.inputs):
            return
        if self._mounts.get(mount.path) is mount:
            del self._mounts[mount.path]
            self.counters.keep(mount)
            self._chains.forget(mount.path)
            mount.close()
