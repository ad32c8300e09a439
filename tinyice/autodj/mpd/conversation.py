"""The conversation with one client: single commands, lists of them, and waiting. No sockets.

Rules of this file:

- one line is heard at a time; each command, or list, is answered once and in order;
- a list is carried out when it has ended, up to the first command that fails;
- what has changed is kept until the client has been told, waiting or not;
- who waits says nothing but ``noidle``; who says it too late is not answered, since
  the answer that it did not wait for has been sent;
- what is no command at all (a request of a browser) ends the conversation.
"""

from collections.abc import Awaitable, Callable, Iterable
from enum import Enum

from tinyice.autodj.mpd.channels import Channels, Message
from tinyice.autodj.mpd.needs import Permission, Station, Subsystem, Tell
from tinyice.autodj.mpd.table import TABLE, permits
from tinyice.autodj.mpd.talk import Answer, Talk, Visitor, fault_of
from tinyice.core.clients import Client
from tinyice.core.errors import DomainError
from tinyice.formats.frozen import State
from tinyice.wire.mpd import LIST_OK, OK, Ack, Line, MpdFault, failure, pair, parse

LIST_COMMANDS_MAX = 10_000
LIST_BYTES_MAX = 2 * 2**20
BREATH = 50
"""After so many commands of a list others get their turn."""


class Ended(Exception):
    """The conversation is over."""


class _List(Enum):
    PLAIN = b"command_list_begin"
    TOLD = b"command_list_ok_begin"


_LIST_END = b"command_list_end"
_NAMED = frozenset({*TABLE, "idle"})


