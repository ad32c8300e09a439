"""Children live and end as they are told; however they end, it is told once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone, ProcessExitedAlready, ProcessTerminated
from twisted.internet.interfaces import IReactorProcess, IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import Clock, deferLater
from twisted.logger import globalLogPublisher
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase, TestCase

from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.environment import child_environment
from tinyice.work.frames import Frame, FrameReader
from work.frame_child import ECHO, FLOOD, FLOOD_BYTES, FLOOD_FRAMES, KINDS
from work.parenthood import TESTS, Family, command_for


class FakeProcess:
    """A process transport that writes down what is done to it."""

    def __init__(self) -> None:
        self.pid = 4711
        self.done: list[str] = []
        self.gone = False

    def write(self, data: bytes) -> None:
        self.done.append(f"write {len(data)}")

    def closeStdin(self) -> None:  # noqa: N802
        self.done.append("close stdin")

    def pauseProducing(self) -> None:
        self.done.append("pause")

    def resumeProducing(self) -> None:
        self.done.append("resume")

    def loseConnection(self) -> None:
        self.done.append("lose connection")

    def signalProcess(self, signalID: str) -> None:  # noqa: N802, N803
        if self.gone:
            raise ProcessExitedAlready
        self.done.append(signalID)


class FakeSpawner:
    """Begins fake processes, or can't."""

    def __init__(self, error: OSError | None = None) -> None:
        self.process = FakeProcess()
        self.argv: Sequence[str] = ()
        self._error = error

    def spawnProcess(
        self,
        protocol: ProcessProtocol,
        executable: str,
        args: Sequence[str],
        env: Mapping[str, str],
    ) -> FakeProcess:
        if self._error is not None:
            raise self._error
        self.argv = args
        protocol.makeConnection(self.process)
        return self.process


class ChildTests(SynchronousTestCase):
    def begin(self, error: OSError | None = None) -> None:
        self.clock = Clock()
        self.family = Family()
        self.spawner = FakeSpawner(error)
        self.process = self.spawner.process
        self.child = Child(
            ChildCommand("some.module", ("x",)),
            self.family,
            reader=FrameReader(KINDS, max_payload=10),
            spawner=cast("IReactorProcess", self.spawner),
            clock=self.clock,
        )
        self.child.start()

    def end(self, error: Exception | None = None) -> None:
        self.process.gone = True
        self.child.processExited(Failure(error or ProcessDone(0)))
        self.child.processEnded(Failure(error or ProcessDone(0)))

    def test_command_line(self) -> None:
        """A child runs one of our modules, and none of the working directory."""
        self.begin()
        assert list(self.spawner.argv[1:]) == ["-P", "-m", "some.module", "x"]

    def test_stop_asks_first(self) -> None:
        """First the end of its input, then SIGTERM, then SIGKILL, each with time between."""
        self.begin()
        stopped = self.child.stop()
        assert self.process.done == ["close stdin", "resume"]
        self.clock.advance(0.9)
        assert "TERM" not in self.process.done
        self.clock.advance(0.2)
        assert self.process.done[-1] == "TERM"
        self.clock.advance(2.0)
        assert self.process.done[-1] == "KILL"
        self.end(ProcessTerminated(signal=9))
        assert self.successResultOf(stopped).reason == "stopped"
        assert self.successResultOf(self.child.stop()).asked
        assert not self.clock.getDelayedCalls()

    def test_what_obeys_gets_no_signal(self) -> None:
        """A child that ends when asked is left alone."""
        self.begin()
        self.child.stop()
        self.end()
        self.clock.advance(10.0)
        assert not {"TERM", "KILL"} & set(self.process.done)
        assert self.family.endings == [Ending(asked=True, exit_code=0)]

    def test_no_frames_after_stop(self) -> None:
        """A stopped child is not heard any more, nor spoken to."""
        self.begin()
        self.child.stop()
        self.child.outReceived(Frame(ECHO).encoded())
        self.child.send(Frame(ECHO))
        assert self.family.frames == []
        assert not [done for done in self.process.done if done.startswith("write")]

    def test_stopped_by_a_frame(self) -> None:
        """A user who stops the child on a frame does not get the next one."""
        self.begin()
        self.family.when(lambda: bool(self.family.frames)).addCallback(
            lambda _nothing: self.child.stopProducing()
        )
        self.child.outReceived(Frame(ECHO, b"1").encoded() + Frame(ECHO, b"2").encoded())
        assert self.family.frames == [Frame(ECHO, b"1")]

    def test_garbage_kills(self) -> None:
        """What is no frame is the end of that child, with a reason."""
        self.begin()
        self.child.outReceived(b"print")
        self.clock.advance(0)
        assert self.process.done[-1] == "KILL"
        self.end(ProcessTerminated(signal=9))
        assert self.family.endings[0].reason == "sent a frame of unknown kind 112"

    def test_pause(self) -> None:
        """Pausing stops the reading; an ended child is read to its end all the same."""
        self.begin()
        self.child.pauseProducing()
        assert self.process.done == ["pause"]
        self.child.processExited(Failure(ProcessDone(0)))
        assert self.process.done == ["pause", "resume"]

    def test_pipes_that_stay_open(self) -> None:
        """A grandchild that keeps the pipes does not keep the end from being told."""
        self.begin()
        self.child.processExited(Failure(ProcessDone(0)))
        self.clock.advance(1.0)
        assert self.process.done[-1] == "lose connection"

    def test_no_process(self) -> None:
        """A process that can't begin has ended, with the system's reason, a little later."""
        self.begin(OSError(11, "Resource temporarily unavailable"))
        assert self.family.endings == []
        assert self.child.pid is None
        stopped = self.child.stop()
        self.clock.advance(0)
        reason = "could not start: Resource temporarily unavailable"
        assert [ending.reason for ending in self.family.endings] == [reason]
        self.successResultOf(stopped)

    def test_stopped_in_its_end(self) -> None:
        """A user who stops a child on hearing of its end leaves nothing behind."""
        self.begin()
        self.family.when(lambda: bool(self.family.endings)).addCallback(
            lambda _nothing: self.child.stopProducing()
        )
        self.end()
        assert not self.clock.getDelayedCalls()

    def test_never_started(self) -> None:
        """What never began is stopped at once."""
        self.begin()
        unborn = Child(
            ChildCommand("m"),
            self.family,
            reader=FrameReader(KINDS, max_payload=10),
            spawner=cast("IReactorProcess", self.spawner),
            clock=self.clock,
        )
        assert self.successResultOf(unborn.stop()).asked


