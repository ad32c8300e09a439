"""The codec process of one input, as the server sees it: begun, fed, begun again.

Rules of this file:

- what the process has not taken is counted, and there is a bound: beyond it audio is
  left out, and nobody waits;
- a process that takes nothing for a while is hanging, and is ended;
- whatever it dies of, another one is begun, after a pause that grows.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorFDSet, IReactorProcess, IReactorTime

from tinyice.codec.leaking import end_if_it_leaks
from tinyice.codec.messages import (
    FROM_CODEC,
    MAX_PAYLOAD,
    Bytes,
    Encoded,
    Refused,
    Taken,
    Titled,
    ToCodec,
    Works,
    from_codec,
)
from tinyice.formats.frozen import State
from tinyice.work.backoff import Backoff, Revival
from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.frames import Frame, FrameError, FrameReader
from tinyice.work.passing import FrozenChild, LeavingChild

WORKER_MODULE = "tinyice.codec.worker"
MAX_WAITING_BYTES = 512 * 1024
"""So much may wait for the process; more is left out."""

HANGS_AFTER_S = 8.0
BEGINS_WITHIN_S = 15.0
BACKOFF = Backoff(first_s=0.5, longest_s=30.0, healthy_s=30.0)


class LinkUser(Protocol):
    """Who has a codec process: an input."""

    def began(self) -> None:
        """The process is ready, and knows nothing."""

    def encoded(self, message: Encoded) -> None:
        """It has made something."""

    def titled(self, message: Titled) -> None:
        """Something else plays from here on."""

    def refused(self, message: Refused) -> None:
        """There can't be such an output."""

    def lost(self, reason: str, pause_s: float) -> None:
        """The process ended; another one begins after the pause."""


class CodecLink:
    """Runs a codec process from ``start`` to ``stop``."""

    def __init__(
        self,
        user: LinkUser,
        environment: Mapping[str, str],
        *,
        spawner: IReactorProcess,
        clock: IReactorTime,
    ) -> None:
        self._user = user
        self._command = ChildCommand(WORKER_MODULE, (), environment, has_lifeline=True)
        self._spawner = spawner
        self._clock = clock
        self._revival = Revival(self._begin, clock=clock, backoff=BACKOFF)
        self._child: Child | None = None
        self._is_stopped = False
        self._given = 0
        self._taken = 0
        self._moved_at = 0.0
        self.works = False
        """Whether there is a process that can be told things."""
        self.restarts = 0
        self.left_out = 0
        """Bytes that were too much for the process."""
        self.faults = 0
        """Pieces of the input that could not be decoded, in this process."""

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
        if self._child is None:
            return succeed(None)
        return self._child.stop().addCallback(lambda _ending: None)

    def leaving(self) -> tuple[State, LeavingChild] | None:
        """How it stands, and its child, for another process; None: there is none to take over."""
        child = None if self._child is None or not self.works else self._child.leaving()
        if child is None:
            return None
        frozen = child.frozen
        state: State = {
            "given": self._given,
            "taken": self._taken,
            "restarts": self.restarts,
            "left_out": self.left_out,
            "faults": self.faults,
            "pid": frozen.pid,
            "held": frozen.held.decode("latin-1"),
            "unsent": frozen.unsent.decode("latin-1"),
        }
        return state, child

    def forsake(self) -> None:
        """Another process has the child."""
        self._child = None
        self.stop()

    def adopt(self, state: State, descriptors: Sequence[int], reactor: IReactorFDSet) -> None:
        """Go on with the child of another process, in place of ``start``."""
        self._given, self._taken = state["given"], state["taken"]
        self.restarts, self.left_out = state["restarts"], state["left_out"]
        self.faults, self._moved_at = state["faults"], self._clock.seconds()
        self._revival.began()
        self._child = self._new_child()
        held, unsent = (state[name].encode("latin-1") for name in ("held", "unsent"))
        self._child.adopt(FrozenChild(state["pid"], held, unsent), descriptors, reactor)
        self.works = True

    def tell(self, message: ToCodec) -> None:
        """Say something short."""
        if self._child is not None and self.works:
            self._child.send(message.framed())

    def give(self, data: bytes) -> bool:
        """Give audio; False: there is no room, and it is left out."""
        if self._child is None or not self.works:
            return False
        waiting = self._given - self._taken
        if waiting + len(data) > MAX_WAITING_BYTES:
            self.left_out += len(data)
            return False
        if not waiting:
            self._moved_at = self._clock.seconds()
        self._given += len(data)
        self._child.send(Bytes(data).framed())
        return True

    def sweep(self, now: float) -> None:
        """Once a second: a process that does not move, or leaks, is ended."""
        if self._child is None:
            return
        end_if_it_leaks(self._child)
        idle_s = now - self._moved_at
        if not self.works:
            if idle_s >= BEGINS_WITHIN_S:
                self._child.fail("did not begin in time")
        elif self._given > self._taken and idle_s >= HANGS_AFTER_S:
            self._child.fail("hangs")

    def frame_received(self, frame: Frame) -> None:
        """The process sent this."""
        try:
            message = from_codec(frame)
        except FrameError as error:
            if self._child is not None:
                self._child.fail(f"sent {error}")
            return
        match message:
            case Taken():
                self._taken, self.faults = message.count, message.faults
                self._moved_at = self._clock.seconds()
            case Encoded():
                self._user.encoded(message)
            case Titled():
                self._user.titled(message)
            case Refused():
                self._user.refused(message)
            case Works():
                self.works = True
                self._user.began()

    def child_ended(self, ending: Ending) -> None:
        """The process is no more."""
        self._child, self.works = None, False
        if self._is_stopped:
            return
        self.restarts += 1
        self._user.lost(ending.reason, self._revival.ended())

    def _begin(self) -> None:
        self._revival.began()
        self._given = self._taken = 0
        self._moved_at = self._clock.seconds()
        self._child = self._new_child()
        self._child.start()

    def _new_child(self) -> Child:
        return Child(
            self._command,
            self,
            reader=FrameReader(FROM_CODEC, max_payload=MAX_PAYLOAD),
            spawner=self._spawner,
            clock=self._clock,
        )
