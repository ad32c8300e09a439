"""What a command works with: who asks, about what, and the answer that grows."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tinyice.autodj.cover_child import Cover
from tinyice.autodj.entries import Entry, EntryUnknown, TooManyEntries
from tinyice.autodj.mpd.channels import Channels, Message
from tinyice.autodj.mpd.needs import (
    Permission,
    PlaylistNameRefused,
    PlaylistUnknown,
    Station,
    Subsystem,
)
from tinyice.autodj.mpd.songs import ALL_TAGS
from tinyice.core.autodjs import PlaylistOfStation
from tinyice.core.clients import Client
from tinyice.core.errors import DomainError, LockedOut, Overloaded, Refused
from tinyice.wire.mpd import Ack, MpdFault, Place, pair, place

ANSWER_BYTES_MAX = 32 * 2**20
CHUNK_BYTES = 8192


class Answer:
    """Lines for a client, so many bytes of them at most."""

    def __init__(self, limit: int = ANSWER_BYTES_MAX) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, lines: bytes) -> None:
        """More of it; raises ``MpdFault`` when it is too much."""
        self._size += len(lines)
        if self._size > self._limit:
            raise MpdFault(Ack.SYSTEM, "The answer is too long; ask for a part of it")
        self._parts.append(lines)

    def pair(self, name: str, value: object) -> None:
        """A line of it."""
        self.add(pair(name, value))

    def mark(self) -> int:
        """Where it is now, for ``back``."""
        return len(self._parts)

    def back(self, mark: int) -> None:
        """Leave out what came after ``mark``."""
        del self._parts[mark:]

    def whole(self) -> bytes:
        """All of it."""
        return b"".join(self._parts)


@dataclass(slots=True)
class Visitor:
    """A client, and what it has settled for its connection."""

    client: Client
    may: Permission
    wake: Callable[[Subsystem], None]
    tags: frozenset[str] = ALL_TAGS
    chunk_bytes: int = CHUNK_BYTES
    channels: set[str] = field(default_factory=set)
    messages: deque[Message] = field(default_factory=deque)
    cover: tuple[str, Cover | None] | None = None
    """The picture that it was given a part of last."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One command, or a list of them."""

    station: Station
    visitor: Visitor
    channels: Channels
    tell: Callable[[Subsystem], None]
    answer: Answer
    breathe: Callable[[], Awaitable[None]]
    """Awaited now and then by what takes long: others get their turn."""

    def current_position(self) -> int | None:
        """Where what plays is in the playlist; None: nowhere."""
        entry = self.station.player.playing().entry
        playlist = self.station.player.playlist
        return None if entry is None or entry.id not in playlist else playlist.position(entry.id)

    def at(self, position: int) -> Entry:
        """The entry there; raises ``MpdFault``."""
        playlist = self.station.player.playlist
        if not 0 <= position < len(playlist):
            raise MpdFault(Ack.ARG, "Bad song index")
        return playlist.at(position)

    def insertion(self, args: Sequence[str], index: int) -> int | None:
        """The position to insert at that an argument tells; None: it is not there."""
        return self.position_of(place(args[index])) if len(args) > index else None

    def position_of(self, wanted: Place) -> int:
        """The position before which something is put; raises ``MpdFault``."""
        if not wanted.relative:
            position = wanted.position
        else:
            current = self.current_position()
            if current is None:
                raise MpdFault(Ack.PLAYER_SYNC, "No current song")
            behind = current + 1 + wanted.position
            position = behind if wanted.relative > 0 else current - wanted.position
        if not 0 <= position <= len(self.station.player.playlist):
            raise MpdFault(Ack.ARG, "Bad song index")
        return position


Run = Callable[[Talk, Sequence[str]], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class Command:
    """How a command is carried out, what it needs, and how many arguments it takes."""

    run: Run
    permission: Permission
    least: int = 0
    most: int | None = 0

    def check(self, name: str, args: Sequence[str]) -> None:
        """Raise ``MpdFault`` when there are too many arguments, or too few."""
        if len(args) < self.least:
            raise MpdFault(Ack.ARG, f'too few arguments for "{name}"')
        if self.most is not None and len(args) > self.most:
            raise MpdFault(Ack.ARG, f'too many arguments for "{name}"')


Table = Mapping[str, Command]


_FAULTS: Mapping[type[DomainError], tuple[Ack, str]] = {
    EntryUnknown: (Ack.NO_EXIST, "No such song"),
    TooManyEntries: (Ack.PLAYLIST_MAX, "Playlist is too large"),
    PlaylistUnknown: (Ack.NO_EXIST, "No such playlist"),
    PlaylistNameRefused: (Ack.ARG, ""),
    PlaylistOfStation: (Ack.PERMISSION, ""),
    Overloaded: (Ack.SYSTEM, "Too much is waiting already; try again"),
    LockedOut: (Ack.PASSWORD, "incorrect password"),
    Refused: (Ack.PASSWORD, "incorrect password"),
}


def fault_of(error: DomainError) -> MpdFault:
    """What a client is told of a refusal."""
    ack, reason = _FAULTS.get(type(error), (Ack.SYSTEM, ""))
    return MpdFault(ack, reason or str(error))
