"""Mounts, as the API calls them: streams."""

from collections.abc import Iterable
from typing import Literal, cast

from msgspec import Struct

from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal
from tinyice.core.snapshots import ChainLink, MountSnapshot
from tinyice.core.tags import Tags
from tinyice.web.api.changing import note_change
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import About, Done, Paged, Words, moment
from tinyice.web.words import display_name, kbit_rate

STREAMS = Operations("streams")


class Playing(Struct, frozen=True, kw_only=True):
    """What plays."""

    text: str
    artist: str
    title: str
    url: str


Kind = Literal["live", "autodj", "relay", "mount", "file", "silence"]
State = Literal["on-air", "ready", "waiting", "lost", "silent", "refused"]


class Link(Struct, frozen=True, kw_only=True):
    """One input of a mount. ``reason`` says why it is not heard, where it should be."""

    kind: Kind
    name: str
    state: State
    reason: str


class Stream(Struct, frozen=True, kw_only=True):
    """A mount, and its source where there is one. Bytes and peaks since the server began.

    ``waiting``: its source made it, and it is hidden until somebody approves it.
    ``silent``: its encoder sends silence, for longer than it may.
    ``on_air_input``: which of its inputs is heard: live, autodj, relay, or an element of
    its fallbacks. ``chain``: all of them, best first, where there is more than the source.
    """

    mount: str
    name: str
    configured: bool
    enabled: bool
    visible: bool
    waiting: bool
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
    on_air_input: str
    on_fallback: bool
    silent: bool
    chain: tuple[Link, ...]


class StreamPage(Struct, frozen=True, kw_only=True):
    """Some streams by their paths. ``next`` is the ``after`` of the next page, if there is one."""

    items: tuple[Stream, ...]
    next: str | None
    total: int


class NewTags(Given, frozen=True, kw_only=True):
    """What plays now: artist and title, or the title alone."""

    title: Words
    artist: Words = ""
    url: Words = ""


@STREAMS.add("GET", "/api/streams", Action.LIST_MOUNTS, query=Paged, answer=StreamPage)
async def list_streams(services: Services, call: Call[Paged, Nothing]) -> StreamPage:
    """The mounts that you may see, by path."""
    mine = _of(call.caller.principal, services.station.snapshot().mounts)
    found = sorted(mine, key=lambda mount: mount.path)
    rest = [mount for mount in found if mount.path > call.query.after]
    page = rest[: call.query.limit]
    return StreamPage(
        items=tuple(stream_of(mount) for mount in page),
        next=page[-1].path if len(rest) > len(page) else None,
        total=len(found),
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


def stream_of(mount: MountSnapshot) -> Stream:
    """The document of a mount."""
    return Stream(
        mount=mount.path,
        name=display_name(mount),
        configured=mount.configured,
        enabled=not mount.disabled,
        visible=mount.visible,
        waiting=mount.waiting,
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
        fallback=mount.fallback,
        on_air_input=mount.input,
        on_fallback=mount.on_fallback,
        silent=mount.silent,
        chain=tuple(link_of(link) for link in mount.chain),
    )


def link_of(link: ChainLink) -> Link:
    """The document of one input."""
    kind = cast("Kind", link.kind)
    return Link(kind=kind, name=link.name, state=link.state.value, reason=link.reason)


def playing_of(mount: MountSnapshot) -> Playing:
    """What plays on a mount."""
    tags = mount.tags
    return Playing(text=tags.display, artist=tags.artist, title=tags.title, url=tags.url)


def _of(principal: Principal, mounts: Iterable[MountSnapshot]) -> list[MountSnapshot]:
    return [mount for mount in mounts if principal.owns(mount.path)]
