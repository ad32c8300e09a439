"""The parts of the station, made from a configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_bytes

from twisted.internet.base import ReactorBase

from tinyice.assembly.access import Access, Shelves, make_access
from tinyice.assembly.applying import Reached, TrustedProxies, bans_of
from tinyice.assembly.behind import Behind
from tinyice.assembly.changing import Changing, make_changing
from tinyice.assembly.checkers import Checkers
from tinyice.assembly.chronicle import make_chronicle
from tinyice.assembly.countries import make_countries
from tinyice.assembly.entrances import Entrances
from tinyice.assembly.figures import Figures, OpenFiles, ReactorLag, process_snapshot
from tinyice.assembly.ground import Ground
from tinyice.assembly.late_site import make_web
from tinyice.assembly.machine import FileRoom
from tinyice.assembly.mpd import Mpd
from tinyice.assembly.outputs import Outputs
from tinyice.assembly.outward import Outward, make_outward
from tinyice.assembly.relaying import Relaying
from tinyice.assembly.reloading import Manager
from tinyice.assembly.serving import Serving
from tinyice.assembly.storage import Storage, make_storage
from tinyice.assembly.streaming import Streaming, make_streaming
from tinyice.assembly.studio import Studio
from tinyice.assembly.system import FileInUse, this_server
from tinyice.assembly.tuning import Tuning
from tinyice.assembly.upgrades import Upgrades
from tinyice.assembly.uploads import Uploads
from tinyice.assembly.values import limits_of, station_settings, web_settings
from tinyice.config.inforce import InForce
from tinyice.config.load import Loaded
from tinyice.config.model import Config
from tinyice.core.bans import Bans
from tinyice.core.hub import Hub
from tinyice.core.mounts import Mounts
from tinyice.core.networks import Networks
from tinyice.core.station import Station
from tinyice.core.tally import Tally
from tinyice.net.front import Front, Limits
from tinyice.net.peer import Clients
from tinyice.net.room import Room
from tinyice.web.branding import Branding
from tinyice.work.threads import Worker


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a running station consists of."""

    ground: Ground
    streaming: Streaming
    behind: Behind
    outputs: Outputs
    front: Front
    entrances: Entrances
    outward: Outward
    mpd: Mpd
    threads: tuple[Worker, ...]
    checkers: Checkers
    files: FileRoom
    lag: ReactorLag

    @property
    def mounts(self) -> Mounts:
        """The mounts of the station."""
        return self.streaming.mounts

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self.ground.config

    @property
    def hub(self) -> Hub:
        """Where events go."""
        return self.ground.hub


def build(
    loaded: Loaded,
    path: Path,
    reactor: ReactorBase,
    now: Callable[[], datetime],
    key: bytes,
    *,
    files: FileRoom,
    demo: bool,
    manager: Manager,
) -> Parts:
    """Make the parts, of the file at ``path``; nothing is opened, started or read yet.

    ``key``: random bytes of this process, for the digests of known passwords.
    ``manager`` is told of reloads.
    """
    config, hub = loaded.config, Hub()
    ground = Ground(InForce(config), reactor, hub, now, FileInUse(path, loaded.outside))
    outputs, reader = _outputs(ground), ground.worker("files")
    storage = make_storage(lambda: ground.config, reactor, hub, now)
    streaming = make_streaming(ground, reader, storage.store, demo=demo)
    checkers = Checkers(config, ground.worker)
    access = _access(ground, storage, checkers, key)
    outward = make_outward(ground, streaming.mounts, access)
    room = Room(files.connections_max, lambda: entrances.connections)
    limits = limits_of(config, files)
    front = _front(ground, streaming.mounts, access, outward, room=room, limits=limits)
    lag = ReactorLag(reactor)
    station = Station(streaming.mounts, started_at=now(), clock=reactor.seconds)
    gauges = _gauges(ground, station, streaming, lag, room.connections, storage=storage)
    changing = make_changing(ground, loaded, manager, outputs, lambda: entrances)
    behind = _behind(
        ground,
        streaming,
        station,
        access,
        gauges,
        changing=changing,
        storage=storage,
        relaying=outward.relaying,
        worker=reader,
    )
    entrances = Entrances(config, front, make_web(behind, reactor), reactor)
    parts = Parts(
        ground=ground,
        streaming=streaming,
        behind=behind,
        outputs=outputs,
        front=front,
        entrances=entrances,
        outward=outward,
        mpd=Mpd(ground, streaming.autodjing, access.gatekeeper, front.bans, storage.store),
        threads=(reader, changing.worker),
        checkers=checkers,
        files=files,
        lag=lag,
    )
    _let_changes_reach(parts)
    return parts


