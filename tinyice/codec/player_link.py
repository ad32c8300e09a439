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

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IDelayedCall,
    IReactorFDSet,
    IReactorProcess,
    IReactorTime,
)

from tinyice.codec.kept import Dialect, KeptChild
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
from tinyice.work.backoff import Backoff
from tinyice.work.children import ChildCommand
from tinyice.work.passing import LeavingChild

PLAYOUT_MODULE = "tinyice.codec.playout"
LEAD_S = 1.0
GRANT_EVERY_S = 0.25
HANGS_AFTER_S = 4.0
DIALECT: Dialect[FromPlayout] = Dialect(FROM_PLAYOUT, MAX_PAYLOAD, from_playout, Ready)
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
        self._clock = clock
        surroundings = {**environment, **_ONE_THREAD}
        self._kept: KeptChild[FromPlayout] = KeptChild(
            self,
            ChildCommand(PLAYOUT_MODULE, (), surroundings, has_lifeline=True),
            DIALECT,
            backoff=BACKOFF,
            spawner=spawner,
            clock=clock,
        )
        self._pacing = Pacing(LEAD_S)
        self._setup: Setup | None = None
        self._next_grant: IDelayedCall | None = None
        self._granted_s = 0.0
        self._began_s = 0.0
        self._moved_at = 0.0
        self._grants_at = 0.0
        """When the next grant is due."""
        self.is_playing = False
        """Whether audio is to be made."""

    @property
    def is_ready(self) -> bool:
        """Whether there is a child that can be told things."""
        return self._kept.is_ready

    @property
    def restarts(self) -> int:
        """How often the child was begun again."""
        return self._kept.restarts

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._kept.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started, and not stopped."""
        return self._setup is not None

    def start(self, setup: Setup) -> None:
        """Have a child from now on."""
        self._setup = setup
        self._kept.start()

    def stop(self) -> Deferred[None]:
        """End; fires when the child is no more. It may be started again."""
        self._setup, self.is_playing = None, False
        self._cancel_grant()
        self._pacing.rest()
        return self._kept.stop()

    def tell(self, message: ToPlayout) -> None:
        """Say something; a child that is not ready is told by who hears that it is."""
        self._kept.tell(message)

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
        setup, found = self._setup, self._kept.leaving()
        if setup is None or found is None:
            return None
        state, child = found
        more: State = {
            "quality": asdict(setup.quality),
            "folders": list(setup.folders),
            "pacing": self._pacing.freeze(),
            "began_s": self._began_s,
            "is_playing": self.is_playing,
        }
        return {**state, **more}, child

    def forsake(self) -> None:
        """Another process has the child."""
        self._kept.forsake()
        self.stop()

    def can_adopt(self, state: State, wanted: Setup) -> bool:
        """Whether the child of ``state`` makes what is ``wanted``."""
        return Setup(quality_in(state["quality"]), tuple(state["folders"])) == wanted

    def adopt(self, state: State, descriptors: Sequence[int], reactor: IReactorFDSet) -> None:
        """Go on with the child of another process, in place of ``start``."""
        self._setup = Setup(quality_in(state["quality"]), tuple(state["folders"]))
        self._pacing.thaw(state["pacing"])
        self._began_s, self._moved_at = state["began_s"], self._clock.seconds()
        self.is_playing = state["is_playing"]
        self._kept.adopt(state, descriptors, reactor)
        if self.is_playing:
            self._next_grant = self._clock.callLater(0.0, self._grant)

    def ready(self) -> None:
        """``KeptUser.ready``."""
        if self._setup is None:
            return
        self._moved_at = self._clock.seconds()
        self._began_s = self._pacing.brought_s
        self._kept.tell(self._setup)
        self._user.ready()
        if self.is_playing:
            self._grant()

    def heard(self, message: FromPlayout) -> None:
        """``KeptUser.heard``."""
        if isinstance(message, Sound):
            self._pacing.brought_s += message.seconds
            self._moved_at = self._clock.seconds()
        self._user.heard(message)

    def lost(self, reason: str, pause_s: float) -> None:
        """``KeptUser.lost``."""
        self._cancel_grant()
        self._user.lost(reason, pause_s)

    def _grant(self) -> None:
        self._cancel_grant()
        now = self._clock.seconds()
        # While we did nothing (a successor was waited for) it could not do anything, either.
        self._moved_at = min(now, self._moved_at + max(0.0, now - self._grants_at))
        if now - self._moved_at >= HANGS_AFTER_S:
            self._kept.fail("hangs")
            return
        self._kept.sweep()
        self._grants_at = now + GRANT_EVERY_S
        self._granted_s = self._pacing.at(now)
        # The child counts from its own first second.
        self.tell(Allow(self._granted_s - self._began_s))
        self._next_grant = self._clock.callLater(GRANT_EVERY_S, self._grant)

    def _cancel_grant(self) -> None:
        if self._next_grant is not None and self._next_grant.active():
            self._next_grant.cancel()
        self._next_grant = None
