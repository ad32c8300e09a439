"""Events of codec processes, transcoders and AutoDJs. The rules are those of ``events``."""

from dataclasses import dataclass
from typing import ClassVar

from tinyice.core.events import Event


@dataclass(frozen=True, slots=True)
class CodecLost(Event):
    """The codec process of ``mount`` ended; another one begins after so many ``seconds``."""

    id: ClassVar[str] = "codec.lost"
    mount: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CodecRestarted(Event):
    """The codec process of ``mount``, which was lost, is back."""

    id: ClassVar[str] = "codec.restarted"
    mount: str


@dataclass(frozen=True, slots=True)
class MeterLost(Event):
    """A process that measures levels ended; another one begins after so many ``seconds``.

    ``mount`` is "" where it measured several.
    """

    id: ClassVar[str] = "meter.lost"
    mount: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class TranscoderRefused(Event):
    """A transcoder can't feed its ``mount``: told once for each new reason."""

    id: ClassVar[str] = "transcoder.refused"
    mount: str
    transcoder: str
    reason: str


@dataclass(frozen=True, slots=True)
class TrackStarted(Event):
    """The AutoDJ of ``mount`` plays this now; ``seconds`` long, 0: nobody knows."""

    id: ClassVar[str] = "track.started"
    mount: str
    artist: str
    title: str
    album: str
    seconds: float


@dataclass(frozen=True, slots=True)
class TrackFailed(Event):
    """The AutoDJ of ``mount`` could not play ``track``, and has gone on to the next one."""

    id: ClassVar[str] = "track.failed"
    mount: str
    track: str
    reason: str


@dataclass(frozen=True, slots=True)
class AutoDJSilent(Event):
    """The AutoDJ of ``mount`` has nothing to play, and sends silence."""

    id: ClassVar[str] = "autodj.silent"
    mount: str
    reason: str


@dataclass(frozen=True, slots=True)
class LibraryScanned(Event):
    """The library of the AutoDJ of ``mount`` has changed, and this was found.

    ``files`` there are; ``read`` are new or changed, of which ``broken`` can't be played;
    ``gone`` are not there any more.
    """

    id: ClassVar[str] = "autodj.library.scanned"
    mount: str
    files: int
    read: int
    broken: int
    gone: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LibraryLost(Event):
    """The library of the AutoDJ of ``mount`` can't be scanned: told once for each new reason."""

    id: ClassVar[str] = "autodj.library.lost"
    mount: str
    reason: str


@dataclass(frozen=True, slots=True)
class AutoDJForgot(Event):
    """What the AutoDJ of ``mount`` kept of its last run can't be read: it begins anew."""

    id: ClassVar[str] = "autodj.forgot"
    mount: str
    reason: str


@dataclass(frozen=True, slots=True)
class ListsDropped(Event):
    """The AutoDJ of ``mount`` plays from another folder now.

    What people have put together is of no use there: so many ``entries`` of the playlist,
    and so many that were ``queued``.
    """

    id: ClassVar[str] = "autodj.lists.dropped"
    mount: str
    entries: int
    queued: int


@dataclass(frozen=True, slots=True)
class CommandFailed(Event):
    """The program at the key ``command`` of the AutoDJ of ``mount`` went wrong.

    Told once for each new reason.
    """

    id: ClassVar[str] = "autodj.command.failed"
    mount: str
    command: str
    reason: str


@dataclass(frozen=True, slots=True)
class MpdOpened(Event):
    """MPD clients find the AutoDJ of ``mount`` at ``place``."""

    id: ClassVar[str] = "mpd.opened"
    mount: str
    place: str


@dataclass(frozen=True, slots=True)
class MpdFailed(Event):
    """The port for MPD clients of ``mount`` can't be opened; it is tried again all the while."""

    id: ClassVar[str] = "mpd.failed"
    mount: str
    place: str
    reason: str
