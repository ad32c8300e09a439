"""Ports for MPD clients: one for each AutoDJ that has one, loaded with the first of them.

Rules of this file:

- a port that can't be opened is told, once for each reason, and tried again; nothing else
  depends on it;
- who is connected stays, whatever is changed, as long as the AutoDJ is the same, and its
  password.
"""

from collections.abc import Sequence
from random import SystemRandom
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, DeferredList, succeed
from twisted.internet.interfaces import IAddress

from tinyice.assembly.autodj import AutoDJing
from tinyice.assembly.ground import Ground
from tinyice.config.model import Config
from tinyice.core.access.gatekeeper import Gatekeeper
from tinyice.core.bans import Bans
from tinyice.core.clients import Client
from tinyice.net.peer import client_address
from tinyice.net.periodic import Periodic
from tinyice.store.store import Store

if TYPE_CHECKING:
    from tinyice.assembly.mpd_ports import MpdPorts
    from tinyice.autodj.running import RunningAutoDJ
    from tinyice.handover.parts import ArrivingPart, LeavingPart

AGAIN_S = 2.0
"""So often it is tried to open what could not be opened."""


class Mpd:
    """The servers for MPD clients, of the AutoDJs that run."""

    def __init__(
        self,
        ground: Ground,
        autodjing: AutoDJing,
        gatekeeper: Gatekeeper,
        bans: Bans,
        store: Store,
    ) -> None:
        self._ground = ground
        self._autodjing = autodjing
        self._gatekeeper = gatekeeper
        self._bans = bans
        self._store = store
        self._ports: MpdPorts | None = None
        self._periodic: Periodic | None = None
        self._is_open = False
        autodjing.watchers.add(self._follow)

    def start(self) -> None:
        """Let them come."""
        self._is_open = True
        self._follow()

    def changed(self, before: Config, after: Config) -> None:
        """``after`` holds from now on, also for who may come."""
        self._follow()

    def stop(self) -> Deferred[None]:
        """End them all; fires when no port is open any more."""
        self._is_open = False
        if self._periodic is not None:
            self._periodic.stopService()
        return succeed(None) if self._ports is None else self._ports.stop()

    def halt(self) -> Deferred[None]:
        """Hear nobody; fires when nothing is under way any more."""
        if self._ports is None:
            return succeed(None)
        halted = [serving.server.halt() for serving in self._ports.servings()]
        return DeferredList(halted).addCallback(lambda _halted: None)

    def go_on(self) -> None:
        """Hear on."""
        if self._ports is not None:
            for serving in self._ports.servings():
                serving.server.go_on()

    def leaving(self) -> "Sequence[LeavingPart]":
        """``Travelling``: ports and connections; halted, with nothing under way."""
        return () if self._ports is None else self._ports.leaving()

    def take_over(self, arriving: "Sequence[ArrivingPart]") -> None:
        """``Travelling``: go on with those that are still wanted."""
        if not arriving:
            return
        self._is_open = True
        ports = self._loaded()
        ports.inherit(arriving)
        ports.follow(self._running())
        ports.receive(arriving)

    def _running(self) -> "list[RunningAutoDJ]":
        running = self._autodjing.running
        return [] if running is None else [one for one in running.all() if one.is_restored]

    def _follow(self) -> None:
        """What runs may be something else."""
        if not self._is_open:
            return
        running = self._running()
        if self._ports is not None or any(one.config.mpd_enabled for one in running):
            self._loaded().follow(running)

    def _loaded(self) -> "MpdPorts":
        if self._ports is None:
            self._ports = self._load()
            clock = self._ground.reactor
            self._periodic = Periodic("ports for MPD", clock, AGAIN_S, self._ports.try_again)
            self._periodic.startService()
        return self._ports

    def _load(self) -> "MpdPorts":
        # loaded by the first AutoDJ that has a port
        from tinyice.assembly.mpd_ports import MpdPorts  # noqa: PLC0415
        from tinyice.autodj.mpd.serving import World  # noqa: PLC0415
        from tinyice.store.stickers import KeptStickers  # noqa: PLC0415

        ground = self._ground
        world = World(
            keeper=self._gatekeeper,
            client_for=self._client_for,
            stickers=lambda root: KeptStickers(self._store, root),
            clock=ground.reactor,
            now=lambda: ground.now().timestamp(),
            random=SystemRandom(),
        )
        return MpdPorts(world, ground.reactor, ground.hub.publish)

    def _client_for(self, address: IAddress | None) -> Client | None:
        at = client_address(address)
        return None if at in self._bans else Client(at, agent="MPD")
