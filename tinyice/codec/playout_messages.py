"""What the server and the child that plays files say to each other.

The server first says what is to be made (``Setup``), then keeps one track loaded that
comes next (``Load``), and says how far audio may be made (``Allow``). The child tells
what becomes audible right before the audio in which it does. Values here, frames on the
pipe, nothing else. Positions ``at`` count samples since the child began.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from math import isfinite
from struct import Struct

from tinyice.codec.joins import CUT, Curve, Join, Joint
from tinyice.codec.listed import list_in, listed, quality_in, sound
from tinyice.core.quality import Quality
from tinyice.work.frames import Frame, FrameError

MAX_PAYLOAD = 512 * 1024
MAX_TO_PLAYOUT = 64 * 1024
_SECONDS = Struct(">d")


class Kind(IntEnum):
    """The byte that stands for each message."""

    SOUND = 64
    READY = 65
    BEGAN = 66
    OVER = 67
    FAILED = 68
    POSITION = 69
    SILENT = 70
    RESTED = 71
    SETUP = 80
    LOAD = 81
    UNLOAD = 82
    HOLD = 83
    GO_ON = 84
    VOLUME = 85
    ALLOW = 86
    REST = 87
    WANT = 88
    UNWANT = 89


@dataclass(frozen=True, slots=True)
class Sound:
    """Bytes of the stream, and how long they sound."""

    seconds: float
    data: bytes

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.SOUND, _SECONDS.pack(self.seconds) + self.data)


@dataclass(frozen=True, slots=True)
class Ready:
    """The child can be told things."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.READY, [])


@dataclass(frozen=True, slots=True)
class Began:
    """The track of that number is audible from here on."""

    number: int
    at: int

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.BEGAN, [self.number, self.at])


@dataclass(frozen=True, slots=True)
class Over:
    """The track of that number is not heard any more; ``faults`` pieces of it were damaged."""

    number: int
    at: int
    faults: int

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.OVER, [self.number, self.at, self.faults])


@dataclass(frozen=True, slots=True)
class Failed:
    """The track of that number can't be played, and why."""

    number: int
    reason: str

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.FAILED, [self.number, self.reason])


@dataclass(frozen=True, slots=True)
class Position:
    """So far is the track that is audible: seconds from its beginning."""

    number: int
    seconds: float

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.POSITION, [self.number, self.seconds])


@dataclass(frozen=True, slots=True)
class Silent:
    """There is nothing to play: from here on it is silence."""

    at: int

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.SILENT, [self.at])


@dataclass(frozen=True, slots=True)
class Rested:
    """``Rest`` was heard: what comes from here on is after it."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.RESTED, [])


@dataclass(frozen=True, slots=True)
class Setup:
    """Make a stream of this quality, which is resolved, of files in these ``folders``.

    Without folders: of any. Told again the folders are others, and the quality is the same.
    """

    quality: Quality
    folders: tuple[str, ...] = ()

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.SETUP, [asdict(self.quality), list(self.folders)])


@dataclass(frozen=True, slots=True)
class Load:
    """What comes next, in place of what was to: entered when the track before ends.

    ``at_once``: now. ``path`` is absolute; the audio from ``start_s`` to ``end_s``
    (0: its end) is played, so many decibels louder.
    """

    number: int
    path: str
    artist: str = ""
    title: str = ""
    join: Join = CUT
    gain_db: float = 0.0
    start_s: float = 0.0
    end_s: float = 0.0
    at_once: bool = False

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        join = [self.join.joint.value, self.join.seconds, self.join.curve.value]
        words = [self.path, self.artist, self.title]
        numbers = [self.gain_db, self.start_s, self.end_s]
        return listed(Kind.LOAD, [self.number, words, join, numbers, self.at_once])


@dataclass(frozen=True, slots=True)
class Unload:
    """Nothing comes next."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.UNLOAD, [])


@dataclass(frozen=True, slots=True)
class Hold:
    """Stay where it is, in silence."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.HOLD, [])


@dataclass(frozen=True, slots=True)
class GoOn:
    """Go on from there."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.GO_ON, [])


@dataclass(frozen=True, slots=True)
class Volume:
    """Play so loud: 1.0 is as it is, 0.0 silence."""

    factor: float

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.VOLUME, [self.factor])


@dataclass(frozen=True, slots=True)
class Allow:
    """Audio may be made up to this second, counted from the first of the child."""

    until: float

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.ALLOW, [self.until])


