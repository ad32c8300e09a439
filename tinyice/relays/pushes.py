"""All pushes of the station."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from tinyice.core.mounts import Mounts
from tinyice.core.pushing import PushSnapshot
from tinyice.net.periodic import Periodic
from tinyice.relays.push import Push, Surroundings
from tinyice.relays.push_frozen import FrozenPush, LeavingPush
from tinyice.relays.push_settings import PushSettings
from tinyice.relays.target import TargetConnection

SWEEP_S = 1.0


@dataclass(frozen=True, slots=True)
class InheritedPushes:
    """What another process has begun: pushes by what they are called.

    Those that go on are taken out. ``adopt`` gives a connection its descriptor.
    """

    pushes: dict[str, FrozenPush]
    adopt: Callable[[str, TargetConnection], object]


class Pushes:
    """Starts, changes and stops pushes; what stays the same is not touched."""

    def __init__(self, mounts: Mounts, world: Surroundings) -> None:
        self._mounts = mounts
        self._world = world
        self._running: dict[str, Push] = {}
        self._periodic = Periodic("pushes", world.ways.clock, SWEEP_S, self.sweep)

    def start(self) -> None:
        """Hold the times of all that will run."""
        self._periodic.startService()

    def apply(
        self, wanted: Mapping[str, PushSettings], inherited: InheritedPushes | None = None
    ) -> None:
        """Let these run, and no others.

        Those that are ``inherited`` go on, if they still are the same.
        """
        for called, push in list(self._running.items()):
            if wanted.get(called) != push.settings:
                del self._running[called]
                self._end(push, "it was changed" if called in wanted else "it was switched off")
        for called, settings in wanted.items():
            if called not in self._running:
                self._running[called] = push = Push(settings, self._world)
                if inherited is not None:
                    self._go_on(push, inherited)
                self._mounts.tap(settings.mount, push)

    def stop(self) -> None:
        """End all of them."""
        if self._periodic.running:
            self._periodic.stopService()
        for push in self._running.values():
            self._end(push, "server stopping")
        self._running.clear()

    def snapshot(self) -> tuple[PushSnapshot, ...]:
        """How each is doing."""
        return tuple(push.snapshot() for push in self._running.values())

    def leaving(self) -> list[LeavingPush]:
        """The pushes that can go on in another process."""
        found = (push.leaving() for push in self._running.values())
        return [one for one in found if one is not None]

    def find(self, called: str) -> Push:
        """The one that is called so; KeyError where none runs."""
        return self._running[called]

    def sweep(self) -> None:
        """Once a second: times are held."""
        now = self._world.ways.clock.seconds()
        for push in list(self._running.values()):
            push.sweep(now)

    def _go_on(self, push: Push, inherited: InheritedPushes) -> None:
        called = push.settings.called
        state = inherited.pushes.get(called)
        if state is None:
            return
        mount = self._mounts.find(push.settings.mount)
        if push.go_on(state, mount, partial(inherited.adopt, called)):
            del inherited.pushes[called]

    def _end(self, push: Push, reason: str) -> None:
        self._mounts.untap(push.settings.mount, push)
        push.stop(reason)
