"""Mounts, as the API calls them: streams."""

from collections.abc import Iterable

from msgspec import UNSET, Struct, UnsetType

from tinyice.config import edits
from tinyice.config.model import Config
from tinyice.config.mounts import settings_for
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal
from tinyice.core.settings import MountSettings
from tinyice.core.snapshots import MountSnapshot
from tinyice.core.tags import Tags
from tinyice.web.api.changing import changed, note_change
from tinyice.web.api.operation import Call, Nothing, Operations
from tinyice.web.api.problems import taken, unknown
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import (
    About,
    Done,
    Paged,
    Password,
    Path,
    Words,
    moment,
    usable_path,
)
from tinyice.web.words import display_name, kbit_rate

STREAMS = Operations("streams")


class Playing(Struct, frozen=True, kw_only=True):
    """What plays."""

    text: str
    artist: str
    title: str
    url: str


class Stream(Struct, frozen=True, kw_only=True):
    """A mount, and its source where there is one. Bytes and peaks since the server began."""

    mount: str
    name: str
    configured: bool
    enabled: bool
    visible: bool
    on_air: bool
    source_kind: str
    source_ip: str
    source_agent: str
    on_air_since: str | None
    content_type: str
    bitrate_kbps: int
    samplerate_hz: int | None
    channels: int | None
    listeners: int
    listener_peak: int
    max_listeners: int
    bytes_in: int
    bytes_out: int
    bytes_dropped: int
    current_song: str
    now_playing: Playing
    fallback: str


class StreamPage(Struct, frozen=True, kw_only=True):
    """Some streams by their paths. ``next`` is the ``after`` of the next page, if there is one."""

    items: tuple[Stream, ...]
    next: str | None
    total: int


class StreamSettings(Struct, frozen=True, kw_only=True):
    """What is set for a mount; what is not named stays as it is, null goes back to the default."""

    password: Password | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET
    visible: bool | UnsetType = UNSET
    fallback: str | UnsetType | None = UNSET
    burst_size: int | UnsetType | None = UNSET
    name_override: Words | UnsetType | None = UNSET
    description: Words | UnsetType | None = UNSET
    genre: Words | UnsetType | None = UNSET
    url: Words | UnsetType | None = UNSET
    max_listeners: int | UnsetType | None = UNSET
    max_listener_duration: float | UnsetType | None = UNSET
    queue_size: int | UnsetType | None = UNSET
    metaint: int | UnsetType | None = UNSET
    charset: Words | UnsetType | None = UNSET
    source_timeout: float | UnsetType | None = UNSET
    low_latency_mode: bool | UnsetType | None = UNSET


class NewStream(StreamSettings, frozen=True, kw_only=True):
    """A mount to be made."""

    mount: Path


class InForce(Struct, frozen=True, kw_only=True):
    """What holds for a mount: its own settings, else those of the server.

    ``own_password``: it has a source password of its own.
    """

    mount: str
    own_password: bool
    enabled: bool
    visible: bool
    fallback: str
    burst_size: int
    name_override: str
    description: str
    genre: str
    url: str
    max_listeners: int
    max_listener_duration: float
    queue_size: int
    metaint: int
    charset: str
    source_timeout: float
    low_latency_mode: bool


class NewTags(Struct, frozen=True, kw_only=True):
    """What plays now: artist and title, or the title alone."""

    title: Words
    artist: Words = ""
    url: Words = ""


class Removal(Struct, frozen=True, kw_only=True):
    """Which mount."""

    mount: Path


_APART = ("password", "enabled", "visible", "fallback", "mount")


@STREAMS.add("GET", "/api/streams", Action.LIST_MOUNTS, query=Paged, answer=StreamPage)
async def list_streams(services: Services, call: Call[Paged, Nothing]) -> StreamPage:
    """The mounts that you may see, by path."""
    mine = _of(call.caller.principal, services.station.snapshot().mounts)
    found = sorted(mine, key=lambda mount: mount.path)
    rest = [mount for mount in found if mount.path > call.query.after]
    page = rest[: call.query.limit]
    config = services.config()
    return StreamPage(
        items=tuple(stream_of(mount, config) for mount in page),
        next=page[-1].path if len(rest) > len(page) else None,
        total=len(found),
    )


@STREAMS.add(
    "POST",
    "/api/streams",
    Action.MAKE_MOUNT,
    body=NewStream,
    answer=Done,
    status=201,
    refusals=(409,),
)
async def make_stream(services: Services, call: Call[Nothing, NewStream]) -> Done:
    """Make a mount: it may be fed with its own password, or with the default one."""
    path = usable_path(call.body.mount)
    hashed = await _hashed(services, call.body)

    def edit(document: edits.Document) -> None:
        if path in edits.section(document, "mounts"):
            raise taken("mount", path, "mount")
        edits.make_mount(document, path, hashed or "")
        _apply(document, path, call.body, hashed)

    return Done(
        notes=await changed(
            services, call, edit, action=Action.MAKE_MOUNT, subject=path, mount=path
        )
    )


@STREAMS.add(
    "GET",
    "/api/streams/settings",
    Action.SEE_MOUNT_SETTINGS,
    query=About,
    answer=InForce,
    refusals=(404,),
)
async def stream_settings(services: Services, call: Call[About, Nothing]) -> InForce:
    """What holds for a mount."""
    path = usable_path(call.query.mount)
    _known(services, path)
    return _in_force(settings_for(services.config(), path))


