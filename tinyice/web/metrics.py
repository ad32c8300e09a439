"""What Prometheus reads: the figures of the station, and of each mount.

Made of values alone, and nothing here is per listener or per address. The
names are those of the Go server of this name, so that its dashboards go on, and
our own beside them.
"""

import platform
from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    UnknownMetricFamily,
)

from tinyice.core.levels import MeterSnapshot
from tinyice.core.snapshots import (
    MountSnapshot,
    ProcessSnapshot,
    PulseSnapshot,
    ServerFigures,
    StationSnapshot,
    WorkerSnapshot,
)
from tinyice.core.transcoding import TranscoderSnapshot, TranscoderState
from tinyice.web.answers import NOT_CACHED, Answer
from tinyice.web.metric_autodjs import AUTODJ
from tinyice.web.metric_rows import Figure, labelled, plain

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
"""The content type of Prometheus' text format, which every collector reads."""


@dataclass(frozen=True, slots=True, eq=False)  # a registry wants to hash it
class Scrape:
    """What one answer is made of."""

    station: StationSnapshot
    figures: ServerFigures
    version: str

    def collect(self) -> Iterator[Metric]:
        """Every metric, for the registry."""
        yield from plain(_STATION, self.station)
        yield from plain(_SERVER, self.figures)
        yield from plain(_PROCESS, self.figures.process)
        yield from plain(_METERS, self.figures.meters)
        pulses = self.figures.pulses
        yield from labelled(_PULSE, ("pulse",), [((pulse.name,), pulse) for pulse in pulses])
        workers = self.figures.workers.each
        rows = [((str(worker.number),), worker) for worker in workers]
        yield from labelled(_WORKER, ("worker",), rows)
        beats = [
            ((str(worker.number), pulse.name), pulse)
            for worker in workers
            for pulse in worker.pulses
        ]
        yield from labelled(_WORKER_PULSE, ("worker", "pulse"), beats)
        coders = [((_text(one.name),), one) for one in self.figures.transcoders]
        yield from labelled(_TRANSCODER, ("transcoder",), coders)
        djs = [((_text(one.mount),), one) for one in self.figures.autodjs]
        yield from labelled(AUTODJ, ("mount",), djs)
        yield self._drops()
        mounts = [((_text(m.path), _text(m.station.name)), m) for m in self.station.mounts]
        yield from labelled(_STREAM, ("mount", "name"), mounts)
        yield self._build()

    def _drops(self) -> Metric:
        meaning = "Listeners who went, by reason."
        family = CounterMetricFamily("tinyice_drops_total", meaning, labels=("reason",))
        for reason, count in self.figures.audience.drops.items():
            family.add_metric((reason.value,), count)
        return family

    def _build(self) -> Metric:
        meaning = "Always 1; the labels say which version runs."
        family = GaugeMetricFamily("tinyice_build_info", meaning, labels=("version", "python"))
        family.add_metric((self.version, platform.python_version()), 1)
        return family


def metrics_answer(station: StationSnapshot, figures: ServerFigures, version: str) -> Answer:
    """The whole page."""
    registry = CollectorRegistry()
    registry.register(Scrape(station, figures, version))
    return Answer(200, TEXT_FORMAT, generate_latest(registry), NOT_CACHED)


def _text(outside: str) -> str:
    """Text of a peer that can be encoded, whatever came in."""
    return outside.encode("utf-8", "replace").decode("utf-8")


def _health(mount: MountSnapshot) -> float:
    """The part of the stream that its listeners did not lose; 0 when nothing feeds it."""
    if not mount.on_air:
        return 0.0
    wanted = mount.bytes_out + mount.bytes_skipped
    return mount.bytes_out / wanted if wanted else 1.0


_STATION: tuple[Figure[StationSnapshot], ...] = (
    Figure(
        GaugeMetricFamily,
        "tinyice_server_uptime_seconds",
        "Time since the server started.",
        lambda s: s.uptime_seconds,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_listeners_total",
        "Listeners now, on all mounts.",
        lambda s: s.listeners,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_sources_total",
        "Mounts that something feeds now.",
        lambda s: sum(mount.on_air for mount in s.mounts),
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_bandwidth_in_bytes_total",
        "Stream bytes that came from sources.",
        lambda s: s.bytes_in,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_bandwidth_out_bytes_total",
        "Stream bytes that went to listeners.",
        lambda s: s.bytes_out,
    ),
    Figure(
        UnknownMetricFamily,
        "tinyice_total_dropped_bytes",
        "Stream bytes that slow listeners lost; it only grows.",
        lambda s: s.dropped_bytes,
    ),
)

_SERVER: tuple[Figure[ServerFigures], ...] = (
    Figure(
        GaugeMetricFamily,
        "tinyice_subscribers",
        "Browsers and scripts that follow the live data now.",
        lambda f: f.subscribers,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_joins_total",
        "Listeners who came.",
        lambda f: f.audience.joins,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_jumps_total",
        "Times that a slow listener lost audio and went on with the newest.",
        lambda f: f.delivery.jumps,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_sends_total",
        "Pieces of audio given to a socket.",
        lambda f: f.delivery.sends,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_workers",
        "Worker processes that run now; 0 when the main process does everything.",
        lambda f: f.workers.running,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_worker_restarts_total",
        "Worker processes that died and were replaced.",
        lambda f: f.workers.restarts,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_store_failures_total",
        "Times that the database could not be used.",
        lambda f: f.store.failures,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_store_lost_total",
        "Things to keep that found no room to wait for the database.",
        lambda f: f.store.lost,
    ),
)

