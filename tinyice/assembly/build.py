"""The parts of the station, made from a configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from secrets import token_bytes

from twisted.internet.base import ReactorBase
from twisted.web.server import Request, Site

from tinyice import __version__
from tinyice.assembly.access import Access, Shelves, make_access
from tinyice.assembly.demo import DemoSource
from tinyice.assembly.figures import Figures, OpenFiles, ReactorLag, process_snapshot
from tinyice.assembly.https import Https, https_of
from tinyice.assembly.machine import FileRoom
from tinyice.assembly.outputs import Outputs
from tinyice.assembly.recording import Intros, Recordings
from tinyice.assembly.serving import make_workers
from tinyice.assets import find_assets
from tinyice.config.model import Config
from tinyice.config.mounts import configured_paths, settings_for
from tinyice.core.access.gatekeeper import Gatekeeper
from tinyice.core.bans import Ban, Bans
from tinyice.core.clients import Client
from tinyice.core.hub import Hub
from tinyice.core.mounts import Mounts
from tinyice.core.ring import OwnMemory
from tinyice.core.settings import StationSettings
from tinyice.core.snapshots import WorkersSnapshot
from tinyice.core.station import Station
from tinyice.core.tally import Tally
from tinyice.net.front import Front, Limits
from tinyice.net.ports import DoorFactory, Reception, ShoutcastFactory
from tinyice.net.pulse import Pulse, bounds_of
from tinyice.net.room import Room
from tinyice.net.transport import StreamPort
from tinyice.net.webchannel import WebChannel, make_site
from tinyice.web.guard import Guard
from tinyice.web.settings import WebSettings
from tinyice.web.site import make_resource
from tinyice.wire.replies import SERVER
from tinyice.work.threads import Worker
from tinyice.workers.shared import shared_memory
from tinyice.workers.workers import QUEUE_MIN_BYTES, Workers

_FILE_JOBS = 64


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a running station consists of."""

    config: Config
    hub: Hub
    outputs: Outputs
    mounts: Mounts
    front: Front
    reception: Reception
    doors: DoorFactory
    https: Https | None
    shoutcast_doors: ShoutcastFactory
    recordings: Recordings
    intros: Intros
    threads: tuple[Worker, ...]
    workers: Workers | None
    files: FileRoom
    ports: list[StreamPort]
    pulses: tuple[Pulse, ...]
    lag: ReactorLag
    demo: DemoSource | None


def build(
    config: Config,
    reactor: ReactorBase,
    now: Callable[[], datetime],
    key: bytes,
    *,
    files: FileRoom,
    demo: bool,
) -> Parts:
    """Make the parts; nothing is opened, started or read yet.

    ``key``: random bytes of this process, for the digests of known passwords.
    """
    folder = Path(config.data_dir or ".").absolute()
    hub = Hub()
    outputs = _outputs(config, hub, reactor, now)
    recordings = _recordings(folder, hub, reactor, now)
    workers = make_workers(config, reactor, hub.publish)
    mounts = _mounts(config, recordings, hub, reactor, workers)
    checkers = _checkers(config, reactor)
    access = _access(config, checkers, key, hub, now=now)
    ports: list[StreamPort] = []
    connections = partial(_connections, ports)
    front = Front(
        mounts=mounts,
        gatekeeper=access.gatekeeper,
        limits=_limits(config, files),
        bans=Bans(map(Ban, config.banned_ips), now=now),
        clock=reactor,
        now=now,
        publish=hub.publish,
        room=Room(files.connections_max, connections),
    )
    station = Station(mounts, started_at=now(), clock=reactor.seconds)
    pulses, lag = _pulses(config, mounts, reactor), ReactorLag(reactor)
    gauges = _gauges(station, pulses, hub, lag, OpenFiles(connections), workers=workers)
    reception = Reception(front)
    web = _web(config, station, access.gatekeeper, gauges, reactor)
    doors = DoorFactory(front, reception, web, secure=False)
    file_worker = _worker("files", _FILE_JOBS, reactor)
    return Parts(
        config=config,
        hub=hub,
        outputs=outputs,
        mounts=mounts,
        front=front,
        reception=reception,
        doors=doors,
        https=https_of(config, DoorFactory(front, reception, web, secure=True)),
        shoutcast_doors=ShoutcastFactory(front, reception, doors.door),
        recordings=recordings,
        intros=Intros(mounts, folder, file_worker),
        threads=(file_worker, *checkers),
        workers=workers,
        files=files,
        ports=ports,
        pulses=pulses,
        lag=lag,
        demo=DemoSource(mounts, reactor, now) if demo else None,
    )


def _outputs(
    config: Config, hub: Hub, reactor: ReactorBase, now: Callable[[], datetime]
) -> Outputs:
    outputs = Outputs(config, lambda: _worker("log", _FILE_JOBS, reactor), clock=reactor, now=now)
    outputs.subscribe(hub)
    return outputs


