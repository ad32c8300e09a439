"""What everybody may know: what is on air, and what it comes to."""

from msgspec import Struct

from tinyice.core.access.permissions import Action
from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web.api.operation import Call, Nothing, Operations
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import moment
from tinyice.web.api.streams import Playing, playing_of
from tinyice.web.origin import configured_base, mount_url
from tinyice.web.settings import WebSettings
from tinyice.web.words import display_name, format_in_words, kbit_rate, kind_in_words

STATUS = Operations("status")


class OnAir(Struct, frozen=True, kw_only=True):
    """A mount on air."""

    mount: str
    name: str
    description: str
    genre: str
    url: str
    kind: str
    state: str
    content_type: str
    format: str
    bitrate_kbps: int
    samplerate_hz: int | None
    channels: int | None
    listeners: int
    listener_peak: int
    on_air_since: str | None
    listen_url: str
    now_playing: Playing


class Status(Struct, frozen=True, kw_only=True):
    """What is on air."""

    title: str
    location: str
    started_at: str | None
    listeners: int
    mounts: tuple[OnAir, ...]


class MountSums(Struct, frozen=True, kw_only=True):
    """What a mount came to, since the start of the server."""

    mount: str
    listeners: int
    listener_peak: int
    slow_listeners: int
    bytes_in: int
    bytes_out: int


class Sums(Struct, frozen=True, kw_only=True):
    """The sums over the mounts that everybody may know, and each of them."""

    version: str
    uptime_seconds: float
    total_mounts: int
    total_listeners: int
    bytes_in: int
    bytes_out: int
    mounts: tuple[MountSums, ...]


@STATUS.add("GET", "/api/status", Action.SEE_PUBLIC, answer=Status)
async def status(services: Services, call: Call[Nothing, Nothing]) -> Status:
    """What is on air, on mounts that are not hidden."""
    return status_of(call.recent(), services.settings())


@STATUS.add("GET", "/api/stats", Action.SEE_PUBLIC, answer=Sums)
async def stats(services: Services, call: Call[Nothing, Nothing]) -> Sums:
    """Listeners and bytes, of mounts on air that are not hidden."""
    return sums_of(call.recent(), services.settings())


def status_of(station: StationSnapshot, settings: WebSettings) -> Status:
    """The document of what is on air."""
    mounts = station.public_mounts
    return Status(
        title=settings.page_title,
        location=settings.location,
        started_at=moment(station.started_at),
        listeners=sum(mount.listeners for mount in mounts),
        mounts=tuple(on_air_of(mount, settings) for mount in mounts),
    )


def sums_of(station: StationSnapshot, settings: WebSettings) -> Sums:
    """The document of the sums."""
    mounts = station.public_mounts
    return Sums(
        version=settings.version,
        uptime_seconds=round(station.uptime_seconds, 1),
        total_mounts=len(mounts),
        total_listeners=sum(mount.listeners for mount in mounts),
        bytes_in=sum(mount.bytes_in for mount in mounts),
        bytes_out=sum(mount.bytes_out for mount in mounts),
        mounts=tuple(map(_sums_of_mount, mounts)),
    )


def on_air_of(mount: MountSnapshot, settings: WebSettings) -> OnAir:
    """The document of a mount on air."""
    return OnAir(
        mount=mount.path,
        name=display_name(mount),
        description=mount.station.description,
        genre=mount.station.genre,
        url=mount.station.url,
        kind=mount.source_kind,
        state=kind_in_words(mount.source_kind),
        content_type=mount.content_type,
        format=format_in_words(mount),
        bitrate_kbps=kbit_rate(mount),
        samplerate_hz=mount.audio.samplerate,
        channels=mount.audio.channels,
        listeners=mount.listeners,
        listener_peak=mount.listener_peak,
        on_air_since=moment(mount.connected_at),
        listen_url=mount_url(configured_base(settings), mount.path),
        now_playing=playing_of(mount),
    )


def _sums_of_mount(mount: MountSnapshot) -> MountSums:
    return MountSums(
        mount=mount.path,
        listeners=mount.listeners,
        listener_peak=mount.listener_peak,
        slow_listeners=mount.slow_listeners,
        bytes_in=mount.bytes_in,
        bytes_out=mount.bytes_out,
    )