class Conversation:
    """What ``say`` is given goes to the client; ``breathe`` waits for others' turn."""

    def __init__(
        self,
        station: Station,
        channels: Channels,
        client: Client,
        *,
        tell: Tell,
        say: Callable[[bytes], None],
        breathe: Callable[[], Awaitable[None]],
    ) -> None:
        self._station = station
        self._channels = channels
        self._tell = tell
        self._say = say
        self._breathe = breathe
        self._visitor = Visitor(client, station.free, self.wake)
        self._changed: set[Subsystem] = set()
        self._awaited: frozenset[Subsystem] | None = None
        self._list: _List | None = None
        self._lines: list[bytes] = []
        self._list_bytes = 0

    @property
    def is_waiting(self) -> bool:
        """Whether the client waits for a change."""
        return self._awaited is not None

    def settle(self, station: Station) -> None:
        """The next command finds this one."""
        self._station = station

    def wake(self, subsystem: Subsystem) -> None:
        """Something has changed."""
        self._changed.add(subsystem)
        if self._awaited is not None and subsystem in self._awaited:
            self._tell_changes(self._awaited)

    def leave(self) -> None:
        """The client is gone."""
        self._awaited = None
        self._channels.leave(self._visitor)

    def freeze(self) -> State:
        """How it stands between two lines; the picture that was given last is read again."""
        visitor = self._visitor
        return {
            "may": visitor.may.value,
            "tags": sorted(visitor.tags),
            "chunk_bytes": visitor.chunk_bytes,
            "channels": sorted(visitor.channels),
            "messages": [[message.channel, message.text] for message in visitor.messages],
            "changed": _words(self._changed),
            "awaited": None if self._awaited is None else _words(self._awaited),
            "list": None if self._list is None else self._list.name,
            "lines": [line.decode("latin-1") for line in self._lines],
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``; of one in which nothing was said yet."""
        visitor = self._visitor
        visitor.may = Permission(state["may"])
        visitor.tags, visitor.chunk_bytes = frozenset(state["tags"]), state["chunk_bytes"]
        for channel in state["channels"]:
            self._channels.subscribe(visitor, channel)
        visitor.messages.extend(Message(*message) for message in state["messages"])
        self._changed = {Subsystem(word) for word in state["changed"]}
        if state["awaited"] is not None:
            self._awaited = frozenset(Subsystem(word) for word in state["awaited"])
        self._list = None if state["list"] is None else _List[state["list"]]
        self._lines = [line.encode("latin-1") for line in state["lines"]]
        self._list_bytes = sum(map(len, self._lines))

    async def hear(self, line: bytes) -> None:
        """The next line has come; raises ``Ended``."""
        if self._awaited is not None:
            if line.strip() != b"noidle":
                raise Ended
            self._tell_changes(self._awaited)
        elif self._list is not None:
            await self._collect(line)
        elif line[:1] and not line[:1].islower():
            raise Ended
        elif line in {each.value for each in _List}:
            self._list = _List(line)
        elif line.strip() == b"noidle":
            return
        else:
            await self._carry_out([line], is_list=False)

    async def _collect(self, line: bytes) -> None:
        if line.strip() == _LIST_END and self._list is not None:
            lines, ok = self._lines, LIST_OK if self._list is _List.TOLD else b""
            self._list, self._lines, self._list_bytes = None, [], 0
            await self._carry_out(lines, ok, is_list=True)
            return
        self._lines.append(line)
        self._list_bytes += len(line)
        if len(self._lines) > LIST_COMMANDS_MAX or self._list_bytes > LIST_BYTES_MAX:
            fault = MpdFault(Ack.ARG, "The list of commands is too long")
            self._say(failure(fault, "", len(self._lines) - 1))
            raise Ended

    async def _carry_out(self, lines: list[bytes], ok: bytes = b"", *, is_list: bool) -> None:
        """Do what these lines say; ``ok`` is told of each where they are a list."""
        answer = Answer()
        talk = Talk(self._station, self._visitor, self._channels, self._tell, answer, self._breathe)
        for position, line in enumerate(lines):
            mark, command = answer.mark(), ""
            try:
                asked = parse(line)
                command = asked.command if asked.command in _NAMED else ""
                await self._do(talk, asked, is_list=is_list)
                answer.add(ok)
            except (MpdFault, DomainError) as error:
                answer.back(mark)
                fault = error if isinstance(error, MpdFault) else fault_of(error)
                self._say(answer.whole() + failure(fault, command, position))
                return
            if position % BREATH == BREATH - 1:
                await self._breathe()
        if self._awaited is None:
            self._say(answer.whole() + OK)
        elif self._changed & self._awaited:
            self._tell_changes(self._awaited)

    async def _do(self, talk: Talk, asked: Line, *, is_list: bool) -> None:
        if asked.command == "close":
            raise Ended
        if asked.command == "idle":
            self._wait(talk, asked, is_list=is_list)
            return
        command = TABLE.get(asked.command)
        if command is None:
            raise MpdFault(Ack.UNKNOWN, f'unknown command "{asked.command}"')
        self._check(talk, asked.command, command.permission)
        command.check(asked.command, asked.args)
        done = command.run(talk, asked.args)
        if done is not None:
            await done

    def _check(self, talk: Talk, command: str, needed: Permission) -> None:
        if not permits(talk, needed):
            reason = f'you don\'t have permission for "{command}"'
            raise MpdFault(Ack.PERMISSION, reason)

    def _wait(self, talk: Talk, asked: Line, *, is_list: bool) -> None:
        self._check(talk, "idle", Permission.READ)
        if is_list:
            raise MpdFault(Ack.NOT_LIST, "idle is no part of a list")
        known = {subsystem.value: subsystem for subsystem in Subsystem}
        for word in asked.args:
            if word.lower() not in known:
                raise MpdFault(Ack.ARG, f"Unrecognized idle event: {word}")
        named = frozenset(known[word.lower()] for word in asked.args)
        self._awaited = named or frozenset(Subsystem)

    def _tell_changes(self, awaited: frozenset[Subsystem]) -> None:
        """End the waiting, with what has changed."""
        told = [subsystem for subsystem in Subsystem if subsystem in self._changed & awaited]
        self._awaited = None
        self._changed.difference_update(told)
        self._say(b"".join(pair("changed", subsystem.value) for subsystem in told) + OK)


def _words(subsystems: Iterable[Subsystem]) -> list[str]:
    return sorted(subsystem.value for subsystem in subsystems)
