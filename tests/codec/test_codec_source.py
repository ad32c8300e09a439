"""A programme goes on, at its pace, whatever happens to its child."""

import os
import signal
from collections.abc import Mapping, Sequence
from typing import cast

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.interfaces import IReactorProcess, IReactorTime
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase, TestCase

from tinyice.codec.protocol import (
    PARENT_KINDS,
    Audio,
    Credit,
    Fault,
    NewTags,
    Stop,
    from_parent,
)
from tinyice.codec.score import PIECES
from tinyice.codec.source import AHEAD_S, DEMO_MODULE, Allowance, Programme
from tinyice.work.children import ChildCommand
from tinyice.work.environment import child_environment
from tinyice.work.frames import Frame, FrameReader


class Nursery:
    """Spawns children that exist only here; each is a process transport of its own."""

    def __init__(self) -> None:
        self.children: list[PretendChild] = []

    def spawnProcess(
        self,
        protocol: ProcessProtocol,
        executable: str,
        args: Sequence[str],
        env: Mapping[str, str],
    ) -> None:
        child = PretendChild(protocol)
        self.children.append(child)
        protocol.makeConnection(child)


class PretendChild:
    """What a parent does to a child, and what that child says."""

    pid = 4711

    def __init__(self, protocol: ProcessProtocol) -> None:
        self._protocol = protocol
        self._reader = FrameReader(PARENT_KINDS, max_payload=100)
        self.heard: list[object] = []
        self.signals: list[str] = []

    @property
    def credit(self) -> float:
        return max(message.until for message in self.heard if isinstance(message, Credit))

    def say(self, *frames: Frame) -> None:
        self._protocol.outReceived(b"".join(frame.encoded() for frame in frames))

    def end(self, error: Exception | None = None) -> None:
        reason = Failure(error or ProcessDone(0))
        self._protocol.processExited(reason)
        self._protocol.processEnded(reason)

    def write(self, data: bytes) -> None:
        self.heard += map(from_parent, self._reader.feed(data))

    def closeStdin(self) -> None:  # noqa: N802
        pass

    def pauseProducing(self) -> None:
        pass

    def resumeProducing(self) -> None:
        pass

    def loseConnection(self) -> None:
        pass

    def signalProcess(self, signalID: str) -> None:  # noqa: N802, N803
        self.signals.append(signalID)


class ProgrammeTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.nursery = Nursery()
        self.told: list[object] = []
        self.programme = Programme(
            ChildCommand("some.codec"),
            spawner=cast("IReactorProcess", self.nursery),
            clock=self.clock,
            on_audio=self.told.append,
            on_tags=lambda artist, title: self.told.append((artist, title)),
            on_ended=lambda reason: self.told.append(f"ended: {reason}"),
        )
        self.programme.start()

    @property
    def child(self) -> PretendChild:
        return self.nursery.children[-1]

    def pass_time(self, seconds: float) -> None:
        self.clock.pump([0.125] * int(seconds * 8))

    def play(self, seconds: float) -> None:
        """Time passes, with a child that brings what it may."""
        for _ in range(int(seconds)):
            self.child.say(Audio(b"a", 1.0).framed())
            self.pass_time(1.0)

    def test_what_it_brings(self) -> None:
        """Audio and tags come in the order of the child."""
        tags = NewTags("tinyice", "Café")
        self.child.say(tags.framed(), Audio(b"one", 0.5).framed(), Audio(b"two", 0.5).framed())
        assert self.told == [("tinyice", "Café"), b"one", b"two"]

    def test_pace(self) -> None:
        """The child may be two seconds in front of the clock, at any time."""
        assert self.child.credit == AHEAD_S
        for passed in range(1, 60):
            self.play(1.0)
            assert abs(self.child.credit - AHEAD_S - passed) <= 0.25

    def test_a_killed_child(self) -> None:
        """A child that dies is told and begun again within five seconds."""
        self.play(10.0)
        self.child.end(ProcessTerminated(signal=9))
        assert self.told[-1] == "ended: killed by signal 9"
        self.pass_time(5.0)
        assert len(self.nursery.children) == 2

    def test_the_next_child_goes_on_where_the_last_one_was(self) -> None:
        """Over a short gap listeners get neither less nor more than the time that passed."""
        self.play(10.0)
        self.child.end(ProcessTerminated(signal=9))
        self.pass_time(0.5)
        assert abs(self.child.credit - 2.5) <= 0.25

    def test_backing_off(self) -> None:
        """What dies at once, again and again, is begun more and more rarely."""
        for _ in range(100):
            if self.programme.pid is not None:
                self.child.end(ProcessTerminated(exitCode=1))
            self.pass_time(1.0)
        assert 5 <= len(self.nursery.children) <= 12

    def test_a_hanging_child(self) -> None:
        """A child that brings nothing though it may is killed and begun again."""
        self.play(3.0)
        self.pass_time(4.0)
        assert self.child.signals == []
        self.pass_time(2.0)
        assert self.child.signals == ["TERM", "KILL"]
        self.child.end(ProcessTerminated(signal=9))
        assert self.told[-1] == "ended: brought no audio"

    def test_a_child_with_a_fault(self) -> None:
        """A child's own words are the reason of its end."""
        self.child.say(Fault("no encoder").framed())
        self.child.end(ProcessTerminated(exitCode=1))
        assert self.told == ["ended: no encoder"]

    def test_a_child_that_talks_nonsense(self) -> None:
        """A message of the wrong shape is the end of that child."""
        self.child.say(Frame(2, b"{}"), Audio(b"after", 1.0).framed())
        self.child.end(ProcessTerminated(signal=9))
        assert self.told == ["ended: sent a message of the wrong shape"]

    def test_stop(self) -> None:
        """Stopped, it says so to the child, calls nobody, and leaves nothing behind."""
        stopped = self.programme.stop()
        assert self.child.heard[-1] == Stop()
        self.child.say(Audio(b"late", 1.0).framed())
        self.assertNoResult(stopped)
        self.child.end()
        assert self.successResultOf(stopped) is None
        assert self.told == []
        assert not self.clock.getDelayedCalls()

    def test_stop_while_waiting(self) -> None:
        """Stopped between two children, it begins none."""
        self.child.end(ProcessTerminated(signal=9))
        self.successResultOf(self.programme.stop())
        assert not self.clock.getDelayedCalls()

    def test_stop_of_a_faulty_child(self) -> None:
        """Stopped while a bad child is being killed, it does not begin again."""
        self.child.say(Fault("no encoder").framed())
        stopped = self.programme.stop()
        self.child.end(ProcessTerminated(signal=9))
        self.successResultOf(stopped)
        assert not self.clock.getDelayedCalls()


def test_no_burst_after_a_pause() -> None:
    """What a long sleep of the machine cost is not made up for."""
    allowance = Allowance(100.0, 2.0)
    assert allowance.at(100.5) == 2.5
    assert allowance.at(3700.5) == 4.5
    assert allowance.at(3701.5) == 5.5


class RealProgrammeTests(TestCase):
    """With the real demo child under the real reactor."""

    timeout = 30

    def test_kill(self) -> Deferred[None]:
        """Killed in the middle, the demo is back within five seconds, from a first title on."""
        return Deferred.fromCoroutine(self.story())

    async def story(self) -> None:
        clock = cast("IReactorTime", reactor)
        titles: list[str] = []
        audio: list[bytes] = []
        reasons: list[str] = []
        came: list[Deferred[None]] = [Deferred(), Deferred()]

        def on_audio(data: bytes) -> None:
            audio.append(data)
            if not came[len(reasons)].called:
                came[len(reasons)].callback(None)

        programme = Programme(
            ChildCommand(DEMO_MODULE, (), child_environment(os.environ)),
            spawner=cast("IReactorProcess", reactor),
            clock=clock,
            on_audio=on_audio,
            on_tags=lambda _artist, title: titles.append(title),
            on_ended=reasons.append,
        )
        programme.start()
        self.addCleanup(programme.stop)
        await came[0]
        assert programme.pid is not None
        killed_at = clock.seconds()
        os.kill(programme.pid, signal.SIGKILL)
        await came[1]
        assert clock.seconds() - killed_at < 5.0
        assert reasons == ["killed by signal 9"]
        assert titles == [PIECES[0].title] * 2
        await programme.stop()
        assert programme.pid is None
