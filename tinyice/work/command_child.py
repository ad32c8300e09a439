"""The child that runs one program: ``python -m tinyice.work.command_child``.

It stands between the server and the program, and sees to it that nothing is left behind:
whatever the program begins, also what goes into the background or into a session of its
own, becomes a child of this process when its parent is gone (``prctl(2)``,
PR_SET_CHILD_SUBREAPER), and is ended in the end. So it is when the server ends, too.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from tinyice.work.behind import live_behind
from tinyice.work.childside import (
    PR_SET_PDEATHSIG,
    SIGNALS,
    ParentGone,
    ParentPipe,
    leave_signals_to_parent,
    standard_pipe,
)
from tinyice.work.command_messages import MAX_ORDER, ORDER, Answer, Order, order_of
from tinyice.work.frames import FrameReader

PR_SET_CHILD_SUBREAPER = 36
NICENESS = 5
GRACE_S = 1.0
"""Between asking what is left to end, and ending it."""

GIVE_UP_S = 3.0
"""What is not gone so long after that can't be ended by us."""

LOOK_S = 0.05
READ_BYTES = 65536
LAST_WORDS_CHARS = 200


class Program:
    """A program that runs: what it prints, and everything that it has begun."""

    def __init__(self, order: Order) -> None:
        """Raises ``OSError`` or ``ValueError`` when there is no such program, or no folder."""
        self._process = subprocess.Popen(  # noqa: S603 - the operator's own, without a shell
            order.words,
            cwd=order.folder,
            env=dict(order.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_become_program,  # noqa: PLW1509 - there is one thread here
        )
        self.group = self._process.pid
        self.status: int | None = None
        """How it ended, as ``waitpid`` tells it; None: it runs."""
        self._output_max = order.output_bytes
        self._output, self._words = bytearray(), bytearray()
        self._pipes: dict[int, Callable[[bytes], None]] = {}
        for pipe, take in (
            (self._process.stdout, self._printed),
            (self._process.stderr, self._said),
        ):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
                self._pipes[pipe.fileno()] = take

    @property
    def output(self) -> str:
        """What it printed, as far as that is kept."""
        return os.fsdecode(bytes(self._output))

    @property
    def last_words(self) -> str:
        """The last line that it wrote to standard error."""
        lines = [line.strip() for line in self._words.decode(errors="replace").splitlines()]
        last = next((line for line in reversed(lines) if line), "")
        return "".join(each if each.isprintable() else " " for each in last)[:LAST_WORDS_CHARS]

    def wait(self, seconds: float, inward: int) -> bool:
        """Read what it says, for so long at most; False: the server wants no more of it."""
        readable, _, _ = select.select([inward, *self._pipes], [], [], max(0.0, seconds))
        for pipe in readable:
            if pipe == inward:
                return False
            self._read(pipe)
        return True

    def read_rest(self) -> None:
        """Read what it has printed by now."""
        for _ in range(self._output_max // READ_BYTES + 2):
            for pipe in tuple(self._pipes):
                self._read(pipe)

    def reap(self) -> bool:
        """Take leave of what has ended; whether anything of it is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.group:
                self.status = self._process.returncode = os.waitstatus_to_exitcode(status)

    def end(self, how: int) -> None:
        """Send this signal to all that is left."""
        if self.status is None:
            with suppress(OSError):
                os.killpg(self.group, how)
        for pid in tuple(_descendants()):
            with suppress(OSError):
                os.kill(pid, how)

    def _read(self, pipe: int) -> None:
        try:
            data = os.read(pipe, READ_BYTES)
        except BlockingIOError:
            return
        if data:
            self._pipes[pipe](data)
        else:
            del self._pipes[pipe]

    def _printed(self, data: bytes) -> None:
        self._output += data[: self._output_max - len(self._output)]

    def _said(self, data: bytes) -> None:
        self._words += data
        del self._words[: -4 * LAST_WORDS_CHARS]


class Runner:
    """Carries out one order that comes through ``pipe``."""

    def __init__(self, pipe: ParentPipe, inward: int) -> None:
        self._pipe = pipe
        self._inward = inward
        self._is_wanted = True

    def run(self) -> None:
        """Wait for the order, carry it out, answer, and end what is left."""
        frames = self._pipe.receive(None)
        while not frames:
            frames = self._pipe.receive(None)
        order = order_of(frames[0])
        try:
            program = Program(order)
        except (OSError, ValueError) as error:
            self._pipe.send(Answer(fault=_not_begun(order, error)).framed())
            return
        until = time.monotonic() + order.seconds
        try:
            self._listen(program, until, lambda: program.status is not None)
            program.read_rest()
            self._pipe.send(_told(program, order).framed())
            # What it has begun in the background has the rest of its time.
            self._listen(program, until, lambda: False)
        finally:
            _end_all(program)

    def _listen(self, program: Program, until: float, is_over: Callable[[], bool]) -> None:
        """Until ``is_over``, nothing is left, the time has come, or the server is gone."""
        while self._is_wanted and program.reap() and not is_over():
            left = until - time.monotonic()
            if left <= 0:
                return
            self._is_wanted = program.wait(min(left, LOOK_S), self._inward)


def _end_all(program: Program) -> None:
    """Ask what is left to end, then end it, and what begins meanwhile, too."""
    begun = time.monotonic()
    if program.reap():
        program.end(signal.SIGTERM)
    while program.reap():
        passed = time.monotonic() - begun
        if passed > GRACE_S + GIVE_UP_S:
            sys.stderr.write("something that the program began can't be ended\n")
            return
        if passed > GRACE_S:
            program.end(signal.SIGKILL)
        time.sleep(LOOK_S)


def _told(program: Program, order: Order) -> Answer:
    status, more = program.status, program.last_words
    if status == 0:
        return Answer(program.output)
    if status is None:
        fault = f"it has not ended within {order.seconds:g} s"
    elif status < 0:
        fault = f"it was ended by signal {-status}"
    else:
        fault = f"it ended with status {status}"
    return Answer(program.output, f"{fault}: {more}" if more else fault)


def _not_begun(order: Order, error: Exception) -> str:
    if isinstance(error, OSError) and error.filename == order.folder:
        return f"its folder can't be entered: {error.strerror}"
    reason = error.strerror if isinstance(error, OSError) else "it is no command"
    return f"it can't be run: {reason}"


def _become_program() -> None:
    """As what comes into being, before it is the program."""
    live_behind(NICENESS)
    for how in SIGNALS:
        signal.signal(how, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _descendants() -> Iterator[int]:
    """All processes that descend from this one, by their numbers."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # The name, in parentheses, may hold anything.
            parent = int(entry.read_bytes().rpartition(b")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.parent.name))
    waiting = [os.getpid()]
    while waiting:
        found = children.get(waiting.pop(), [])
        waiting += found
        yield from found


def main() -> int:
    """Serve the parent at standard input and output."""
    # Whatever comes, what the program has begun is ended first; the server's end is seen.
    leave_signals_to_parent()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    pipe = standard_pipe(FrameReader(frozenset({ORDER}), max_payload=MAX_ORDER))
    with suppress(ParentGone):
        Runner(pipe, sys.stdin.fileno()).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
