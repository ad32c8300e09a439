"""Child processes that speak in frames: their life from spawn to last word.

A child is ``python -m <module>``. It gets frames on standard input, gives
frames on standard output, and says what is for people on standard error. Rules:

- its end is told exactly once, whatever it died of, and never from inside
  ``start`` or ``stop``;
- no frame is delivered after ``stop`` or after garbage;
- stopping is asking (end of input), then SIGTERM, then SIGKILL;
- pausing leaves the child's bytes in the pipe, until the child itself waits;
- one that has a lifeline may go over to another process (``passing.py``).
"""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import (
    IDelayedCall,
    IPushProducer,
    IReactorFDSet,
    IReactorProcess,
    IReactorTime,
)
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from tinyice.work.adopted import AdoptedProcess
from tinyice.work.childside import LIFELINE
from tinyice.work.frames import Frame, FrameError, FrameReader
from tinyice.work.lines import SpokenLines
from tinyice.work.once import Once
from tinyice.work.passing import FrozenChild, LeavingChild, Piped, leaving

TERM_AFTER_S = 1.0
KILL_AFTER_S = 3.0
LINGER_S = 1.0
"""How long pipes may stay open after the child is gone (a grandchild has them)."""


@dataclass(frozen=True, slots=True)
class ChildCommand:
    """Which module runs as a child, and with what.

    ``descriptors``: ours that it gets besides the three pipes, by their numbers there.
    ``has_lifeline``: its life hangs on one (``childside.py``).
    """

    module: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    descriptors: Mapping[int, int] = field(default_factory=dict)
    has_lifeline: bool = False

    @property
    def argv(self) -> tuple[str, ...]:
        """The command line. ``-P``: the working directory is no place for modules."""
        return (sys.executable, "-P", "-m", self.module, *self.arguments)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended. ``fault``: what we held against it, if we ended it for that."""

    asked: bool
    exit_code: int | None = None
    signal: int | None = None
    fault: str = ""
    last_words: str = ""

    @property
    def reason(self) -> str:
        """One line for people."""
        if self.fault:
            return self.fault
        if self.asked:
            return "stopped"
        if self.signal is not None:
            how = f"killed by signal {self.signal}"
        elif self.exit_code is not None:
            how = f"ended with status {self.exit_code}"
        else:
            how = "ended"
        return f"{how}: {self.last_words}" if self.last_words else how


class ChildUser(Protocol):
    """Who works with a child."""

    def frame_received(self, frame: Frame) -> None:
        """The child sent this."""

    def child_ended(self, ending: Ending) -> None:
        """The child is no more; called once."""


class _Process(Protocol):
    """What we use of Twisted's process transport."""

    pid: int | None

    def write(self, data: bytes) -> None: ...
    def closeStdin(self) -> None: ...  # noqa: N802
    def pauseProducing(self) -> None: ...
    def resumeProducing(self) -> None: ...
    def signalProcess(self, signalID: str) -> None: ...  # noqa: N802, N803
    def loseConnection(self) -> None: ...


