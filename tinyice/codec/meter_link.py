"""A process that measures levels, as the server sees it: begun, fed, begun again.

Rules of this file:

- what the process has not taken of a stream is counted, and there is a bound: beyond
  it audio is left out, and nobody waits;
- a stream of which nothing is taken for a while hangs, and the process is ended;
- whatever it dies of, another one is begun, after a pause that grows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorProcess, IReactorTime

from tinyice.codec.leaking import end_if_it_leaks
from tinyice.codec.meter_messages import (
    FROM_METER,
    MAX_PAYLOAD,
    Begin,
    Bytes,
    End,
    Measured,
    ToMeter,
    Works,
    from_meter,
)
from tinyice.core.levels import Window
from tinyice.work.backoff import Backoff, Revival
from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.frames import Frame, FrameError, FrameReader

METER_MODULE = "tinyice.codec.meter"
MAX_WAITING_BYTES = 256 * 1024
"""So much of a stream may wait for the process; more is left out."""

HANGS_AFTER_S = 8.0
BEGINS_WITHIN_S = 15.0
BACKOFF = Backoff(first_s=0.5, longest_s=30.0, healthy_s=30.0)

Heard = Callable[[tuple[Window, ...]], None]


class LinkUser(Protocol):
    """Who has such a process."""

    def lost(self, link: "MeterLink", reason: str, pause_s: float, hung: int | None) -> None:
        """The process ended, and has no streams; another one begins after the pause.

        ``hung``: the stream at which it stopped, where that is known.
        """


@dataclass(slots=True)
class _Stream:
    heard: Heard | None
    moved_at: float
    given: int = 0
    taken: int = 0

    @property
    def is_pending(self) -> bool:
        return self.given > self.taken


class MeterLink:
    """Runs such a process from ``start`` to ``stop``."""

    def __init__(
        self,
        user: LinkUser,
        environment: Mapping[str, str],
        *,
        spawner: IReactorProcess,
        clock: IReactorTime,
    ) -> None:
        self._user = user
        self._command = ChildCommand(METER_MODULE, (), environment)
        self._spawner = spawner
        self._clock = clock
        self._revival = Revival(self._begin, clock=clock, backoff=BACKOFF)
        self._child: Child | None = None
        self._is_stopped = False
        self._streams: dict[int, _Stream] = {}
        self._last = 0
        self._hung: int | None = None
        self._begun_at = 0.0
        self.works = False
        """Whether streams can begin."""
        self.left_out = 0
        """Bytes that were too much for the process."""

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return None if self._child is None else self._child.pid

    def start(self) -> None:
        """Begin, once."""
        self._begin()

    def stop(self) -> Deferred[None]:
        """End; fires when the process is no more."""
        self._is_stopped, self.works = True, False
        self._revival.cancel()
        self._streams.clear()
        if self._child is None:
            return succeed(None)
        return self._child.stop().addCallback(lambda _ending: None)

    def begin(self, kind: str, heard: Heard) -> int:
        """Measure a stream of that family from now on, while ``works``; gives its number."""
        self._last += 1
        self._streams[self._last] = _Stream(heard, self._clock.seconds())
        self._say(Begin(self._last, kind))
        return self._last

    def give(self, number: int, data: bytes) -> bool:
        """The next bytes of that stream; False: there is no room, or no such stream."""
        stream = self._streams.get(number)
        if stream is None or stream.heard is None:
            return False
        if stream.given - stream.taken + len(data) > MAX_WAITING_BYTES:
            self.left_out += len(data)
            return False
        if not stream.is_pending:
            stream.moved_at = self._clock.seconds()
        stream.given += len(data)
        self._say(Bytes(number, data))
        return True

    def end(self, number: int) -> None:
        """That stream is over; nothing is heard of it any more."""
        stream = self._streams.get(number)
        if stream is None:
            return
        self._say(End(number))
        stream.heard = None
        if not stream.is_pending:
            del self._streams[number]

    def sweep(self, now: float) -> None:
        """Once a second: a process that does not move, or leaks, is ended."""
        if self._child is None:
            return
        end_if_it_leaks(self._child)
        if not self.works:
            if now - self._begun_at >= BEGINS_WITHIN_S:
                self._child.fail("did not begin in time")
            return
        for number, stream in self._streams.items():
            if stream.is_pending and now - stream.moved_at >= HANGS_AFTER_S:
                self._hung = number
                self._child.fail("hangs")
                return

    def frame_received(self, frame: Frame) -> None:
        """The process sent this."""
        try:
            message = from_meter(frame)
        except FrameError as error:
            if self._child is not None:
                self._child.fail(f"sent {error}")
            return
        match message:
            case Works():
                self.works = True
            case Measured():
                self._measured(message)

    def child_ended(self, ending: Ending) -> None:
        """The process is no more."""
        self._child, self.works = None, False
        hung, self._hung = self._hung, None
        self._streams.clear()
        if not self._is_stopped:
            self._user.lost(self, ending.reason, self._revival.ended(), hung)

    def _measured(self, message: Measured) -> None:
        stream = self._streams.get(message.stream)
        if stream is None:
            return
        stream.taken, stream.moved_at = message.taken, self._clock.seconds()
        if stream.heard is not None:
            if message.windows:
                stream.heard(message.windows)
        elif not stream.is_pending:
            del self._streams[message.stream]

    def _say(self, message: ToMeter) -> None:
        if self._child is not None:
            self._child.send(message.framed())

    def _begin(self) -> None:
        self._revival.began()
        self._begun_at = self._clock.seconds()
        self._child = Child(
            self._command,
            self,
            reader=FrameReader(FROM_METER, max_payload=MAX_PAYLOAD),
            spawner=self._spawner,
            clock=self._clock,
        )
        self._child.start()
