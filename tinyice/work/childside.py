"""The child's end of the pipes, for modules that run as child processes.

Runs without Twisted: a child starts fast and weighs little.
"""

import ctypes
import fcntl
import os
import resource
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path

from tinyice.work.frames import Frame, FrameReader

READ_BYTES = 65536
PR_SET_PDEATHSIG = 1
MEMORY_MAX = 1024 * 1024 * 1024
"""What a child gets that reads files of others; it needs a quarter of this."""

OOM_SCORE, OOM_SCORE_MAX = 300, 1000
"""How much likelier than the main process we are ended when memory runs out."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
"""Service managers and terminals send them to whole groups."""

LIFELINE = 3
"""The end of a pipe of which others have the other end, to hold it and say nothing."""


class ParentGone(Exception):
    """The parent closed its end: it stopped us, or is no more."""


class ParentPipe:
    """Frames from and to the parent; waits as long as it must.

    ``inward`` and ``outward`` are file descriptors.
    """

    def __init__(self, reader: FrameReader, *, inward: int, outward: int) -> None:
        self._reader = reader
        self._inward = inward
        self._outward = outward

    def receive(self, timeout_s: float | None) -> list[Frame]:
        """What came; waits for something, up to ``timeout_s`` (None: for ever)."""
        readable, _, _ = select.select([self._inward], [], [], timeout_s)
        if not readable:
            return []
        data = os.read(self._inward, READ_BYTES)
        if not data:
            raise ParentGone
        return self._reader.feed(data)

    def send(self, frame: Frame) -> None:
        """Give the parent ``frame``; waits while it does not read."""
        rest = memoryview(frame.encoded())
        try:
            while rest:
                rest = rest[os.write(self._outward, rest) :]
        except BrokenPipeError as error:
            raise ParentGone from error


def standard_pipe(reader: FrameReader) -> ParentPipe:
    """The pipe over standard input and output; prints go to standard error from now on."""
    outward = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return ParentPipe(reader, inward=sys.stdin.fileno(), outward=outward)


def leave_signals_to_parent() -> None:
    """Ignore what is sent to all processes of the service: the main one heeds it, and ends us."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def go_first() -> None:
    """Where memory runs out, be ended before the main process; one can be begun again."""
    score = Path("/proc/self/oom_score_adj")
    # Other systems have no such thing.
    with suppress(OSError, ValueError):
        score.write_text(str(min(OOM_SCORE_MAX, int(score.read_text()) + OOM_SCORE)))


def live_as_child() -> None:
    """End when the parent ends, and not before."""
    leave_signals_to_parent()
    go_first()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def live_within_memory() -> None:
    """Be refused more than ``MEMORY_MAX`` of address space, or what was allowed before if less."""
    least = [MEMORY_MAX, *resource.getrlimit(resource.RLIMIT_AS)]
    most = min(bound for bound in least if bound != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def live_on_lifeline() -> None:
    """End when nobody has the other end of the lifeline any more, whatever is being done here.

    So a child may go over from one server to the next, which is not its parent. The
    kernel ends it: also one that hangs, and does not hear. Without a lifeline it lives as
    others do.
    """
    try:
        flags = fcntl.fcntl(LIFELINE, fcntl.F_GETFL)
    except OSError:
        live_as_child()
        return
    leave_signals_to_parent()
    go_first()
    if sys.platform == "linux":
        fcntl.fcntl(LIFELINE, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(LIFELINE, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(LIFELINE, fcntl.F_SETFL, flags | os.O_ASYNC)
    if select.select([LIFELINE], [], [], 0)[0]:
        # Nobody had it any more before we could say so.
        sys.exit(1)
