"""Level meters in the station: loaded with the first of them, and told of each change."""

import os
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, cast

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorProcess

from tinyice.assembly.ground import Ground
from tinyice.config.model import Config
from tinyice.core.levels import Level, MeterSnapshot
from tinyice.core.mounts import Mounts
from tinyice.net.periodic import Periodic
from tinyice.work.environment import child_environment

if TYPE_CHECKING:
    from tinyice.metering.meters import Meters

SWEEP_S = 1.0


class Metering:
    """Measures what somebody looks at, and what is watched for silence."""

    def __init__(self, ground: Ground, mounts: Mounts) -> None:
        self._ground = ground
        self._mounts = mounts
        self._meters: Meters | None = None
        self._periodic: Periodic | None = None
        self._is_over = False

    def start(self) -> None:
        """Watch for silence, where that is wanted."""
        self.changed(self._ground.config, self._ground.config)

    def changed(self, before: Config, after: Config) -> None:
        """``after`` holds from now on; who runs already sees by itself what it means."""
        if any(one.silence_after for one in after.advanced_mounts.values()):
            self._running()

    def stop(self) -> Deferred[None]:
        """Measure no more; fires when the processes are gone."""
        self._is_over = True
        if self._periodic is not None:
            self._periodic.stopService()
        return succeed(None) if self._meters is None else self._meters.stop()

    def watch(self, mounts: Collection[str], awake: Collection[str] = ()) -> Callable[[], None]:
        """Measure what goes out on these, until what is given back is called.

        Those that are to be ``awake`` are kept encoded, as if somebody listened.
        """
        if self._is_over:
            return _nothing_to_end
        return self._running().watch(mounts, awake)

    def levels(self) -> dict[str, tuple[Level, ...]]:
        """What has sounded on each mount that is watched, since the last time."""
        return {} if self._meters is None else self._meters.levels()

    def snapshot(self) -> MeterSnapshot:
        """How measuring is doing."""
        return MeterSnapshot() if self._meters is None else self._meters.snapshot()

    def _running(self) -> "Meters":
        if self._meters is None:
            self._meters = self._load()
        return self._meters

    def _load(self) -> "Meters":
        from tinyice.codec.meter_link import LinkUser, MeterLink  # noqa: PLC0415
        from tinyice.metering.crew import Crew  # noqa: PLC0415
        from tinyice.metering.meters import Meters  # noqa: PLC0415

        ground = self._ground
        reactor, environment = ground.reactor, child_environment(os.environ)

        def new_link(user: LinkUser) -> MeterLink:
            spawner = cast("IReactorProcess", reactor)
            return MeterLink(user, environment, spawner=spawner, clock=reactor)

        crew = Crew(new_link, publish=ground.hub.publish, clock=reactor.seconds)
        meters = Meters(self._mounts, crew, reactor.seconds)
        ground.hub.subscribe(meters.happened)
        self._periodic = Periodic("meters", reactor, SWEEP_S, meters.sweep)
        self._periodic.startService()
        return meters


def _nothing_to_end() -> None:
    """The server goes down: nothing was begun."""
