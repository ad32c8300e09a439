"""One worker, as the main process knows it: a child process, and the channel to it."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFDSet, IReactorProcess, IReactorTime
from twisted.logger import Logger

from tinyice.core.snapshots import LOW_LATENCY, NORMAL, PulseSnapshot, WorkerSnapshot
from tinyice.work.backoff import Backoff, Revival
from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.frames import Frame, FrameReader
from tinyice.workers.away import Away
from tinyice.workers.channel import Channel
from tinyice.workers.messages import (
    FROM_WORKER,
    PREFIX_MAX,
    SHORT,
    Beat,
    GoOn,
    Halt,
    Lead,
    Message,
    Ready,
    Stop,
)
from tinyice.workers.watch import REPORT_S, Watch

CHANNEL_DESCRIPTOR = 3
_CLOGGED = 2000
"""So many messages may wait; then no more listeners go there."""
_DYING_S = 1.0
"""How long a process may outlive its channel."""


class LinkUser(Protocol):
    """Who works with workers."""

    def heard(self, link: "Link", message: Message) -> None:
        """The worker says this."""

    def link_lost(self, link: "Link", ending: Ending) -> None:
        """The worker's process is no more."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a link needs of the process it lives in."""

    spawner: IReactorProcess
    reactor: IReactorFDSet
    clock: IReactorTime
    command: Callable[[int], ChildCommand]
    """A worker's command line, given the descriptor that it is to get."""
    backoff: Backoff


class Link:
    """A worker, begun again whenever it ends until ``stop``."""

    _log = Logger(namespace="tinyice")

    def __init__(self, number: int, user: LinkUser, surroundings: Surroundings) -> None:
        self.number = number
        self.away: dict[int, Away] = {}
        """The listeners that it serves, by their numbers."""
        self._user = user
        self._around = surroundings
        self._revival = Revival(self.start, clock=surroundings.clock, backoff=surroundings.backoff)
        self._child: Child | None = None
        self._channel: Channel | None = None
        self._is_ready = False
        self._stopping = False
        self._is_halting = False
        self.is_leaving = False
        """Whether it is not wanted any more, and ends with its last listener."""
        self._lead = b""
        self._watch = Watch()
        self._pulses: dict[bool, PulseSnapshot] = {}

    @property
    def is_ready(self) -> bool:
        """Whether its process runs and serves."""
        return self._is_ready

    @property
    def takes_more(self) -> bool:
        """Whether it may be given a listener now."""
        channel = self._channel
        is_free = self._is_ready and not self._is_halting and not self.is_leaving
        return is_free and channel is not None and channel.waiting < _CLOGGED

    @property
    def pid(self) -> int | None:
        """Its process, while that runs."""
        return None if self._child is None else self._child.pid

    def start(self) -> None:
        """Begin the process."""
        around = self._around
        self._lead = b""
        self._watch.begin()
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            delay = self._revival.ended()
            self._log.warn(
                "worker {worker} can't be started, again in {delay} s: {reason}",
                worker=self.number,
                delay=delay,
                reason=error.strerror,
            )
            return
        with theirs:
            self._child = Child(
                around.command(theirs.fileno()),
                self,
                # It has nothing to say on its standard output.
                reader=FrameReader(frozenset(), max_payload=0),
                spawner=around.spawner,
                clock=around.clock,
            )
            reader = FrameReader(FROM_WORKER, max_payload=PREFIX_MAX + SHORT)
            self._channel = Channel(ours, reader, self, around.reactor)
            self._child.start()
        self._revival.began()

    def say(self, message: Message, descriptor: int | None = None) -> None:
        """Tell the worker; ``descriptor`` goes with it, and is closed here."""
        if self._channel is None:
            raise RuntimeError("the worker was never started")
        self._channel.send(message, descriptor)

    def tell(self, message: Message) -> None:
        """The same, for what its process knows from its start on if there is none now."""
        if self._channel is not None and not self._stopping:
            self._channel.send(message)

    def leave(self) -> None:
        """Take nobody any more; whoever it serves stays."""
        self.is_leaving = True
        self._revival.cancel()

    @property
    def has_left(self) -> bool:
        """Whether it was told to end."""
        return self._stopping

    def lead(self, prefix: bytes) -> None:
        """Tell the worker what comes first for those who cross from now on.

        Once for all who get the same: thousands may be moved, and stream
        headers are long.
        """
        if prefix != self._lead:
            self._lead = prefix
            self.say(Lead(prefix))

    def halt(self) -> None:
        """Let it serve nobody, and tell where everyone stands."""
        self._is_halting = True
        self.say(Halt())

    def go_on(self) -> None:
        """Let it serve its listeners again."""
        self._is_halting = False
        self.say(GoOn())

    def next_descriptor(self) -> int | None:
        """The one that came with the message at hand."""
        return None if self._channel is None else self._channel.next_descriptor()

    def forsake(self) -> Deferred[Ending] | None:
        """End it, whose listeners are served elsewhere by now: nobody hears of that."""
        self.away = {}
        self._stopping = True
        self._is_ready = False
        self._revival.cancel()
        if self._child is None or self._channel is None:
            return None
        self._channel.lose()
        return self._child.stop()

    def fail(self, fault: str) -> None:
        """End it: this is wrong with it."""
        self._is_ready = False
        if self._child is not None:
            self._child.fail(fault)

    def look(self) -> None:
        """Once in ``REPORT_S``: end it if it has been silent for too long."""
        if self._child is not None and not self._stopping and self._watch.look():
            self.fail(f"did not answer for {self._watch.silent * REPORT_S:g} s")

    def snapshot(self) -> WorkerSnapshot:
        """How it is at this moment."""
        return WorkerSnapshot(
            number=self.number,
            is_running=self._is_ready,
            listeners=len(self.away),
            pulses=tuple(self._pulses.values()) if self._is_ready else (),
        )

    def stop(self) -> Deferred[Ending] | None:
        """Let its listeners go, and end; None if it never began."""
        self._stopping = True
        self._is_ready = False
        self._revival.cancel()
        if self._child is None:
            return None
        self.say(Stop())
        return self._child.stop()

    def received(self, message: Message) -> None:
        """``ChannelUser.received``."""
        self._watch.heard()
        match message:
            case Ready():
                self._is_ready = not self._stopping
            case Beat():
                self._pulses[message.low_latency] = PulseSnapshot(
                    name=LOW_LATENCY if message.low_latency else NORMAL,
                    seconds=message.seconds,
                    lateness_seconds=message.lateness_seconds,
                    stretched=message.stretched,
                    busy_ratio=message.busy_ratio,
                )
            case _:
                self._user.heard(self, message)

    def channel_lost(self) -> None:
        """``ChannelUser.channel_lost``: its process ends too, or is ended."""
        self._is_ready = False
        child = self._child
        if child is not None:
            self._around.clock.callLater(_DYING_S, child.fail, "closed its channel")

    def frame_received(self, frame: Frame) -> None:
        """``ChildUser.frame_received``: never, no kind of frame is known there."""

    def child_ended(self, ending: Ending) -> None:
        """``ChildUser.child_ended``."""
        self._is_ready = self._is_halting = False
        if self._channel is not None:
            # What it said before its end still counts.
            self._channel.read_rest()
        self._user.link_lost(self, ending)
        if not self._stopping and not self.is_leaving:
            self._revival.ended()
