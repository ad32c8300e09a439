"""All relays of the station: those that the operator named, and those of mirrored servers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from twisted.internet.interfaces import IReactorTime

from tinyice.core.mount import Mount
from tinyice.core.relaying import MasterSnapshot, RelaySnapshot
from tinyice.core.source import Source
from tinyice.net.periodic import Periodic
from tinyice.outbound.client import Outbound
from tinyice.relays.connection import UpstreamConnection
from tinyice.relays.frozen import FrozenRelay, Leaving
from tinyice.relays.mirror import Mirror
from tinyice.relays.relay import Relay, World
from tinyice.relays.settings import MasterSettings, RelaySettings

SWEEP_S = 1.0


@dataclass(frozen=True, slots=True)
class Inherited:
    """What another process has left: relays by mount, lists by the names of their servers.

    ``tails``: by mount, the last bytes that listeners there had of a relay.

    ``begin`` puts a source where it was on its mount; ``adopt`` gives the protocol the
    socket that came with its relay. What is left in ``relays`` afterwards nobody wants.
    """

    relays: dict[str, FrozenRelay]
    lists: Mapping[str, list[str]]
    tails: Mapping[str, bytes]
    begin: Callable[[str, Source], Mount]
    adopt: Callable[[str, UpstreamConnection], None]

    def goes_on(self, relay: Relay) -> bool:
        """Let ``relay`` go on where it was, if it was somewhere."""
        mount = relay.settings.mount
        state = self.relays.get(mount)
        connection = None if state is None else relay.go_on(state, self.begin)
        if connection is None:
            return False
        del self.relays[mount]
        self.adopt(mount, connection)
        return True


class Relays:
    """Starts, changes and stops relays.

    What stays the same is not touched. A mount that the operator named is his: no
    mirrored server gets it, and of those the first has it.
    """

    def __init__(
        self,
        world: World,
        outbound: Outbound,
        *,
        clock: IReactorTime,
        now: Callable[[], datetime],
    ) -> None:
        self._world = world
        self._outbound = outbound
        self._clock = clock
        self._now = now
        self._named: Mapping[str, RelaySettings] = {}
        self._mirrors: dict[MasterSettings, Mirror] = {}
        self._running: dict[str, Relay] = {}
        self._inherited: Inherited | None = None
        self._periodic = Periodic("relays", clock, SWEEP_S, self._sweep)

    def start(self) -> None:
        """Hold the times of all that will run."""
        self._periodic.startService()

    def apply(
        self,
        named: Mapping[str, RelaySettings],
        masters: tuple[MasterSettings, ...],
        inherited: Inherited | None = None,
    ) -> None:
        """Let these run, and no others; ``inherited``: what another process has left."""
        self._named = named
        self._inherited = inherited
        for settings in [one for one in self._mirrors if one not in masters]:
            self._mirrors.pop(settings).stop()
        began = []
        for settings in masters:
            if settings not in self._mirrors:
                self._mirrors[settings] = mirror = self._new_mirror(settings)
                began.append(mirror)
                if inherited is not None:
                    mirror.thaw(inherited.lists.get(settings.name, ()))
        self._settle()
        self._inherited = None
        for mirror in began:
            mirror.start()

    def stop(self) -> None:
        """End all of them."""
        if self._periodic.running:
            self._periodic.stopService()
        for mirror in self._mirrors.values():
            mirror.stop()
        self._mirrors.clear()
        for relay in self._running.values():
            relay.stop("server stopping")
        self._running.clear()

    def snapshot(self) -> tuple[RelaySnapshot, ...]:
        """How each is doing, by its mount."""
        return tuple(self._running[path].snapshot() for path in sorted(self._running))

    def masters(self) -> tuple[MasterSnapshot, ...]:
        """How each mirrored server is doing."""
        return tuple(mirror.snapshot() for mirror in self._mirrors.values())

    def via(self, path: str) -> str:
        """The Via header of what is heard on a mount."""
        relay = self._running.get(path)
        token = self._world.terms.token(path)
        return f"{relay.via}, {token}" if relay is not None and relay.via else token

    def serves(self, path: str) -> bool:
        """Whether a relay would feed a mount of that path."""
        return path in self._running

    def wanted(self, mount: Mount) -> bool:
        """Somebody would hear ``mount``, which nothing feeds; whether a relay is about to."""
        relay = self._running.get(mount.path)
        return relay is not None and relay.demand()

    def hurry(self) -> None:
        """What kept relays from their mounts may be over: those that wait try now."""
        for relay in list(self._running.values()):
            relay.hurry()

    def leaving(self) -> list[Leaving]:
        """The relays that can go on in another process."""
        found = (relay.leaving() for relay in self._running.values())
        return [one for one in found if one is not None]

    def lists(self) -> dict[str, list[str]]:
        """What the lists of mirrored servers have told last, by the names of those."""
        return {mirror.settings.name: list(mirror.mounts) for mirror in self._mirrors.values()}

    def tails(self) -> dict[str, bytes]:
        """The last bytes that listeners had of each relay."""
        return {path: relay.tail for path, relay in self._running.items() if relay.tail}

    def _settle(self) -> None:
        wanted = dict(self._named)
        for mirror in self._mirrors.values():
            for path, settings in mirror.relays.items():
                wanted.setdefault(path, settings)
        for path, relay in list(self._running.items()):
            if wanted.get(path) != relay.settings:
                del self._running[path]
                relay.stop("the relay was changed" if path in wanted else "the relay was removed")
        for path, settings in wanted.items():
            if path not in self._running:
                self._running[path] = relay = Relay(settings, self._world)
                inherited = self._inherited
                if inherited is not None:
                    relay.remember(inherited.tails.get(path, b""))
                if inherited is None or not inherited.goes_on(relay):
                    relay.start()

    def _new_mirror(self, settings: MasterSettings) -> Mirror:
        return Mirror(
            settings, self._outbound, clock=self._clock, now=self._now, changed=self._settle
        )

    def _sweep(self) -> None:
        now, mounts = self._clock.seconds(), self._world.terms.mounts
        for path, relay in list(self._running.items()):
            mount = mounts.find(path)
            heard = mount is not None and bool(mount.listeners or mount.awaiting)
            relay.sweep(now, is_wanted=heard)
