"""The parts of the station, made from a configuration."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from secrets import token_bytes

from twisted.internet.base import ReactorBase

from tinyice.assembly.access import Access, Derived, Shelves, make_access
from tinyice.assembly.applying import Reached, TrustedProxies, bans_of
from tinyice.assembly.behind import Behind
from tinyice.assembly.changing import let_changes_reach, make_writer
from tinyice.assembly.chronicle import make_chronicle
from tinyice.assembly.countries import make_countries
from tinyice.assembly.demo import DemoSource
from tinyice.assembly.figures import Figures, OpenFiles, ReactorLag, process_snapshot
from tinyice.assembly.https import Https, https_of
from tinyice.assembly.late_site import make_web
from tinyice.assembly.machine import FileRoom
from tinyice.assembly.outputs import Outputs
from tinyice.assembly.recording import Intros, Recordings
from tinyice.assembly.serving import make_workers
from tinyice.assembly.storage import Storage, make_storage
from tinyice.assembly.system import FileInUse, this_server
from tinyice.assembly.uploads import Uploads
from tinyice.assembly.urlauth import Gates, make_gates
from tinyice.assembly.values import limits_of, station_settings, web_settings
from tinyice.config.inforce import InForce
from tinyice.config.load import Loaded
from tinyice.config.model import Config
from tinyice.config.mounts import configured_paths, settings_for
from tinyice.config.writer import ConfigWriter
from tinyice.core.access.sitecalls import Server
from tinyice.core.bans import Bans
from tinyice.core.chronicle import Chronicle
from tinyice.core.hub import Hub
from tinyice.core.mounts import Mounts
from tinyice.core.networks import Networks
from tinyice.core.ring import OwnMemory
from tinyice.core.snapshots import WorkersSnapshot
from tinyice.core.station import Station
from tinyice.core.tally import Tally
from tinyice.geo.countries import Countries
from tinyice.logs.tail import Tail
from tinyice.net.front import Front, Limits
from tinyice.net.peer import Clients
from tinyice.net.ports import DoorFactory, Reception, ShoutcastFactory
from tinyice.net.pulse import Pulse, bounds_of
from tinyice.net.room import Room
from tinyice.net.transport import StreamPort
from tinyice.net.webchannel import WebChannel
from tinyice.outbound.client import Outbound
from tinyice.outbound.guard import AllowList
from tinyice.outbound.limits import Capacity
from tinyice.web.branding import Branding
from tinyice.wire.replies import SERVER
from tinyice.work.threads import Worker
from tinyice.workers.shared import shared_memory
from tinyice.workers.workers import Workers

_FILE_JOBS = 64


@dataclass(frozen=True, slots=True)
class Entrances:
    """What stands behind the ports."""

    reception: Reception
    doors: DoorFactory
    https: Https | None
    shoutcast_doors: ShoutcastFactory


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a running station consists of."""

    config: Config
    hub: Hub
    outputs: Outputs
    mounts: Mounts
    front: Front
    entrances: Entrances
    recordings: Recordings
    intros: Intros
    access: Access
    storage: Storage
    gates: Gates
    outbound: Outbound
    threads: tuple[Worker, ...]
    workers: Workers | None
    files: FileRoom
    ports: list[StreamPort]
    pulses: tuple[Pulse, ...]
    lag: ReactorLag
    chronicle: Chronicle
    branding: Branding
    countries: Countries
    demo: DemoSource | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What the parts stand on."""

    in_force: InForce
    reactor: ReactorBase
    hub: Hub
    now: Callable[[], datetime]
    file: FileInUse
    tail: Tail = field(default_factory=Tail)

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self.in_force.config

    def worker(self, name: str, jobs: int = _FILE_JOBS) -> Worker:
        """A thread for what blocks."""
        return Worker(name, jobs, deliver=self.reactor.callFromThread, clock=self.reactor)


def build(
    loaded: Loaded,
    path: Path,
    reactor: ReactorBase,
    now: Callable[[], datetime],
    key: bytes,
    *,
    files: FileRoom,
    demo: bool,
) -> Parts:
    """Make the parts, of the file at ``path``; nothing is opened, started or read yet.

    ``key``: random bytes of this process, for the digests of known passwords.
    """
    config, hub = loaded.config, Hub()
    ground = Ground(InForce(config), reactor, hub, now, FileInUse(path, loaded.outside))
    outputs, recordings = _outputs(ground), _recordings(ground)
    workers = make_workers(config, reactor, hub.publish)
    mounts = _mounts(ground, recordings, workers)
    storage, checkers = make_storage(lambda: ground.config, reactor, hub, now), _checkers(ground)
    access = _access(ground, storage, checkers, key)
    outbound = _outbound(ground)
    gates = _gates(ground, access, outbound)
    ports: list[StreamPort] = []
    connections = partial(_connections, ports)
    room = Room(files.connections_max, connections)
    front = _front(ground, mounts, access, gates, room=room, limits=limits_of(config, files))
    pulses, lag = _pulses(ground, mounts), ReactorLag(reactor)
    file_worker, config_worker = ground.worker("files"), ground.worker("configuration")
    station = Station(mounts, started_at=now(), clock=reactor.seconds)
    gauges = _gauges(ground, station, pulses, lag, connections, workers=workers, storage=storage)
    writer = make_writer(path, loaded, ground.in_force, config_worker, publish=hub.publish)
    behind = _behind(
        ground, mounts, station, access, gauges, storage=storage, writer=writer, worker=file_worker
    )
    intros = Intros(mounts, _folder(config), file_worker)
    _let_changes_reach(ground, mounts, intros, front=front, outputs=outputs, behind=behind)
    return Parts(
        config=config,
        hub=hub,
        outputs=outputs,
        mounts=mounts,
        front=front,
        entrances=_entrances(config, front, make_web(behind, reactor)),
        recordings=recordings,
        intros=intros,
        access=access,
        storage=storage,
        gates=gates,
        outbound=outbound,
        threads=(file_worker, config_worker, *checkers),
        workers=workers,
        files=files,
        ports=ports,
        pulses=pulses,
        lag=lag,
        chronicle=behind.chronicle,
        branding=behind.branding,
        countries=behind.countries,
        demo=DemoSource(mounts, reactor, now) if demo else None,
    )


def _behind(
    ground: Ground,
    mounts: Mounts,
    station: Station,
    access: Access,
    gauges: Figures,
    *,
    storage: Storage,
    writer: ConfigWriter,
    worker: Worker,
) -> Behind:
    settings = web_settings(ground.config)
    folder = _folder(ground.config)
    branding = Branding(folder, settings, lambda: ground.config, writer, worker.perform)
    ground.in_force.watch(branding.changed)
    return Behind(
        station=station,
        access=access,
        gauges=gauges,
        storage=storage,
        in_force=ground.in_force,
        writer=writer,
        settings=settings,
        now=ground.now,
        publish=ground.hub.publish,
        subscribe=ground.hub.subscribe,
        worker=worker,
        branding=branding,
        machine=this_server(
            ground.file, ground.in_force, writer, ground.tail, access.passwords, worker=worker
        ),
        chronicle=make_chronicle(mounts, ground.hub, ground.now, ground.reactor),
        countries=make_countries(ground.in_force, worker),
    )


def _entrances(config: Config, front: Front, web: Callable[[], WebChannel]) -> Entrances:
    reception = Reception(front)
    plain, secure, shoutcast = (
        number in config.proxy_protocol
        for number in (config.port, config.https_port, config.shoutcast_port_used)
    )
    doors = DoorFactory(front, reception, web, secure=False, proxied=plain)
    behind_tls = DoorFactory(front, reception, web, secure=True, proxied=secure)
    return Entrances(
        reception=reception,
        doors=doors,
        https=https_of(config, behind_tls),
        shoutcast_doors=ShoutcastFactory(front, reception, doors.door, proxied=shoutcast),
    )


def _folder(config: Config) -> Path:
    return Path(config.data_dir or ".").absolute()


def _outputs(ground: Ground) -> Outputs:
    outputs = Outputs(
        ground.config,
        lambda: ground.worker("log"),
        clock=ground.reactor,
        now=ground.now,
        tail=ground.tail,
    )
    outputs.subscribe(ground.hub)
    return outputs


def _recordings(ground: Ground) -> Recordings:
    return Recordings(
        _folder(ground.config),
        deliver=ground.reactor.callFromThread,
        clock=ground.reactor,
        now=ground.now,
        publish=ground.hub.publish,
    )


def _mounts(ground: Ground, recordings: Recordings, workers: Workers | None) -> Mounts:
    mounts = Mounts(
        configured_paths(ground.config),
        partial(settings_for, ground.config),
        station_settings(ground.config),
        publish=ground.hub.publish,
        clock=ground.reactor.seconds,
        recorder_for=recordings.open,
        allocate=OwnMemory if workers is None else shared_memory,
    )
    mounts.carrier = workers
    return mounts


def _connections(ports: list[StreamPort]) -> int:
    return sum(port.connections for port in ports)


def _checkers(ground: Ground) -> tuple[Worker, ...]:
    config = ground.config
    return tuple(
        ground.worker("passwords", config.password_queue) for _ in range(config.password_workers)
    )


def _access(ground: Ground, storage: Storage, checkers: tuple[Worker, ...], key: bytes) -> Access:
    store = storage.store
    return make_access(
        lambda: ground.config,
        checkers,
        Shelves(store.sessions, store.lockouts, store.token_uses.note),
        key=key,
        random=token_bytes,
        now=ground.now,
        publish=ground.hub.publish,
    )


def _outbound(ground: Ground) -> Outbound:
    allowed = Derived(lambda: ground.config, lambda config: AllowList.of(config.outbound_allow))
    return Outbound(ground.reactor, allow=allowed, agent=SERVER, capacity=Capacity())


def _gates(ground: Ground, access: Access, outbound: Outbound) -> Gates:
    gates = make_gates(
        lambda path: settings_for(ground.config, path),
        access.passwords,
        access.lockouts,
        outbound,
        publish=ground.hub.publish,
        clock=ground.reactor,
        server=lambda: Server(ground.config.hostname, ground.config.port),
        # only the file can name a site; whoever writes it may reach what they like
        trusted=lambda _url: True,
    )
    ground.hub.subscribe(gates.news)
    return gates


def _front(
    ground: Ground, mounts: Mounts, access: Access, gates: Gates, *, room: Room, limits: Limits
) -> Front:
    config, now = ground.config, ground.now
    clients = Clients(Networks(config.trusted_proxies))
    return Front(
        mounts=mounts,
        gatekeeper=access.gatekeeper,
        limits=limits,
        bans=Bans(bans_of(config), now=now, spared=TrustedProxies(clients)),
        clock=ground.reactor,
        now=now,
        publish=ground.hub.publish,
        room=room,
        clients=clients,
        listener_gate=gates.listeners,
        source_gate=gates.sources,
        unknown_path=access.lockouts.unknown_path,
        larger_body=Uploads(access),
        shoutcast_mount=lambda: ground.config.shoutcast_mount,
    )


def _pulses(ground: Ground, mounts: Mounts) -> tuple[Pulse, ...]:
    bounds = partial(bounds_of, ground.config.pulse_ms)
    return tuple(
        Pulse(mounts, ground.reactor, bounds(low_latency=low), low_latency=low)
        for low in (False, True)
    )


def _gauges(
    ground: Ground,
    station: Station,
    pulses: tuple[Pulse, ...],
    lag: ReactorLag,
    connections: Callable[[], int],
    *,
    workers: Workers | None,
    storage: Storage,
) -> Figures:
    tally, open_files = Tally(), OpenFiles(connections)
    ground.hub.subscribe(tally)
    return Figures(
        tally=tally,
        pulses=lambda: tuple(pulse.snapshot() for pulse in pulses),
        delivery=station.delivery,
        workers=WorkersSnapshot if workers is None else workers.snapshot,
        process=lambda: process_snapshot(open_files, lag),
        store=storage.snapshot,
    )


def _let_changes_reach(
    ground: Ground,
    mounts: Mounts,
    intros: Intros,
    *,
    front: Front,
    outputs: Outputs,
    behind: Behind,
) -> None:
    reached = Reached(
        mounts=mounts,
        intros=intros,
        bans=front.bans,
        proxies=front.clients,
        logs=outputs,
        pages=behind.settings,
        station=station_settings,
        web=web_settings,
    )
    let_changes_reach(ground.in_force, reached)
