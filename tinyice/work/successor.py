"""A process that is begun to take over from this one: the same command line, the code of now."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.interfaces import IReactorProcess
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from tinyice.work.once import Once

VARIABLE = "SUCCESSOR_TO_TINYICE"
"""Set in its environment; not one that gives a key of the configuration."""

LINE = 3
"""Its end of the line, and ..."""
TERMINAL = 4
"""... the standard error that it is to have in the end; until then its words are read by us."""

_NOT_ITS_OWN = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_PID")
_WORDS_BYTES = 4096
_LINES = 5


def same_command(orig_argv: Sequence[str], executable: str) -> list[str]:
    """The command line of this process, with the interpreter that is there now."""
    interpreter = executable if os.access(executable, os.X_OK) else None
    return [interpreter or shutil.which(orig_argv[0]) or orig_argv[0], *orig_argv[1:]]


def successor_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process, without what is told to it alone."""
    passed = {name: value for name, value in environ.items() if name not in _NOT_ITS_OWN}
    return {**passed, VARIABLE: "1"}


def is_successor(environ: Mapping[str, str]) -> bool:
    """Whether this process was begun to take over."""
    return VARIABLE in environ


class Successor(ProcessProtocol):
    """The process."""

    def __init__(self) -> None:
        self._words = os.memfd_create("tinyice words", os.MFD_CLOEXEC)
        self._ended: Once[str] = Once()
        self._is_over = False
        self._said = ""

    def begin(
        self,
        spawner: IReactorProcess,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: str,
        line: int,
    ) -> None:
        """Begin it in ``folder``, with the descriptor ``line`` of its end."""
        nothing = os.open(os.devnull, os.O_RDONLY)
        try:
            cast("Any", spawner).spawnProcess(
                self,
                command[0],
                list(command),
                env=dict(environment),
                path=folder,
                childFDs={0: nothing, 1: 1, 2: self._words, LINE: line, TERMINAL: 2},
            )
        finally:
            os.close(nothing)

    @property
    def pid(self) -> int:
        """Its number."""
        return int(cast("Any", self.transport).pid or 0)

    def when_ended(self) -> Deferred[str]:
        """Fires with how it ended, in words."""
        return self._ended.when()

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessExitedAlready):
            cast("Any", self.transport).signalProcess("KILL")

    def last_words(self) -> str:
        """The last lines that it has said."""
        if self._is_over:
            return self._said
        size = os.fstat(self._words).st_size
        said = os.pread(self._words, _WORDS_BYTES, max(0, size - _WORDS_BYTES))
        lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines()]
        return " / ".join([line for line in lines if line][-_LINES:])

    def processEnded(self, reason: Failure) -> None:
        """It is no more."""
        value: Any = reason.value
        how = f"killed by signal {value.signal}" if value.signal else f"ended with {value.exitCode}"
        self._said, self._is_over = self.last_words(), True
        self._ended.set(how)
        os.close(self._words)


def get_terminal_back() -> None:
    """In the successor, once it serves: speak where the predecessor spoke."""
    sys.stderr.flush()
    os.dup2(TERMINAL, 2)
    os.close(TERMINAL)
