"""All AutoDJs of the station: begun, changed and ended as the configuration says."""

from collections.abc import Callable, Iterable, Mapping

from twisted.internet.defer import Deferred, DeferredList

from tinyice.autodj.adapting import Inherited
from tinyice.autodj.house import House
from tinyice.autodj.libraries import key_of
from tinyice.autodj.running import RunningAutoDJ
from tinyice.autodj.settings import library_settings
from tinyice.config.autodjs import AutoDJ
from tinyice.core.autodj_figures import AutoDJFigures
from tinyice.core.events import Event, ListenerJoined, ListenerMoved
from tinyice.core.watchers import Watchers


class AutoDjs:
    """Those that run, one on each mount."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._running: dict[str, RunningAutoDJ] = {}
        self._unwatches: dict[str, Callable[[], None]] = {}
        self._watchers = Watchers()
        self._stand_ins: frozenset[str] = frozenset()
        self._ending: list[Deferred[None]] = []
        self._inherited: dict[str, Inherited] = {}

    def apply(self, configs: Iterable[AutoDJ], stand_ins: Iterable[AutoDJ] = ()) -> None:
        """Let those of these run that are on, and no others; what is the same is not touched.

        ``stand_ins`` play in the quality of those for whom they stand in, on mounts that
        have no other AutoDJ.
        """
        wanted = {one.mount: one for one in configs if one.enabled}
        spare = {one.mount: one for one in stand_ins if one.mount not in wanted}
        self._stand_ins = frozenset(spare)
        wanted |= spare
        for mount in [one for one in self._running if one not in wanted]:
            self._end(mount)
        for config in wanted.values():
            running = self._running.get(config.mount)
            if running is None:
                self._begin(config)
            else:
                self._change(running, config)
        for unwanted in self._inherited.values():
            unwanted.unwanted()
        self._inherited = {}

    def inherit(self, inherited: Mapping[str, Inherited]) -> None:
        """Let the next ``apply`` go on with these, by their mounts."""
        self._inherited = dict(inherited)

    def get(self, mount: str) -> RunningAutoDJ | None:
        """The one that plays there."""
        return self._running.get(mount)

    def all(self) -> list[RunningAutoDJ]:
        """Each, by its mount."""
        return [self._running[mount] for mount in sorted(self._running)]

    def stop(self) -> Deferred[None]:
        """End all; fires when their processes are no more."""
        for mount in list(self._running):
            self._end(mount)
        ending, self._ending = self._ending, []
        ending.append(self._house.libraries.stop())
        return DeferredList(ending, consumeErrors=True).addCallback(lambda _ended: None)

    def happened(self, event: Event) -> None:
        """Something happened; who begins to listen waits for nothing."""
        if isinstance(event, ListenerJoined):
            self._look(event.mount)
        elif isinstance(event, ListenerMoved):
            self._look(event.to)

    def figures(self) -> tuple[AutoDJFigures, ...]:
        """How each is doing, in numbers."""
        return tuple(running.figures() for running in self.all())

    def sweep(self) -> None:
        """Once a second."""
        self._ending = [one for one in self._ending if not one.called]
        self._house.libraries.sweep()
        for running in self.all():
            running.sweep()

    def watch_all(self, tell: Callable[[], None]) -> Callable[[], None]:
        """``tell`` when a snapshot of any would say something else, or one comes or goes.

        What is returned ends that.
        """
        return self._watchers.add(tell)

    def _look(self, mount: str) -> None:
        running = self._running.get(mount)
        if running is not None:
            running.player.look()

    def _change(self, running: RunningAutoDJ, config: AutoDJ) -> None:
        """Let it be as ``config`` says; who listens stays."""
        house, before = self._house, running.opened
        settings = library_settings(config, house.folder, house.media_roots())
        follows = config.mount in self._stand_ins
        if key_of(settings) == key_of(before.settings):
            before.rebound(settings.bounds)
            running.change(config, before, follows=follows)
        else:
            running.change(config, house.libraries.open(settings), follows=follows)
            house.libraries.close(before)

    def _begin(self, config: AutoDJ) -> None:
        house = self._house
        settings = library_settings(config, house.folder, house.media_roots())
        follows = config.mount in self._stand_ins
        running = RunningAutoDJ(config, house.libraries.open(settings), house, follows=follows)
        self._running[config.mount] = running
        self._unwatches[config.mount] = running.watch(self._watchers.tell)
        running.start(self._inherited.pop(config.mount, None))
        self._watchers.tell()

    def _end(self, mount: str) -> None:
        running = self._running.pop(mount)
        self._unwatches.pop(mount)()
        self._ending.append(running.stop())
        self._house.libraries.close(running.opened)
        self._watchers.tell()