def _behind(
    ground: Ground,
    streaming: Streaming,
    station: Station,
    access: Access,
    gauges: Figures,
    *,
    changing: Changing,
    storage: Storage,
    relaying: Relaying,
    worker: Worker,
) -> Behind:
    settings = web_settings(ground.config)
    folder = ground.folder
    branding = Branding(folder, settings, lambda: ground.config, changing.writer, worker.perform)
    ground.in_force.watch(branding.changed)
    return Behind(
        station=station,
        access=access,
        gauges=gauges,
        storage=storage,
        relaying=relaying,
        transcoding=streaming.transcoding,
        metering=streaming.metering,
        studio=Studio(streaming.autodjing, lambda: ground.config, worker),
        in_force=ground.in_force,
        writer=changing.writer,
        reloading=changing.reloading,
        upgrades=Upgrades(ground.hub.publish),
        settings=settings,
        now=ground.now,
        publish=ground.hub.publish,
        subscribe=ground.hub.subscribe,
        worker=worker,
        branding=branding,
        machine=this_server(
            ground.file,
            ground.in_force,
            changing.reloading,
            ground.tail,
            access.passwords,
            worker=worker,
        ),
        chronicle=make_chronicle(streaming.mounts, ground.hub, ground.now, ground.reactor),
        countries=make_countries(ground.in_force, worker),
    )


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


def _access(ground: Ground, storage: Storage, checkers: Checkers, key: bytes) -> Access:
    store = storage.store
    return make_access(
        lambda: ground.config,
        checkers.workers,
        Shelves(store.sessions, store.lockouts, store.token_uses.note),
        key=key,
        random=token_bytes,
        now=ground.now,
        publish=ground.hub.publish,
    )


def _front(
    ground: Ground,
    mounts: Mounts,
    access: Access,
    outward: Outward,
    *,
    room: Room,
    limits: Limits,
) -> Front:
    config, now, gates = ground.config, ground.now, outward.gates
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
        via=outward.relaying.via,
    )


def _gauges(
    ground: Ground,
    station: Station,
    streaming: Streaming,
    lag: ReactorLag,
    connections: Callable[[], int],
    *,
    storage: Storage,
) -> Figures:
    tally, open_files = Tally(), OpenFiles(connections)
    ground.hub.subscribe(tally)
    return Figures(
        tally=tally,
        pulses=lambda: tuple(pulse.snapshot() for pulse in streaming.pulses),
        delivery=station.delivery,
        workers=streaming.workers.snapshot,
        process=lambda: process_snapshot(open_files, lag),
        store=storage.snapshot,
        transcoders=streaming.transcoding.snapshot,
        autodjs=streaming.autodjing.figures,
        meters=streaming.metering.snapshot,
    )


def _let_changes_reach(parts: Parts) -> None:
    """Bring every change to those who act on it."""
    reached = Reached(
        mounts=parts.mounts,
        intros=parts.streaming.intros,
        bans=parts.front.bans,
        proxies=parts.front.clients,
        pages=parts.behind.settings,
        station=station_settings,
        web=web_settings,
    )
    serving = Serving(parts.mounts, parts.streaming.workers)
    tuning = Tuning(parts.front, parts.files, parts.streaming.pulses)
    for changed in (
        *(
            parts.outputs.follow,
            reached.apply,
            parts.outward.relaying.changed,
            parts.streaming.transcoding.changed,
            parts.streaming.metering.changed,
            parts.streaming.autodjing.changed,
            parts.mpd.changed,
            serving.follow,
            parts.checkers.follow,
            tuning.follow,
        ),
        # The ports last: what is behind them is as it is to be.
        parts.entrances.follow,
    ):
        parts.ground.in_force.watch(changed)