def _recordings(
    folder: Path, hub: Hub, reactor: ReactorBase, now: Callable[[], datetime]
) -> Recordings:
    return Recordings(
        folder, deliver=reactor.callFromThread, clock=reactor, now=now, publish=hub.publish
    )


def _mounts(
    config: Config,
    recordings: Recordings,
    hub: Hub,
    reactor: ReactorBase,
    workers: Workers | None,
) -> Mounts:
    mounts = Mounts(
        configured_paths(config),
        partial(settings_for, config),
        _station_settings(config),
        publish=hub.publish,
        clock=reactor.seconds,
        recorder_for=recordings.open,
        allocate=OwnMemory if workers is None else shared_memory,
    )
    mounts.carrier = workers
    return mounts


def _connections(ports: list[StreamPort]) -> int:
    return sum(port.connections for port in ports)


def _pulses(config: Config, mounts: Mounts, reactor: ReactorBase) -> tuple[Pulse, ...]:
    return tuple(
        Pulse(mounts, reactor, bounds_of(config.pulse_ms, low_latency=low), low_latency=low)
        for low in (False, True)
    )


def _gauges(
    station: Station,
    pulses: tuple[Pulse, ...],
    hub: Hub,
    lag: ReactorLag,
    open_files: OpenFiles,
    *,
    workers: Workers | None,
) -> Figures:
    tally = Tally()
    hub.subscribe(tally)
    return Figures(
        tally=tally,
        pulses=lambda: tuple(pulse.snapshot() for pulse in pulses),
        delivery=station.delivery,
        workers=WorkersSnapshot if workers is None else workers.snapshot,
        process=lambda: process_snapshot(open_files, lag),
    )


def _worker(name: str, jobs: int, reactor: ReactorBase) -> Worker:
    return Worker(name, jobs, deliver=reactor.callFromThread, clock=reactor)


def _checkers(config: Config, reactor: ReactorBase) -> tuple[Worker, ...]:
    return tuple(
        _worker("passwords", config.password_queue, reactor) for _ in range(config.password_workers)
    )


def _access(
    config: Config,
    checkers: tuple[Worker, ...],
    key: bytes,
    hub: Hub,
    *,
    now: Callable[[], datetime],
) -> Access:
    return make_access(
        lambda: config,
        checkers,
        Shelves(sessions=None, lockouts=None, token_used=lambda _token, _client: None),
        key=key,
        random=token_bytes,
        now=now,
        publish=hub.publish,
    )


def _station_settings(config: Config) -> StationSettings:
    return StationSettings(
        listeners_max=config.max_listeners,
        sources_max=config.max_sources,
        takeover=config.takeover,
        takeover_after_s=config.takeover_after,
        queue_seconds=config.queue_seconds,
        queue_min_bytes=QUEUE_MIN_BYTES if config.workers else 0,
        jumps_max=config.slow_jumps,
        drain_s=config.stop_timeout,
    )


def _limits(config: Config, files: FileRoom) -> Limits:
    return Limits(
        header_timeout_s=config.header_timeout,
        body_timeout_s=config.body_timeout,
        idle_timeout_s=config.idle_timeout,
        head_bytes=config.max_head_bytes,
        head_lines=config.max_head_lines,
        body_bytes=config.max_body_bytes,
        pending=min(config.max_pending, max(1, files.connections_max // 2)),
        source_lead_s=config.source_lead,
    )


def _web(
    config: Config,
    station: Station,
    gatekeeper: Gatekeeper,
    gauges: Figures,
    reactor: ReactorBase,
) -> Callable[[], WebChannel]:
    """The way to a fresh channel of the web site."""
    assets = find_assets()
    settings = _web_settings(config)
    resource = make_resource(
        station,
        gatekeeper,
        gauges,
        guard=Guard(gatekeeper, _client_of, settings=settings),
        clock=reactor,
        settings=settings,
        templates=assets.templates,
        static=assets.static,
    )
    site = make_site(Site(resource, reactor=reactor))  # type: ignore[no-untyped-call]

    def channel() -> WebChannel:
        made: WebChannel = site.buildProtocol(None)  # type: ignore[no-untyped-call]
        return made

    return channel


def _client_of(request: Request) -> Client:
    channel = request.channel
    if not isinstance(channel, WebChannel):
        raise TypeError("a request came in by another way than a door")
    return channel.client


def _web_settings(config: Config) -> WebSettings:
    return WebSettings(
        hostname=config.hostname,
        port=config.port,
        https_port=config.https_port,
        server_id=SERVER,
        version=__version__,
        base_url=config.base_url.rstrip("/"),
        location=config.location,
        admin_email=config.admin_email,
        page_title=config.page_title,
        page_subtitle=config.page_subtitle,
        accent_color=config.accent_color,
        shoutcast_mount=config.shoutcast_mount,
        status_always_array=config.status_always_array,
    )
