"""Domain events: frozen values with stable ids.

Ids and fields are an interface (log lines, SSE, history, webhooks, metrics):
they are documented in ``docs/events.md`` and never renamed. Times are not part
of an event; a sink that needs one stamps it with its own clock. Those of relays and
pushes stand in ``relay_events``, those of transcoders in ``codec_events``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from tinyice.core.clients import Client
from tinyice.core.tags import Tags


class DropReason(Enum):
    """Why a listener's connection ended."""

    LEFT = "left"
    SOURCE_ENDED = "source ended"
    TOO_SLOW = "too slow"
    TIME_LIMIT = "time limit reached"
    KICKED = "kicked"
    MOUNT_DISABLED = "mount disabled"
    BANNED = "banned"
    SERVER_STOPPING = "server stopping"
    WORKER_LOST = "worker lost"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in the station."""

    id: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class ServerStarted(Event):
    """All ports are open. ``ports`` in words, for example ``[::]:8000``."""

    id: ClassVar[str] = "server.started"
    version: str
    ports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServerStopping(Event):
    """This process is about to end what is left of its sources and listeners."""

    id: ClassVar[str] = "server.stopping"


@dataclass(frozen=True, slots=True)
class ServerUpgraded(Event):
    """This process took over from one of version ``previous``; nothing moved for ``seconds``."""

    id: ClassVar[str] = "server.upgraded"
    version: str
    previous: str
    listeners: int
    sources: int
    seconds: float


@dataclass(frozen=True, slots=True)
class UpgradeFailed(Event):
    """No other process could take over, and this one goes on as before."""

    id: ClassVar[str] = "server.upgrade.failed"
    reason: str


@dataclass(frozen=True, slots=True)
class WorkerLost(Event):
    """A process that served listeners has ended, and they with it; ``worker`` is its number."""

    id: ClassVar[str] = "worker.lost"
    worker: int
    reason: str
    listeners: int


@dataclass(frozen=True, slots=True)
class SourceConnected(Event):
    """A source was accepted and feeds its mount from now on."""

    id: ClassVar[str] = "mount.source.connected"
    mount: str
    kind: str
    client: Client
    user: str
    content_type: str


@dataclass(frozen=True, slots=True)
class SourceDisconnected(Event):
    """A source ended; ``seconds`` connected and ``bytes_in`` received."""

    id: ClassVar[str] = "mount.source.disconnected"
    mount: str
    kind: str
    client: Client
    reason: str
    seconds: float
    bytes_in: int


@dataclass(frozen=True, slots=True)
class SourceReplaced(Event):
    """A silent source was taken over by a new session with the same password."""

    id: ClassVar[str] = "mount.source.replaced"
    mount: str
    old: Client
    new: Client
    silent_seconds: float


@dataclass(frozen=True, slots=True)
class SourceRefused(Event):
    """An authenticated source was not let onto the mount."""

    id: ClassVar[str] = "mount.source.refused"
    mount: str
    client: Client
    reason: str


@dataclass(frozen=True, slots=True)
class FallbackEngaged(Event):
    """``input`` is heard in place of what should be; ``reason`` says why.

    It is "relay", or an element of the mount's chain as that names it.
    """

    id: ClassVar[str] = "mount.fallback.engaged"
    mount: str
    input: str
    reason: str


@dataclass(frozen=True, slots=True)
class FallbackEnded(Event):
    """After so many ``seconds`` the mount's own ``input`` is heard again; "": nothing is."""

    id: ClassVar[str] = "mount.fallback.ended"
    mount: str
    input: str
    seconds: float


@dataclass(frozen=True, slots=True)
class FallbackRefused(Event):
    """The players of the mount do not understand ``input``, which is of its chain."""

    id: ClassVar[str] = "mount.fallback.refused"
    mount: str
    input: str
    reason: str


@dataclass(frozen=True, slots=True)
class FallbackDiffers(Event):
    """``input`` is heard now, at another rate or with other channels: some players stumble."""

    id: ClassVar[str] = "mount.fallback.differs"
    mount: str
    input: str
    reason: str


@dataclass(frozen=True, slots=True)
class FallbackMissing(Event):
    """The file or the silence ``input``, which is of the mount's chain, can't be played."""

    id: ClassVar[str] = "mount.fallback.missing"
    mount: str
    input: str
    reason: str


