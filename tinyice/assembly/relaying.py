"""Relays in the station: loaded with the first of them, and told of each change."""

import os
import random
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from twisted.internet.interfaces import IReactorSocket

from tinyice.assembly.demands import let_serve
from tinyice.assembly.ground import Ground
from tinyice.assembly.pushing import Pushing
from tinyice.config.model import Config
from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts
from tinyice.core.relaying import MasterSnapshot, RelaySnapshot
from tinyice.formats.frozen import State
from tinyice.outbound.client import Outbound
from tinyice.wire.replies import SERVER

if TYPE_CHECKING:
    from tinyice.handover.belongings import Arriving
    from tinyice.relays.connection import UpstreamConnection
    from tinyice.relays.frozen import Leaving
    from tinyice.relays.relays import Inherited, Relays


class Relaying:
    """The relays of the configuration in force."""

    def __init__(self, ground: Ground, mounts: Mounts, outbound: Outbound) -> None:
        self._ground = ground
        self._mounts = mounts
        self._outbound = outbound
        self._name = secrets.token_hex(4)
        """What tells this server from others, in the Via header."""
        self._lists: Mapping[str, list[str]] = {}
        self._tails: Mapping[str, bytes] = {}
        self._relays: Relays | None = None
        self.pushing = Pushing(ground, mounts, outbound)
        """The other direction."""

    def start(self) -> None:
        """Let them run."""
        self._apply(self._ground.config)
        self.pushing.start()

    def changed(self, before: Config, after: Config) -> None:
        """``after`` holds from now on."""
        if (before.relays, before.masters) != (after.relays, after.masters):
            self._apply(after)
        if before.disabled_mounts != after.disabled_mounts and self._relays is not None:
            self._relays.hurry()
        self.pushing.changed(before, after)

    def stop(self) -> None:
        """End them."""
        self.pushing.stop()
        if self._relays is not None:
            self._relays.stop()

    def snapshot(self) -> tuple[RelaySnapshot, ...]:
        """How each is doing."""
        return () if self._relays is None else self._relays.snapshot()

    def masters(self) -> tuple[MasterSnapshot, ...]:
        """How each mirrored server is doing."""
        return () if self._relays is None else self._relays.masters()

    def via(self, path: str) -> str:
        """The Via header of what is heard on a mount."""
        return self._token(path) if self._relays is None else self._relays.via(path)

    def serves(self, path: str) -> bool:
        """``Demand.serves``: whether a mount of that path would be fed, once somebody listens."""
        return self._relays is not None and self._relays.serves(path)

    def wanted(self, mount: Mount) -> bool:
        """``Demand.wanted``: somebody would hear ``mount``; whether something will feed it."""
        return self._relays is not None and self._relays.wanted(mount)

    def unwanted(self, mount: Mount) -> None:
        """``Demand.unwanted``: how long a relay goes on without listeners is its own setting."""

    def leaving(self) -> "Sequence[Leaving]":
        """The relays that can go on in a successor."""
        return () if self._relays is None else self._relays.leaving()

    def take_over(self, arriving: "Sequence[Arriving]") -> None:
        """Let these go on here, and begin the others; what nobody wants any more is closed."""
        config = self._ground.config
        if not (config.relays or config.masters):
            for unwanted in arriving:
                os.close(unwanted.descriptor)
            return
        from tinyice.relays.adopting import adopt  # noqa: PLC0415
        from tinyice.relays.relays import Inherited  # noqa: PLC0415

        by_mount = {one.frozen.mount: one for one in arriving}
        left = dict(by_mount)

        def connect(mount: str, protocol: "UpstreamConnection") -> None:
            reactor = cast("IReactorSocket", self._ground.reactor)
            adopt(reactor, left.pop(mount).descriptor, protocol)

        inherited = Inherited(
            {mount: one.frozen for mount, one in by_mount.items()},
            self._lists,
            self._tails,
            begin=lambda mount, source: by_mount[mount].begin(source),
            adopt=connect,
        )
        self._apply(config, inherited)
        for unwanted in left.values():
            os.close(unwanted.descriptor)

    def freeze(self) -> State:
        """Our name for others, the lists of mirrored servers, and what was heard last."""
        lists = {} if self._relays is None else self._relays.lists()
        tails = {} if self._relays is None else self._relays.tails()
        return {"name": self._name, "lists": lists, "tails": tails}

    def thaw(self, state: State) -> None:
        """Be who the predecessor was."""
        self._name, self._lists = state["name"], state["lists"]
        self._tails = state["tails"]

    def _apply(self, config: Config, inherited: "Inherited | None" = None) -> None:
        if self._relays is None and not (config.relays or config.masters):
            return
        # loaded by who relays
        from tinyice.relays.settings import masters_of, relays_of  # noqa: PLC0415

        if self._relays is None:
            self._relays = self._load()
            self._relays.start()
        self._relays.apply(relays_of(config), masters_of(config), inherited)

    def _load(self) -> "Relays":
        from tinyice.relays.relay import World  # noqa: PLC0415
        from tinyice.relays.relays import Relays  # noqa: PLC0415
        from tinyice.relays.terms import Terms  # noqa: PLC0415

        ground = self._ground
        let_serve(self._mounts, self)
        terms = Terms(
            mounts=self._mounts,
            dial=self._outbound.dial(),
            clock=ground.reactor,
            now=ground.now,
            agent=SERVER,
            lead_s=lambda: ground.config.source_lead,
            token=self._token,
        )
        world = World(terms, ground.hub.publish, random.SystemRandom().random)
        return Relays(world, self._outbound, clock=ground.reactor, now=ground.now)

    def _token(self, path: str) -> str:
        return f"1.0 tinyice-{self._name} ({quote(path)})"
