"""Pushes in the station: loaded with the first of them, and told of each change."""

import random
from typing import TYPE_CHECKING

from tinyice.assembly.ground import Ground
from tinyice.config.model import Config
from tinyice.core.mounts import Mounts
from tinyice.core.pushing import PushSnapshot
from tinyice.outbound.client import Outbound
from tinyice.wire.replies import SERVER

if TYPE_CHECKING:
    from tinyice.relays.pushes import Pushes


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

    def _apply(self, config: Config) -> None:
        if self._pushes is None and not config.pushes:
            return
        # loaded by who pushes
        from tinyice.relays.push_settings import pushes_of  # noqa: PLC0415

        if self._pushes is None:
            self._pushes = self._load()
            self._pushes.start()
        self._pushes.apply(pushes_of(config))

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
