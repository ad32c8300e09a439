"""What brings the audio from sources to listeners, put together."""

from dataclasses import dataclass
from functools import partial

from tinyice.assembly.autodj import AutoDJing
from tinyice.assembly.demo import DemoSource
from tinyice.assembly.ground import Ground
from tinyice.assembly.metering import Metering
from tinyice.assembly.playing import Playing
from tinyice.assembly.recording import Intros, Recordings
from tinyice.assembly.serving import make_workers
from tinyice.assembly.transcoding import Transcoding
from tinyice.assembly.values import station_settings
from tinyice.config.mounts import configured_paths, settings_for
from tinyice.core.mounts import Mounts
from tinyice.net.pulse import Pulse, bounds_of
from tinyice.store.store import Store
from tinyice.work.threads import Worker
from tinyice.workers.shared import shared_memory
from tinyice.workers.workers import Workers


@dataclass(frozen=True, slots=True)
class Streaming:
    """What brings the audio from sources to listeners."""

    mounts: Mounts
    recordings: Recordings
    intros: Intros
    workers: Workers
    pulses: tuple[Pulse, ...]
    demo: DemoSource | None
    playing: Playing
    transcoding: Transcoding
    metering: Metering
    autodjing: AutoDJing


def make_streaming(ground: Ground, reader: Worker, store: Store, *, demo: bool) -> Streaming:
    """Make it; nothing is started. ``reader`` is a thread that reads files."""
    recordings = _recordings(ground)
    workers = make_workers(lambda: ground.config, ground.reactor, ground.hub.publish)
    mounts = _mounts(ground, recordings, workers)
    mounts.players = playing = Playing(ground, mounts)
    return Streaming(
        mounts=mounts,
        recordings=recordings,
        intros=Intros(mounts, ground.folder, reader),
        workers=workers,
        pulses=_pulses(ground, mounts),
        demo=DemoSource(mounts, ground.reactor, ground.now) if demo else None,
        playing=playing,
        transcoding=Transcoding(ground, mounts),
        metering=Metering(ground, mounts),
        autodjing=AutoDJing(ground, mounts, store),
    )


def _recordings(ground: Ground) -> Recordings:
    return Recordings(
        ground.folder,
        deliver=ground.reactor.callFromThread,
        clock=ground.reactor,
        now=ground.now,
        publish=ground.hub.publish,
    )


def _mounts(ground: Ground, recordings: Recordings, workers: Workers) -> Mounts:
    mounts = Mounts(
        configured_paths(ground.config),
        partial(settings_for, ground.config),
        station_settings(ground.config),
        publish=ground.hub.publish,
        clock=ground.reactor.seconds,
        recorder_for=recordings.open,
    )
    if workers.links:
        mounts.share(workers, shared_memory)
    return mounts


def _pulses(ground: Ground, mounts: Mounts) -> tuple[Pulse, ...]:
    bounds = partial(bounds_of, ground.config.pulse_ms)
    return tuple(
        Pulse(mounts, ground.reactor, bounds(low_latency=low), low_latency=low)
        for low in (False, True)
    )
