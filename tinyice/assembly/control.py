"""The door for the machine's own people: one command on a UNIX socket, and its answer.

The socket has no file: its name follows from the path of the configuration, so
that whoever knows that path finds the server that runs with it. Only the user
that the server runs as, and root, are let in.
"""

import hashlib
import json
import os
import socket
import struct
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IAddress, IDelayedCall, IListeningPort
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.unix import Server
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.config.faults import NotSaved
from tinyice.core.errors import Conflict, Overloaded

COMMAND_BYTES = 64
SILENCE_S = 10.0
"""How long somebody who is let in may say nothing."""

RETRY_S = 1.0
"""How often the name is tried for that another server has."""

_CREDENTIALS = struct.Struct("3i")

Command = Callable[[], Coroutine[Deferred[Any], Any, Sequence[str]]]
"""Does something, and gives notes; raises ``NotSaved``, ``Overloaded`` or ``Conflict``."""


def name_for(config: Path) -> str:
    """The name of the socket of the server that runs with the file at ``config``."""
    digest = hashlib.sha256(os.fsencode(os.path.realpath(config))).hexdigest()
    return f"\0tinyice-{digest[:40]}"


def is_possible() -> bool:
    """Whether this system has such sockets."""
    return hasattr(socket, "SO_PEERCRED")


def peer_of(connection: socket.socket) -> tuple[int, int]:
    """Process and user at the other end."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    process, user, _group = _CREDENTIALS.unpack(raw)
    return process, user


class Control(Factory):
    """Answers commands, while it is started."""

    _log = Logger(namespace="tinyice")
    noisy = False

    def __init__(self, config: Path, commands: Mapping[str, Command], reactor: ReactorBase) -> None:
        self.commands = commands
        self.reactor = reactor
        self._name = name_for(config)
        self._port: IListeningPort | None = None
        self._again: IDelayedCall | None = None

    @property
    def is_started(self) -> bool:
        """Whether it is there for who calls, or will be."""
        return self._port is not None or self._again is not None

    def start(self) -> None:
        """Be there for who calls, as soon as no other server has the name."""
        self._again = None
        if not is_possible():
            return
        try:
            self._port = self.reactor.listenUNIX(self._name, self)  # type: ignore[attr-defined]
        except CannotListenError:
            self._log.debug("another server runs with the same configuration")
            self._again = self.reactor.callLater(RETRY_S, self.start)

    def stop(self) -> Deferred[object]:
        """Answer nobody any more; who is being answered is. Then the name is free."""
        again, port = self._again, self._port
        self._port = self._again = None
        if again is not None:
            again.cancel()
        return succeed(None) if port is None else maybeDeferred(port.stopListening)

    def buildProtocol(self, addr: IAddress | None) -> "Conversation":
        """One command and its answer."""
        return Conversation(self)


class Conversation(Protocol):
    """Reads a line with a command, and answers with a line of JSON: ``notes`` or ``faults``."""

    _log = Logger(namespace="tinyice")
    transport: Server

    def __init__(self, control: Control) -> None:
        self._control = control
        self._said = b""
        self._patience: IDelayedCall | None = None

    def connectionMade(self) -> None:
        """Let in whom the server trusts."""
        _, user = peer_of(self.transport.getHandle())
        if user not in (0, os.geteuid()):
            self.transport.abortConnection()  # type: ignore[no-untyped-call]
            return
        waited = self._control.reactor.callLater(SILENCE_S, self.transport.abortConnection)
        self._patience = waited

    def dataReceived(self, data: bytes) -> None:
        """Words of a command."""
        self._said += data
        line, end, _ = self._said.partition(b"\n")
        if not end and len(line) <= COMMAND_BYTES:
            return
        self.transport.pauseProducing()  # type: ignore[no-untyped-call]
        self._stop_waiting()
        command = self._control.commands.get(line.decode("ascii", "replace"))
        if command is None:
            self._answer(faults=[f"this server knows {', '.join(sorted(self._control.commands))}"])
            return
        Deferred.fromCoroutine(self._carry_out(command)).addErrback(self._failed)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Whoever asked is gone; what was asked for is carried through."""
        self._stop_waiting()

    async def _carry_out(self, command: Command) -> None:
        try:
            notes = await command()
        except (NotSaved, Overloaded, Conflict) as error:
            self._answer(faults=[str(error)])
        else:
            self._answer(notes=notes)

    def _failed(self, failure: Failure) -> None:
        self._log.failure("a command failed", failure)
        self._answer(faults=["the server has failed to do it; its log says more"])

    def _answer(self, **answer: Sequence[str]) -> None:
        self.transport.write(json.dumps(answer).encode() + b"\n")  # type: ignore[no-untyped-call]
        self.transport.loseConnection()  # type: ignore[no-untyped-call]

    def _stop_waiting(self) -> None:
        if self._patience is not None and self._patience.active():
            self._patience.cancel()