@dataclass(frozen=True, slots=True)
class Rest:
    """Give what is complete, and forget all tracks: what comes later is a new programme."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.REST, [])


@dataclass(frozen=True, slots=True)
class Want:
    """Somebody hears it: encode, beginning with the newest seconds that were not."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.WANT, [])


@dataclass(frozen=True, slots=True)
class Unwant:
    """Nobody hears it: go on at the same pace, but do not encode."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return listed(Kind.UNWANT, [])


FromPlayout = Sound | Ready | Began | Over | Failed | Position | Silent | Rested
ToPlayout = Setup | Load | Unload | Hold | GoOn | Volume | Allow | Rest | Want | Unwant

FROM_PLAYOUT = frozenset(kind for kind in Kind if kind < Kind.SETUP)
TO_PLAYOUT = frozenset(kind for kind in Kind if kind >= Kind.SETUP)

_PLAIN_FROM: Mapping[int, type[Ready | Rested]] = {Kind.READY: Ready, Kind.RESTED: Rested}
_PLAIN: Mapping[int, type[Unload | Hold | GoOn | Rest | Want | Unwant]] = {
    Kind.UNLOAD: Unload,
    Kind.HOLD: Hold,
    Kind.GO_ON: GoOn,
    Kind.REST: Rest,
    Kind.WANT: Want,
    Kind.UNWANT: Unwant,
}


def from_playout(frame: Frame) -> FromPlayout:
    """The message of a frame that a child sent, else ``FrameError``."""
    payload = frame.payload
    if frame.kind == Kind.SOUND and len(payload) >= _SECONDS.size:
        (seconds,) = _SECONDS.unpack_from(payload)
        return Sound(_number(seconds), payload[_SECONDS.size :])
    items = list_in(payload)
    plain = _PLAIN_FROM.get(frame.kind)
    if plain is not None and not items:
        return plain()
    return _of_track(frame.kind, items)


def _of_track(kind: int, items: list[object]) -> FromPlayout:
    match kind, items:
        case Kind.BEGAN, [int(number), int(at)]:
            return Began(number, at)
        case Kind.OVER, [int(number), int(at), int(faults)]:
            return Over(number, at, faults)
        case Kind.FAILED, [int(number), str(reason)]:
            return Failed(number, sound(reason))
        case Kind.POSITION, [int(number), int(seconds) | float(seconds)]:
            return Position(number, _number(seconds))
        case Kind.SILENT, [int(at)]:
            return Silent(at)
    raise FrameError(f"a frame of kind {kind} from a playout")


def to_playout(frame: Frame) -> ToPlayout:
    """The message of a frame that a child was sent, else ``FrameError``."""
    items = list_in(frame.payload)
    plain = _PLAIN.get(frame.kind)
    if plain is not None and not items:
        return plain()
    match frame.kind, items:
        case Kind.SETUP, [dict(values), list(folders)]:
            return Setup(quality_in(values), tuple(map(str, folders)))
        case Kind.VOLUME, [int(factor) | float(factor)]:
            return Volume(_number(factor))
        case Kind.ALLOW, [int(until) | float(until)]:
            return Allow(_number(until))
        case Kind.LOAD, [int(number), list(words), list(join), list(numbers), bool(at_once)]:
            return _load(number, words, join, numbers, at_once=at_once)
    raise FrameError(f"a frame of kind {frame.kind} to a playout")


def _load(
    number: int, words: list[object], join: list[object], numbers: list[object], *, at_once: bool
) -> Load:
    match words, numbers:
        case [[str(path), str(artist), str(title)], [gain_db, start_s, end_s]]:
            return Load(
                number,
                path,
                sound(artist),
                sound(title),
                join=_join(join),
                gain_db=_number(gain_db),
                start_s=_number(start_s),
                end_s=_number(end_s),
                at_once=at_once,
            )
    raise FrameError("a track of the wrong shape")


def _join(items: list[object]) -> Join:
    match items:
        case [str(joint), seconds, str(curve)]:
            try:
                return Join(Joint(joint), _number(seconds), Curve(curve))
            except ValueError as error:
                raise FrameError("a join that there is not") from error
    raise FrameError("a join of the wrong shape")


def _number(value: object) -> float:
    if isinstance(value, int | float) and isfinite(value):
        return float(value)
    raise FrameError("a number that is none")
