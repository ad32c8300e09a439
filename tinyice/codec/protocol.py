"""What a codec's parent and child say to each other.

The child may make audio up to a certain second of its life (``Credit``), and no
further. It first says ``Ready``; ``NewTags`` stand right before the audio that
they belong to. Values here, frames on the pipe, nothing else.
"""

from dataclasses import dataclass
from enum import IntEnum
from math import isfinite
from struct import Struct

from tinyice.codec.listed import list_in, listed, sound
from tinyice.work.frames import Frame, FrameError

MAX_PAYLOAD = 256 * 1024
SECONDS = Struct(">d")


class Kind(IntEnum):
    """The byte that stands for each message."""

    AUDIO = 1
    TAGS = 2
    READY = 3
    ERROR = 4
    CREDIT = 16
    STOP = 17


@dataclass(frozen=True, slots=True)
class Audio:
    """Whole frames of encoded audio, and how long they sound."""

    data: bytes
    seconds: float

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.AUDIO, SECONDS.pack(self.seconds) + self.data)


@dataclass(frozen=True, slots=True)
class NewTags:
    """What the audio from here on is."""

    artist: str
    title: str

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.TAGS, [self.artist, self.title])


@dataclass(frozen=True, slots=True)
class Ready:
    """The child works, and this is what it makes. ``bitrate`` in bit/s, 0: varies."""

    content_type: str
    bitrate: int
    samplerate: int
    channels: int

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        numbers = [self.bitrate, self.samplerate, self.channels]
        return listed(Kind.READY, [self.content_type, *numbers])


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the child can't go on."""

    text: str

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.ERROR, self.text.encode())


@dataclass(frozen=True, slots=True)
class Credit:
    """The child may make audio up to this second, counted from its first."""

    until: float

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.CREDIT, SECONDS.pack(self.until))


@dataclass(frozen=True, slots=True)
class Stop:
    """The child is to end."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.STOP)


FromChild = Audio | NewTags | Ready | Fault
FromParent = Credit | Stop

CHILD_KINDS = frozenset({Kind.AUDIO, Kind.TAGS, Kind.READY, Kind.ERROR})
PARENT_KINDS = frozenset({Kind.CREDIT, Kind.STOP})


def from_child(frame: Frame) -> FromChild:
    """The message of a frame that a child sent, else ``FrameError``."""
    match frame.kind:
        case Kind.AUDIO:
            seconds = _seconds(frame.payload[: SECONDS.size])
            return Audio(frame.payload[SECONDS.size :], seconds)
        case Kind.TAGS:
            return _tags(list_in(frame.payload))
        case Kind.READY:
            return _ready(list_in(frame.payload))
        case Kind.ERROR:
            return Fault(frame.payload.decode("utf-8", "replace"))
    raise FrameError(f"a frame of kind {frame.kind} from a codec")


def from_parent(frame: Frame) -> FromParent:
    """The message of a frame that a parent sent, else ``FrameError``."""
    match frame.kind:
        case Kind.CREDIT:
            return Credit(_seconds(frame.payload))
        case Kind.STOP:
            return Stop()
    raise FrameError(f"a frame of kind {frame.kind} to a codec")


def _seconds(raw: bytes) -> float:
    if len(raw) == SECONDS.size:
        (seconds,) = SECONDS.unpack(raw)
        if isfinite(seconds) and seconds >= 0.0:
            return float(seconds)
    raise FrameError("a time that is none")


def _tags(items: list[object]) -> NewTags:
    match items:
        case [str(artist), str(title)]:
            return NewTags(sound(artist), sound(title))
    raise FrameError("tags of the wrong shape")


def _ready(items: list[object]) -> Ready:
    match items:
        case [str(content_type), int(bitrate), int(samplerate), int(channels)]:
            return Ready(content_type, bitrate, samplerate, channels)
    raise FrameError("a description of the wrong shape")
