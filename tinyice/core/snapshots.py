"""What people may be told of the station: values, built when somebody asks.

One serializer per object stands on these (``web/``); nothing of the audio path
depends on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from tinyice.core.autodj_figures import AutoDJFigures
from tinyice.core.clients import Client
from tinyice.core.events import DropReason
from tinyice.core.levels import MeterSnapshot
from tinyice.core.tags import Tags
from tinyice.core.transcoding import TranscoderSnapshot
from tinyice.formats.base import AudioInfo
from tinyice.wire.station import StationFields

StationHeaders = StationFields
"""What the encoder, or the mount's settings, says of the programme."""


class LinkState(Enum):
    """How something is that a mount could be heard from."""

    ON_AIR = "on-air"
    READY = "ready"
    WAITING = "waiting"
    LOST = "lost"
    SILENT = "silent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One input of a mount at one moment. ``reason`` says why it is not heard, "" where it may be.

    ``kind``: live, autodj, relay, mount, file or silence; ``name`` tells it from
    others of its kind.
    """

    kind: str
    name: str
    state: LinkState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MountSnapshot:
    """A mount and its source at one moment.

    ``listeners_max`` 0: no limit. ``source`` None: nothing feeds the mount,
    and everything about the stream is empty. Bytes count stream data;
    ``bytes_skipped`` is what slow listeners lost. ``fallback`` is where listeners
    go without a source, ``authenticator`` what decides who may listen ("": everybody).
    ``waiting``: a source made the mount, and lists leave it out until somebody approves it.
    ``input`` names which of its inputs is heard, as its chain does; ``on_fallback``: it
    is not the one that should be. ``chain``: all of them, where there are several.
    ``silent``: the encoder sends silence, for longer than the operator allows.
    """

    path: str
    visible: bool
    disabled: bool
    configured: bool
    source: Client | None
    source_kind: str
    connected_at: datetime | None
    content_type: str
    station: StationHeaders
    audio: AudioInfo
    tags: Tags
    listeners: int
    listener_peak: int
    listeners_max: int
    slow_listeners: int
    bytes_in: int
    bytes_out: int
    carries_icy: bool
    burst_bytes: int
    queue_bytes: int
    metaint: int
    charset: str = "utf-8"
    bytes_skipped: int = 0
    fallback: str = ""
    authenticator: str = ""
    waiting: bool = False
    input: str = ""
    on_fallback: bool = False
    chain: tuple[ChainLink, ...] = ()
    silent: bool = False

    @property
    def on_air(self) -> bool:
        """Whether a source feeds the mount."""
        return self.source is not None


@dataclass(frozen=True, slots=True)
class ListenerSnapshot:
    """A listener at one moment.

    ``seconds``: how long it is connected. ``lag_bytes``: how much of the stream
    it has not taken yet, and ``lag_seconds`` about how long that sounds. Of one
    that ``is_away``, in a worker, this is what that told within the last second.
    """

    id: int
    mount: str
    client: Client
    user: str
    seconds: float
    bytes_out: int
    lag_bytes: int
    lag_seconds: float
    jumps: int
    icy: bool
    is_away: bool


@dataclass(frozen=True, slots=True)
class StationSnapshot:
    """The whole station at one moment. Counters since the start of the server."""

    started_at: datetime
    uptime_seconds: float
    mounts: tuple[MountSnapshot, ...]
    listeners: int
    connections: int
    listener_connections: int
    source_connections: int
    bytes_in: int
    bytes_out: int
    dropped_bytes: int

    @property
    def public_mounts(self) -> tuple[MountSnapshot, ...]:
        """The mounts on air that everyone may know of."""
        return tuple(m for m in self.mounts if m.on_air and m.visible and not m.disabled)


@dataclass(frozen=True, slots=True)
class AudienceSnapshot:
    """Who came and why they went, since the start of the server."""

    joins: int
    drops: Mapping[DropReason, int]


NORMAL, LOW_LATENCY = "normal", "low_latency"
"""The names of the pulses."""


@dataclass(frozen=True, slots=True)
class PulseSnapshot:
    """One pulse at one moment. ``name`` tells it from the others.

    ``stretched``: how many times longer it is than its audience asks for, 1
    when the machine keeps up. ``busy_ratio``: the part of it that delivering
    took, or that it came late.
    """

    name: str
    seconds: float
    lateness_seconds: float
    stretched: float
    busy_ratio: float


@dataclass(frozen=True, slots=True)
class DeliverySnapshot:
    """What delivering came to, on all mounts, since the start of the server."""

    sends: int
    jumps: int


@dataclass(frozen=True, slots=True)
class WorkerSnapshot:
    """One worker process, and its pulses when it told of them last."""

    number: int
    is_running: bool
    listeners: int
    pulses: tuple[PulseSnapshot, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkersSnapshot:
    """The worker processes that deliver: how many run, how often one was replaced."""

    running: int = 0
    restarts: int = 0
    each: tuple[WorkerSnapshot, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessSnapshot:
    """The main process at one moment. None: this system does not say."""

    resident_bytes: int | None
    heap_bytes: int | None
    stack_bytes: int | None
    threads: int | None
    collections: int
    open_files: int
    open_files_limit: int
    reactor_lag_seconds: float


@dataclass(frozen=True, slots=True)
class StoreSnapshot:
    """How often the database could not be used, and how much was lost for that.

    ``refused``: why it is not used at all.
    """

    failures: int = 0
    lost: int = 0
    refused: str = ""


@dataclass(frozen=True, slots=True)
class ServerFigures:
    """How the server is doing, beside the mounts."""

    pulses: tuple[PulseSnapshot, ...]
    delivery: DeliverySnapshot
    audience: AudienceSnapshot
    workers: WorkersSnapshot
    process: ProcessSnapshot
    store: StoreSnapshot = field(default_factory=StoreSnapshot)
    subscribers: int = 0
    """Who follows the live data."""
    transcoders: tuple[TranscoderSnapshot, ...] = ()
    autodjs: tuple[AutoDJFigures, ...] = ()
    meters: MeterSnapshot = field(default_factory=MeterSnapshot)
