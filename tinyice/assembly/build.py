"""The parts of the station, made from a configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from twisted.internet.base import ReactorBase
from twisted.web.server import Request, Site

from tinyice import __version__
from tinyice.assembly.demo import DemoSource
from tinyice.assembly.outputs import Outputs
from tinyice.assembly.recording import Intros, Recordings
from tinyice.assembly.serving import make_workers
from tinyice.assets import find_assets
from tinyice.config.model import Config
from tinyice.config.mounts import configured_paths, settings_for
from tinyice.core.access import Accounts, Gatekeeper
from tinyice.core.bans import Bans
from tinyice.core.clients import Client
from tinyice.core.hub import Hub
from tinyice.core.mounts import Mounts
from tinyice.core.ring import OwnMemory
from tinyice.core.settings import StationSettings
from tinyice.core.station import Station
from tinyice.net.front import Front, Limits
from tinyice.net.ports import DoorFactory, Reception, ShoutcastFactory
from tinyice.net.webchannel import WebChannel, make_site
from tinyice.web.settings import WebSettings
from tinyice.web.site import make_resource
from tinyice.wire.replies import SERVER
from tinyice.work.passwords import Passwords
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
    shoutcast_doors: ShoutcastFactory
    recordings: Recordings
    intros: Intros
    threads: tuple[Worker, ...]
    workers: Workers | None
    demo: DemoSource | None


def build(
    config: Config,
    reactor: ReactorBase,
    now: Callable[[], datetime],
    key: bytes,
    *,
    demo: bool,
) -> Parts:
    """Make the parts; nothing is opened, started or read yet.

    ``key``: random bytes of this process, for the digests of known passwords.
    """
    folder = Path(config.data_dir or ".").absolute()
    hub = Hub()
    outputs = Outputs(config, lambda: _worker("log", _FILE_JOBS, reactor), clock=reactor, now=now)
    outputs.subscribe(hub)
    recordings = Recordings(
        folder, deliver=reactor.callFromThread, clock=reactor, now=now, publish=hub.publish
    )
    workers = make_workers(config, reactor, hub.publish)
    mounts = _mounts(config, reactor, hub, recordings, workers)
    checkers = tuple(
        _worker("passwords", config.password_queue, reactor) for _ in range(config.password_workers)
    )
    gatekeeper = _gatekeeper(config, Passwords(checkers, key=key), hub)
    front = Front(
        mounts=mounts,
        gatekeeper=gatekeeper,
        limits=_limits(config),
        bans=Bans(config.banned_ips),
        clock=reactor,
        now=now,
        publish=hub.publish,
    )
    station = Station(mounts, started_at=now(), clock=reactor.seconds)
    reception = Reception(front)
    web = _web(config, station, gatekeeper, reactor)
    doors = DoorFactory(front, reception, web, secure=False)
    files = _worker("files", _FILE_JOBS, reactor)
    return Parts(
        config=config,
        hub=hub,
        outputs=outputs,
        mounts=mounts,
        front=front,
        reception=reception,
        doors=doors,
        shoutcast_doors=ShoutcastFactory(front, reception, doors.door),
        recordings=recordings,
        intros=Intros(mounts, folder, files),
        threads=(files, *checkers),
        workers=workers,
        demo=DemoSource(mounts, reactor, now) if demo else None,
    )


def _mounts(
    config: Config,
    reactor: ReactorBase,
    hub: Hub,
    recordings: Recordings,
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


def _worker(name: str, jobs: int, reactor: ReactorBase) -> Worker:
    return Worker(name, jobs, deliver=reactor.callFromThread, clock=reactor)


def _gatekeeper(config: Config, passwords: Passwords, hub: Hub) -> Gatekeeper:
    return Gatekeeper(
        Accounts(config.admin_user, config.admin_password, config.default_source_password),
        partial(settings_for, config),
        passwords,
        shoutcast_mount=config.shoutcast_mount,
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


def _limits(config: Config) -> Limits:
    return Limits(
        header_timeout_s=config.header_timeout,
        body_timeout_s=config.body_timeout,
        idle_timeout_s=config.idle_timeout,
        head_bytes=config.max_head_bytes,
        head_lines=config.max_head_lines,
        body_bytes=config.max_body_bytes,
        pending=config.max_pending,
        source_lead_s=config.source_lead,
    )


def _web(
    config: Config, station: Station, gatekeeper: Gatekeeper, reactor: ReactorBase
) -> Callable[[], WebChannel]:
    """The way to a fresh channel of the web site."""
    assets = find_assets()
    resource = make_resource(
        station,
        gatekeeper,
        client_of=_client_of,
        clock=reactor,
        settings=_web_settings(config),
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
