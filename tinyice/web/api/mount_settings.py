"""What is set for a mount: made, read, changed, forgotten."""

from msgspec import UNSET, Struct, UnsetType

from tinyice.config import edits
from tinyice.config.mounts import settings_for
from tinyice.core.access.permissions import Action, require
from tinyice.core.access.principal import Principal
from tinyice.core.settings import MountSettings
from tinyice.core.snapshots import MountSnapshot
from tinyice.web.api.changing import changed
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.problems import taken, unknown
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import (
    About,
    AudioFile,
    Done,
    Password,
    Path,
    Words,
    usable_file,
    usable_password,
    usable_path,
)

MOUNT_SETTINGS = Operations("streams")


class StreamSettings(Given, frozen=True, kw_only=True):
    """What is set for a mount; what is not named stays as it is, null goes back to the default.

    ``fallback`` is one mount, ``fallbacks`` a whole chain, which takes its place.
    Files lie in the data folder, and only a superadmin may name them.
    """

    password: Password | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET
    visible: bool | UnsetType = UNSET
    fallback: str | UnsetType | None = UNSET
    fallbacks: tuple[Words, ...] | UnsetType | None = UNSET
    hold_time: float | UnsetType | None = UNSET
    return_after: float | UnsetType | None = UNSET
    stall_after: float | UnsetType | None = UNSET
    fallback_when_full: bool | UnsetType | None = UNSET
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
    intro_file: AudioFile | UnsetType | None = UNSET
    dump_file: AudioFile | UnsetType | None = UNSET


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
    fallbacks: tuple[str, ...]
    hold_time: float
    return_after: float
    stall_after: float
    fallback_when_full: bool
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
    intro_file: str
    dump_file: str


class Removal(Struct, frozen=True, kw_only=True):
    """Which mount."""

    mount: Path


_APART = ("password", "enabled", "visible", "fallback", "mount")


@MOUNT_SETTINGS.add(
    "POST",
    "/api/streams",
    Action.MAKE_MOUNT,
    query=Nothing,
    body=NewStream,
    answer=Done,
    status=201,
    refusals=(409,),
)
async def make_stream(services: Services, call: Call[Nothing, NewStream]) -> Done:
    """Make a mount: it may be fed with its own password, or with the default one."""
    path = usable_path(call.body.mount)
    _check_files(call.caller.principal, call.body)
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


@MOUNT_SETTINGS.add(
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


@MOUNT_SETTINGS.add(
    "PATCH",
    "/api/streams",
    Action.CHANGE_MOUNT,
    query=About,
    body=StreamSettings,
    answer=Done,
    refusals=(404,),
)
async def change_stream(services: Services, call: Call[About, StreamSettings]) -> Done:
    """Change what is set for a mount. One that waits for approval is approved by that."""
    path = usable_path(call.query.mount)
    found = _known(services, path)
    _check_files(call.caller.principal, call.body)
    hashed = await _hashed(services, call.body)

    def edit(document: edits.Document) -> None:
        if found.waiting:
            edits.approve_mount(document, path)
        _apply(document, path, call.body, hashed)

    return Done(
        notes=await changed(
            services, call, edit, action=Action.CHANGE_MOUNT, subject=path, mount=path
        )
    )


@MOUNT_SETTINGS.add(
    "DELETE",
    "/api/streams",
    Action.REMOVE_MOUNT,
    query=Removal,
    body=Nothing,
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


def _in_force(settings: MountSettings) -> InForce:
    return InForce(
        mount=settings.path,
        own_password=bool(settings.password_hash),
        enabled=not settings.disabled,
        visible=settings.visible,
        fallback=settings.fallback,
        fallbacks=settings.chain,
        hold_time=settings.hold_s,
        return_after=settings.return_after_s,
        stall_after=settings.stall_after_s,
        fallback_when_full=settings.overflows,
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
        intro_file=settings.intro_file,
        dump_file=settings.dump_file,
    )


def _known(services: Services, path: str) -> MountSnapshot:
    for mount in services.station.snapshot().mounts:
        if mount.path == path:
            return mount
    raise unknown("mount", path, "mount")


async def _hashed(services: Services, said: StreamSettings) -> str | None:
    """The hash of a new password; "" for the default one, None when it stays."""
    if said.password is UNSET:
        return None
    if said.password is None:
        return ""
    return await services.hash_password(usable_password(said.password))


def _check_files(principal: Principal, said: StreamSettings) -> None:
    """Files of the server are for those who may change the server."""
    for field, name in (("intro_file", said.intro_file), ("dump_file", said.dump_file)):
        if name is not UNSET:
            require(principal, Action.CHANGE_SETTINGS)
            usable_file(name or "", field)
    for element in said.fallbacks or ():
        if element.startswith("file:"):
            require(principal, Action.CHANGE_SETTINGS)
            usable_file(element.removeprefix("file:"), "fallbacks")


def _apply(document: edits.Document, path: str, said: StreamSettings, hashed: str | None) -> None:
    if hashed is not None:
        edits.set_mount_password(document, path, hashed)
    if said.enabled is not UNSET:
        edits.set_mount_enabled(document, path, enabled=bool(said.enabled))
    if said.visible is not UNSET:
        edits.set_mount_visible(document, path, visible=bool(said.visible))
    if said.fallback is not UNSET:
        edits.set_fallback(document, path, said.fallback or "")
    elif said.fallbacks is not UNSET:
        edits.set_fallback(document, path, "")
    keys = [name for name in said.__struct_fields__ if name not in _APART]
    named = {key: getattr(said, key) for key in keys if getattr(said, key) is not UNSET}
    if named.get("fallbacks") is not None:
        named["fallbacks"] = list(named["fallbacks"])
    if named:
        edits.set_mount_keys(document, path, named)
