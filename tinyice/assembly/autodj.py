"""AutoDJs in the station: loaded with the first of them, and told of each change."""

import os
from random import SystemRandom
from typing import TYPE_CHECKING, cast

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorFDSet, IReactorProcess

from tinyice.assembly.ground import Ground
from tinyice.config.autodjs import AutoDJ
from tinyice.config.model import Config
from tinyice.core.autodj_figures import AutoDJFigures
from tinyice.core.mounts import Mounts
from tinyice.core.watchers import Watchers
from tinyice.net.periodic import Periodic
from tinyice.store.store import Store
from tinyice.work.environment import child_environment
from tinyice.work.threads import Worker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tinyice.autodj.autodjs import AutoDjs
    from tinyice.autodj.house import House
    from tinyice.codec.measuring import Measuring
    from tinyice.handover.parts import ArrivingPart, LeavingPart

SWEEP_S = 1.0


class AutoDJing:
    """The AutoDJs of the configuration in force."""

    def __init__(self, ground: Ground, mounts: Mounts, store: Store) -> None:
        self._ground = ground
        self._mounts = mounts
        self._store = store
        self._periodic: Periodic | None = None
        self._measuring: Measuring | None = None
        self._worker: Worker | None = None
        self.running: AutoDjs | None = None
        """Those that run; None: there was none yet."""
        self.watchers = Watchers()
        """Told when a snapshot of any would say something else, and of who comes or goes."""

    def start(self) -> None:
        """Let them play."""
        self._apply(self._ground.config)

    def changed(self, before: Config, after: Config) -> None:
        """``after`` holds from now on."""
        if _said(before) != _said(after):
            self._apply(after)

    def leaving(self) -> "Sequence[LeavingPart]":
        """``Travelling``: each, with the process that plays where there is one."""
        if self.running is None:
            return ()
        # loaded by who has an AutoDJ
        from tinyice.assembly.autodj_parts import leaving  # noqa: PLC0415

        return [leaving(running) for running in self.running.all()]

    def take_over(self, arriving: "Sequence[ArrivingPart]") -> None:
        """``Travelling``: go on with those that are still wanted."""
        if not arriving:
            return
        from tinyice.assembly.autodj_parts import inherited_of  # noqa: PLC0415

        if self.running is None:
            self.running = self._load()
        readers = cast("IReactorFDSet", self._ground.reactor)
        self.running.inherit(dict(inherited_of(part, readers) for part in arriving))
        self._apply(self._ground.config)

    def figures(self) -> tuple[AutoDJFigures, ...]:
        """How each is doing, in numbers."""
        return () if self.running is None else self.running.figures()

    def stop(self) -> Deferred[None]:
        """End them; fires when their processes are no more."""
        if self.running is None or self._periodic is None:
            return succeed(None)
        self._periodic.stopService()
        done = self.running.stop()
        if self._measuring is not None:
            measuring = self._measuring.stop()
            done.addCallback(lambda _ended: measuring)
        worker = self._worker
        if worker is not None:
            # What is kept for the next start is written by it.
            done.addCallback(lambda _ended: worker.stop(0)).addCallback(lambda _done: None)
        return done

    def _apply(self, config: Config) -> None:
        stand_ins = _stand_ins(config)
        if self.running is None:
            if not stand_ins and not any(one.enabled for one in config.autodjs):
                return
            self.running = self._load()
        self.running.apply(config.autodjs, stand_ins)

    def _load(self) -> "AutoDjs":
        # loaded by the first AutoDJ
        from tinyice.autodj.autodjs import AutoDjs  # noqa: PLC0415

        autodjs = AutoDjs(self._house())
        self._ground.hub.subscribe(autodjs.happened)
        autodjs.watch_all(self.watchers.tell)
        self._periodic = Periodic("AutoDJs", self._ground.reactor, SWEEP_S, autodjs.sweep)
        self._periodic.startService()
        return autodjs

    def _house(self) -> "House":
        from tinyice.autodj.house import House  # noqa: PLC0415
        from tinyice.autodj.inotify import make_watcher  # noqa: PLC0415
        from tinyice.autodj.libraries import Libraries, LibraryWorld  # noqa: PLC0415
        from tinyice.autodj.loudnesses import Loudnesses  # noqa: PLC0415
        from tinyice.autodj.surroundings import Surroundings  # noqa: PLC0415
        from tinyice.codec.measuring import Measuring  # noqa: PLC0415
        from tinyice.store.library import KeptLibraries  # noqa: PLC0415

        ground, kept = self._ground, KeptLibraries(self._store)
        environment = child_environment(os.environ)
        spawner = cast("IReactorProcess", ground.reactor)
        readers = cast("IReactorFDSet", ground.reactor)
        self._worker = worker = ground.worker("music")
        self._measuring = Measuring(environment, spawner=spawner, clock=ground.reactor)
        libraries = Libraries(
            LibraryWorld(
                shelf=kept,
                environment=environment,
                work=worker,
                spawner=spawner,
                clock=ground.reactor,
                now=lambda: ground.now().timestamp(),
                make_watcher=lambda watch: make_watcher(watch, readers),
            )
        )
        loudnesses = Loudnesses(kept, self._measuring.measure, lambda: libraries.bounds)
        world = Surroundings(
            station=self._mounts,
            environment=environment,
            spawner=spawner,
            clock=ground.reactor,
            now=ground.now,
            publish=ground.hub.publish,
            loudness=loudnesses.of,
            waveform=loudnesses.waveform,
        )
        return House(
            world=world,
            stage=self._mounts,
            libraries=libraries,
            plays=kept,
            folder=ground.folder,
            media_roots=lambda: tuple(ground.config.media_roots),
            work=worker,
            random=SystemRandom(),
        )


def _said(config: Config) -> tuple[object, ...]:
    return config.autodjs, config.media_roots, config.data_dir, _stand_ins(config)


def _stand_ins(config: Config) -> tuple[AutoDJ, ...]:
    """What plays from the folders of mounts, where nobody else is heard."""
    return tuple(
        AutoDJ(mount=path, music_dir=mount.music_dir)
        for path, mount in config.advanced_mounts.items()
        if mount.music_dir
    )
