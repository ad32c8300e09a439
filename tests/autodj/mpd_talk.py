"""Conversations of MPD clients without sockets."""

from dataclasses import replace

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from autodj.mpd_station import MemoryPlayer, MemoryStation
from tinyice.autodj.mpd.channels import Channels
from tinyice.autodj.mpd.conversation import Conversation, Ended
from tinyice.autodj.mpd.needs import Player, Subsystem
from tinyice.core.clients import Client

ADDRESS = "192.0.2.1"
"""Where all talkers are."""


class Time:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


class Room:
    """A station, and conversations with it."""

    def __init__(self, **options: object) -> None:
        self.time = Time()
        self.memory = MemoryStation(self.time, **options)  # type: ignore[arg-type]
        self.memory.player.tell = self.tell
        self.channels = Channels()
        self.talkers: list[Talker] = []

    @property
    def player(self) -> MemoryPlayer:
        return self.memory.player

    def use(self, player: Player) -> None:
        """Let another one play."""
        self.memory.station = replace(self.memory.station, player=player)

    def tell(self, subsystem: Subsystem) -> None:
        for talker in self.talkers:
            talker.conversation.wake(subsystem)

    def talker(self) -> "Talker":
        """Somebody new."""
        self.talkers.append(Talker(self))
        return self.talkers[-1]


class Talker:
    """A client: what it says, and what it is answered."""

    def __init__(self, room: Room) -> None:
        self.said = b""
        self.conversation = Conversation(
            room.memory.station,
            room.channels,
            Client(ADDRESS),
            tell=room.tell,
            say=self._hear,
            breathe=self._breathe,
        )

    def raw(self, *lines: str | bytes) -> bytes:
        """Say these lines; all that is answered."""
        self.said = b""
        for line in lines:
            heard = line if isinstance(line, bytes) else line.encode()
            hearing = Deferred.fromCoroutine(self.conversation.hear(heard))
            failures: list[Failure] = []
            hearing.addErrback(failures.append)
            if failures:
                failures[0].raiseException()
        return self.said

    def ask(self, *lines: str) -> str:
        """The same in text."""
        return self.raw(*lines).decode()

    def pairs(self, line: str) -> list[tuple[str, str]]:
        """An answer that must be OK, as names and values."""
        *rows, last = self.ask(line).splitlines()
        assert last == "OK", last
        return [tuple(row.split(": ", 1)) for row in rows]  # type: ignore[misc]

    def values(self, line: str, name: str) -> list[str]:
        """All values of a name in an answer."""
        return [value for key, value in self.pairs(line) if key == name]

    def answer(self, line: str) -> dict[str, str]:
        """An answer in which each name is there once."""
        return dict(self.pairs(line))

    def ends(self, *lines: str | bytes) -> bool:
        """Whether saying so ends the conversation."""
        try:
            self.raw(*lines)
        except Ended:
            return True
        return False

    async def _breathe(self) -> None:
        pass

    def _hear(self, answer: bytes) -> None:
        self.said += answer
