"""How relays are doing: values for people, built when somebody asks."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class RelayState(Enum):
    """What a relay does now."""

    OFF = "off"
    IDLE = "idle"
    """Nobody listens, and it is there on demand only."""
    CONNECTING = "connecting"
    ON_AIR = "on air"
    WAITING = "waiting"
    """Nothing could be had; it tries again in a while."""


@dataclass(frozen=True, slots=True)
class RelaySnapshot:
    """One relay at one moment.

    ``upstreams`` as they may be shown, the best first; ``upstream`` is the one that it
    has, ``connected_at`` since when. ``error``: why the last try came to nothing, or the
    last stream ended, "" where nothing is wrong. ``master``: the server that is
    mirrored by it, "" for one that the operator named.
    """

    mount: str
    state: RelayState
    upstreams: tuple[str, ...]
    upstream: str = ""
    connected_at: datetime | None = None
    error: str = ""
    next_try_s: float | None = None
    on_demand: bool = False
    bytes_in: int = 0
    master: str = ""


@dataclass(frozen=True, slots=True)
class MasterSnapshot:
    """A server that is mirrored, at one moment. ``mounts``: how many its list had."""

    url: str
    mounts: int
    read_at: datetime | None = None
    error: str = ""
