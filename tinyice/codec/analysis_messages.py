"""What the server and the child that measures files say to each other: one file at a time."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from enum import IntEnum
from math import isfinite

from tinyice.codec.listed import list_in, listed, sound
from tinyice.core.loudness import Loudness
from tinyice.core.waveform import Waveform, unpacked
from tinyice.work.frames import Frame, FrameError

MAX_PAYLOAD = 64 * 1024
_NUMBERS = 4


class Kind(IntEnum):
    """The byte that stands for each message."""

    MEASURED = 96
    UNMEASURABLE = 97
    MEASURE = 98


@dataclass(frozen=True, slots=True)
class Measured:
    """So loud is the file, and so it looks."""

    loudness: Loudness
    waveform: Waveform

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        one = self.loudness
        numbers = [one.lufs, one.peak_db, one.range_lu, one.seconds]
        return listed(Kind.MEASURED, [*numbers, b64encode(self.waveform.packed).decode()])


@dataclass(frozen=True, slots=True)
class Unmeasurable:
    """The file can't be decoded, and why."""

    reason: str

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.UNMEASURABLE, [self.reason])


@dataclass(frozen=True, slots=True)
class Measure:
    """Listen to the file at this path, which is absolute, if it is in one of ``folders``.

    Without folders it may be anywhere.
    """

    path: str
    folders: tuple[str, ...] = ()

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.MEASURE, [self.path, *self.folders])


FROM_ANALYSIS = frozenset({Kind.MEASURED, Kind.UNMEASURABLE})
TO_ANALYSIS = frozenset({Kind.MEASURE})


def from_analysis(frame: Frame) -> Measured | Unmeasurable:
    """The message of a frame that a child sent, else ``FrameError``."""
    match frame.kind, list_in(frame.payload):
        case Kind.MEASURED, [*found, str(packed)] if len(found) == _NUMBERS:
            numbers = [float(n) for n in found if isinstance(n, int | float) and isfinite(n)]
            if len(numbers) == _NUMBERS:
                return Measured(Loudness(*numbers), _waveform(packed))
        case Kind.UNMEASURABLE, [str(reason)]:
            return Unmeasurable(sound(reason))
    raise FrameError(f"a frame of kind {frame.kind} from an analysis")


def _waveform(packed: str) -> Waveform:
    try:
        return unpacked(b64decode(packed, validate=True))
    except ValueError as error:
        raise FrameError("a waveform of the wrong shape") from error


def to_analysis(frame: Frame) -> Measure:
    """The message of a frame that a child was sent, else ``FrameError``."""
    match frame.kind, list_in(frame.payload):
        case Kind.MEASURE, [str(path), *folders]:
            return Measure(path, tuple(map(str, folders)))
    raise FrameError(f"a frame of kind {frame.kind} to an analysis")
