"""What the events say: one value for each, made from snapshots."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct, structs

from tinyice.core.flow import Rates
from tinyice.core.recent import Happening
from tinyice.core.snapshots import MountSnapshot
from tinyice.web.api.shapes import moment
from tinyice.web.console.signal import Health, Node
from tinyice.web.words import display_name, kbit_rate

POINTS = 60
"""How many points a trend has at most."""


class NowPlaying(Struct, frozen=True, kw_only=True):
    """What plays, and since when that is known. ``art``: the address of its picture, or ""."""

    text: str
    artist: str
    title: str
    art: str
    since: str | None


class PublicMount(Struct, frozen=True, kw_only=True):
    """A mount as everybody may know it."""

    mount: str
    name: str
    description: str
    genre: str
    listeners: int
    bitrate_kbps: int
    content_type: str
    now_playing: NowPlaying
    kind: str
    on_air_since: str | None


class ConsoleMount(PublicMount, frozen=True, kw_only=True):
    """A mount as those know it who look after it. Rates in bit/s; null: not known yet."""

    visible: bool
    enabled: bool
    configured: bool
    waiting: bool
    source_ip: str
    source_agent: str
    in_rate: int | None
    out_rate: int | None
    listener_peak: int
    max_listeners: int
    bytes_dropped: int
    health: Health
    chain: tuple[Node, ...]


class Title(Struct, frozen=True, kw_only=True):
    """What plays, for those who want to know nothing else."""

    mount: str
    text: str
    artist: str
    title: str


class Trend(Struct, frozen=True, kw_only=True):
    """How many listened to a mount in the last half hour, the newest count at the end."""

    mount: str
    trend: tuple[int, ...]


class Gone(Struct, frozen=True, kw_only=True):
    """A mount is not told of any more."""

    mount: str


class Present(Struct, frozen=True, kw_only=True):
    """All mounts that are told of; a browser that knows more of them is behind."""

    mounts: tuple[str, ...]


class Happened(Struct, frozen=True, kw_only=True):
    """Something that happened; ``words`` are ours, ``detail`` may be from outside."""

    id: int
    at: str | None
    kind: str
    mount: str
    words: str
    detail: str


class StationNow(Struct, frozen=True, kw_only=True):
    """The sums over the mounts that are told of. Rates in bit/s."""

    listeners: int
    sources: int
    bytes_in_rate: int
    bytes_out_rate: int
    uptime_seconds: int
    time: str | None


def public_mount(mount: MountSnapshot, since: datetime | None, art: str = "") -> PublicMount:
    """``mount``, whose title began at ``since`` and has its picture at ``art``."""
    tags = mount.tags
    playing = NowPlaying(
        text=tags.display, artist=tags.artist, title=tags.title, art=art, since=moment(since)
    )
    return PublicMount(
        mount=mount.path,
        name=display_name(mount),
        description=mount.station.description,
        genre=mount.station.genre,
        listeners=mount.listeners,
        bitrate_kbps=kbit_rate(mount),
        content_type=mount.content_type,
        now_playing=playing,
        kind=mount.source_kind,
        on_air_since=moment(mount.connected_at),
    )


def console_mount(
    mount: MountSnapshot,
    since: datetime | None,
    rates: Rates | None,
    *,
    health: Health,
    chain: tuple[Node, ...],
) -> ConsoleMount:
    """The same with all that its operators want to know."""
    source = mount.source
    return ConsoleMount(
        **structs.asdict(public_mount(mount, since)),
        visible=mount.visible,
        enabled=not mount.disabled,
        configured=mount.configured,
        waiting=mount.waiting,
        source_ip="" if source is None else source.address,
        source_agent="" if source is None else source.agent,
        in_rate=None if rates is None else _figures(rates.bits_in),
        out_rate=None if rates is None else _figures(rates.bits_out),
        listener_peak=mount.listener_peak,
        max_listeners=mount.listeners_max,
        bytes_dropped=mount.bytes_skipped,
        health=health,
        chain=chain,
    )


def title_of(mount: MountSnapshot) -> Title:
    """What plays on ``mount``."""
    tags = mount.tags
    return Title(mount=mount.path, text=tags.display, artist=tags.artist, title=tags.title)


def trend_of(path: str, samples: Sequence[int]) -> Trend:
    """The samples of a mount, thinned out to what a small picture can show."""
    step = -(-len(samples) // POINTS) or 1
    first = len(samples) % step
    thin = [max(samples[at : at + step]) for at in range(first, len(samples), step)]
    return Trend(mount=path, trend=tuple(thin))


def happened_of(happening: Happening) -> Happened:
    """What happened, as an event."""
    return Happened(
        id=happening.id,
        at=moment(happening.at),
        kind=happening.kind,
        mount=happening.mount,
        words=happening.words,
        detail=happening.detail,
    )


def station_now(
    mounts: Iterable[MountSnapshot], rates: Rates, *, uptime_seconds: float, time: datetime
) -> StationNow:
    """The sums over ``mounts``."""
    listeners = sources = 0
    for mount in mounts:
        listeners += mount.listeners
        sources += mount.on_air
    return StationNow(
        listeners=listeners,
        sources=sources,
        bytes_in_rate=_figures(rates.bits_in),
        bytes_out_rate=_figures(rates.bits_out),
        uptime_seconds=int(uptime_seconds),
        time=moment(time),
    )


def _figures(rate: float) -> int:
    """A rate to three figures: there is no more in it."""
    return int(float(f"{rate:.3g}"))
