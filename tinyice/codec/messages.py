"""What the server and the codec child of an input say to each other.

The server brings programmes (``Begin``, then bytes, then ``End``) with titles between
the bytes; the child decodes once, and encodes for each output that is wanted. It says
how far it has come (``Taken``), so that the server knows what waits. Values here,
frames on the pipe, nothing else.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from struct import Struct

from tinyice.codec.listed import list_in, listed, quality_in, sound
from tinyice.core.quality import Quality
from tinyice.work.frames import Frame, FrameError

MAX_PAYLOAD = 512 * 1024
_NUMBER = Struct(">I")
_MADE = Struct(">Id")
_TAKEN = Struct(">QdI")


class Kind(IntEnum):
    """The byte that stands for each message."""

    MADE = 32
    TITLED = 33
    TAKEN = 34
    REFUSED = 35
    WORKS = 36
    BEGIN = 48
    BYTES = 49
    END = 50
    TITLE = 51
    ADD = 52
    REMOVE = 53
    WANT = 54
    UNWANT = 55


@dataclass(frozen=True, slots=True)
class Works:
    """The child is ready to be told things."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.WORKS)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Bytes of one output, and how long they sound."""

    output: int
    seconds: float
    data: bytes

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.MADE, _MADE.pack(self.output, self.seconds) + self.data)


@dataclass(frozen=True, slots=True)
class Titled:
    """From here on this plays on the output."""

    output: int
    artist: str
    title: str

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.TITLED, [self.output, self.artist, self.title])


@dataclass(frozen=True, slots=True)
class Taken:
    """So many bytes were taken since the child began, so much decoded, so much was damaged."""

    count: int
    seconds: float
    faults: int

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.TAKEN, _TAKEN.pack(self.count, self.seconds, self.faults))


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there can't be such an output."""

    output: int
    reason: str

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.REFUSED, [self.output, self.reason])


@dataclass(frozen=True, slots=True)
class Begin:
    """The bytes from here on are another stream; ``kind`` is the value of its ``FormatKind``."""

    kind: str

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.BEGIN, [self.kind])


@dataclass(frozen=True, slots=True)
class Bytes:
    """The next bytes of the stream."""

    data: bytes

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.BYTES, self.data)


@dataclass(frozen=True, slots=True)
class End:
    """The stream is over; another may begin."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.END)


@dataclass(frozen=True, slots=True)
class NewTitle:
    """What the bytes from here on are."""

    artist: str
    title: str

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.TITLE, [self.artist, self.title])


@dataclass(frozen=True, slots=True)
class Add:
    """Have an output of this quality, which is resolved; it is not wanted yet."""

    output: int
    quality: Quality

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.ADD, [self.output, asdict(self.quality)])


@dataclass(frozen=True, slots=True)
class Remove:
    """Have that output no more."""

    output: int

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.REMOVE, _NUMBER.pack(self.output))


@dataclass(frozen=True, slots=True)
class Want:
    """Somebody hears that output: encode, beginning with what was just decoded."""

    output: int

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.WANT, _NUMBER.pack(self.output))


@dataclass(frozen=True, slots=True)
class Unwant:
    """Nobody hears that output any more."""

    output: int

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.UNWANT, _NUMBER.pack(self.output))


FromCodec = Works | Encoded | Titled | Taken | Refused
ToCodec = Begin | Bytes | End | NewTitle | Add | Remove | Want | Unwant

FROM_CODEC = frozenset({Kind.WORKS, Kind.MADE, Kind.TITLED, Kind.TAKEN, Kind.REFUSED})
TO_CODEC = frozenset(kind for kind in Kind if kind not in FROM_CODEC)

_BY_NUMBER: Mapping[int, type[Remove | Want | Unwant]] = {
    Kind.REMOVE: Remove,
    Kind.WANT: Want,
    Kind.UNWANT: Unwant,
}


def from_codec(frame: Frame) -> FromCodec:
    """The message of a frame that a child sent, else ``FrameError``."""
    payload = frame.payload
    if frame.kind == Kind.MADE and len(payload) >= _MADE.size:
        output, seconds = _MADE.unpack_from(payload)
        return Encoded(output, seconds, payload[_MADE.size :])
    if frame.kind == Kind.TAKEN and len(payload) == _TAKEN.size:
        return Taken(*_TAKEN.unpack(payload))
    if frame.kind == Kind.WORKS:
        return Works()
    match frame.kind, list_in(payload):
        case Kind.TITLED, [int(output), str(artist), str(title)]:
            return Titled(output, sound(artist), sound(title))
        case Kind.REFUSED, [int(output), str(reason)]:
            return Refused(output, sound(reason))
    raise FrameError(f"a frame of kind {frame.kind} from a codec")


def to_codec(frame: Frame) -> ToCodec:
    """The message of a frame that a child was sent, else ``FrameError``."""
    if frame.kind == Kind.BYTES:
        return Bytes(frame.payload)
    if frame.kind == Kind.END:
        return End()
    by_number = _BY_NUMBER.get(frame.kind)
    if by_number is not None and len(frame.payload) == _NUMBER.size:
        return by_number(*_NUMBER.unpack(frame.payload))
    match frame.kind, list_in(frame.payload):
        case Kind.BEGIN, [str(kind)]:
            return Begin(kind)
        case Kind.TITLE, [str(artist), str(title)]:
            return NewTitle(sound(artist), sound(title))
        case Kind.ADD, [int(output), dict(values)]:
            return Add(output, quality_in(values))
    raise FrameError(f"a frame of kind {frame.kind} to a codec")
