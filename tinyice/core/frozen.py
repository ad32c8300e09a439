"""Listeners and sources as values that another process can go on from; see ``formats/frozen.py``.

Monotonic seconds are those of the machine, and the same in every process.
"""

from dataclasses import dataclass, field
from datetime import datetime

from tinyice.core.clients import Client
from tinyice.core.events import DropReason
from tinyice.formats.frozen import State
from tinyice.wire.station import StationFields


@dataclass(frozen=True, slots=True)
class FrozenListener:
    """Where a listener stands: it has had all up to ``offset`` of the feed with that ``metaint``.

    The other fields are those of ``core.listener.Listener``.
    """

    id: int
    client: Client
    user: str
    joined_at: float
    metaint: int | None
    offset: int
    bytes_out: int
    pending: list[bytes]
    phase: int | None
    mark: int
    until: int | None
    jumps: int
    jumps_in_a_row: int
    drop_reason: DropReason
    left_at: dict[str, int] | None


@dataclass(frozen=True, slots=True)
class FrozenSource:
    """How far a session has come; the fields are those of ``core.source.Source``.

    ``framer`` None: too few bytes came, which are ``start``.
    """

    kind: str
    client: Client
    user: str
    credential: str = field(repr=False)
    content_type: str
    said: StationFields
    station: StationFields
    connected_at: datetime
    connected_monotonic: float
    last_data: float
    bytes_in: int
    heard_until: float
    pace: State
    format: str
    framer: State | None
    start: bytes
