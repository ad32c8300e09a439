"""What the main process and a worker say to each other.

Numbers only, but for the bytes that a listener gets before it goes on elsewhere. A descriptor
comes with ``Open`` (the memory of the ring), and with ``Take`` and ``Held`` (the connection).
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from tinyice.work.frames import Frame, FrameError

PREFIX_MAX = 4 * 1024 * 1024
"""The longest such bytes: stream headers with a picture in them."""


@dataclass(frozen=True, slots=True)
class Open:
    """To a worker: this is the feed's ring, at first or since it grew."""

    feed: int
    capacity: int
    low_latency: bool


@dataclass(frozen=True, slots=True)
class Shut:
    """To a worker: nobody listens to the feed any more."""

    feed: int


@dataclass(frozen=True, slots=True)
class Take:
    """To a worker: serve this connection, from that offset on."""

    listener: int
    feed: int
    offset: int
    bytes_out: int
    jumps: int


@dataclass(frozen=True, slots=True)
class Jump:
    """To a worker: the answer to ``Overrun``."""

    listener: int
    target: int
    prefix: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """To a worker: take this listener out of its feed, and tell where it stands."""

    listener: int


@dataclass(frozen=True, slots=True)
class Lead:
    """To a worker: these bytes come first for those of the ``Cross`` that follow."""

    prefix: bytes


@dataclass(frozen=True, slots=True)
class Cross:
    """To a worker: the answer to ``Parted``: go on in that feed, from that offset on."""

    listener: int
    feed: int
    target: int


@dataclass(frozen=True, slots=True)
class Drop:
    """To a worker: end this connection, ``at_once`` or after what its socket has."""

    listener: int
    at_once: bool


@dataclass(frozen=True, slots=True)
class End:
    """To a worker: the stream is over; everyone gets what there is, and goes."""

    feed: int
    until: int


@dataclass(frozen=True, slots=True)
class Hurry:
    """To a worker: much has come at once, deliver it now."""

    feed: int


@dataclass(frozen=True, slots=True)
class Halt:
    """To a worker: serve nobody any more, and tell of everyone where they stand."""


@dataclass(frozen=True, slots=True)
class GoOn:
    """To a worker: take ``Halt`` back."""


@dataclass(frozen=True, slots=True)
class Settle:
    """To a worker: these limits hold from now on; the bounds of a pulse are in milliseconds."""

    jumps_max: int
    shortest: int
    longest: int


@dataclass(frozen=True, slots=True)
class Stop:
    """To a worker: let everyone go, and end."""


@dataclass(frozen=True, slots=True)
class Ready:
    """From a worker: it serves listeners from now on."""


@dataclass(frozen=True, slots=True)
class Gone:
    """From a worker: the connection is closed."""

    listener: int
    too_slow: bool
    bytes_out: int
    jumps: int


@dataclass(frozen=True, slots=True)
class Overrun:
    """From a worker: the listener is about to lose the bytes at this offset."""

    listener: int
    offset: int


@dataclass(frozen=True, slots=True)
class Parted:
    """From a worker: the answer to ``Part``; the listener waits for ``Cross``."""

    listener: int
    offset: int
    bytes_out: int


@dataclass(frozen=True, slots=True)
class Served:
    """From a worker: what it did for the feed since it said so before."""

    feed: int
    sends: int
    bytes_out: int


@dataclass(frozen=True, slots=True)
class Held:
    """From a worker that halts: where the listener stands, and what comes before that."""

    listener: int
    offset: int
    bytes_out: int
    jumps: int
    jumps_in_a_row: int
    pending: bytes


@dataclass(frozen=True, slots=True)
class Halted:
    """From a worker: the answer to ``Halt``; all have been told of."""


@dataclass(frozen=True, slots=True)
class Behind:
    """From a worker, once a second: the listener has so much to get still; 0: none any more."""

    listener: int
    lag: int


@dataclass(frozen=True, slots=True)
class Beat:
    """From a worker, once a second: it lives, and this is how one of its pulses beats."""

    low_latency: bool
    seconds: float
    lateness_seconds: float
    stretched: float
    busy_ratio: float


ToWorker = (
    Open
    | Shut
    | Take
    | Jump
    | Part
    | Lead
    | Cross
    | Drop
    | End
    | Hurry
    | Halt
    | GoOn
    | Settle
    | Stop
)
FromWorker = Ready | Gone | Overrun | Parted | Served | Behind | Beat | Held | Halted
Message = ToWorker | FromWorker


class _Layout:
    """How one kind of message lies in a frame: the numbers, and then bytes if it has any."""

    def __init__(self, kind: int, message: Callable[..., Message], numbers: str) -> None:
        self.kind = kind
        self.message = message
        self.numbers = struct.Struct(">" + numbers)
        names = [field.name for field in fields(message)]  # type: ignore[arg-type]
        self.has_bytes = len(names) > len(numbers)
        self._get = [attrgetter(name) for name in names]

    def encoded(self, message: Message) -> Frame:
        """``message`` as a frame."""
        values: list[Any] = [get(message) for get in self._get]
        tail = values.pop() if self.has_bytes else b""
        return Frame(self.kind, self.numbers.pack(*values) + tail)

    def decoded(self, payload: bytes) -> Message:
        """The message in ``payload``; raises struct's error if it is none."""
        if not self.has_bytes:
            return self.message(*self.numbers.unpack(payload))
        head = self.numbers.unpack_from(payload)
        return self.message(*head, payload[self.numbers.size :])


_TO_WORKER = (
    _Layout(1, Open, "QQ?"),
    _Layout(2, Shut, "Q"),
    _Layout(3, Take, "QQQQQ"),
    _Layout(4, Jump, "QQ"),
    _Layout(5, Drop, "Q?"),
    _Layout(6, End, "QQ"),
    _Layout(7, Hurry, "Q"),
    _Layout(8, Stop, ""),
    _Layout(9, Part, "Q"),
    _Layout(10, Lead, ""),
    _Layout(11, Cross, "QQQ"),
    _Layout(12, Halt, ""),
    _Layout(13, GoOn, ""),
    _Layout(14, Settle, "QQQ"),
)
_FROM_WORKER = (
    _Layout(16, Ready, ""),
    _Layout(17, Gone, "Q?QQ"),
    _Layout(18, Overrun, "QQ"),
    _Layout(19, Served, "QQQ"),
    _Layout(20, Parted, "QQQ"),
    _Layout(21, Beat, "?dddd"),
    _Layout(22, Behind, "QQ"),
    _Layout(23, Held, "QQQQQ"),
    _Layout(24, Halted, ""),
)
_ALL = _TO_WORKER + _FROM_WORKER
_BY_KIND = {layout.kind: layout for layout in _ALL}
_BY_TYPE = {layout.message: layout for layout in _ALL}

TO_WORKER = frozenset(layout.kind for layout in _TO_WORKER)
FROM_WORKER = frozenset(layout.kind for layout in _FROM_WORKER)
SHORT = 64
"""No message is longer, but for ``Jump``, ``Lead`` and ``Held``."""


def encoded(message: Message) -> Frame:
    """``message`` as a frame."""
    return _BY_TYPE[type(message)].encoded(message)


def decoded(frame: Frame) -> Message:
    """The message in ``frame``; raises FrameError if there is none."""
    try:
        return _BY_KIND[frame.kind].decoded(frame.payload)
    except (KeyError, struct.error):
        raise FrameError(f"a message of kind {frame.kind} that is none") from None