@implementer(IPushProducer)
class Child(ProcessProtocol):
    """One child process, for ``user``, who gets the frames that ``reader`` finds."""

    _log = Logger()

    def __init__(
        self,
        command: ChildCommand,
        user: ChildUser,
        *,
        reader: FrameReader,
        spawner: IReactorProcess,
        clock: IReactorTime,
    ) -> None:
        self._command = command
        self._user = user
        self._reader = reader
        self._spawner = spawner
        self._clock = clock
        self._lines = SpokenLines()
        self._asked = False
        self._fault = ""
        self._started = False
        self._over = False
        self._deadlines: list[IDelayedCall] = []
        self._ended: Once[Ending] = Once()
        self._lifeline: int | None = None
        self._is_elsewhere = False

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self.transport is not None else None

    def start(self) -> None:
        """Begin the process, once; if even that fails, its end is told soon."""
        self._started = True
        command = self._command
        argv, environment = command.argv, dict(command.environment)
        more: dict[str, Any] = {}
        given = dict(command.descriptors)
        try:
            if command.has_lifeline:
                given[LIFELINE], self._lifeline = os.pipe()
            if given:
                more["childFDs"] = {0: "w", 1: "r", 2: "r", **given}
            self._spawner.spawnProcess(self, argv[0], argv, environment, **more)
        except OSError as error:
            self._fault = f"could not start: {error.strerror}"
            self._clock.callLater(0, self._end)
        finally:
            if command.has_lifeline and LIFELINE in given:
                os.close(given[LIFELINE])

    def leaving(self) -> LeavingChild | None:
        """This child, for another process; None: it can't go over, and ends with us."""
        if self._lifeline is None or self.transport is None or self._stopping():
            return None
        found = leaving(cast("Piped", self.transport), self._lifeline, self._reader.held)
        if found is None:
            return None

        def let_go() -> None:
            self._is_elsewhere = self._over = True
            found.let_go()
            self._drop_lifeline()
            self._ended.set(Ending(asked=True))

        return LeavingChild(found.frozen, found.descriptors, let_go)

    def adopt(
        self, frozen: FrozenChild, descriptors: Sequence[int], reactor: IReactorFDSet
    ) -> None:
        """Go on with a child of another process, in place of ``start``."""
        stdin, stdout, stderr, watch, self._lifeline = descriptors
        self._started = True
        self._reader.feed(frozen.held)
        process = AdoptedProcess(reactor, self, frozen.pid, (stdin, stdout, stderr), watch)
        self.makeConnection(process)  # type: ignore[no-untyped-call]
        if frozen.unsent:
            process.write(frozen.unsent)

    def send(self, frame: Frame) -> None:
        """Give the child a (small) frame; nothing happens once it was stopped."""
        if self.transport is not None and not self._stopping():
            self._process.write(frame.encoded())

    def stop(self) -> Deferred[Ending]:
        """Ask the child to end, and see to it that it does."""
        if not self._started:
            self._started = True
            self._ended.set(Ending(asked=True))
        elif not self._stopping():
            self._asked = True
            self._wind_up(TERM_AFTER_S, KILL_AFTER_S)
        return self._ended.when()

    def fail(self, fault: str) -> None:
        """Kill the child: this is wrong with it."""
        if not self._stopping():
            self._fault = fault
            self._wind_up(0.0, 0.0)

    def pauseProducing(self) -> None:
        """Read no more for now; what is on its way may still come."""
        if self.transport is not None and not self._stopping():
            self._process.pauseProducing()

    def resumeProducing(self) -> None:
        """Read on."""
        if self.transport is not None:
            self._process.resumeProducing()

    def stopProducing(self) -> None:
        """As ``stop``."""
        self.stop()

    def outReceived(self, data: bytes) -> None:
        """Frames, whole or in pieces."""
        if self._stopping():
            return
        try:
            frames = self._reader.feed(data)
        except FrameError as error:
            self.fail(f"sent {error}")
            return
        for frame in frames:
            if self._stopping():
                return
            self._user.frame_received(frame)

    def errReceived(self, data: bytes) -> None:
        """Lines for the log."""
        for line in self._lines.feed(data):
            self._log.warn("{module}: {line}", module=self._command.module, line=line)

    def processExited(self, reason: Failure) -> None:
        """The process is gone; what it had said may still be in the pipes."""
        if self._is_elsewhere:
            return
        # A paused pipe would never show its end.
        self.resumeProducing()
        self._deadlines.append(self._clock.callLater(LINGER_S, self._process.loseConnection))

    def processEnded(self, reason: Failure) -> None:
        """All is said."""
        if self._is_elsewhere:
            return
        status = reason.value
        self._end(getattr(status, "exitCode", None), getattr(status, "signal", None))

    @property
    def _process(self) -> _Process:
        return cast("_Process", self.transport)

    def _stopping(self) -> bool:
        return self._asked or bool(self._fault) or self._is_elsewhere

    def _drop_lifeline(self) -> None:
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None

    def _wind_up(self, term_after_s: float, kill_after_s: float) -> None:
        if self.transport is None or self._over:
            return
        self._process.closeStdin()
        self.resumeProducing()
        for after_s, name in ((term_after_s, "TERM"), (kill_after_s, "KILL")):
            self._deadlines.append(self._clock.callLater(after_s, self._signal, name))

    def _signal(self, name: str) -> None:
        # Its end may just be on the way to us.
        with suppress(ProcessExitedAlready):
            self._process.signalProcess(name)

    def _end(self, exit_code: int | None = None, signal: int | None = None) -> None:
        self._over = True
        self._drop_lifeline()
        for deadline in self._deadlines:
            if deadline.active():
                deadline.cancel()
        ending = Ending(
            asked=self._asked,
            exit_code=exit_code,
            signal=signal,
            fault=self._fault,
            last_words=self._lines.last,
        )
        self._user.child_ended(ending)
        self._ended.set(ending)
