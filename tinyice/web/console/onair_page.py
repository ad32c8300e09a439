"""What the On air page shows beside the strips: sums, events, and what was just done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tinyice.core.access.principal import Principal
from tinyice.core.chronicle import Chronicle
from tinyice.core.recent import Happening
from tinyice.core.snapshots import StationSnapshot
from tinyice.core.trends import SAMPLE_S, Peak
from tinyice.web.console.figures import Figure, bit_rate, clock, count, elapsed

EVENTS_SHOWN = 12

_ICONS = {
    "server.started": ("power", "ok"),
    "server.upgraded": ("power", "ok"),
    "server.upgrade.failed": ("bad", "bad"),
    "worker.lost": ("bad", "bad"),
    "mount.source.connected": ("onair", "ok"),
    "mount.source.disconnected": ("alert", "warn"),
    "mount.source.replaced": ("refresh", ""),
    "mount.source.refused": ("ban", "warn"),
    "mount.tags.changed": ("note", ""),
    "mount.fallback.engaged": ("fallback", "warn"),
    "mount.fallback.ended": ("onair", "ok"),
    "mount.fallback.refused": ("ban", "warn"),
    "mount.fallback.differs": ("alert", "warn"),
    "mount.fallback.missing": ("bad", "bad"),
    "mount.fallback.found": ("fallback", "ok"),
    "mount.silent": ("bad", "bad"),
    "mount.recovered": ("vol", "ok"),
    "meter.lost": ("alert", "warn"),
    "mount.hold.began": ("hourglass", "warn"),
    "mount.hold.ended": ("hourglass", ""),
    "mount.dump.failed": ("bad", "bad"),
    "listener.left": ("hourglass", "warn"),
    "auth.locked": ("shield", "warn"),
    "change.made": ("edit", ""),
    "configuration.refused": ("bad", "bad"),
}
"""The icon and the tone of what happened, by the event's id."""


@dataclass(frozen=True, slots=True)
class Readouts:
    """The sums over the mounts that are somebody's own."""

    listeners: str
    peak: str
    trend: Sequence[int]
    on_air: int
    mounts: int
    rate_in: Figure
    rate_out: Figure
    uptime: str
    uptime_seconds: int
    time: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened, as a line of the list."""

    id: int
    at: str
    icon: str
    tone: str
    mount: str
    words: str
    detail: str


def readouts_of(
    station: StationSnapshot, principal: Principal, chronicle: Chronicle, now: datetime
) -> Readouts:
    """The sums over what is theirs."""
    own = [mount for mount in station.mounts if principal.owns(mount.path)]
    paths = [mount.path for mount in own]
    listeners = sum(mount.listeners for mount in own)
    has_all = len(own) == len(station.mounts)
    trend = chronicle.trends.of_all() if has_all else chronicle.trends.among(paths)
    rates = chronicle.flow.among(paths)
    return Readouts(
        listeners=count(listeners),
        peak=_peak(chronicle.trends.peak_of_all() if has_all else _peak_in(trend, now), listeners),
        trend=trend,
        on_air=sum(mount.on_air for mount in own),
        mounts=len(own),
        rate_in=bit_rate(rates.bits_in),
        rate_out=bit_rate(rates.bits_out),
        uptime=elapsed(station.uptime_seconds),
        uptime_seconds=int(station.uptime_seconds),
        time=clock(now),
        moment=now,
    )


def lines_of(happenings: Sequence[Happening]) -> list[Line]:
    """The happenings as lines; of a title it is said what it is, and no more."""
    return [_line(happening) for happening in happenings]


def _line(told: Happening) -> Line:
    icon, tone = _ICONS.get(told.kind, ("info", ""))
    is_title = told.kind == "mount.tags.changed"
    words, detail = (
        (told.detail or "plays an untitled piece", "") if is_title else (told.words, told.detail)
    )
    return Line(told.id, clock(told.at), icon, tone, told.mount, words, detail)


def _peak(peak: Peak | None, listeners: int) -> str:
    if peak is None or listeners >= peak.listeners:
        return f"peak {count(listeners)} now"
    return f"peak {count(peak.listeners)} at {peak.at:%H:%M}"


def _peak_in(trend: Sequence[int], now: datetime) -> Peak | None:
    """The most of the last half hour."""
    if not trend:
        return None
    most = max(trend)
    ago = (len(trend) - 1 - trend.index(most)) * SAMPLE_S
    return Peak(most, now - timedelta(seconds=ago))
