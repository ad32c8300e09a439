"""A station with two mounts and workers: real sockets, and workers here or in processes."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.process import reapAllProcesses
from twisted.internet.protocol import ProcessProtocol

from core.deicy import deinterleave
from core.fakes import NOON, Encoder
from core.tours import SECOND
from core.units import Programme, UnitFramer, numbers
from net.loopback import WITHIN_S, Loopback, loopback
from net.net_station import Station
from tinyice.core.clients import Client
from tinyice.core.events import ListenerLeft, WorkerLost
from tinyice.core.mount import Mount
from tinyice.core.pace import Pace
from tinyice.core.settings import StationSettings
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.work.backoff import Backoff
from tinyice.work.children import ChildCommand
from tinyice.work.environment import child_environment
from tinyice.workers.link import CHANNEL_DESCRIPTOR, Surroundings
from tinyice.workers.shared import shared_memory
from tinyice.workers.worker import Worker
from tinyice.workers.workers import QUEUE_MIN_BYTES, Workers

PATHS = ("/first", "/second")
METAINT = 16_000
JUMPS_MAX = 1000
COUNT = 2


class Here:
    """Begins workers that live in this process."""

    def __init__(self, loop: Loopback) -> None:
        self._loop = loop
        self.workers: list[Worker] = []

    def spawnProcess(
        self,
        protocol: ProcessProtocol,
        executable: str,
        args: object,
        env: Mapping[str, str],
        *,
        childFDs: Mapping[int, int],  # noqa: N803
    ) -> None:
        end = socket.socket(fileno=os.dup(childFDs[CHANNEL_DESCRIPTOR]))
        reactor = self._loop.reactor
        worker = Worker(
            end,
            reactor=reactor,
            clock=reactor,
            jumps_max=JUMPS_MAX,
            paced=lambda _bounds: None,
            ended=lambda: None,
        )
        worker.begin()
        self.workers.append(worker)


@dataclass
class Ear:
    """A player on a socket, and what came."""

    connection: socket.socket
    icy: bool
    got: bytearray = field(default_factory=bytearray)
    ended: bool = False
    is_dropped: bool = False

    def read(self, most: int = 1 << 20) -> int:
        """Take what is there, up to so many bytes; how many there were."""
        try:
            piece = self.connection.recv(most)
        except BlockingIOError:
            return 0
        except ConnectionResetError:
            self.ended = self.is_dropped = True
            return 0
        self.ended = not piece
        self.got += piece
        return len(piece)

    @property
    def body(self) -> bytes:
        """What came behind the head."""
        return bytes(self.got).partition(b"\r\n\r\n")[2]

    @property
    def units(self) -> list[int]:
        """The numbers of the units."""
        body = self.body
        return numbers(deinterleave(body, METAINT).payload if self.icy else body)


class House:
    """Everything, turned by hand."""

    def __init__(self, loop: Loopback, *, in_processes: bool) -> None:
        self.loop = loop
        settings = StationSettings(jumps_max=JUMPS_MAX, queue_min_bytes=QUEUE_MIN_BYTES)
        self.station = Station(loop.reactor, settings=settings, configured={})
        self.mounts = self.station.mounts
        self.mounts._allocate = shared_memory
        self.here = Here(loop)
        surroundings = Surroundings(
            spawner=loop.reactor if in_processes else self.here,
            reactor=loop.reactor,
            clock=loop.reactor,
            command=_command,
            backoff=Backoff(),
        )
        publish = self.station.events.append
        self.workers = Workers(COUNT, surroundings, listeners_max=100, publish=publish)
        self.mounts.carrier = self.workers
        self.port = loop.listen(self.station.doors)
        # So that slow players are slow, and not only their networks.
        self.port.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
        self.programmes = [Programme(), Programme()]
        self.programmes[1].number = SECOND
        self.on: list[tuple[Mount, Source]] = []
        self.ears: list[Ear] = []
        self.workers.start()
        self.until(lambda: all(link.is_ready for link in self.workers.links))
        for at, path in enumerate(PATHS):
            source = self._source()
            self.on.append((self.mounts.claim(path, source), source))
            source.framer = UnitFramer()
            self.on[at][0].set_tags(Tags(title=f"{path} 0"), "test")
            self.send(at, 200, 500)

    def send(self, to: int, count: int, length: int) -> None:
        """So many units come to one mount."""
        mount, source = self.on[to]
        mount.take(source, self.programmes[to].units(*[length] * count))

    def pulse(self) -> None:
        """What is new goes out, here and there."""
        self.mounts.deliver()
        for worker in self.here.workers:
            worker.deliver(0, 1, low_latency=False)

    def turn(self, times: int = 3) -> None:
        """Let happen what is to happen."""
        self.loop.turn(times)
        reapAllProcesses()

    def until(self, condition: Callable[[], Any], *, fast: bool = False) -> None:
        """Turn and pulse until ``condition`` holds."""
        end = self.loop.reactor.seconds() + WITHIN_S
        while not condition():
            assert self.loop.reactor.seconds() < end, "it never came true"
            self.turn()
            if not fast:
                self.pulse()

    def listen(self, to: int, *, icy: bool, slow: bool = False) -> Ear:
        """A player comes."""
        connection = self.loop.connect(self.port, receive_buffer=4096 if slow else 0)
        asked = "Icy-MetaData: 1\r\n" if icy else ""
        connection.sendall(f"GET {PATHS[to]} HTTP/1.0\r\n{asked}\r\n".encode())
        before = self.mounts.listeners
        self.until(lambda: self.mounts.listeners > before)
        self.ears.append(Ear(connection, icy))
        return self.ears[-1]

    def read(self, dice: Random) -> None:
        """Every player takes something; those whose turn it is, little."""
        for at, ear in enumerate(self.ears):
            ear.read(dice.randint(1, 3000) if at % 4 == 3 else 1 << 20)

    @property
    def away(self) -> int:
        """How many listeners the workers serve."""
        return sum(len(link.away) for link in self.workers.links)

    def where(self) -> list[int]:
        """On which of the mounts each player is."""
        second = self.on[1][0].listeners
        return [int(number in second) for number in range(1, len(self.ears) + 1)]

    def hear_out(self) -> None:
        """All get everything that their mounts have."""
        for at in (0, 1):
            self.send(at, 60, 1000)
        wanted = [self.programmes[at].number - 1 for at in self.where()]
        for ear, last in zip(self.ears, wanted, strict=True):

            def has_it(ear: Ear = ear, last: int = last) -> bool:
                return not ear.read() and (ear.is_dropped or ear.units[-1:] == [last])

            self.until(has_it)

    def check(self) -> None:
        """Each player got whole units in order, of neither mount any twice."""
        assert sum(ear.is_dropped for ear in self.ears) <= len(self.ears) // 4
        for ear in self.ears:
            found = ear.units
            for at in (0, 1):
                own = [number for number in found if (number >= SECOND) == bool(at)]
                assert own == sorted(set(own)), "a unit came twice, or too late"

    def kick_all(self) -> None:
        """Everyone goes; each account is right to the byte."""
        for path in PATHS:
            self.mounts.kick_listeners(path)
        for ear in self.ears:

            def is_over(ear: Ear = ear) -> bool:
                return ear.ended or (ear.read() == 0 and ear.ended)

            self.until(is_over)
        self.until(lambda: len(self.left()) == len(self.ears))
        told = {left.listener: left.bytes_out for left in self.left()}
        for ear, number in zip(self.ears, sorted(told), strict=True):
            assert ear.is_dropped or told[number] == len(ear.body)

    def left(self) -> list[ListenerLeft]:
        """Who is told to have left."""
        return [one for one in self.station.events if isinstance(one, ListenerLeft)]

    def close(self) -> None:
        """End the workers."""
        done: list[object] = []
        Deferred.fromCoroutine(self.workers.stop()).addBoth(done.append)
        if not self.here.workers:
            self.until(lambda: done, fast=True)
            assert not any(isinstance(event, WorkerLost) for event in self.station.events)
        self.turn(5)

    def _source(self) -> Source:
        return Source(
            kind="client",
            client=Client("192.0.2.1"),
            user="source",
            credential="hash",
            content_type="audio/mpeg",
            station=StationHeaders(),
            control=Encoder(),
            pace=Pace(0),
            connected_at=NOON,
            now=self.loop.reactor.seconds(),
        )


@contextmanager
def house(*, in_processes: bool) -> Iterator[House]:
    """A house that is cleaned up."""
    with loopback() as loop:
        made = House(loop, in_processes=in_processes)
        try:
            yield made
        finally:
            made.close()


def _command(descriptor: int) -> ChildCommand:
    words = (str(CHANNEL_DESCRIPTOR), str(JUMPS_MAX), "20", "50")
    given = {CHANNEL_DESCRIPTOR: descriptor}
    return ChildCommand("tinyice.workers", words, child_environment(os.environ), given)
