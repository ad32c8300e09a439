"""Programs of the operator: whatever they do, they end in time and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorProcess, IReactorTime
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from tinyice.work.command_messages import Answer, Order, answer_of
from tinyice.work.commands import CHILD_MODULE, RunningCommand, command_environment
from tinyice.work.environment import child_environment
from tinyice.work.frames import Frame, FrameError

PATIENCE_S = 20.0

STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
time.sleep(600)
"""
"""Writes its number into a file, and does not end when it is asked to."""

BACKGROUND = """
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1]])
while not os.path.exists(sys.argv[1]):
    pass
print("done", flush=True)
"""
"""Begins another program, prints, and ends while that goes on."""

DAEMON = """
import os, subprocess, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", sys.argv[2], sys.argv[1]])
    os._exit(0)
os.wait()
while not os.path.exists(sys.argv[1]):
    pass
print("done", flush=True)
"""
"""As the one before, but the other is in a session of its own, and nobody's child."""


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False


def clock() -> IReactorTime:
    return cast("IReactorTime", reactor)


async def until(condition: Callable[[], object]) -> None:
    """Look until it is so."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        await deferLater(clock(), 0.02)


class CommandTests(TestCase):
    """Real programs under a real reactor."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path
        self.numbers = tmp_path / "numbers"

    def begin(
        self, words: Sequence[str], *, seconds: float = 10.0, folder: str = "", **told: str
    ) -> RunningCommand:
        """Run it."""
        environment = command_environment({"PATH": os.environ["PATH"]}, told)
        command = RunningCommand(
            Order(words, folder or str(self.folder), environment, seconds),
            child_environment(os.environ),
            spawner=cast("IReactorProcess", reactor),
            clock=clock(),
        )
        command.start()
        self.addCleanup(command.stop)
        return command

    async def run_whole(self, words: Sequence[str], **how: object) -> Answer:
        """What came of it, when nothing of it is left."""
        command = self.begin(words, **how)  # type: ignore[arg-type]
        answer = await command.answer
        await command.over
        return answer

    def noted(self) -> list[int]:
        """The numbers that processes have written down."""
        text = self.numbers.read_text() if self.numbers.exists() else ""
        return [int(line) for line in text.split()]

    def test_what_it_prints(self) -> Deferred[None]:
        """Its words come through as they are: no shell reads them."""

        async def go() -> None:
            words = ("printf", "%s", "$HOME `id` *; a\\nb")
            assert await self.run_whole(words) == Answer("$HOME `id` *; a\\nb")
            # Bytes that are no text are kept as file names keep them.
            answer = await self.run_whole(("printf", "\\351.mp3"))
            assert os.fsencode(answer.output) == b"\xe9.mp3"

        return Deferred.fromCoroutine(go())

    def test_its_surroundings(self) -> Deferred[None]:
        """The folder, no input, and nothing of our environment but what programs need."""
        self.patch(os, "environ", {**os.environ, "TINYICE_ADMIN_PASSWORD": "secret"})

        async def go() -> None:
            assert (await self.run_whole(("pwd",))).output == f"{self.folder}\n"
            assert (await self.run_whole(("cat",))).output == ""
            answer = await self.run_whole(("env",), TINYICE_TITLE="a\nb\0c")
            named = dict(line.split("=", 1) for line in answer.output.splitlines())
            assert named == {
                "PATH": os.environ["PATH"],
                "LC_ALL": "C.UTF-8",
                "TINYICE_TITLE": "a b c",
            }

        return Deferred.fromCoroutine(go())

    def test_its_descriptors(self) -> Deferred[None]:
        """It has its input and its outputs, and no file or connection of ours."""

        async def go() -> None:
            answer = await self.run_whole(("ls", "/proc/self/fd"))
            assert answer.output.split() == ["0", "1", "2", "3"]

        return Deferred.fromCoroutine(go())

    def test_what_can_not_be_run(self) -> Deferred[None]:
        """Each has its reason."""
        (self.folder / "plain").write_text("text")
        (self.folder / "binary").write_bytes(b"\0\1\2")
        (self.folder / "binary").chmod(0o755)

        async def go() -> None:
            for words, folder, fault in (
                (("no-such-program",), "", "it can't be run: No such file or directory"),
                (("./plain",), "", "it can't be run: Permission denied"),
                (("./binary",), "", "it can't be run: Exec format error"),
                (("true",), "/nowhere", "its folder can't be entered: No such file"),
                (("false",), "", "it ended with status 1"),
                (("sh", "-c", "echo why >&2; exit 3"), "", "it ended with status 3: why"),
                (("sh", "-c", "kill -9 $$"), "", "it was ended by signal 9"),
                (("a\0b",), "", "it can't be run: it is no command"),
            ):
                answer = await self.run_whole(words, folder=folder)
                assert answer.fault.startswith(fault), words

        return Deferred.fromCoroutine(go())

    def test_what_hangs(self) -> Deferred[None]:
        """After its time there is an answer, and soon nothing left, though it is stubborn."""

        async def go() -> None:
            begun = time.monotonic()
            words = (sys.executable, "-c", STUBBORN, str(self.numbers))
            command = self.begin(words, seconds=1.0)
            answer = await command.answer
            assert answer.fault == "it has not ended within 1 s"
            assert time.monotonic() - begun < 3.0
            await command.over
            assert time.monotonic() - begun < 6.0
            (pid,) = self.noted()
            assert not is_alive(pid)

        return Deferred.fromCoroutine(go())

    def test_ten_megabytes(self) -> Deferred[None]:
        """It is not held up, and what is kept is bounded."""

        async def go() -> None:
            code = "import sys; sys.stdout.write('first\\n' + 'x' * 10_000_000)"
            answer = await self.run_whole((sys.executable, "-c", code))
            assert (len(answer.output), answer.fault) == (8192, "")
            assert answer.output.startswith("first\nxxx")
            code = "import sys; sys.stderr.write('x' * 10_000_000); sys.exit(1)"
            answer = await self.run_whole((sys.executable, "-c", code))
            assert answer.fault == "it ended with status 1: " + "x" * 200

        return Deferred.fromCoroutine(go())

    def test_endless_output(self) -> Deferred[None]:
        """It is ended in its time as others are."""

        async def go() -> None:
            answer = await self.run_whole(("yes",), seconds=1.0)
            assert answer.fault == "it has not ended within 1 s"
            assert len(answer.output) == 8192

        return Deferred.fromCoroutine(go())

    def left_behind(self, code: str) -> Deferred[None]:
        async def go() -> None:
            words = (sys.executable, "-c", code, str(self.numbers), STUBBORN)
            command = self.begin(words, seconds=2.0)
            # What is in the background holds up no answer, and has the rest of the time.
            assert await command.answer == Answer("done\n")
            (pid,) = self.noted()
            assert is_alive(pid)
            await command.over
            assert not is_alive(pid)

        return Deferred.fromCoroutine(go())

    def test_what_is_left_in_the_background(self) -> Deferred[None]:
        """It is ended, though it is stubborn."""
        return self.left_behind(BACKGROUND)

    def test_what_becomes_a_daemon(self) -> Deferred[None]:
        """Even that."""
        return self.left_behind(DAEMON)

    def test_a_family(self) -> Deferred[None]:
        """All that a program began, and what they began, ends with it."""

        async def go() -> None:
            script = f"for i in 1 2 3; do (echo $$ >>{self.numbers}; sleep 600) & done; sleep 600"
            command = self.begin(("sh", "-c", f"sh -c '{script}' & {script}"), seconds=60.0)
            await until(lambda: len(self.noted()) == 6)
            await command.stop()
            assert await command.answer == Answer(fault="it was stopped")
            assert not any(map(is_alive, self.noted()))
            assert not _processes_with(str(self.numbers))

        return Deferred.fromCoroutine(go())

    def test_the_child_in_between_is_killed(self) -> Deferred[None]:
        """The program ends with it, and that is told."""

        async def go() -> None:
            words = (sys.executable, "-c", STUBBORN, str(self.numbers))
            command = self.begin(words, seconds=60.0)
            await until(self.noted)
            (pid,) = self.noted()
            os.kill(_parent_of(pid), signal.SIGKILL)
            assert (await command.answer).fault == "killed by signal 9"
            await until(lambda: not is_alive(pid))

        return Deferred.fromCoroutine(go())

    def test_many_runs_leave_nothing(self) -> Deferred[None]:
        """No descriptor, no process, no timer, however they end."""

        async def go() -> None:
            words = (("true",), ("false",), ("no-such-program",), ("sh", "-c", "sleep 600 & exit"))
            await self.run_whole(("true",))
            before = _open_files(), _children()
            for _ in range(10):
                commands = [self.begin(each, seconds=0.3) for each in words]
                for command in commands:
                    await command.over
            assert (_open_files(), _children()) == before

        return Deferred.fromCoroutine(go())

    def test_a_child_that_begins_badly(self) -> Deferred[None]:
        """It is no other than a program that does."""

        async def go() -> None:
            command = RunningCommand(
                Order(("true",), "/", {}, 1.0),
                {},
                spawner=cast("IReactorProcess", _NoProcesses()),
                clock=clock(),
            )
            command.start()
            assert (await command.answer).fault == "could not start: Cannot allocate memory"
            await command.over

        return Deferred.fromCoroutine(go())


