"""The mounts as the page of stations lists them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from tinyice.core.snapshots import MountSnapshot
from tinyice.web import urls
from tinyice.web.words import format_in_words, kind_in_words, minute

ROWS_MAX = 200

NameOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Row:
    """A mount in the list. ``kind`` is what feeds it, in the server's word, "" for nothing."""

    path: str
    name: str
    tally: str
    kind: str
    listeners: int
    url: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A source on a mount that nobody named."""

    path: str
    words: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Some of the mounts by path; ``more_url`` leads to those behind them."""

    rows: Sequence[Row]
    waiting: Sequence[Waiting]
    total: int
    summary: str
    find: str
    more_url: str


def station_url(path: str, **more: str) -> str:
    """Where the form of a mount is."""
    return f"{urls.STATIONS}?{urlencode({'mount': path, **more}, quote_via=quote, safe='/')}"


def listing(mounts: Iterable[MountSnapshot], find: str, after: str, *, named: NameOf) -> Listing:
    """The list, of those mounts in whose path or name ``find`` stands, behind ``after``.

    ``named`` gives the name that a mount has without a source.
    """
    ordered = sorted(mounts, key=lambda mount: mount.path)
    settled = [mount for mount in ordered if not mount.waiting]
    waiting = [mount for mount in ordered if mount.waiting]
    wanted = find.lower()
    rows = [row_of(mount, named) for mount in settled if mount.path > after]
    rest = [row for row in rows if wanted in f"{row.path}\n{row.name}".lower()]
    page = rest[:ROWS_MAX]
    more = urlencode({"find": find, "after": page[-1].path}) if len(rest) > len(page) else ""
    return Listing(
        rows=page,
        waiting=[_waiting(mount) for mount in waiting[:ROWS_MAX]],
        total=len(settled),
        summary=_summary(len(settled), len(waiting)),
        find=find,
        more_url=f"{urls.STATIONS}?{more}" if more else "",
    )


def row_of(mount: MountSnapshot, named: NameOf) -> Row:
    """One line of the list."""
    return Row(
        path=mount.path,
        name=mount.station.name or named(mount.path),
        tally=tally_of(mount),
        kind=mount.source_kind,
        listeners=mount.listeners,
        url=station_url(mount.path),
        is_hidden=not mount.visible and (mount.on_air or mount.disabled),
    )


def tally_of(mount: MountSnapshot) -> str:
    """The state of a mount in one word."""
    if mount.waiting:
        return "Waiting"
    if mount.on_air:
        return "Fallback" if mount.on_fallback else kind_in_words(mount.source_kind)
    if mount.disabled:
        return "Disabled"
    return "Off air" if mount.visible else "Hidden"


def state_in_words(mount: MountSnapshot, now: datetime) -> str:
    """Who feeds a mount since when, and how many listen."""
    if mount.source is None or mount.connected_at is None:
        return "Nobody sends"
    who = mount.source.agent or mount.source.address or "a source of the server"
    since = minute(mount.connected_at)
    if mount.connected_at.astimezone(UTC).date() == now.astimezone(UTC).date():
        since = since.partition(" ")[2]
    return f"{who} since {since}, {_count(mount.listeners, 'listener')}"


def _waiting(mount: MountSnapshot) -> Waiting:
    source = mount.source
    who = "A source" if source is None else source.agent or "A source"
    where = f" from {source.address}" if source is not None and source.address else ""
    return Waiting(mount.path, f"{who}{where}, {format_in_words(mount)}, hidden until approved.")


def _summary(settled: int, waiting: int) -> str:
    words = _count(settled, "mount")
    return f"{words}, {waiting} {'waits' if waiting == 1 else 'wait'}" if waiting else words


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
