"""AutoDJs: mounts that are fed from folders of music, set up and looked after."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from tinyice.config import edits
from tinyice.config.autodjs import AutoDJ
from tinyice.core.access.permissions import Action, permits
from tinyice.core.access.principal import Principal
from tinyice.core.autodjs import AutoDJSnapshot
from tinyice.web.api.changing import changed
from tinyice.web.api.entries import Entries, page_of
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.outgoing import given
from tinyice.web.api.problems import Unfit
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import About, Done, Paged, Words, usable_path

AUTODJS = Operations("autodjs")

Name = Annotated[str, Meta(max_length=100, description='What it is called; "": as its mount.')]
Folder = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=4096,
        description="A folder in data_dir, or a whole path.",
        examples=["music"],
    ),
]
Format = Literal["mp3", "opus", "aac", "flac"]
Bitrate = Annotated[int, Meta(ge=0, le=1000, description="In kbit/s; 0: 128.")]
SampleRate = Annotated[int, Meta(ge=0, le=192_000, description="In Hz; 0: what is usual.")]
Channels = Annotated[int, Meta(ge=0, le=2, description="0: 2.")]
Application = Literal["", "audio", "voip", "lowdelay"]
Complexity = Annotated[int, Meta(ge=0, le=10)]
FrameSize = Annotated[float, Meta(ge=0, le=60, description="In milliseconds; 0: 20.")]
Minutes = Annotated[float, Meta(ge=0, le=100_000)]
Songs = Annotated[int, Meta(ge=0, le=1_000_000)]
Fade = Annotated[float, Meta(ge=0, le=15, description="In seconds; 0: no crossfade.")]
Curve = Literal["sine", "linear", "logarithmic"]
Gain = Literal["track", "album", "off"]
Loudness = Annotated[float, Meta(ge=-40, le=-5, description="In LUFS (EBU R 128).")]
Genres = Annotated[tuple[Words, ...], Meta(max_length=100)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Command = Annotated[
    tuple[Annotated[str, Meta(max_length=4096)], ...],
    Meta(max_length=100, description="A program and its words; no shell runs it."),
]
HookTime = Annotated[float, Meta(ge=0, le=600, description="In seconds.")]
MpdPassword = Annotated[str, Meta(max_length=400, description="Never shown again.")]

_ENTRIES = Entries("autodjs", "AutoDJ on", "mount", "mount", edits.find_autodj, edits.remove_autodj)


class AutoDJSettings(Given, frozen=True, kw_only=True):
    """What is set for an AutoDJ; what is not named stays, null goes back to the default.

    Commands, and the address and port for MPD clients, may be set by superadmins only;
    ``music_dir`` as well, as long as there are no ``media_roots`` that it must be in.
    """

    name: Name | UnsetType | None = UNSET
    music_dir: Folder | UnsetType = UNSET
    enabled: bool | UnsetType | None = UNSET
    visible: bool | UnsetType | None = UNSET
    format: Format | UnsetType | None = UNSET
    bitrate: Bitrate | UnsetType | None = UNSET
    sample_rate: SampleRate | UnsetType | None = UNSET
    channels: Channels | UnsetType | None = UNSET
    opus_application: Application | UnsetType | None = UNSET
    opus_vbr: bool | UnsetType | None = UNSET
    opus_complexity: Complexity | UnsetType | None = UNSET
    opus_frame_size_ms: FrameSize | UnsetType | None = UNSET
    last_playlist: Words | UnsetType | None = UNSET
    shuffle: bool | UnsetType | None = UNSET
    loop: bool | UnsetType | None = UNSET
    inject_metadata: bool | UnsetType | None = UNSET
    title_separation: Minutes | UnsetType | None = UNSET
    artist_separation: Minutes | UnsetType | None = UNSET
    artist_separation_songs: Songs | UnsetType | None = UNSET
    album_separation: Minutes | UnsetType | None = UNSET
    crossfade: Fade | UnsetType | None = UNSET
    crossfade_curve: Curve | UnsetType | None = UNSET
    gapless_albums: bool | UnsetType | None = UNSET
    speech_genres: Genres | UnsetType | None = UNSET
    jingle_genres: Genres | UnsetType | None = UNSET
    gain: Gain | UnsetType | None = UNSET
    target_loudness: Loudness | UnsetType | None = UNSET
    tag_charset: Words | UnsetType | None = UNSET
    mpd_enabled: bool | UnsetType | None = UNSET
    mpd_port: Port | UnsetType | None = UNSET
    mpd_host: Words | UnsetType | None = UNSET
    mpd_password: MpdPassword | UnsetType | None = UNSET
    song_command: Command | UnsetType | None = UNSET
    song_command_timeout: HookTime | UnsetType | None = UNSET
    on_play_command: Command | UnsetType | None = UNSET
    on_play_command_timeout: HookTime | UnsetType | None = UNSET


class AutoDJNow(Struct, frozen=True, kw_only=True):
    """An AutoDJ, and how it is doing.

    ``state`` is one of off, play, pause, stop; ``active``: it is what listeners hear.
    ``automatic``: it is there by a mount's ``music_dir``, and can't be changed by itself.
    ``error`` says why it can't have its mount, or why nothing plays. What only others may
    set is null.
    """

    mount: str
    name: str
    automatic: bool
    state: str
    active: bool
    current_song: str
    error: str
    enabled: bool
    visible: bool
    format: str
    bitrate: int
    sample_rate: int
    channels: int
    opus_application: str
    opus_vbr: bool
    opus_complexity: int
    opus_frame_size_ms: float
    last_playlist: str
    shuffle: bool
    loop: bool
    inject_metadata: bool
    title_separation: float
    artist_separation: float
    artist_separation_songs: int
    album_separation: float
    crossfade: float
    crossfade_curve: str
    gapless_albums: bool
    speech_genres: tuple[str, ...]
    jingle_genres: tuple[str, ...]
    gain: str
    target_loudness: float
    tag_charset: str
    mpd_enabled: bool
    mpd_port: int
    mpd_host: str
    has_mpd_password: bool
    music_dir: str | None
    song_command: tuple[str, ...] | None
    song_command_timeout: float
    on_play_command: tuple[str, ...] | None
    on_play_command_timeout: float


class AutoDJPage(Struct, frozen=True, kw_only=True):
    """Some AutoDJs by mount. ``next`` is the ``after`` of the next page, if there is one."""

    items: tuple[AutoDJNow, ...]
    next: str | None
    total: int


class Browsed(Struct, frozen=True, kw_only=True):
    """Which folder; "": those that all others are in."""

    path: Annotated[str, Meta(max_length=4096)] = ""


class FolderOfServer(Struct, frozen=True, kw_only=True):
    """A folder, and its whole path."""

    name: str
    path: str


class FoldersOfServer(Struct, frozen=True, kw_only=True):
    """The folders in ``path``. ``parent`` is the one above, null where there is none.

    ``truncated``: there are more.
    """

    path: str
    parent: str | None
    items: tuple[FolderOfServer, ...]
    truncated: bool


@AUTODJS.add("GET", "/api/autodjs", Action.LIST_AUTODJS, query=Paged, answer=AutoDJPage)
async def list_autodjs(services: Services, call: Call[Paged, Nothing]) -> AutoDJPage:
    """The AutoDJs on mounts that are yours: those that are off, too."""
    principal = call.caller.principal
    running = {one.mount: one.snapshot() for one in services.autodjs.all()}
    named = {one.mount: one for one in services.config().autodjs}
    page = page_of(filter(principal.owns, {*running, *named}), call.query)
    return AutoDJPage(
        items=tuple(_now(principal, one, named.get(one), running.get(one)) for one in page.names),
        next=page.next,
        total=page.total,
    )


@AUTODJS.add(
    "POST",
    "/api/autodjs",
    Action.CHANGE_AUTODJS,
    query=About,
    body=AutoDJSettings,
    answer=Done,
    status=201,
    refusals=(409,),
)
async def make_autodj(services: Services, call: Call[About, AutoDJSettings]) -> Done:
    """Let a mount be fed from a folder of music, when nobody is live on it."""
    mount = usable_path(call.query.mount)
    values = given(call.body, AutoDJSettings)
    if "music_dir" not in values:
        raise Unfit(422, "invalid", "must name the folder of its music", "music_dir")
    edit = _ENTRIES.making(mount, values)
    return Done(notes=await _change(services, call, edit))


@AUTODJS.add(
    "PATCH",
    "/api/autodjs",
    Action.CHANGE_AUTODJS,
    query=About,
    body=AutoDJSettings,
    answer=Done,
    refusals=(404,),
)
async def change_autodj(services: Services, call: Call[About, AutoDJSettings]) -> Done:
    """Change what is set for an AutoDJ, switch it off or on; it plays on where it can."""
    mount = call.query.mount
    edit = _ENTRIES.changing(mount, given(call.body, AutoDJSettings))
    return Done(notes=await _change(services, call, edit))


@AUTODJS.add(
    "DELETE",
    "/api/autodjs",
    Action.CHANGE_AUTODJS,
    query=About,
    answer=Done,
    refusals=(404,),
)
async def remove_autodj(services: Services, call: Call[About, Nothing]) -> Done:
    """Forget an AutoDJ, and end it; its music is not touched."""
    mount = call.query.mount
    edit = _ENTRIES.removing(mount)
    return Done(notes=await _change(services, call, edit))


@AUTODJS.add(
    "GET",
    "/api/autodjs/folders",
    Action.BROWSE_FOLDERS,
    query=Browsed,
    answer=FoldersOfServer,
)
async def browse_folders(services: Services, call: Call[Browsed, Nothing]) -> FoldersOfServer:
    """Folders of the server that music may be in: no further than ``media_roots``."""
    found = await services.autodjs.browse(call.query.path)
    return FoldersOfServer(
        path=found.path,
        parent=found.parent,
        items=tuple(FolderOfServer(name=row.name, path=row.path) for row in found.rows),
        truncated=found.is_cut,
    )


async def _change(
    services: Services, call: Call[About, Struct], edit: edits.Edit
) -> tuple[str, ...]:
    mount = call.query.mount
    action, subject = Action.CHANGE_AUTODJS, f"AutoDJ on {mount}"
    return await changed(services, call, edit, action=action, subject=subject, mount=mount)


def _now(
    principal: Principal, mount: str, named: AutoDJ | None, running: AutoDJSnapshot | None
) -> AutoDJNow:
    told = named or AutoDJ(mount=mount)
    hidden = {
        "music_dir": permits(principal, Action.CHANGE_AUTODJS, mount),
        "song_command": permits(principal, Action.CHANGE_COMMANDS),
        "on_play_command": permits(principal, Action.CHANGE_COMMANDS),
    }
    kept = set(AutoDJNow.__struct_fields__) & set(AutoDJ.__struct_fields__)
    values = {key: getattr(told, key) for key in kept if hidden.get(key, True)}
    return AutoDJNow(
        **{**dict.fromkeys(hidden), **values, "name": told.called},
        automatic=named is None,
        state="off" if running is None else running.state.value,
        active=running is not None and running.is_heard,
        current_song=_song(running),
        error="" if running is None else running.error or running.words,
        has_mpd_password=bool(told.mpd_password),
    )


def _song(running: AutoDJSnapshot | None) -> str:
    if running is None or running.now is None:
        return ""
    track = running.now.track
    return f"{track.artist} - {track.title}" if track.artist else track.title
