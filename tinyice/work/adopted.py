"""A child that another process has begun: we have its pipes, and are not its parent.

How it ended is not told to us, only that it did.
"""

import os
import signal
from contextlib import suppress
from typing import Any, cast

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import IReactorFDSet, IReadDescriptor
from twisted.internet.process import ProcessReader, ProcessWriter
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

_STDIN, _STDOUT, _STDERR = 0, 1, 2


class Ended(Exception):
    """The process is no more."""


@implementer(IReadDescriptor)
class _Watch:
    """Sees the end of the process of ``descriptor``, a pidfd."""

    def __init__(self, descriptor: int, process: "AdoptedProcess") -> None:
        self._descriptor = descriptor
        self._process = process

    def doRead(self) -> None:
        """It has ended."""
        self._process.has_exited()

    def fileno(self) -> int:
        """For the reactor."""
        return self._descriptor

    def connectionLost(self, reason: object = None) -> None:
        """The reactor ends."""

    def logPrefix(self) -> str:
        """For the reactor's log."""
        return "adopted"


class AdoptedProcess:
    """The process ``pid``, as a transport of ``protocol``; the descriptors are its own.

    ``pipes``: our ends of its standard input, output and error. ``watch``: a pidfd.
    """

    def __init__(
        self,
        reactor: IReactorFDSet,
        protocol: ProcessProtocol,
        pid: int,
        pipes: tuple[int, int, int],
        watch: int,
    ) -> None:
        self.pid: int | None = pid
        self._reactor = reactor
        self._protocol = protocol
        self._watch = _Watch(watch, self)
        self._has_exited = False
        self._is_watched = True
        stdin, stdout, stderr = pipes
        make: Any = ProcessWriter
        self._writer = make(reactor, self, _STDIN, stdin)
        read: Any = ProcessReader
        self.pipes: dict[int, Any] = {
            _STDIN: self._writer,
            _STDOUT: read(reactor, self, _STDOUT, stdout),
            _STDERR: read(reactor, self, _STDERR, stderr),
        }
        """As Twisted's own processes have them."""
        reactor.addReader(self._watch)

    @property
    def watch(self) -> int:
        """The pidfd."""
        return self._watch.fileno()

    def write(self, data: bytes) -> None:
        """Give it ``data``, some time."""
        if _STDIN in self.pipes:
            self._writer.write(data)

    def closeStdin(self) -> None:  # noqa: N802 (Twisted's name)
        """It hears of an end when it has read what was written."""
        if _STDIN in self.pipes:
            self._writer.loseConnection()

    def pauseProducing(self) -> None:
        """Read no more for now."""
        for name in (_STDOUT, _STDERR):
            if name in self.pipes:
                self.pipes[name].stopReading()

    def resumeProducing(self) -> None:
        """Read on."""
        for name in (_STDOUT, _STDERR):
            if name in self.pipes:
                self.pipes[name].startReading()

    def loseConnection(self) -> None:
        """Close all pipes."""
        for pipe in tuple(self.pipes.values()):
            pipe.loseConnection()

    def signalProcess(self, signalID: str) -> None:  # noqa: N802, N803 (Twisted's names)
        """Send ``TERM`` or ``KILL``; raises ``ProcessExitedAlready``."""
        if self._has_exited:
            raise ProcessExitedAlready
        try:
            signal.pidfd_send_signal(self.watch, signal.Signals[f"SIG{signalID}"])
        except ProcessLookupError:
            raise ProcessExitedAlready from None

    def childDataReceived(self, name: int, data: bytes) -> None:
        """Something came through a pipe."""
        self._protocol.childDataReceived(name, data)

    def childConnectionLost(self, name: int, reason: Failure) -> None:
        """A pipe is at its end."""
        pipe = self.pipes.pop(name)
        pipe.stopReading()
        pipe.stopWriting()
        with suppress(OSError):
            os.close(pipe.fileno())
        self._protocol.childConnectionLost(name)
        self._see_end()

    def has_exited(self) -> None:
        """The process is no more; what it had said may still be in the pipes."""
        self._has_exited = True
        self._reactor.removeReader(self._watch)
        self._protocol.processExited(_failure())
        self._see_end()

    def let_go(self) -> None:
        """Another process goes on with it: nothing is read, written or watched here."""
        self._reactor.removeReader(self._watch)
        let_go_of_pipes(self.pipes)
        self._close_watch()

    def _see_end(self) -> None:
        if self._has_exited and not self.pipes:
            self.pid = None
            self._close_watch()
            self._protocol.processEnded(_failure())

    def _close_watch(self) -> None:
        if self._is_watched:
            self._is_watched = False
            os.close(self.watch)


def let_go_of_pipes(pipes: dict[int, Any]) -> None:
    """Close these pipes of a process, and tell nobody."""
    for pipe in pipes.values():
        pipe.stopReading()
        pipe.stopWriting()
        os.close(pipe.fileno())
    pipes.clear()


def unsent_through(pipe: object) -> bytes:
    """What was written into a pipe of a process, and is not with the system yet."""
    wire = cast("Any", pipe)
    newest = wire._tempDataBuffer  # noqa: SLF001 - there is no other way to it
    return bytes(wire.dataBuffer[wire.offset :]) + b"".join(newest)


def _failure() -> Failure:
    return Failure(Ended())  # type: ignore[no-untyped-call]