class RealChildTests(TestCase):
    """With real processes, under the real reactor."""

    timeout = 30

    def begin(self, behaviour: str) -> None:
        self.family = Family()
        self.child = Child(
            command_for(behaviour),
            self.family,
            reader=FrameReader(KINDS, max_payload=100_000),
            spawner=cast("IReactorProcess", reactor),
            clock=cast("IReactorTime", reactor),
        )
        self.child.start()
        self.addCleanup(self.child.stop)

    def run_story(self, story: Coroutine[Deferred[object], object, None]) -> Deferred[None]:
        return Deferred.fromCoroutine(story)

    async def frames(self, count: int) -> list[Frame]:
        await self.family.when(lambda: len(self.family.frames) >= count or self.family.endings)
        return self.family.frames

    def test_conversation(self) -> Deferred[None]:
        """Frames go there and back, prints don't get between them, and it ends when asked."""

        async def story() -> None:
            self.begin("echo")
            (hello,) = await self.frames(1)
            assert hello == Frame(ECHO, f"echo {os.getpid()}".encode())
            self.child.send(Frame(FLOOD, b"x" * 90_000))
            assert (await self.frames(2))[1] == Frame(FLOOD, b"x" * 90_000)
            ending = await self.child.stop()
            assert ending == Ending(asked=True, exit_code=0, last_words="this is no frame")

        return self.run_story(story())

    def test_crash(self) -> Deferred[None]:
        """A child that dies of an exception leaves its last words, in the log too."""

        async def story() -> None:
            lines: list[str] = []

            def observe(event: Mapping[str, object]) -> None:
                lines.append(str(event.get("line")))

            globalLogPublisher.addObserver(observe)
            self.addCleanup(globalLogPublisher.removeObserver, observe)
            self.begin("crash")
            await self.frames(1)
            reason = "ended with status 1: RuntimeError: nothing works"
            assert [ending.reason for ending in self.family.endings] == [reason]
            assert "RuntimeError: nothing works" in lines

        return self.run_story(story())

    def test_garbage(self) -> Deferred[None]:
        """A child that sends no frames is killed."""

        async def story() -> None:
            self.begin("garbage")
            await self.frames(1)
            assert self.family.endings[0].reason.startswith("sent a frame of unknown kind")

        return self.run_story(story())

    def test_kill(self) -> Deferred[None]:
        """A killed child is told as one."""

        async def story() -> None:
            self.begin("echo")
            await self.frames(1)
            pid = self.child.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            await self.family.when(lambda: bool(self.family.endings))
            assert self.family.endings[0].signal == signal.SIGKILL
            assert self.child.pid is None

        return self.run_story(story())

    def test_deaf(self) -> Deferred[None]:
        """A child that heeds neither the end of its input nor SIGTERM is killed."""

        async def story() -> None:
            self.begin("deaf")
            await self.frames(1)
            ending = await self.child.stop()
            assert ending.asked
            assert ending.signal == signal.SIGKILL

        return self.run_story(story())

    def test_back_pressure(self) -> Deferred[None]:
        """While we are paused the child waits with what it has; then all comes, in order."""

        async def story() -> None:
            self.begin("flood")
            await self.frames(1)
            self.child.pauseProducing()
            held = len(self.family.frames)
            await deferLater(cast("IReactorTime", reactor), 0.3)
            assert len(self.family.frames) - held <= 2
            self.child.resumeProducing()
            frames = await self.frames(FLOOD_FRAMES + 1)
            flood = [bytes([number]) * FLOOD_BYTES for number in range(FLOOD_FRAMES)]
            assert [frame.payload for frame in frames[:-1]] == flood
            await self.child.stop()

        return self.run_story(story())


def test_environment() -> None:
    """A child gets no secret of ours, and finds our package."""
    ours = {"PATH": "/bin", "TINYICE_ADMIN_PASSWORD": "secret", "PYTHONPATH": "/lib/somewhere"}
    environment = child_environment(ours)
    assert environment["PATH"] == "/bin"
    assert "TINYICE_ADMIN_PASSWORD" not in environment
    assert environment["PYTHONPATH"].endswith("/lib/somewhere")


PARENT = """
import subprocess, sys, time
from work.parenthood import command_for
command = command_for("deaf")
pipe = subprocess.PIPE
child = subprocess.Popen(command.argv, env=command.environment, stdin=pipe, stdout=pipe)
child.stdout.read(6)
print(child.pid, flush=True)
time.sleep(60)
"""


def runs(pid: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of this")
def test_no_orphans() -> None:
    """A child ends with its parent, even if that is killed and the child heeds nothing."""
    environment = child_environment({**os.environ, "PYTHONPATH": TESTS})
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], env=environment, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert runs(child)
        parent.kill()
    deadline = time.monotonic() + 10.0
    while runs(child):
        assert time.monotonic() < deadline
        time.sleep(0.02)