def test_nothing_is_left_when_the_server_is_gone(tmp_path: Path) -> None:
    """All that a server leaves is the end of a pipe."""
    numbers = tmp_path / "numbers"
    words = (sys.executable, "-c", STUBBORN, str(numbers))
    with subprocess.Popen(
        (sys.executable, "-P", "-m", CHILD_MODULE),
        env=child_environment(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as child:
        assert child.stdin is not None
        child.stdin.write(Order(words, "/", {}, 600.0).framed().encoded())
        child.stdin.flush()
        end = time.monotonic() + PATIENCE_S
        while not (numbers.exists() and numbers.read_text().endswith("\n")):
            assert time.monotonic() < end
            time.sleep(0.02)
        pid = int(numbers.read_text())
        assert is_alive(pid)
    assert not is_alive(pid)


class _NoProcesses:
    def spawnProcess(self, *_args: object, **_more: object) -> None:
        raise OSError(12, "Cannot allocate memory")


def test_what_is_no_answer() -> None:
    """A child that has gone mad is no danger."""
    for payload in (b"", b"[]", b"[1,2,3]", b"{", b"7"):
        with pytest.raises(FrameError):
            answer_of(Frame(97, payload))


def _parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def _processes_with(word: str) -> list[Path]:
    return [one for one in Path("/proc").glob("[0-9]*/cmdline") if word in _text_of(one)]


def _text_of(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""
