"""What the server and a librarian, the child that reads files, say to each other.

A scan: ``Scan``, then what is known in any number of ``Known``, then ``Go``; the librarian
answers with ``Found`` and ``Gone`` in pieces, and ``Scanned``. A cover: ``Wanted``, then
``Picture``. One file: ``Look``, then ``Looked``. Values here, frames on the pipe; JSON keeps
names that are no UTF-8.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from struct import Struct, error

from tinyice.core.tracks import FileState, Gains, Track
from tinyice.work.frames import Frame, FrameError

MAX_TO_LIBRARIAN = 8 * 1024 * 1024
MAX_FROM_LIBRARIAN = 17 * 1024 * 1024
_NUMBER = Struct(">I")
_TRACK = tuple(each.name for each in fields(Track) if each.name not in ("id", "gains"))


class Kind(IntEnum):
    """The byte that stands for each message."""

    FOUND = 64
    GONE = 65
    SCANNED = 66
    PICTURE = 67
    LOOKED = 68
    HEARD = 69
    SCAN = 80
    KNOWN = 81
    GO = 82
    WANTED = 83
    LOOK = 84


@dataclass(frozen=True, slots=True)
class Piece:
    """A folder to look at; ``deep``: and all below it."""

    folder: str
    deep: bool = True


@dataclass(frozen=True, slots=True)
class Scan:
    """Look at these pieces of the library; ``again``: read also what did not change."""

    root: str
    bounds: Sequence[str]
    pieces: Sequence[Piece]
    assumed: str = ""
    again: bool = False

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        pieces = [[piece.folder, piece.deep] for piece in self.pieces]
        told = [self.root, list(self.bounds), pieces, self.assumed, self.again]
        return _json(Kind.SCAN, told)


@dataclass(frozen=True, slots=True)
class Known:
    """Files that were there the last time."""

    files: Sequence[FileState]

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return _json(Kind.KNOWN, [[each.path, each.size, each.mtime_ns] for each in self.files])


@dataclass(frozen=True, slots=True)
class Heard:
    """One ``Known`` was taken in: another may come."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.HEARD)


@dataclass(frozen=True, slots=True)
class Go:
    """Everything that is known was told."""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.GO)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody wants to see the cover of this file; ``is_small``: as it is given to pages."""

    request: int
    root: str
    bounds: Sequence[str]
    path: str
    is_small: bool = False

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        told = [self.request, self.root, list(self.bounds), self.path, self.is_small]
        return _json(Kind.WANTED, told)


@dataclass(frozen=True, slots=True)
class Found:
    """Files that are new or have changed, or could not be looked at."""

    tracks: Sequence[Track]

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return _json(Kind.FOUND, [_values(track) for track in self.tracks])


@dataclass(frozen=True, slots=True)
class Gone:
    """Files that are there no more."""

    paths: Sequence[str]

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return _json(Kind.GONE, list(self.paths))


@dataclass(frozen=True, slots=True)
class Scanned:
    """The scan is over. ``unread``: folders that could not be looked into, and why.

    ``fault``: why there was none at all. ``folders``: those that were looked into, for
    watching; ``is_all``: there are no others.
    """

    files: int = 0
    read: int = 0
    broken: int = 0
    gone: int = 0
    seconds: float = 0.0
    unread: Sequence[tuple[str, str]] = ()
    folders: Sequence[str] = ()
    fault: str = ""
    is_all: bool = False

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        told = [getattr(self, each.name) for each in fields(self)]
        return _json(Kind.SCANNED, told)


@dataclass(frozen=True, slots=True)
class Picture:
    """The answer to ``Wanted``; b"" where there is no picture."""

    request: int
    data: bytes

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return Frame(Kind.PICTURE, _NUMBER.pack(self.request) + self.data)


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody names this file, by its whole path or by one below ``root``."""

    root: str
    bounds: Sequence[str]
    path: str
    assumed: str = ""

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return _json(Kind.LOOK, [self.root, list(self.bounds), self.path, self.assumed])


@dataclass(frozen=True, slots=True)
class Looked:
    """The answer to ``Look``: a track with a fault is not to be played."""

    track: Track

    def framed(self) -> Frame:
        """As it stands on the pipe."""
        return _json(Kind.LOOKED, _values(self.track))


TO_LIBRARIAN = frozenset({Kind.SCAN, Kind.KNOWN, Kind.GO, Kind.WANTED, Kind.LOOK})
FROM_LIBRARIAN = frozenset(
    {Kind.FOUND, Kind.GONE, Kind.SCANNED, Kind.PICTURE, Kind.LOOKED, Kind.HEARD}
)
ToLibrarian = Scan | Known | Go | Wanted | Look
FromLibrarian = Found | Gone | Scanned | Picture | Looked | Heard


def to_librarian(frame: Frame) -> ToLibrarian:
    """What the server says; the librarian may believe it."""
    told = json.loads(frame.payload) if frame.payload else []
    match frame.kind:
        case Kind.SCAN:
            root, bounds, pieces, assumed, again = told
            return Scan(root, bounds, [Piece(*piece) for piece in pieces], assumed, again)
        case Kind.KNOWN:
            return Known([FileState(*each) for each in told])
        case Kind.WANTED:
            return Wanted(*told)
        case Kind.LOOK:
            return Look(*told)
    return Go()


def from_librarian(frame: Frame) -> FromLibrarian:
    """What a librarian says; raises ``FrameError``, for it may have gone mad."""
    try:
        if frame.kind == Kind.PICTURE:
            (request,) = _NUMBER.unpack_from(frame.payload)
            return Picture(request, frame.payload[_NUMBER.size :])
        if frame.kind == Kind.HEARD:
            return Heard()
        told = json.loads(frame.payload)
        match frame.kind:
            case Kind.FOUND:
                return Found([_track(values) for values in told])
            case Kind.GONE:
                return Gone([str(path) for path in told])
            case Kind.LOOKED:
                return Looked(_track(told))
        files, read, broken, gone, seconds, unread, folders, fault, is_all = told
        told_unread = tuple((folder, why) for folder, why in unread)
        counts = (files, read, broken, gone, seconds)
        return Scanned(*counts, told_unread, tuple(folders), fault, is_all)
    except (ValueError, TypeError, LookupError, ArithmeticError, error) as wrong:
        raise FrameError("what is no message") from wrong


def _values(track: Track) -> list[object]:
    gains = track.gains
    told = (gains.track_db, gains.track_peak, gains.album_db, gains.album_peak)
    return [*(getattr(track, name) for name in _TRACK), *told]


def _track(values: list[object]) -> Track:
    named = dict(zip(_TRACK, values[:-4], strict=True))
    return Track(**named, gains=Gains(*values[-4:]))  # type: ignore[arg-type]


def _json(kind: Kind, told: object) -> Frame:
    return Frame(kind, json.dumps(told, separators=(",", ":")).encode())
