"""The main process's end of a worker: what it does when the other end misbehaves."""

import os
import socket
from collections.abc import Mapping, Sequence

import pytest
from twisted.internet.error import ProcessTerminated
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from core.fakes import Player
from tinyice.core.clients import Client
from tinyice.core.events import Event, WorkerLost
from tinyice.core.listener import Listener
from tinyice.core.snapshots import PulseSnapshot, WorkerSnapshot, WorkersSnapshot
from tinyice.work.backoff import Backoff
from tinyice.work.children import ChildCommand
from tinyice.work.frames import FrameReader
from tinyice.workers import messages as say
from tinyice.workers.link import CHANNEL_DESCRIPTOR, Link, Surroundings
from tinyice.workers.watch import PATIENCE, REPORT_S
from tinyice.workers.workers import Workers


class Process:
    """A process that ends when it is killed."""

    pid = 4711

    def __init__(self, protocol: ProcessProtocol) -> None:
        self.protocol = protocol
        self.signals: list[str] = []

    def signalProcess(self, name: str) -> None:  # noqa: N802
        self.signals.append(name)

    def die(self, number: int = 9) -> None:
        reason = Failure(ProcessTerminated(signal=number))
        self.protocol.processExited(reason)
        self.protocol.processEnded(reason)

    def write(self, data: bytes) -> None: ...
    def closeStdin(self) -> None: ...  # noqa: N802
    def pauseProducing(self) -> None: ...
    def resumeProducing(self) -> None: ...
    def loseConnection(self) -> None: ...


class World:
    """A reactor and the processes it began, in memory; ``theirs`` are the workers' sockets."""

    def __init__(self, count: int = 1) -> None:
        self.clock = Clock()
        self.processes: list[Process] = []
        self.theirs: list[socket.socket] = []
        self.readers: set[object] = set()
        self.events: list[Event] = []
        around = Surroundings(
            spawner=self, reactor=self, clock=self.clock, command=self.command, backoff=Backoff()
        )
        self.workers = Workers(count, around, listeners_max=10, publish=self.events.append)
        self.workers.start()

    @property
    def link(self) -> Link:
        return self.workers.links[0]

    def command(self, descriptor: int) -> ChildCommand:
        return ChildCommand("a.module", (), {}, {CHANNEL_DESCRIPTOR: descriptor})

    def spawnProcess(
        self,
        protocol: ProcessProtocol,
        executable: str,
        args: Sequence[str],
        env: Mapping[str, str],
        childFDs: Mapping[int, object],  # noqa: N803
    ) -> Process:
        descriptor = childFDs[CHANNEL_DESCRIPTOR]
        assert isinstance(descriptor, int)
        self.theirs.append(socket.socket(fileno=os.dup(descriptor)))
        self.processes.append(Process(protocol))
        protocol.makeConnection(self.processes[-1])
        return self.processes[-1]

    def addReader(self, reader: object) -> None:  # noqa: N802
        self.readers.add(reader)

    def removeReader(self, reader: object) -> None:  # noqa: N802
        self.readers.discard(reader)

    def addWriter(self, writer: object) -> None: ...  # noqa: N802
    def removeWriter(self, writer: object) -> None: ...  # noqa: N802

    def say(self, message: say.Message | bytes) -> None:
        """The newest worker says this."""
        data = message if isinstance(message, bytes) else say.encoded(message).encoded()
        self.theirs[-1].send(data)
        for channel in tuple(self.readers):
            failure = channel.doRead()
            if failure is not None:
                channel.connectionLost(failure)

    def close(self) -> None:
        for end in self.theirs:
            end.close()


@pytest.fixture
def world() -> World:
    return World()


def test_a_worker_takes_nobody_before_it_is_ready(world: World) -> None:
    """And not any more once it has ended."""
    assert not world.link.takes_more
    world.say(say.Ready())
    assert world.link.takes_more
    world.processes[0].die()
    assert not world.link.takes_more
    world.close()


def test_a_worker_that_ends_is_begun_again_and_told(world: World) -> None:
    """Ever later, while it ends at once; the loss is told each time."""
    for number, delay in enumerate((0.5, 1.0, 2.0), 1):
        world.processes[-1].die()
        assert world.events == [WorkerLost(1, "killed by signal 9", 0)] * number
        world.clock.advance(delay - 0.01)
        assert len(world.processes) == number
        world.clock.advance(0.02)
        assert len(world.processes) == number + 1
    world.close()


def test_a_worker_that_speaks_garbage_is_ended(world: World) -> None:
    """Nothing it says counts any more, and another one is begun."""
    world.say(say.Ready())
    world.say(b"\xff" * 30)
    assert not world.link.takes_more
    world.clock.advance(1.0)
    world.clock.advance(0)
    assert "KILL" in world.processes[0].signals
    world.processes[0].die()
    assert world.events == [WorkerLost(1, "closed its channel", 0)]
    world.close()


def test_words_of_listeners_that_are_gone_mean_nothing(world: World) -> None:
    """Messages cross each other on their ways."""
    world.say(say.Ready())
    world.say(say.Gone(7, too_slow=False, bytes_out=1, jumps=0))
    world.say(say.Overrun(7, 100))
    world.say(say.Served(3, 1, 1))
    assert world.link.takes_more
    world.close()