@STREAMS.add(
    "PATCH",
    "/api/streams",
    Action.CHANGE_MOUNT,
    query=About,
    body=StreamSettings,
    answer=Done,
    refusals=(404,),
)
async def change_stream(services: Services, call: Call[About, StreamSettings]) -> Done:
    """Change what is set for a mount."""
    path = usable_path(call.query.mount)
    _known(services, path)
    hashed = await _hashed(services, call.body)

    def edit(document: edits.Document) -> None:
        _apply(document, path, call.body, hashed)

    return Done(
        notes=await changed(
            services, call, edit, action=Action.CHANGE_MOUNT, subject=path, mount=path
        )
    )


@STREAMS.add(
    "DELETE",
    "/api/streams",
    Action.REMOVE_MOUNT,
    query=Removal,
    answer=Done,
    refusals=(404,),
)
async def remove_stream(services: Services, call: Call[Removal, Nothing]) -> Done:
    """Forget what is set for a mount; who feeds it or listens is not disturbed."""
    path = call.query.mount
    _known(services, path)

    def edit(document: edits.Document) -> None:
        edits.remove_mount(document, path)

    return Done(
        notes=await changed(
            services, call, edit, action=Action.REMOVE_MOUNT, subject=path, mount=path
        )
    )


@STREAMS.add(
    "POST",
    "/api/streams/tags",
    Action.SET_TAGS,
    query=About,
    body=NewTags,
    answer=Done,
    refusals=(404, 409),
)
async def set_tags(services: Services, call: Call[About, NewTags]) -> Done:
    """Say what plays now."""
    said = call.body
    tags = Tags(artist=said.artist, title=said.title, url=said.url)
    services.station.set_tags(call.query.mount, tags, "api")
    return Done()


@STREAMS.add(
    "DELETE",
    "/api/streams/source",
    Action.KICK_SOURCE,
    query=About,
    answer=Done,
    refusals=(404, 409),
)
async def kick_source(services: Services, call: Call[About, Nothing]) -> Done:
    """End the session of the source that feeds the mount; it may come back."""
    services.station.kick_source(call.query.mount)
    note_change(services, call, action=Action.KICK_SOURCE, subject="source", mount=call.query.mount)
    return Done()


def stream_of(mount: MountSnapshot, config: Config) -> Stream:
    """The document of a mount."""
    return Stream(
        mount=mount.path,
        name=display_name(mount),
        configured=mount.configured,
        enabled=not mount.disabled,
        visible=mount.visible,
        on_air=mount.on_air,
        source_kind=mount.source_kind,
        source_ip=mount.source.address if mount.source else "",
        source_agent=mount.source.agent if mount.source else "",
        on_air_since=moment(mount.connected_at),
        content_type=mount.content_type,
        bitrate_kbps=kbit_rate(mount),
        samplerate_hz=mount.audio.samplerate,
        channels=mount.audio.channels,
        listeners=mount.listeners,
        listener_peak=mount.listener_peak,
        max_listeners=mount.listeners_max,
        bytes_in=mount.bytes_in,
        bytes_out=mount.bytes_out,
        bytes_dropped=mount.bytes_skipped,
        current_song=mount.tags.display,
        now_playing=playing_of(mount),
        fallback=config.fallback_mounts.get(mount.path, ""),
    )


def playing_of(mount: MountSnapshot) -> Playing:
    """What plays on a mount."""
    tags = mount.tags
    return Playing(text=tags.display, artist=tags.artist, title=tags.title, url=tags.url)


def _in_force(settings: MountSettings) -> InForce:
    return InForce(
        mount=settings.path,
        own_password=bool(settings.password_hash),
        enabled=not settings.disabled,
        visible=settings.visible,
        fallback=settings.fallback,
        burst_size=settings.burst_bytes,
        name_override=settings.name_override,
        description=settings.description,
        genre=settings.genre,
        url=settings.url,
        max_listeners=settings.listeners_max,
        max_listener_duration=settings.duration_max_s,
        queue_size=settings.queue_bytes,
        metaint=settings.metaint,
        charset=settings.charset,
        source_timeout=settings.source_timeout_s,
        low_latency_mode=settings.low_latency,
    )


def _of(principal: Principal, mounts: Iterable[MountSnapshot]) -> list[MountSnapshot]:
    return [mount for mount in mounts if principal.owns(mount.path)]


def _known(services: Services, path: str) -> None:
    if not any(mount.path == path for mount in services.station.snapshot().mounts):
        raise unknown("mount", path, "mount")


async def _hashed(services: Services, said: StreamSettings) -> str | None:
    """The hash of a new password; "" for the default one, None when it stays."""
    if said.password is UNSET:
        return None
    return await services.hash_password(said.password) if isinstance(said.password, str) else ""


def _apply(document: edits.Document, path: str, said: StreamSettings, hashed: str | None) -> None:
    if hashed is not None:
        edits.set_mount_password(document, path, hashed)
    if said.enabled is not UNSET:
        edits.set_mount_enabled(document, path, enabled=bool(said.enabled))
    if said.visible is not UNSET:
        edits.set_mount_visible(document, path, visible=bool(said.visible))
    if said.fallback is not UNSET:
        edits.set_fallback(document, path, said.fallback or "")
    keys = [name for name in said.__struct_fields__ if name not in _APART]
    named = {key: getattr(said, key) for key in keys if getattr(said, key) is not UNSET}
    if named:
        edits.set_mount_keys(document, path, named)
