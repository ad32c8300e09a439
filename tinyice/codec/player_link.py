"""The child that plays files, as the server sees it: begun, paced, begun again.

Rules of this file:

- the server holds the clock: the child makes audio as far as it is granted;
- a child that makes nothing although it may is hanging, and is ended; so is one that
  takes too much memory;
- whatever it dies of, another one is there within five seconds, and knows nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import (
    IDelayedCall,
    IReactorFDSet,
    IReactorProcess,
    IReactorTime,
)

from tinyice.codec.leaking import end_if_it_leaks
from tinyice.codec.listed import quality_in
from tinyice.codec.pacing import Pacing
from tinyice.codec.playout_messages import (
    FROM_PLAYOUT,
    MAX_PAYLOAD,
    Allow,
    FromPlayout,
    Ready,
    Rest,
    Setup,
    Sound,
    ToPlayout,
    from_playout,
)
from tinyice.formats.frozen import State
from tinyice.work.backoff import Backoff, Revival
from tinyice.work.children import Child, ChildCommand, Ending
from tinyice.work.frames import Frame, FrameError, FrameReader
from tinyice.work.passing import FrozenChild, LeavingChild

PLAYOUT_MODULE = "tinyice.codec.playout"
LEAD_S = 1.0
GRANT_EVERY_S = 0.25
HANGS_AFTER_S = 4.0
BEGINS_WITHIN_S = 15.0
BACKOFF = Backoff(first_s=0.25, longest_s=4.0, healthy_s=30.0)
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class LinkUser(Protocol):
    """Who has a playout."""

    def ready(self) -> None:
        """The child can be told things, and knows nothing."""

    def heard(self, message: FromPlayout) -> None:
        """The child told this."""

    def lost(self, reason: str, pause_s: float) -> None:
        """The child ended; another one begins after the pause."""


class PlayerLink:
    """Runs a playout from ``start`` to ``stop``."""

    def __init__(
        self,
        user: LinkUser,
        environment: Mapping[str, str],
        *,
        spawner: IReactorProcess,
        clock: IReactorTime,
    ) -> None:
        self._user = user
        surroundings = {**environment, **_ONE_THREAD}
        self._command = ChildCommand(PLAYOUT_MODULE, (), surroundings, has_lifeline=True)
        self._spawner = spawner
        self._clock = clock
        self._revival = Revival(self._begin, clock=clock, backoff=BACKOFF)
        self._pacing = Pacing(LEAD_S)
        self._setup: Setup | None = None
        self._life: _Life | None = None
        self._next_grant: IDelayedCall | None = None
        self._granted_s = 0.0
        self._began_s = 0.0
        self._moved_at = 0.0
        self._grants_at = 0.0
        """When the next grant is due."""
        self.is_ready = False
        """Whether there is a child that can be told things."""
        self.is_playing = False
        """Whether audio is to be made."""
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return None if self._life is None else self._life.child.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started, and not stopped."""
        return self._setup is not None

    def start(self, setup: Setup) -> None:
        """Have a child from now on."""
        self._setup = setup
        self._begin()

    def stop(self) -> Deferred[None]:
        """End; fires when the child is no more. It may be started again."""
        self._setup, self.is_ready, self.is_playing = None, False, False
        self._revival.cancel()
        self._cancel_grant()
        self._pacing.rest()
        life, self._life = self._life, None
        if life is None:
            return succeed(None)
        return life.child.stop().addCallback(lambda _ending: None)

    def tell(self, message: ToPlayout) -> None:
        """Say something; a child that is not ready is told by who hears that it is."""
        if self._life is not None and self.is_ready:
            self._life.child.send(message.framed())

    def settle(self, setup: Setup) -> None:
        """Play files in these folders from now on; the quality is the same."""
        if self._setup is not None and setup != self._setup:
            self._setup = setup
            self.tell(setup)

    def play(self) -> None:
        """Make audio from now on; nothing where it was stopped."""
        if self.is_running and not self.is_playing:
            self.is_playing = True
            self._moved_at = self._clock.seconds()
            if self.is_ready:
                self._grant()

    def rest(self) -> None:
        """Make no more audio, and forget what plays."""
        self.is_playing = False
        self._cancel_grant()
        self._pacing.rest()
        self.tell(Allow(0.0))
        self.tell(Rest())

    def leaving(self) -> tuple[State, LeavingChild] | None:
        """How it stands, and its child, for another process; None: there is none to take over."""
        setup, life = self._setup, self._life
        if setup is None or life is None or not self.is_ready:
            return None
        child = life.child.leaving()
        if child is None:
            return None
        state: State = {
            "quality": asdict(setup.quality),
            "folders": list(setup.folders),
            "pacing": self._pacing.freeze(),
            "began_s": self._began_s,
            "is_playing": self.is_playing,
            "restarts": self.restarts,
            "pid": child.frozen.pid,
            "held": child.frozen.held.decode("latin-1"),
            "unsent": child.frozen.unsent.decode("latin-1"),
        }
        return state, child

    def forsake(self) -> None:
        """Another process has the child."""
        self._life, self.is_ready = None, False
        self.stop()

    def can_adopt(self, state: State, wanted: Setup) -> bool:
        """Whether the child of ``state`` makes what is ``wanted``."""
        return Setup(quality_in(state["quality"]), tuple(state["folders"])) == wanted

    def adopt(self, state: State, descriptors: Sequence[int], reactor: IReactorFDSet) -> None:
        """Go on with the child of another process, in place of ``start``."""
        self._setup = Setup(quality_in(state["quality"]), tuple(state["folders"]))
        self._pacing.thaw(state["pacing"])
        self._began_s, self._moved_at = state["began_s"], self._clock.seconds()
        self.is_playing, self.restarts = state["is_playing"], state["restarts"]
        self._revival.began()
        self._life = _Life(self, self._command, self._spawner, self._clock)
        held, unsent = (state[name].encode("latin-1") for name in ("held", "unsent"))
        self._life.child.adopt(FrozenChild(state["pid"], held, unsent), descriptors, reactor)
        self.is_ready = True
        if self.is_playing:
            self._next_grant = self._clock.callLater(0.0, self._grant)

    def frame_received(self, life: "_Life", frame: Frame) -> None:
        """A child sent this."""
        if life is not self._life:
            return
        try:
            message = from_playout(frame)
        except FrameError as error:
            self._fail(f"sent {error}")
            return
        if isinstance(message, Sound):
            self._pacing.brought_s += message.seconds
            self._moved_at = self._clock.seconds()
        if isinstance(message, Ready):
            self._child_is_ready()
        else:
            self._user.heard(message)

    def child_ended(self, life: "_Life", ending: Ending) -> None:
        """A child is no more."""
        if life is not self._life:
            return
        self._life, self.is_ready = None, False
        self._cancel_grant()
        self.restarts += 1
        self._user.lost(ending.reason, self._revival.ended())

    def _begin(self) -> None:
        self._revival.began()
        self._moved_at = self._clock.seconds()
        self._life = _Life(self, self._command, self._spawner, self._clock)
        self._life.child.start()
        self._look()

    def _look(self) -> None:
        """A child that is not ready is looked at until it is."""
        if self._life is None or self.is_ready:
            return
        if self._clock.seconds() - self._moved_at >= BEGINS_WITHIN_S:
            self._fail("did not begin in time")
        else:
            self._cancel_grant()
            self._next_grant = self._clock.callLater(1.0, self._look)

    def _child_is_ready(self) -> None:
        if self._life is None or self._setup is None:
            return
        self.is_ready = True
        self._moved_at = self._clock.seconds()
        self._cancel_grant()
        self._began_s = self._pacing.brought_s
        self._life.child.send(self._setup.framed())
        self._user.ready()
        if self.is_playing:
            self._grant()

    def _grant(self) -> None:
        self._cancel_grant()
        now = self._clock.seconds()
        # While we did nothing (a successor was waited for) it could not do anything, either.
        self._moved_at = min(now, self._moved_at + max(0.0, now - self._grants_at))
        if now - self._moved_at >= HANGS_AFTER_S:
            self._fail("hangs")
            return
        if self._life is not None:
            end_if_it_leaks(self._life.child)
        self._grants_at = now + GRANT_EVERY_S
        self._granted_s = self._pacing.at(now)
        # The child counts from its own first second.
        self.tell(Allow(self._granted_s - self._began_s))
        self._next_grant = self._clock.callLater(GRANT_EVERY_S, self._grant)

    def _fail(self, fault: str) -> None:
        if self._life is not None:
            self._life.child.fail(fault)

    def _cancel_grant(self) -> None:
        if self._next_grant is not None and self._next_grant.active():
            self._next_grant.cancel()
        self._next_grant = None


class _Life:
    """One child of ``link``, from its beginning to its end."""

    def __init__(
        self,
        link: PlayerLink,
        command: ChildCommand,
        spawner: IReactorProcess,
        clock: IReactorTime,
    ) -> None:
        self._link = link
        reader = FrameReader(FROM_PLAYOUT, max_payload=MAX_PAYLOAD)
        self.child = Child(command, self, reader=reader, spawner=spawner, clock=clock)

    def frame_received(self, frame: Frame) -> None:
        """The child sent this."""
        self._link.frame_received(self, frame)

    def child_ended(self, ending: Ending) -> None:
        """The child is no more."""
        self._link.child_ended(self, ending)
