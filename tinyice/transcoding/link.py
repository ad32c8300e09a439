"""The codec process of one input, as the server sees it: begun, fed, begun again.

Rules of this file:

- what the process has not taken is counted, and there is a bound: beyond it audio is
  left out, and nobody waits;
- a process that takes nothing for a while is hanging, and is ended;
- whatever it dies of, another one is begun, after a pause that grows.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFDSet, IReactorProcess, IReactorTime

from tinyice.codec.kept import Dialect, KeptChild
from tinyice.codec.messages import (
    FROM_CODEC,
    MAX_PAYLOAD,
    Bytes,
    Encoded,
    FromCodec,
    Refused,
    Taken,
    Titled,
    ToCodec,
    Works,
    from_codec,
)
from tinyice.formats.frozen import State
from tinyice.work.backoff import Backoff
from tinyice.work.children import ChildCommand
from tinyice.work.passing import LeavingChild

WORKER_MODULE = "tinyice.codec.worker"
MAX_WAITING_BYTES = 512 * 1024
"""So much may wait for the process; more is left out."""

HANGS_AFTER_S = 8.0
DIALECT: Dialect[FromCodec] = Dialect(FROM_CODEC, MAX_PAYLOAD, from_codec, Works)
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
        self._clock = clock
        self._kept: KeptChild[FromCodec] = KeptChild(
            self,
            ChildCommand(WORKER_MODULE, (), environment, has_lifeline=True),
            DIALECT,
            backoff=BACKOFF,
            spawner=spawner,
            clock=clock,
        )
        self._given = 0
        self._taken = 0
        self._moved_at = 0.0
        self.left_out = 0
        """Bytes that were too much for the process."""
        self.faults = 0
        """Pieces of the input that could not be decoded, in this process."""

    @property
    def is_ready(self) -> bool:
        """Whether there is a process that can be told things."""
        return self._kept.is_ready

    @property
    def restarts(self) -> int:
        """How often it was begun again."""
        return self._kept.restarts

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._kept.pid

    def start(self) -> None:
        """Begin, once."""
        self._kept.start()

    def stop(self) -> Deferred[None]:
        """End; fires when the process is no more."""
        return self._kept.stop()

    def leaving(self) -> tuple[State, LeavingChild] | None:
        """How it stands, and its child, for another process; None: there is none to take over."""
        found = self._kept.leaving()
        if found is None:
            return None
        state, child = found
        more: State = {
            "given": self._given,
            "taken": self._taken,
            "left_out": self.left_out,
            "faults": self.faults,
        }
        return {**state, **more}, child

    def forsake(self) -> None:
        """Another process has the child."""
        self._kept.forsake()

    def adopt(self, state: State, descriptors: Sequence[int], reactor: IReactorFDSet) -> None:
        """Go on with the child of another process, in place of ``start``."""
        self._given, self._taken = state["given"], state["taken"]
        self.left_out, self.faults = state["left_out"], state["faults"]
        self._moved_at = self._clock.seconds()
        self._kept.adopt(state, descriptors, reactor)

    def tell(self, message: ToCodec) -> None:
        """Say something short."""
        self._kept.tell(message)

    def give(self, data: bytes) -> bool:
        """Give audio; False: there is no room, and it is left out."""
        if not self.is_ready:
            return False
        waiting = self._given - self._taken
        if waiting + len(data) > MAX_WAITING_BYTES:
            self.left_out += len(data)
            return False
        if not waiting:
            self._moved_at = self._clock.seconds()
        self._given += len(data)
        self._kept.tell(Bytes(data))
        return True

    def sweep(self, now: float) -> None:
        """Once a second: a process that does not move, or leaks, is ended."""
        self._kept.sweep()
        if self._given > self._taken and now - self._moved_at >= HANGS_AFTER_S:
            self._kept.fail("hangs")

    def ready(self) -> None:
        """``KeptUser.ready``."""
        self._user.began()

    def heard(self, message: FromCodec) -> None:
        """``KeptUser.heard``."""
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

    def lost(self, reason: str, pause_s: float) -> None:
        """``KeptUser.lost``."""
        self._given = self._taken = 0
        self._user.lost(reason, pause_s)
