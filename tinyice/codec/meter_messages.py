"""What the server and the child that measures levels say to each other.

The server brings streams, each under a number that is never used again (``Begin``,
then bytes, then ``End``). The child says how loud they are, window by window, and how
many bytes of each it has taken, so that the server knows what waits. Values here,
frames on the pipe, nothing else.
"""

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct

from tinyice.codec.listed import list_in, listed
from tinyice.core.levels import Level, Window
from tinyice.work.frames import Frame, FrameError

MAX_PAYLOAD = 512 * 1024
CHANNELS_MAX = 2
_NUMBER = Struct(">I")
_MEASURED = Struct(">IQB")
_SECONDS = Struct(">H")
_LEVEL = Struct(">hh")
_PER_SECOND = 10_000
LONGEST_S = 65535 / _PER_SECOND
"""No window is longer."""


class Kind(IntEnum):
    """The byte that stands for each message."""

    WORKS = 96
    MEASURED = 97
    BEGIN = 112
    BYTES = 113
    END = 114


@dataclass(frozen=True, slots=True)
class Works:
    """The child is ready to be told things."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.WORKS)


@dataclass(frozen=True, slots=True)
class Measured:
    """So many bytes of a stream were taken so far, and this is how loud what is new is.

    All windows have as many channels. There may be none.
    """

    stream: int
    taken: int
    windows: tuple[Window, ...] = ()

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        channels = len(self.windows[0].channels) if self.windows else 0
        parts = [_MEASURED.pack(self.stream, self.taken, channels)]
        for window in self.windows:
            parts.append(_SECONDS.pack(round(min(window.seconds, LONGEST_S) * _PER_SECOND)))
            parts += [_LEVEL.pack(one.average, one.peak) for one in window.channels]
        return Frame(Kind.MEASURED, b"".join(parts))


@dataclass(frozen=True, slots=True)
class Begin:
    """The bytes of that number are a stream; ``kind`` is the value of its ``FormatKind``."""

    stream: int
    kind: str

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.BEGIN, [self.stream, self.kind])


@dataclass(frozen=True, slots=True)
class Bytes:
    """The next bytes of a stream."""

    stream: int
    data: bytes

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.BYTES, _NUMBER.pack(self.stream) + self.data)


@dataclass(frozen=True, slots=True)
class End:
    """The stream is over."""

    stream: int

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.END, _NUMBER.pack(self.stream))


FromMeter = Works | Measured
ToMeter = Begin | Bytes | End

FROM_METER = frozenset({Kind.WORKS, Kind.MEASURED})
TO_METER = frozenset({Kind.BEGIN, Kind.BYTES, Kind.END})


def from_meter(frame: Frame) -> FromMeter:
    """The message of a frame that a child sent, else ``FrameError``."""
    if frame.kind == Kind.WORKS:
        return Works()
    if frame.kind == Kind.MEASURED and len(frame.payload) >= _MEASURED.size:
        stream, taken, channels = _MEASURED.unpack_from(frame.payload)
        return Measured(stream, taken, _windows(frame.payload[_MEASURED.size :], channels))
    raise FrameError(f"a frame of kind {frame.kind} from a meter")


def to_meter(frame: Frame) -> ToMeter:
    """The message of a frame that a child was sent, else ``FrameError``."""
    if frame.kind == Kind.BYTES and len(frame.payload) >= _NUMBER.size:
        (stream,) = _NUMBER.unpack_from(frame.payload)
        return Bytes(stream, frame.payload[_NUMBER.size :])
    if frame.kind == Kind.END and len(frame.payload) == _NUMBER.size:
        return End(*_NUMBER.unpack(frame.payload))
    if frame.kind == Kind.BEGIN:
        match list_in(frame.payload):
            case [int(stream), str(kind)]:
                return Begin(stream, kind)
    raise FrameError(f"a frame of kind {frame.kind} to a meter")


def _windows(raw: bytes, channels: int) -> tuple[Window, ...]:
    size = _SECONDS.size + channels * _LEVEL.size
    if channels > CHANNELS_MAX or len(raw) % size or (raw and not channels):
        raise FrameError("windows of the wrong shape")
    return tuple(_window(raw, at, channels) for at in range(0, len(raw), size))


def _window(raw: bytes, at: int, channels: int) -> Window:
    (length,) = _SECONDS.unpack_from(raw, at)
    first = at + _SECONDS.size
    levels = tuple(
        Level(*_LEVEL.unpack_from(raw, first + channel * _LEVEL.size))
        for channel in range(channels)
    )
    return Window(length / _PER_SECOND, levels)