def test_stopping_begins_nothing_again() -> None:
    """The end that was asked for is no loss."""
    world = World(2)
    done = world.workers.stop()
    with pytest.raises(StopIteration):
        for _ in range(3):
            waiting = done.send(None)
            for process in world.processes:
                process.die(15)
            assert waiting.called
    world.clock.advance(60)
    assert len(world.processes) == 2
    assert world.events == []
    world.close()


def beat(world: World) -> None:
    """The newest worker tells of its pulse."""
    world.say(say.Beat(False, 0.5, 0.01, 1.25, 0.75))


def seconds(world: World, count: int) -> None:
    """So many seconds pass, one after the other."""
    for _ in range(count):
        world.clock.advance(REPORT_S)


def test_a_worker_that_hangs_is_ended(world: World) -> None:
    """It runs and says nothing: it is killed, once, and told with the reason."""
    world.say(say.Ready())
    for _ in range(3):
        seconds(world, PATIENCE - 1)
        beat(world)
    assert world.link.takes_more
    seconds(world, PATIENCE)
    assert not world.link.takes_more
    world.clock.advance(0)
    assert world.processes[0].signals.count("KILL") == 1
    world.processes[0].die()
    assert world.events == [WorkerLost(1, "did not answer for 10 s", 0)]
    seconds(world, 2)
    assert len(world.processes) == 2
    world.say(say.Ready())
    seconds(world, PATIENCE - 1)
    assert world.link.takes_more
    world.close()


def test_a_worker_may_take_long_to_begin(world: World) -> None:
    """But not for ever."""
    seconds(world, 3 * PATIENCE)
    world.clock.advance(0)
    assert world.processes[0].signals == []
    seconds(world, 3 * PATIENCE)
    world.clock.advance(0)
    assert "KILL" in world.processes[0].signals
    world.close()


def test_the_main_process_may_stand_still(world: World) -> None:
    """However long: its own stalls are not held against a worker."""
    world.say(say.Ready())
    for _ in range(PATIENCE - 1):
        world.clock.advance(60)
    beat(world)
    assert world.link.takes_more
    world.close()


def test_workers_are_told_with_their_pulses(world: World) -> None:
    """As they said last; of one that is gone nothing is told but that."""
    world.say(say.Ready())
    beat(world)
    world.say(say.Beat(True, 0.04, 0.0, 1.0, 0.1))
    beat(world)
    pulses = (
        PulseSnapshot("normal", 0.5, 0.01, 1.25, 0.75),
        PulseSnapshot("low_latency", 0.04, 0.0, 1.0, 0.1),
    )
    found = world.workers.snapshot()
    assert found == WorkersSnapshot(1, 0, (WorkerSnapshot(1, True, 0, pulses),))
    world.processes[0].die()
    found = world.workers.snapshot()
    assert found == WorkersSnapshot(0, 1, (WorkerSnapshot(1, False, 0),))
    world.close()


def orders(world: World, number: int) -> list[say.Message]:
    """What a worker was told and has not read before."""
    reader = FrameReader(say.TO_WORKER, max_payload=say.SHORT)
    end = world.theirs[number]
    end.setblocking(False)
    try:
        return [say.decoded(frame) for frame in reader.feed(end.recv(65536))]
    except BlockingIOError:
        return []


def test_more_workers_are_begun_and_fewer_end() -> None:
    """One that nobody is served by ends at the next look, and is no loss; its number is free."""
    world = World(1)
    world.workers.resize(3)
    assert [link.number for link in world.workers.links] == [1, 2, 3]
    assert len(world.processes) == 3
    world.workers.resize(1)
    assert [link.is_leaving for link in world.workers.links] == [False, True, True]
    seconds(world, 2)
    assert [orders(world, number) for number in range(3)] == [[], [say.Stop()], [say.Stop()]]
    for process in world.processes[1:]:
        process.die(15)
    assert [link.number for link in world.workers.links] == [1]
    world.clock.advance(60)
    assert (len(world.processes), world.events) == (3, [])
    world.workers.resize(2)
    assert [link.number for link in world.workers.links] == [1, 2]
    assert len(world.processes) == 4
    world.close()


class Somebody:
    """A listener that a worker serves."""

    def __init__(self) -> None:
        self.listener = Listener(7, Client(""), Player(), 0.0)
        self.is_gone = False

    def gone(self, _bytes_out: int, _jumps: int, *, too_slow: bool) -> None:
        self.is_gone = True


def test_a_worker_that_leaves_takes_nobody_and_serves_who_is_there(world: World) -> None:
    """Its listeners decide when it ends; if it dies before, they are told as lost."""
    world.say(say.Ready())
    somebody = Somebody()
    world.link.away[7] = somebody  # type: ignore[assignment]
    world.workers.resize(0)
    beat(world)
    seconds(world, 5)
    assert not world.link.takes_more
    assert orders(world, 0) == []
    world.processes[0].die()
    assert world.events == [WorkerLost(1, "killed by signal 9", 1)]
    assert somebody.is_gone
    seconds(world, 2)
    assert world.workers.links == ()
    assert len(world.processes) == 1
    world.close()


def test_none_at_the_start_and_some_later() -> None:
    world = World(0)
    seconds(world, 3)
    world.workers.resize(1)
    world.say(say.Ready())
    assert world.link.takes_more
    world.close()


def test_other_limits_are_told_to_all(world: World) -> None:
    """Also to one that is not ready yet, which was begun with others."""
    world.workers.resize(2)
    world.workers.settle(9, (50, 1000))
    assert [orders(world, number) for number in range(2)] == [[say.Settle(9, 50, 1000)]] * 2
    world.close()
