"""A codec process that is there from ``start`` to ``stop``, whatever it dies of.

Rules of this file:

- one that ends is begun again, after a pause that grows with each time in a row;
- one that does not say in time that it is ready is ended, and so is one that takes more
  and more memory;
- of a child that was given up nothing is heard any more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import (
    IDelayedCall,
    IReactorFDSet,
    IReactorProcess,
    IReactorTime,
)

from tinyice.codec.leaking import end_if_it_leaks
from tinyice.formats.frozen import State
from tinyice.work.backoff import Backoff, Revival
from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.frames import Frame, FrameError, FrameReader
from tinyice.work.passing import FrozenChild, LeavingChild

BEGINS_WITHIN_S = 15.0

M = TypeVar("M")
M_contra = TypeVar("M_contra", contravariant=True)


class Framed(Protocol):
    """What can be said to a child."""

    def framed(self) -> Frame:
        """As it goes through the pipe."""


class KeptUser(Protocol[M_contra]):
    """Who has such a process."""

    def ready(self) -> None:
        """The process can be told things, and knows nothing."""

    def heard(self, message: M_contra) -> None:
        """The process told this."""

    def lost(self, reason: str, pause_s: float) -> None:
        """The process ended; another one begins after the pause."""


@dataclass(frozen=True, slots=True)
class Dialect(Generic[M]):
    """What such a process says: how it is read, and by which word it says that it is ready."""

    kinds: frozenset[int]
    max_payload: int
    read: Callable[[Frame], M]
    """Raises ``FrameError``."""
    greeting: type[M]


class KeptChild(Generic[M]):
    """Runs a process from ``start`` to ``stop``; it may be started again then."""

    def __init__(
        self,
        user: KeptUser[M],
        command: ChildCommand,
        dialect: Dialect[M],
        *,
        backoff: Backoff,
        spawner: IReactorProcess,
        clock: IReactorTime,
    ) -> None:
        self._user = user
        self._command = command
        self._dialect = dialect
        self._spawner = spawner
        self._clock = clock
        self._revival = Revival(self.start, clock=clock, backoff=backoff)
        self._life: _Life[M] | None = None
        self._deadline: IDelayedCall | None = None
        self.is_ready = False
        """Whether there is a process that can be told things."""
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return None if self._life is None else self._life.child.pid

    def start(self) -> None:
        """Begin, where nothing runs."""
        self._revival.began()
        self._life = self._new_life()
        self._deadline = self._clock.callLater(BEGINS_WITHIN_S, self.fail, "did not begin in time")
        self._life.child.start()

    def stop(self) -> Deferred[None]:
        """End; fires when the process is no more."""
        life = self._give_up()
        if life is None:
            return succeed(None)
        return life.child.stop().addCallback(lambda _ending: None)

    def fail(self, fault: str) -> None:
        """End the process, which is no good; another one is begun."""
        if self._life is not None:
            self._life.child.fail(fault)

    def sweep(self) -> None:
        """Once in a while: a process that leaks is ended."""
        if self._life is not None:
            end_if_it_leaks(self._life.child)

    def tell(self, message: Framed) -> None:
        """Say something to a process that is ready; any other is told by who hears that it is."""
        if self._life is not None and self.is_ready:
            self._life.child.send(message.framed())

    def leaving(self) -> tuple[State, LeavingChild] | None:
        """How it stands, and its child, for another server; None: there is none to take over."""
        child = self._life.child.leaving() if self._life is not None and self.is_ready else None
        if child is None:
            return None
        state: State = {
            "restarts": self.restarts,
            "pid": child.frozen.pid,
            "held": child.frozen.held.decode("latin-1"),
            "unsent": child.frozen.unsent.decode("latin-1"),
        }
        return state, child

    def forsake(self) -> None:
        """Another server has the child."""
        self._give_up()

    def adopt(self, state: State, descriptors: Sequence[int], reactor: IReactorFDSet) -> None:
        """Go on with the child of another server, in place of ``start``."""
        self.restarts = state["restarts"]
        self._revival.began()
        self._life = self._new_life()
        held, unsent = (state[name].encode("latin-1") for name in ("held", "unsent"))
        self._life.child.adopt(FrozenChild(state["pid"], held, unsent), descriptors, reactor)
        self.is_ready = True

    def frame_received(self, life: "_Life[M]", frame: Frame) -> None:
        """A child sent this."""
        if life is not self._life:
            return
        try:
            message = self._dialect.read(frame)
        except FrameError as error:
            self.fail(f"sent {error}")
            return
        if isinstance(message, self._dialect.greeting):
            self._cancel_deadline()
            self.is_ready = True
            self._user.ready()
        else:
            self._user.heard(message)

    def child_ended(self, life: "_Life[M]", ending: Ending) -> None:
        """A child is no more."""
        if life is not self._life:
            return
        self._cancel_deadline()
        self._life, self.is_ready = None, False
        self.restarts += 1
        self._user.lost(ending.reason, self._revival.ended())

    def _new_life(self) -> "_Life[M]":
        return _Life(self, self._command, self._dialect, self._spawner, self._clock)

    def _give_up(self) -> "_Life[M] | None":
        self._revival.cancel()
        self._cancel_deadline()
        life, self._life, self.is_ready = self._life, None, False
        return life

    def _cancel_deadline(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None


class _Life(Generic[M]):
    """One child of ``kept``, from its beginning to its end."""

    def __init__(
        self,
        kept: KeptChild[M],
        command: ChildCommand,
        dialect: Dialect[M],
        spawner: IReactorProcess,
        clock: IReactorTime,
    ) -> None:
        self._kept = kept
        reader = FrameReader(dialect.kinds, max_payload=dialect.max_payload)
        self.child = Child(command, self, reader=reader, spawner=spawner, clock=clock)

    def frame_received(self, frame: Frame) -> None:
        """The child sent this."""
        self._kept.frame_received(self, frame)

    def child_ended(self, ending: Ending) -> None:
        """The child is no more."""
        self._kept.child_ended(self, ending)
