"""Where the sound of a mount comes from, and whether it is well: the decisions of the strips.

The chain is priority downwards: what should feed the mount first, then what
stands in for it. Times are those of the station's clock.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tinyice.core.latest import Lost
from tinyice.core.snapshots import ChainLink, LinkState, MountSnapshot
from tinyice.web.console.figures import clock
from tinyice.web.words import kind_in_words

LATELY = timedelta(minutes=10)
"""For so long a source that went is missed."""

BY_HAND = frozenset({"ended by an operator", "mount disabled", "server stopping"})
"""Why sources end that nobody misses."""

_STAND_IN = "silence"
_MADE = frozenset({"autodj", "transcoder"})
"""What makes nothing while nobody listens."""


@dataclass(frozen=True, slots=True)
class Node:
    """A link of the chain. ``state``: air, warn (lit, but a stand-in), ready, none or lost."""

    kind: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Health:
    """``state``: ok, warn, bad or off."""

    state: str
    words: str


NO_DATA = Health("bad", "No data")


def is_missed(mount: MountSnapshot, lost: Lost | None, now: datetime) -> bool:
    """Whether the source of ``mount`` went lately, and should not have."""
    if mount.on_air or mount.disabled or lost is None:
        return False
    return lost.reason not in BY_HAND and now - lost.at < LATELY


def tally_of(mount: MountSnapshot, *, missed: bool) -> str:
    """The one word for what feeds ``mount``."""
    if mount.on_air:
        return "Fallback" if mount.on_fallback else kind_in_words(mount.source_kind)
    if mount.disabled:
        return "Disabled"
    return "No signal" if missed else "Off air"


def chain_of(
    mount: MountSnapshot, lost: Lost | None, on_air: Collection[str], *, missed: bool
) -> tuple[Node, ...]:
    """What may feed ``mount``; ``on_air`` are the paths of all mounts that are."""
    if mount.chain:
        return tuple(
            _node(mount, link, lost, is_first=not at) for at, link in enumerate(mount.chain)
        )
    stands_in = mount.source_kind == _STAND_IN
    if mount.on_air and not stands_in:
        first = Node(kind_in_words(mount.source_kind), "air", "connected")
    elif missed and lost is not None:
        first = Node(kind_in_words(lost.kind), "lost", f"lost at {clock(lost.at)}")
    else:
        first = Node("Live", "none", "nobody connected")
    if stands_in:
        return (first, Node("Fallback", "warn", mount.fallback or "silence"))
    if not mount.fallback:
        return (first, Node("Fallback", "none", "not set up"))
    ready = mount.fallback in on_air
    words = mount.fallback if ready else f"{mount.fallback}, off air"
    return (first, Node("Fallback", "ready" if ready else "none", words))


_LINKS = {
    "live": "Live",
    "autodj": "AutoDJ",
    "relay": "Relay",
    "mount": "Fallback",
    "file": "File",
    "silence": "Silence",
}
_STATES = {
    LinkState.READY: "ready",
    LinkState.WAITING: "ready",
    LinkState.LOST: "none",
    LinkState.SILENT: "lost",
    LinkState.REFUSED: "lost",
}


def _node(mount: MountSnapshot, link: ChainLink, lost: Lost | None, *, is_first: bool) -> Node:
    """One input of a mount that has several."""
    kind = _LINKS.get(link.kind, "Fallback")
    name = link.name if link.kind in ("mount", "file") else ""
    if link.state is LinkState.ON_AIR:
        if is_first and not mount.on_fallback:
            kind = kind_in_words(mount.source_kind)
        return Node(kind, "warn" if mount.on_fallback else "air", name or "connected")
    if is_first and link.state is LinkState.LOST:
        if lost is None or lost.reason in BY_HAND:
            return Node(kind, "none", "nobody connected")
        return Node(kind, "lost", f"lost at {clock(lost.at)}")
    words = ", ".join(filter(None, (name, link.reason)))
    return Node(kind, _STATES[link.state], words or "ready")


def health_of(
    mount: MountSnapshot, bits_in: float | None, *, missed: bool, loses: bool = False
) -> Health:
    """How ``mount`` is; ``bits_in`` is what its source brings, None where it is too new to say.

    ``loses``: slow listeners lost audio lately.
    """
    if not mount.on_air:
        return _off_air(mount, missed=missed)
    if mount.on_fallback or mount.source_kind == _STAND_IN:
        return Health("warn", "On fallback")
    if mount.silent:
        return Health("bad", "Silent")
    if bits_in is not None and bits_in <= 0:
        return _without_data(mount)
    return _with_data(mount, loses=loses)


def _without_data(mount: MountSnapshot) -> Health:
    is_resting = mount.source_kind in _MADE and not mount.listeners
    return Health("ok", "Ready") if is_resting else NO_DATA


def _with_data(mount: MountSnapshot, *, loses: bool) -> Health:
    if mount.listeners_max and mount.listeners >= mount.listeners_max:
        return Health("warn", "Full")
    if loses:
        return Health("warn", "Slow listeners")
    return Health("ok", "Good")


def _off_air(mount: MountSnapshot, *, missed: bool) -> Health:
    if mount.disabled:
        return Health("off", "Disabled")
    return Health("bad", "No source") if missed else Health("off", "Off air")