_TRANSCODER: tuple[Figure[TranscoderSnapshot], ...] = (
    Figure(
        GaugeMetricFamily,
        "tinyice_transcoder_encoding",
        "1 while it encodes, 0 when nobody listens or nothing is to be heard.",
        lambda t: t.state is TranscoderState.ENCODING,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_transcoder_audio_seconds_total",
        "Seconds of audio that were encoded.",
        lambda t: t.seconds,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_transcoder_restarts_total",
        "Codec processes of its input that died and were replaced.",
        lambda t: t.restarts,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_transcoder_bytes_left_out_total",
        "Bytes of its input that were too much for the codec process.",
        lambda t: t.left_out,
    ),
)

_METERS: tuple[Figure[MeterSnapshot], ...] = (
    Figure(
        GaugeMetricFamily,
        "tinyice_meter_processes",
        "Processes that measure levels now; 0 when nobody looks and no silence is watched for.",
        lambda m: m.processes,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_meter_streams",
        "Streams whose level is measured now.",
        lambda m: m.streams,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_meter_restarts_total",
        "Processes that measured levels, died and were replaced.",
        lambda m: m.restarts,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_meter_bytes_left_out_total",
        "Stream bytes that were too much for the processes that measure levels.",
        lambda m: m.left_out,
    ),
)

_PULSE: tuple[Figure[PulseSnapshot], ...] = (
    Figure(
        GaugeMetricFamily,
        "tinyice_pulse_seconds",
        "How long a pulse is now: audio waits at most so long for its delivery.",
        lambda p: p.seconds,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_pulse_lateness_seconds",
        "By how much the last part of a pulse came too late.",
        lambda p: p.lateness_seconds,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_pulse_stretched_ratio",
        "How many times longer the pulse is for overload; 1 when the machine keeps up.",
        lambda p: p.stretched,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_pulse_busy_ratio",
        "The part of the last pulse that delivering took, or that it came late.",
        lambda p: p.busy_ratio,
    ),
)

_WORKER: tuple[Figure[WorkerSnapshot], ...] = (
    Figure(
        GaugeMetricFamily,
        "tinyice_worker_up",
        "1 while the worker process serves.",
        lambda w: w.is_running,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_worker_listeners",
        "Listeners that the worker serves now.",
        lambda w: w.listeners,
    ),
)

_WORKER_PULSE: tuple[Figure[PulseSnapshot], ...] = tuple(
    Figure(
        figure.kind,
        figure.name.replace("tinyice_", "tinyice_worker_"),
        f"In the worker, {figure.meaning[0].lower()}{figure.meaning[1:]}",
        figure.read,
    )
    for figure in _PULSE
)

_PROCESS: tuple[Figure[ProcessSnapshot], ...] = (
    Figure(
        GaugeMetricFamily,
        "tinyice_reactor_lag_seconds",
        "The longest delay of something that was due, in the last 15 to 30 seconds.",
        lambda p: p.reactor_lag_seconds,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_open_files",
        "Open files of the main process; each connection is one.",
        lambda p: p.open_files,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_open_files_limit",
        "How many files the main process may open.",
        lambda p: p.open_files_limit,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_mem_sys_bytes",
        "Memory that the main process occupies.",
        lambda p: p.resident_bytes,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_heap_alloc_bytes",
        "The part of it that is no file and not shared.",
        lambda p: p.heap_bytes,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_stack_sys_bytes",
        "Stack of the main thread.",
        lambda p: p.stack_bytes,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_goroutines",
        "Threads of the main process.",
        lambda p: p.threads,
    ),
    Figure(
        UnknownMetricFamily,
        "tinyice_num_gc",
        "Rounds of the garbage collector; it only grows.",
        lambda p: p.collections,
    ),
)

_STREAM: tuple[Figure[MountSnapshot], ...] = (
    Figure(
        GaugeMetricFamily,
        "tinyice_stream_listeners_current",
        "Listeners of the mount now.",
        lambda m: m.listeners,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_stream_bytes_in_total",
        "Stream bytes that came from the mount's sources.",
        lambda m: m.bytes_in,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_stream_bytes_out_total",
        "Stream bytes that went to the mount's listeners.",
        lambda m: m.bytes_out,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_stream_bytes_dropped_total",
        "Stream bytes that the mount's slow listeners lost.",
        lambda m: m.bytes_skipped,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_stream_health_ratio",
        "The part of the stream that its listeners did not lose; 0 when nothing feeds the mount.",
        _health,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_stream_is_transcoded",
        "1 when a transcoder feeds the mount.",
        lambda m: m.source_kind == "transcoder",
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_stream_is_silent",
        "1 when the mount's encoder sends silence, for longer than it may.",
        lambda m: m.silent,
    ),
)
