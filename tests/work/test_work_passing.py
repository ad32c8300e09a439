"""Children that go over from one process to another: they run on, and outlive nobody."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine
from typing import cast

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFDSet, IReactorProcess, IReactorTime
from twisted.trial.unittest import TestCase

from tinyice.work.children import Child, ChildCommand
from tinyice.work.environment import child_environment
from tinyice.work.frames import HEAD, Frame, FrameReader
from work.frame_child import ECHO, FLOOD, KINDS
from work.parenthood import TESTS, Family, command_for
from work.test_work_children import runs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere children do not move")


def child_for(family: Family, command: ChildCommand) -> Child:
    return Child(
        command,
        family,
        reader=FrameReader(KINDS, max_payload=300_000),
        spawner=cast("IReactorProcess", reactor),
        clock=cast("IReactorTime", reactor),
    )


class PassingTests(TestCase):
    """Both sides are in this process, which is parent only for the first."""

    timeout = 30

    def run_story(self, story: Coroutine[Deferred[object], object, None]) -> Deferred[None]:
        return Deferred.fromCoroutine(story)

    async def begin(self) -> tuple[Family, Child]:
        family = Family()
        child = child_for(family, command_for("passed", has_lifeline=True))
        self.addCleanup(child.stop)
        child.start()
        await family.when(lambda: bool(family.frames))
        return family, child

    def hand_on(self, child: Child) -> tuple[Family, Child]:
        leaving = child.leaving()
        assert leaving is not None
        family = Family()
        heir = child_for(family, command_for("passed", has_lifeline=True))
        self.addCleanup(heir.stop)
        heir.adopt(leaving.frozen, leaving.descriptors, cast("IReactorFDSet", reactor))
        leaving.let_go()
        return family, heir

    def test_frames_that_are_on_their_way(self) -> Deferred[None]:
        """What was said, and not heard, is heard by the heir, once; and so is what was half."""

        async def story() -> None:
            family, child = await self.begin()
            big = Frame(FLOOD, b"x" * 250_000)
            child.send(big)
            child.send(Frame(ECHO, b"two"))
            child.outReceived(HEAD.pack(ECHO, 4) + b"ha")
            count = len(family.frames)
            leaving = child.leaving()
            assert leaving is not None
            assert leaving.frozen.unsent, "more than a pipe takes"
            for descriptor in leaving.descriptors:
                os.close(descriptor)
            heirs, heir = self.hand_on(child)
            heir.outReceived(b"lf")
            await heirs.when(lambda: len(heirs.frames) >= 3)
            assert heirs.frames == [Frame(ECHO, b"half"), big, Frame(ECHO, b"two")]
            assert len(family.frames) == count
            assert child.leaving() is None
            heir.send(Frame(ECHO, b"three"))
            await heirs.when(lambda: len(heirs.frames) >= 4)
            ending = await heir.stop()
            assert (ending.asked, ending.exit_code) == (True, None)
            assert not family.endings

        return self.run_story(story())

    def test_it_dies_there(self) -> Deferred[None]:
        """Whoever has it hears of its end, though it is nobody's child there."""

        async def story() -> None:
            _family, child = await self.begin()
            _others, heir = self.hand_on(child)
            heirs, last = self.hand_on(heir)
            pid = last.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            await heirs.when(lambda: bool(heirs.endings))
            assert heirs.endings[0].reason == "ended"
            assert last.pid is None

        return self.run_story(story())

    def test_it_is_killed_there(self) -> Deferred[None]:
        """Who has it ends it, by its number and whatever it does."""

        async def story() -> None:
            _family, child = await self.begin()
            heirs, heir = self.hand_on(child)
            pid = heir.pid
            assert pid is not None
            os.kill(pid, signal.SIGSTOP)
            heir.fail("hangs")
            await heirs.when(lambda: bool(heirs.endings))
            assert heirs.endings[0].reason == "hangs"
            assert not runs(pid)

        return self.run_story(story())

    def test_none_that_has_no_lifeline(self) -> Deferred[None]:
        """It would end with its parent."""

        async def story() -> None:
            family = Family()
            child = child_for(family, command_for("echo"))
            child.start()
            await family.when(lambda: bool(family.frames))
            assert child.leaving() is None
            await child.stop()

        return self.run_story(story())


PARENT = """
import os, subprocess, sys, time
from work.parenthood import command_for
from tinyice.work.childside import LIFELINE
command = command_for(sys.argv[1])
pipe = subprocess.PIPE
end, lifeline = os.pipe()
if end != LIFELINE:
    os.dup2(end, LIFELINE)
    os.close(end)
child = subprocess.Popen(
    command.argv, env=command.environment, stdin=pipe, stdout=pipe, pass_fds=[LIFELINE]
)
child.stdout.read(6)
os.close(LIFELINE)
if os.fork() == 0:
    # Somebody else has all that the child hangs on.
    print(child.pid, os.getpid(), flush=True)
    time.sleep(60)
os._exit(0)
"""


@pytest.mark.parametrize("behaviour", ["passed", "busy"])
def test_no_orphans(behaviour: str) -> None:
    """A child outlives its parent, but not who has its lifeline, even if it hears nothing."""
    environment = child_environment({**os.environ, "PYTHONPATH": TESTS})
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, behaviour], env=environment, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child, heir = map(int, parent.stdout.readline().split())
        assert parent.wait(10) == 0
        assert runs(child)
        os.kill(heir, signal.SIGKILL)
    deadline = time.monotonic() + 10.0
    while runs(child):
        assert time.monotonic() < deadline
        time.sleep(0.02)
