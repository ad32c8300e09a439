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

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorProcess, IReactorTime

from tinyice.codec.kept import Dialect, KeptChild
from tinyice.codec.meter_messages import (
    FROM_METER,
    MAX_PAYLOAD,
    Begin,
    Bytes,
    End,
    FromMeter,
    Measured,
    Works,
    from_meter,
)
from tinyice.core.levels import Window
from tinyice.work.backoff import Backoff
from tinyice.work.children import ChildCommand

METER_MODULE = "tinyice.codec.meter"
MAX_WAITING_BYTES = 256 * 1024
"""So much of a stream may wait for the process; more is left out."""

HANGS_AFTER_S = 8.0
DIALECT: Dialect[FromMeter] = Dialect(FROM_METER, MAX_PAYLOAD, from_meter, Works)
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
        self._clock = clock
        self._kept: KeptChild[FromMeter] = KeptChild(
            self,
            ChildCommand(METER_MODULE, (), environment),
            DIALECT,
            backoff=BACKOFF,
            spawner=spawner,
            clock=clock,
        )
        self._streams: dict[int, _Stream] = {}
        self._last = 0
        self._hung: int | None = None
        self.left_out = 0
        """Bytes that were too much for the process."""

    @property
    def is_ready(self) -> bool:
        """Whether streams can begin."""
        return self._kept.is_ready

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._kept.pid

    def start(self) -> None:
        """Begin, once."""
        self._kept.start()

    def stop(self) -> Deferred[None]:
        """End; fires when the process is no more."""
        self._streams.clear()
        return self._kept.stop()

    def begin(self, kind: str, heard: Heard) -> int:
        """Measure a stream of that family from now on, while ``is_ready``; gives its number."""
        self._last += 1
        self._streams[self._last] = _Stream(heard, self._clock.seconds())
        self._kept.tell(Begin(self._last, kind))
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
        self._kept.tell(Bytes(number, data))
        return True

    def end(self, number: int) -> None:
        """That stream is over; nothing is heard of it any more."""
        stream = self._streams.get(number)
        if stream is None:
            return
        self._kept.tell(End(number))
        stream.heard = None
        if not stream.is_pending:
            del self._streams[number]

    def sweep(self, now: float) -> None:
        """Once a second: a process that does not move, or leaks, is ended."""
        self._kept.sweep()
        for number, stream in self._streams.items():
            if stream.is_pending and now - stream.moved_at >= HANGS_AFTER_S:
                self._hung = number
                self._kept.fail("hangs")
                return

    def ready(self) -> None:
        """``KeptUser.ready``: streams may begin when they like."""

    def heard(self, message: FromMeter) -> None:
        """``KeptUser.heard``."""
        if isinstance(message, Measured):
            self._measured(message)

    def lost(self, reason: str, pause_s: float) -> None:
        """``KeptUser.lost``."""
        hung, self._hung = self._hung, None
        self._streams.clear()
        self._user.lost(self, reason, pause_s, hung)

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
