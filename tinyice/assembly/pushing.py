"""Pushes in the station: loaded with the first of them, and told of each change."""

import os
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from twisted.internet.interfaces import IReactorSocket

from tinyice.assembly.ground import Ground
from tinyice.config.model import Config
from tinyice.core.mounts import Mounts
from tinyice.core.pushing import PushSnapshot
from tinyice.outbound.client import Outbound
from tinyice.wire.replies import SERVER

if TYPE_CHECKING:
    from tinyice.relays.push_frozen import FrozenPush, LeavingPush
    from tinyice.relays.pushes import InheritedPushes, Pushes
    from tinyice.relays.target import TargetConnection


class Pushing:
    """The pushes of the configuration in force."""

    def __init__(self, ground: Ground, mounts: Mounts, outbound: Outbound) -> None:
        self._ground = ground
        self._mounts = mounts
        self._outbound = outbound
        self._pushes: Pushes | None = None

    def start(self) -> None:
        """Let them run."""
        self._apply(self._ground.config)

    def changed(self, before: Config, after: Config) -> None:
        """``after`` holds from now on."""
        if before.pushes != after.pushes:
            self._apply(after)

    def stop(self) -> None:
        """End them."""
        if self._pushes is not None:
            self._pushes.stop()

    def snapshot(self) -> tuple[PushSnapshot, ...]:
        """How each is doing."""
        return () if self._pushes is None else self._pushes.snapshot()

    def leaving(self) -> "Sequence[LeavingPush]":
        """The pushes that can go on in a successor."""
        return () if self._pushes is None else self._pushes.leaving()

    def take_over(self, arriving: "Sequence[tuple[FrozenPush, int]]") -> None:
        """Let these go on here, with their descriptors, and begin the others.

        What nobody wants any more is closed.
        """
        left = {frozen.called: descriptor for frozen, descriptor in arriving}

        def connect(called: str, protocol: "TargetConnection") -> None:
            from tinyice.relays.adopting import adopt  # noqa: PLC0415

            adopt(cast("IReactorSocket", self._ground.reactor), left.pop(called), protocol)

        if self._ground.config.pushes:
            from tinyice.relays.pushes import InheritedPushes  # noqa: PLC0415

            pushes = {frozen.called: frozen for frozen, _ in arriving}
            self._apply(self._ground.config, InheritedPushes(pushes, connect))
        for descriptor in left.values():
            os.close(descriptor)

    def _apply(self, config: Config, inherited: "InheritedPushes | None" = None) -> None:
        if self._pushes is None and not config.pushes:
            return
        # loaded by who pushes
        from tinyice.relays.push_settings import pushes_of  # noqa: PLC0415

        if self._pushes is None:
            self._pushes = self._load()
            self._pushes.start()
        self._pushes.apply(pushes_of(config), inherited)

    def _load(self) -> "Pushes":
        from tinyice.relays.push import Surroundings  # noqa: PLC0415
        from tinyice.relays.push_session import Ways  # noqa: PLC0415
        from tinyice.relays.pushes import Pushes  # noqa: PLC0415

        ground = self._ground
        world = Surroundings(
            ways=Ways(self._outbound.dial(), ground.reactor),
            publish=ground.hub.publish,
            random=random.SystemRandom().random,
            now=ground.now,
            agent=SERVER,
        )
        return Pushes(self._mounts, world)
