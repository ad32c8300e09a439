"""What the server and the child that measures files say to each other: one file at a time."""

import json
from dataclasses import dataclass
from enum import IntEnum
from math import isfinite

from tinyice.core.loudness import Loudness
from tinyice.work.frames import Frame, FrameError

MAX_PAYLOAD = 64 * 1024


class Kind(IntEnum):
    """The byte that stands for each message."""

    MEASURED = 96
    UNMEASURABLE = 97
    MEASURE = 98


@dataclass(frozen=True, slots=True)
class Measured:
    """So loud is the file."""

    loudness: Loudness

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        one = self.loudness
        numbers = [one.lufs, one.peak_db, one.range_lu, one.seconds]
        return Frame(Kind.MEASURED, json.dumps(numbers).encode())


@dataclass(frozen=True, slots=True)
class Unmeasurable:
    """The file can't be decoded, and why."""

    reason: str

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.UNMEASURABLE, json.dumps([self.reason]).encode())


@dataclass(frozen=True, slots=True)
class Measure:
    """Listen to the file at this path, which is absolute, if it is in one of ``folders``.

    Without folders it may be anywhere.
    """

    path: str
    folders: tuple[str, ...] = ()

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.MEASURE, json.dumps([self.path, *self.folders]).encode())


FROM_ANALYSIS = frozenset({Kind.MEASURED, Kind.UNMEASURABLE})
TO_ANALYSIS = frozenset({Kind.MEASURE})


def from_analysis(frame: Frame) -> Measured | Unmeasurable:
    """The message of a frame that a child sent, else ``FrameError``."""
    items = _list(frame.payload)
    if frame.kind == Kind.MEASURED:
        numbers = [float(one) for one in items if isinstance(one, int | float) and isfinite(one)]
        if len(numbers) == len(items) == 4:
            return Measured(Loudness(*numbers))
    match frame.kind, items:
        case Kind.UNMEASURABLE, [str(reason)]:
            return Unmeasurable(reason.encode("utf-8", "replace").decode())
    raise FrameError(f"a frame of kind {frame.kind} from an analysis")


def to_analysis(frame: Frame) -> Measure:
    """The message of a frame that a child was sent, else ``FrameError``."""
    match frame.kind, _list(frame.payload):
        case Kind.MEASURE, [str(path), *folders]:
            return Measure(path, tuple(map(str, folders)))
    raise FrameError(f"a frame of kind {frame.kind} to an analysis")


def _list(payload: bytes) -> list[object]:
    try:
        items = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise FrameError("a message that can't be read") from error
    if not isinstance(items, list):
        raise FrameError("a message of the wrong shape")
    return items
