"""The strips of the On air page: what is seen of each mount."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tinyice.config.model import Config
from tinyice.config.mounts import settings_for
from tinyice.core.access.permissions import Action, permits
from tinyice.core.access.principal import Principal
from tinyice.core.chronicle import Chronicle
from tinyice.core.latest import Lost
from tinyice.core.snapshots import MountSnapshot
from tinyice.web.console.figures import Figure, bit_rate, elapsed
from tinyice.web.console.signal import Health, Node, chain_of, health_of, is_missed, tally_of
from tinyice.web.titles import artist_and_title
from tinyice.web.words import codec_in_words, format_in_words

_NO_FIGURE = Figure("\N{EN DASH}", "")


@dataclass(frozen=True, slots=True)
class Strip:
    """One mount.

    ``is_idle``: nothing feeds it, and nobody misses that. ``encoder`` and ``address``
    are of the source, or of the one that went, at ``until``. ``artist`` and ``title`` are
    as they were sent, ``by`` and ``plays`` are for people. ``destinations`` are where
    its listeners could go on.
    """

    mount: str
    name: str
    tally: str
    is_idle: bool
    on_air: bool
    format: str
    chain: Sequence[Node]
    health: Health
    encoder: str
    address: str
    since: datetime | None
    connected: str
    until: datetime | None
    artist: str
    title: str
    plays: str
    by: str
    title_since: datetime | None
    played: str
    listeners: int
    peak: int
    peak_at: datetime | None
    trend: Sequence[int]
    rate_in: Figure
    rate_out: Figure
    visible: bool
    enabled: bool
    waiting: bool
    silent: bool
    on_fallback: bool
    may_change: bool
    destinations: Sequence[str]


def strips_of(
    mounts: Sequence[MountSnapshot],
    principal: Principal,
    chronicle: Chronicle,
    now: datetime,
    config: Config,
) -> tuple[Strip, ...]:
    """The strips of those of all ``mounts`` that are theirs: what is on air first, by path.

    Without a source, a mount has the name that ``config`` gives it.
    """
    own = [mount for mount in mounts if principal.owns(mount.path)]
    on_air = {mount.path for mount in mounts if mount.on_air}
    codecs = {mount.path: codec_in_words(mount) for mount in own if mount.on_air}
    found = [
        _strip(mount, principal, chronicle, now, on_air=on_air, codecs=codecs) for mount in own
    ]
    named = [strip if strip.on_air else _named(strip, config) for strip in found]
    return tuple(sorted(named, key=lambda strip: (strip.is_idle, strip.mount)))


def _named(strip: Strip, config: Config) -> Strip:
    return replace(strip, name=settings_for(config, strip.mount).name_override)


def _strip(
    mount: MountSnapshot,
    principal: Principal,
    chronicle: Chronicle,
    now: datetime,
    *,
    on_air: Collection[str],
    codecs: Mapping[str, str],
) -> Strip:
    path, latest = mount.path, chronicle.latest
    lost, rates = latest.lost(path), chronicle.flow.of(path) if mount.on_air else None
    missed = is_missed(mount, lost, now)
    client = mount.source or (lost.client if lost else None)
    title_since = latest.title_since(path) if mount.on_air else None
    peak = chronicle.trends.peak_of(path)
    by, plays = artist_and_title(mount.tags)
    return Strip(
        mount=path,
        name=mount.station.name,
        tally=tally_of(mount, missed=missed),
        is_idle=not mount.on_air and not missed,
        on_air=mount.on_air,
        format=format_in_words(mount) if mount.on_air else _at_rest(mount, lost),
        chain=chain_of(mount, lost, on_air, missed=missed),
        health=health_of(
            mount,
            rates.bits_in if rates else None,
            missed=missed,
            loses=chronicle.flow.loses(path),
        ),
        encoder=client.agent if client else "",
        address=client.address if client else "",
        since=mount.connected_at,
        connected=_since(mount.connected_at, now),
        until=lost.at if lost else None,
        artist=mount.tags.artist,
        title=mount.tags.title,
        plays=plays,
        by=by,
        title_since=title_since,
        played=_since(title_since, now),
        listeners=mount.listeners,
        peak=mount.listener_peak,
        peak_at=peak.at if peak else None,
        trend=chronicle.trends.of(path),
        rate_in=bit_rate(rates.bits_in) if rates else _NO_FIGURE,
        rate_out=bit_rate(rates.bits_out) if rates else _NO_FIGURE,
        visible=mount.visible,
        enabled=not mount.disabled,
        waiting=mount.waiting,
        silent=mount.silent,
        on_fallback=mount.on_fallback,
        may_change=permits(principal, Action.CHANGE_MOUNT, path),
        destinations=_destinations(path, codecs),
    )


def _at_rest(mount: MountSnapshot, lost: Lost | None) -> str:
    """What is said of a mount without a source."""
    parts = [] if lost is None else [f"since {lost.at:%d %b %H:%M}"]
    if mount.listeners:
        parts.append(f"{mount.listeners} connected")
    if mount.fallback:
        parts.append(f"falls back to {mount.fallback}")
    return ", ".join(parts)


def _destinations(path: str, codecs: Mapping[str, str]) -> list[str]:
    """Where those could go on who understand what ``path`` plays."""
    codec = codecs.get(path)
    return sorted(other for other, its in codecs.items() if its == codec and other != path)


def _since(moment: datetime | None, now: datetime) -> str:
    return elapsed((now - moment).total_seconds()) if moment is not None else ""
