"""All meters: those that somebody looks at, and the ears that wait for silence."""

from collections import Counter
from collections.abc import Callable, Collection

from twisted.internet.defer import Deferred

from tinyice.core.changeover import decide
from tinyice.core.events import Event, SourceConnected
from tinyice.core.hearing import stop_hearing
from tinyice.core.inputs import LIVE
from tinyice.core.levels import Level, MeterSnapshot
from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts
from tinyice.metering.crew import Crew
from tinyice.metering.ear import SilenceEar
from tinyice.metering.programme import ProgrammeMeter

WATCHED_MAX = 64
"""The meters of so many mounts are there at once."""


class Meters:
    """Measures what somebody looks at or watches for silence, by ``crew``; nothing else."""

    def __init__(self, mounts: Mounts, crew: Crew, clock: Callable[[], float]) -> None:
        self._mounts = mounts
        self._crew = crew
        self._clock = clock
        self._wanted: Counter[str] = Counter()
        self._awake: Counter[str] = Counter()
        self._programmes: dict[str, ProgrammeMeter] = {}
        self._ears: dict[str, SilenceEar] = {}

    def watch(self, paths: Collection[str], awake: Collection[str] = ()) -> Callable[[], None]:
        """Measure what goes out on these mounts, until what is given back is called.

        Those that are to be ``awake`` are kept encoded, as if somebody listened.
        """
        wanted, kept = tuple(paths), tuple(awake)
        self._wanted.update(wanted)
        self._awake.update(kept)
        self._see_to_programmes()

        def unwatch() -> None:
            self._wanted.subtract(wanted)
            self._awake.subtract(kept)
            self._wanted, self._awake = +self._wanted, +self._awake
            self._see_to_programmes()

        return unwatch

    def levels(self) -> dict[str, tuple[Level, ...]]:
        """What has sounded on each watched mount since the last time, where anything has."""
        found = ((path, meter.levels()) for path, meter in self._programmes.items())
        return {path: levels for path, levels in found if levels}

    def happened(self, event: Event) -> None:
        """Something happened: encoders are listened to from their first byte on."""
        if isinstance(event, SourceConnected):
            mount = self._mounts.find(event.mount)
            if mount is not None:
                self._see_to_ear(mount)

    def sweep(self) -> None:
        """Once a second."""
        now = self._clock()
        for mount in self._mounts:
            self._see_to_ear(mount)
        for path, ear in list(self._ears.items()):
            if self._mounts.find(path) is not ear.mount:
                self._remove(path)
            else:
                ear.sweep(now)
        self._crew.sweep(now)

    def stop(self) -> Deferred[None]:
        """Measure nothing more; fires when no process is left."""
        self._wanted.clear()
        self._awake.clear()
        self._see_to_programmes()
        for path in list(self._ears):
            self._remove(path)
        return self._crew.stop()

    def snapshot(self) -> MeterSnapshot:
        """How measuring is doing."""
        return self._crew.snapshot()

    def _see_to_programmes(self) -> None:
        """Measure as many as there may be of those that are wanted, the first ones first."""
        for path in [one for one in self._programmes if one not in self._wanted]:
            meter = self._programmes.pop(path)
            self._mounts.untap(path, meter)
            self._crew.remove(meter.stream)
        for path in self._wanted:
            if path not in self._programmes and len(self._programmes) < WATCHED_MAX:
                meter = self._programmes[path] = ProgrammeMeter(path, self._clock)
                self._crew.add(meter.stream)
                self._mounts.tap(path, meter)
        for path, meter in self._programmes.items():
            meter.is_wanted = path in self._awake

    def _see_to_ear(self, mount: Mount) -> None:
        """Listen to the encoder of ``mount``, or do not, as the operator wants it."""
        path, entry = mount.path, mount.air.inputs.at(LIVE)
        is_wanted = mount.settings.silence_after_s > 0
        ear = self._ears.get(path)
        if ear is not None and (not is_wanted or ear.entry is not entry):
            self._remove(path)
            ear = None
        if not is_wanted:
            if mount.air.silence.is_lasting:
                stop_hearing(mount)
                decide(mount, self._clock())
        elif ear is None and entry is not None:
            ear = self._ears[path] = SilenceEar(mount, entry)
            self._crew.add(ear.stream)
            entry.ear = ear

    def _remove(self, path: str) -> None:
        ear = self._ears.pop(path)
        ear.entry.ear = None
        self._crew.remove(ear.stream)