@dataclass(frozen=True, slots=True)
class FallbackFound(Event):
    """``input``, which was missing, can be played now."""

    id: ClassVar[str] = "mount.fallback.found"
    mount: str
    input: str


@dataclass(frozen=True, slots=True)
class HoldBegan(Event):
    """The source is gone, and who listens waits for it, ``seconds`` at most."""

    id: ClassVar[str] = "mount.hold.began"
    mount: str
    seconds: float


@dataclass(frozen=True, slots=True)
class HoldEnded(Event):
    """They wait no more; ``reason`` says why."""

    id: ClassVar[str] = "mount.hold.ended"
    mount: str
    reason: str


@dataclass(frozen=True, slots=True)
class MountSilent(Event):
    """The encoder of the mount sends silence, for so many ``seconds`` by now."""

    id: ClassVar[str] = "mount.silent"
    mount: str
    seconds: float


@dataclass(frozen=True, slots=True)
class MountRecovered(Event):
    """The encoder, which sent silence, has sounded for a while; ``seconds`` after it began."""

    id: ClassVar[str] = "mount.recovered"
    mount: str
    seconds: float


@dataclass(frozen=True, slots=True)
class TagsChanged(Event):
    """Another title plays on the mount."""

    id: ClassVar[str] = "mount.tags.changed"
    mount: str
    tags: Tags
    origin: str


@dataclass(frozen=True, slots=True)
class DumpFailed(Event):
    """The recording of what comes in stopped; the audio goes on."""

    id: ClassVar[str] = "mount.dump.failed"
    mount: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class ListenerJoined(Event):
    """A listener receives the mount from now on."""

    id: ClassVar[str] = "listener.joined"
    mount: str
    listener: int
    client: Client


@dataclass(frozen=True, slots=True)
class ListenerMoved(Event):
    """A listener of ``mount`` hears ``to`` from now on, on the same connection."""

    id: ClassVar[str] = "listener.moved"
    mount: str
    to: str
    listener: int
    client: Client


@dataclass(frozen=True, slots=True)
class ListenerLeft(Event):
    """A listener is gone. ``bytes_out`` of stream, ``jumps`` over lost audio."""

    id: ClassVar[str] = "listener.left"
    mount: str
    listener: int
    client: Client
    reason: DropReason
    seconds: float
    bytes_out: int
    jumps: int


@dataclass(frozen=True, slots=True)
class AuthFailed(Event):
    """Credentials were given and are wrong. ``user`` is untrusted text."""

    id: ClassVar[str] = "auth.failed"
    user: str
    client: Client
    reason: str


@dataclass(frozen=True, slots=True)
class AuthLocked(Event):
    """An address is locked out: no login is tried from there for so many ``seconds``.

    ``kind``: "login" after ``failures`` failed logins, "scan" after so many unknown paths.
    """

    id: ClassVar[str] = "auth.locked"
    address: str
    kind: str
    failures: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ChangeMade(Event):
    """Somebody changed something. ``action`` and ``subject`` say what.

    ``before`` and ``after`` are what changed, by name, as far as it can be told
    in that way; secrets are masked already. ``mount`` is "" where it is about none.
    """

    id: ClassVar[str] = "change.made"
    user: str
    via: str
    client: Client
    action: str
    subject: str
    mount: str
    before: Mapping[str, object]
    after: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ConfigurationRefused(Event):
    """The file was to be put in force and has ``faults``; what was in force still is."""

    id: ClassVar[str] = "configuration.refused"
    user: str
    via: str
    client: Client
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestRefused(Event):
    """A peer broke its protocol or a limit and was answered or closed."""

    id: ClassVar[str] = "request.refused"
    client: Client
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class RequestFinished(Event):
    """A request is over: one line of the access log.

    ``target`` is the raw request target as text (Latin-1), query included;
    the access log leaves the query out. ``bytes_out`` counts the response
    head too; ``seconds`` is the time connected.
    """

    id: ClassVar[str] = "request.finished"
    client: Client
    user: str
    method: str
    target: str
    protocol: str
    status: int
    bytes_out: int
    seconds: float
