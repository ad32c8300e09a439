"""All transcoders of the station: those that the operator named, and those that go with mounts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IReactorProcess, IReactorTime

from tinyice.core.events import Event, ListenerJoined, ListenerMoved
from tinyice.core.mount import Mount
from tinyice.core.transcoding import TranscoderSnapshot, TranscoderState
from tinyice.formats.base import FormatKind
from tinyice.formats.frozen import State
from tinyice.transcoding.link import CodecLink
from tinyice.transcoding.session import OutputMount, Surroundings
from tinyice.transcoding.settings import TranscoderSettings, automatic
from tinyice.transcoding.shared import SharedOutput
from tinyice.transcoding.transcoded import TranscodedInput

Place = tuple[str, str, str]
"""Input, output and format: what stays when the rest of a transcoder is changed."""

KIND = "transcoder"


Go = Callable[[OutputMount], None]
"""Gives an output its source of another process."""


@dataclass(frozen=True, slots=True)
class InheritedInput:
    """An input of a process that hands over.

    ``adopt`` gives a link its child, ``unwanted`` is called where nobody wants it.
    """

    state: State
    adopt: Callable[[CodecLink], None]
    unwanted: Callable[[], None]


class Transcoders:
    """Starts, changes and stops transcoders; what stays the same is not touched."""

    def __init__(
        self,
        world: Surroundings,
        environment: Mapping[str, str],
        *,
        spawner: IReactorProcess,
        clock: IReactorTime,
    ) -> None:
        self._world = world
        self._environment = environment
        self._spawner = spawner
        self._clock = clock
        self._named: tuple[TranscoderSettings, ...] = ()
        self._kbits: tuple[int, ...] = ()
        self._inputs: dict[str, TranscodedInput] = {}
        self._running: dict[Place, OutputMount] = {}
        self._by_output: dict[str, TranscodedInput] = {}
        self._inherited: dict[str, InheritedInput] = {}
        self._outputs: dict[str, Go] = {}

    def apply(self, named: Iterable[TranscoderSettings], kbits: Iterable[int]) -> None:
        """Let these run, and MP3 of these bit rates beside what is no MP3, and no others."""
        self._named, self._kbits = tuple(named), tuple(dict.fromkeys(kbits))
        self._settle()

    def inputs(self) -> Mapping[str, TranscodedInput]:
        """Those that are tapped, by their paths."""
        return self._inputs

    def inherit(self, inputs: Mapping[str, InheritedInput], outputs: Mapping[str, Go]) -> None:
        """Let the next ``apply`` go on with these, by their paths; the inputs it has used."""
        self._inherited, self._outputs = dict(inputs), dict(outputs)

    def settled(self) -> Iterable[InheritedInput]:
        """What of it nobody has wanted."""
        left, self._inherited, self._outputs = self._inherited, {}, {}
        for tapped in self._inputs.values():
            tapped.prune()
        return left.values()

    def stop(self) -> Deferred[None]:
        """End all of them; fires when their processes are no more."""
        for place in list(self._running):
            self._end(place, "server stopping")
        ended = [self._drop(path) for path in list(self._inputs)]
        return gatherResults(ended).addCallback(lambda _ended: None)

    def sweep(self) -> None:
        """Once a second."""
        now = self._clock.seconds()
        for path, tapped in list(self._inputs.items()):
            tapped.sweep(now)
            if not tapped.outputs:
                self._drop(path)
        if self._kbits:
            self._settle()

    def happened(self, event: Event) -> None:
        """Something happened; who begins to listen waits for nothing."""
        if isinstance(event, ListenerJoined):
            self._look(event.mount)
        elif isinstance(event, ListenerMoved):
            self._look(event.to)

    def serves(self, path: str) -> bool:
        """``Demand.serves``: its headers come as soon as the codec process works."""
        tapped = self._by_output.get(path)
        return tapped is not None and tapped.is_on_air

    def wanted(self, mount: Mount) -> bool:
        """``Demand.wanted``."""
        self._look(mount.path)
        return self.serves(mount.path)

    def unwanted(self, mount: Mount) -> None:
        """``Demand.unwanted``: who listens is looked up once a second."""

    def snapshot(self) -> tuple[TranscoderSnapshot, ...]:
        """How each is doing, by name."""
        found = [self._snapshot_of(mount) for mount in self._running.values()]
        return tuple(sorted(found, key=lambda one: one.name))

    def _look(self, path: str) -> None:
        tapped = self._by_output.get(path)
        if tapped is not None:
            tapped.look(self._clock.seconds())

    def _settle(self) -> None:
        wanted = {_place(one): one for one in (*self._automatic(), *self._named)}
        for place in [one for one in self._running if one not in wanted]:
            self._end(place, "the transcoder was changed or removed")
        for place, settings in wanted.items():
            running = self._running.get(place)
            if running is None:
                self._begin(place, settings)
            elif running.settings != settings:
                self._change(running, settings)

    def _automatic(self) -> list[TranscoderSettings]:
        """What goes with mounts that play something else than MP3, or did so just now."""
        taken = {one.output for one in self._named}
        return [
            settings
            for path in self._plain_mounts()
            for settings in (automatic(path, kbits) for kbits in self._kbits)
            if settings.output not in taken
        ]

    def _plain_mounts(self) -> list[str]:
        if not self._kbits:
            return []
        found = [mount.path for mount in self._world.mounts if _is_plain(mount)]
        own = {place[0] for place, mount in self._running.items() if mount.settings.is_automatic}
        # In a flap of the input, what goes with it stays for a while.
        return found + [path for path in own if self._is_silent(path) and self._is_kept(path)]

    def _is_silent(self, path: str) -> bool:
        mount = self._world.mounts.find(path)
        return mount is None or mount.source is None

    def _is_kept(self, path: str) -> bool:
        tapped = self._inputs.get(path)
        outputs = () if tapped is None else tapped.outputs.values()
        return any(mount.is_there for output in outputs for mount in output.mounts)

    def _begin(self, place: Place, settings: TranscoderSettings) -> None:
        mount = OutputMount(settings, self._world)
        self._running[place] = mount
        tapped = self._inputs.get(settings.input) or self._tap(settings.input)
        self._by_output[settings.output] = tapped
        go_on = self._outputs.pop(settings.output, None)
        if go_on is not None:
            go_on(mount)
        tapped.add(mount)

    def _change(self, mount: OutputMount, settings: TranscoderSettings) -> None:
        tapped = self._inputs[settings.input]
        if mount.settings.quality != settings.quality:
            tapped.remove(mount)
            mount.change(settings)
            tapped.add(mount)
        else:
            mount.change(settings)

    def _end(self, place: Place, reason: str) -> None:
        mount = self._running.pop(place)
        path = mount.settings.input
        self._by_output.pop(mount.settings.output, None)
        tapped = self._inputs[path]
        tapped.remove(mount, reason)
        if not tapped.outputs:
            self._drop(path)

    def _tap(self, path: str) -> TranscodedInput:
        tapped = TranscodedInput(
            path, new_link=self._new_link, publish=self._world.publish, clock=self._clock.seconds
        )
        self._inputs[path] = tapped
        self._world.mounts.tap(path, tapped)
        found = self._world.mounts.find(path)
        if found is not None and path in self._inherited and found.source is not None:
            inherited = self._inherited.pop(path)
            tapped.take_over(inherited.state, found, inherited.adopt)
        elif found is not None:
            tapped.meet(found)
        return tapped

    def _drop(self, path: str) -> Deferred[None]:
        tapped = self._inputs.pop(path)
        self._world.mounts.untap(path, tapped)
        return tapped.stop()

    def _new_link(self, user: TranscodedInput) -> CodecLink:
        return CodecLink(user, self._environment, spawner=self._spawner, clock=self._clock)

    def _snapshot_of(self, mount: OutputMount) -> TranscoderSnapshot:
        settings = mount.settings
        tapped = self._inputs[settings.input]
        output = tapped.outputs[settings.quality]
        found = TranscoderSnapshot(
            name=settings.name,
            input=settings.input,
            output=settings.output,
            bitrate=settings.quality.bitrate,
            state=_state(tapped, output, mount),
            is_automatic=settings.is_automatic,
            error=output.error or mount.error,
            since=mount.since,
            seconds=output.seconds,
            bytes_out=output.bytes_out,
            shares=len(output.mounts) - 1,
        )
        if output.quality is not None:
            quality = output.quality
            found = replace(found, samplerate=quality.samplerate, channels=quality.channels)
        link = tapped.link
        if link is None:
            return found
        return replace(
            found,
            process=link.pid,
            restarts=link.restarts,
            left_out=link.left_out,
            faults=link.faults,
        )


def _place(settings: TranscoderSettings) -> Place:
    return settings.input, settings.output, settings.quality.format


def _is_plain(mount: Mount) -> bool:
    """Whether it plays what is no MP3, and comes from elsewhere."""
    source = mount.source
    stream = None if source is None else source.stream
    if source is None or stream is None or source.kind == KIND:
        return False
    return stream.kind not in (FormatKind.MPEG, FormatKind.RAW)


def _state(tapped: TranscodedInput, output: SharedOutput, mount: OutputMount) -> TranscoderState:
    if output.error or mount.error:
        return TranscoderState.REFUSED
    if not tapped.is_on_air:
        return TranscoderState.IDLE
    if tapped.link is None or not tapped.link.is_ready or not mount.is_audible:
        return TranscoderState.STARTING
    return TranscoderState.ENCODING if output.is_wanted else TranscoderState.READY
