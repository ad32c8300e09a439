"""A relay: one mount, fed with the stream of the best upstream that there is.

States, and what leads from one to the next:

- IDLE: on demand, and nobody listens. A listener comes: CONNECTING.
- CONNECTING: one session asks one upstream. It fails: the next one, then WAITING.
  It brings audio: ON_AIR.
- WAITING: all have failed; after a pause all are tried anew.
- ON_AIR: a session feeds the mount. If there are better upstreams, another session
  looks for one of them now and then, beside it, and takes over without a gap. The
  stream is lost: the next upstream, while the mount, silent, keeps its listeners
  until its own patience is over.

At most two sessions live at once: ``_current`` has the mount, ``_attempt`` has not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from twisted.internet.interfaces import IDelayedCall

from tinyice.core.errors import DomainError
from tinyice.core.events import Event
from tinyice.core.mount import Mount
from tinyice.core.relay_events import RelayConnected, RelayLost, RelayRefused, RelayUpstreamChanged
from tinyice.core.relaying import RelaySnapshot, RelayState
from tinyice.core.source import Source
from tinyice.relays.choice import Choice
from tinyice.relays.connection import UpstreamConnection
from tinyice.relays.frozen import FrozenRelay, Leaving
from tinyice.relays.session import Session
from tinyice.relays.settings import RelaySettings
from tinyice.relays.terms import Terms

GOOD_S = 60.0
"""A stream that lasted so long makes up for all failures before it."""

SETTLED_S = 2.0
"""So long a better upstream must bring audio before it takes over: its burst is over then."""

SETTLED_LOST_S = 0.5
"""The same, where listeners wait: by then most of a burst is here, and what they missed."""

LOOK_S = 30.0
LOOK_MAX_S = 600.0
"""How often a better upstream is looked for; twice as long each time it was lost at once."""


@dataclass(frozen=True, slots=True)
class World:
    """What relays share."""

    terms: Terms
    publish: Callable[[Event], None]
    random: Callable[[], float]


class Relay:
    """Keeps one mount fed."""

    def __init__(self, settings: RelaySettings, world: World) -> None:
        self.settings = settings
        self._terms = world.terms
        self._publish = world.publish
        self._clock = world.terms.clock
        self._choice = Choice(len(settings.upstreams), world.random)
        self._current: Session | None = None
        self._attempt: Session | None = None
        self._is_wanted = False
        self._pause: IDelayedCall | None = None
        self._look: IDelayedCall | None = None
        self._look_s = LOOK_S
        self._look_at = 0
        """Which of the better upstreams is looked at next."""
        self._connected_at: datetime | None = None
        self._tail = b""
        """The last bytes of the session that was lost."""
        self._since = 0.0
        self._needed_at = 0.0
        self._error = settings.fault
        self._told: dict[str, str] = {}
        self._last_upstream = ""

    @property
    def tail(self) -> bytes:
        """The last bytes that listeners had of it."""
        return self._tail if self._current is None else self._current.tail

    def remember(self, tail: bytes) -> None:
        """Listeners had these last, of the same relay in another process."""
        self._tail = tail

    @property
    def via(self) -> str:
        """Through which servers the stream on air came."""
        stream = None if self._current is None else self._current.stream
        return "" if stream is None else stream.via

    def start(self) -> None:
        """Connect, unless that waits for a listener."""
        if not self.settings.on_demand:
            self._want()

    def demand(self) -> bool:
        """Somebody wants to hear the mount; whether it may be worth their while to wait."""
        self._needed_at = self._clock.seconds()
        if not self._is_wanted and self.settings.upstreams:
            self._want()
        return self._state in (RelayState.CONNECTING, RelayState.ON_AIR)

    def hurry(self) -> None:
        """Try now, if it waits."""
        if self._pause is not None and self._pause.active():
            self._pause.cancel()
            self._next()

    def stop(self, reason: str) -> None:
        """Connect no more; the mount is left."""
        self._is_wanted = False
        for later in (self._pause, self._look):
            _cancel(later)
        for session in (self._attempt, self._current):
            if session is not None:
                session.drop()
        if self._current is not None:
            self._current.leave(reason)
        self._attempt = self._current = None
        self._connected_at = None

    def sweep(self, now: float, *, is_wanted: bool) -> None:
        """Once a second; ``is_wanted``: somebody hears the mount, or waits for that."""
        for session in (self._attempt, self._current):
            if session is not None:
                session.sweep(now)
        if is_wanted:
            self._needed_at = now
        elif self.settings.on_demand and now - self._needed_at >= self.settings.linger_s:
            self.stop("nobody listens")

    def snapshot(self) -> RelaySnapshot:
        """How it is doing."""
        state, current, pause = self._state, self._current, self._pause
        waits = state is RelayState.WAITING and pause is not None and pause.active()
        is_on_air = state is RelayState.ON_AIR and current is not None
        return RelaySnapshot(
            mount=self.settings.mount,
            state=state,
            upstreams=tuple(one.name for one in self.settings.upstreams),
            upstream=current.upstream.name if is_on_air and current else "",
            connected_at=self._connected_at if is_on_air else None,
            error="" if is_on_air else self._error,
            next_try_s=pause.getTime() - self._clock.seconds() if waits and pause else None,
            on_demand=self.settings.on_demand,
            bytes_in=current.bytes_in if current else 0,
            master=self.settings.master,
        )

    def leaving(self) -> Leaving | None:
        """The same for another process; None: it is not on air, or can't go over."""
        session = self._current
        frozen = None if session is None else session.freeze()
        if session is None or frozen is None:
            return None
        state, source, descriptor = frozen
        relay = FrozenRelay(self.settings.mount, self._since, self._connected_at, state)

        def let_go() -> None:
            self._current = None
            session.forsake()
            self.stop("another process goes on")

        return Leaving(relay, source, descriptor, let_go)

    def go_on(
        self, state: FrozenRelay, begin: Callable[[str, Source], Mount]
    ) -> UpstreamConnection | None:
        """Go on where another process has stopped, on the connection that is given back.

        None: that upstream is none of this relay's any more.
        """
        known = [one for one in self.settings.upstreams if one.to.url == state.session.upstream]
        if not known:
            return None
        self.stop("another session goes on")
        looks = state.session.looks
        session = Session(self._terms, self.settings, known[0], self, looks=looks)
        connection = session.go_on(state.session, begin)
        self._current, self._is_wanted = session, True
        self._since, self._connected_at = state.since, state.connected_at
        self._needed_at = self._clock.seconds()
        self._last_upstream, self._error = known[0].name, ""
        self._look_later()
        return connection

    def found(self, session: Session) -> None:
        """``Owner.found``: the upstream brings audio."""
        before, is_heard = self._current, self._is_heard
        settled_s = SETTLED_S if self._is_fed else SETTLED_LOST_S if is_heard else 0.0
        if session.brings_for(self._clock.seconds()) < settled_s:
            return
        self._attempt = None
        if before is not None:
            session.go_on_from(before)
        else:
            session.tail = self._tail
            try:
                session.claim(is_heard=is_heard)
            except DomainError as error:
                session.drop()
                self._refuse(session, str(error))
                self._try_later()
                return
        self._current = session
        self._choice.had(self._index(session))
        self._on_air(session, before)

    def ended(self, session: Session, reason: str) -> None:
        """``Owner.ended``: the session is over."""
        if session is self._current:
            self._lost(session, reason)
            return
        self._attempt = None
        self._refuse(session, reason)
        self._choice.failed(self._index(session))
        if session.looks and self._is_fed:
            self._look_on()
        else:
            self._next()

    def put_out(self, session: Session, reason: str) -> None:
        """``Owner.put_out``: the mount ended it: an operator, a limit, or a long silence."""
        if session is not self._current:
            return
        was_fed = self._is_fed
        session.drop()
        session.leave(reason)
        self._current = None
        if was_fed:
            self._tell_lost(session, reason)
            _cancel(self._look)
            if self._attempt is not None:
                self._attempt.drop()
                self._attempt = None
            self._try_later()

    @property
    def _is_fed(self) -> bool:
        return self._current is not None and not self._current.is_over

    @property
    def _state(self) -> RelayState:
        if not self._is_wanted:
            return RelayState.IDLE
        if self._is_fed:
            return RelayState.ON_AIR
        return RelayState.WAITING if self._attempt is None else RelayState.CONNECTING

    def _want(self) -> None:
        self._is_wanted = True
        self._choice.good()
        if self.settings.upstreams:
            self._next()

    def _next(self) -> None:
        """Try the next upstream, or all of them after a while."""
        if not self._is_wanted or self._attempt is not None:
            return
        index = self._choice.next()
        if index is None:
            self._try_later()
        else:
            self._try(index, looks=False)

    def _try(self, index: int, *, looks: bool) -> None:
        _cancel(self._pause)
        upstream = self.settings.upstreams[index]
        session = Session(self._terms, self.settings, upstream, self, looks=looks)
        self._attempt = session
        session.begin()

    def _try_later(self) -> None:
        if self._is_wanted:
            _cancel(self._pause)
            self._pause = self._clock.callLater(self._choice.pause_s(), self._next)

    def _on_air(self, session: Session, before: Session | None) -> None:
        self._since = self._clock.seconds()
        was_fed = before is not None and not before.is_over
        if before is not None:
            before.drop()
        self._connected_at = self._terms.now()
        self._error = ""
        self._told.clear()
        name, last = session.upstream.name, self._last_upstream
        self._last_upstream = name
        if last and last != name:
            self._publish(RelayUpstreamChanged(self.settings.mount, name, last))
        if not was_fed:
            kind = "" if session.stream is None else session.stream.content_type
            self._publish(RelayConnected(self.settings.mount, name, kind))
        self._look_later()

    def _lost(self, session: Session, reason: str) -> None:
        lasted = self._clock.seconds() - self._since
        self._tell_lost(session, reason)
        _cancel(self._look)
        self._give_up_looking()
        if lasted >= GOOD_S:
            self._choice.lost(self._index(session))
            self._look_s = LOOK_S
        else:
            self._choice.failed(self._index(session))
            if session.looks:
                self._look_s = min(LOOK_MAX_S, self._look_s * 2)
        if self._is_alone:
            session.stay_silent()
        else:
            self._tail = session.tail
            session.leave(reason)
            self._current = None
        self._next()

    def _give_up_looking(self) -> None:
        """Who was only looked at, and has not answered yet, is nobody to wait for now."""
        attempt = self._attempt
        if attempt is not None and attempt.looks and attempt.stream is None:
            attempt.drop()
            self._attempt = None
            self._choice.failed(self._index(attempt))

    def _tell_lost(self, session: Session, reason: str) -> None:
        self._error = reason
        lasted = self._clock.seconds() - self._since
        name = session.upstream.name
        self._publish(RelayLost(self.settings.mount, name, reason, lasted))

    def _refuse(self, session: Session, reason: str) -> None:
        name = session.upstream.name
        if not self._is_fed:
            self._error = reason
        if self._told.get(name) != reason:
            self._told[name] = reason
            self._publish(RelayRefused(self.settings.mount, name, reason))

    def _look_later(self) -> None:
        """Look for a better upstream in a while, if there may be one."""
        _cancel(self._look)
        self._look_at = 0
        if self._current is not None and self._index(self._current):
            self._look = self._clock.callLater(self._look_s, self._look_now)

    def _look_now(self) -> None:
        if self._attempt is None and self._is_fed:
            self._choice.good()
            self._try(self._look_at, looks=True)

    def _look_on(self) -> None:
        """That one was not better; the next, if there is one between it and ours."""
        self._look_at += 1
        if self._current is not None and self._look_at < self._index(self._current):
            self._look_now()
        else:
            self._look_later()

    @property
    def _is_heard(self) -> bool:
        """Whether somebody listens to the mount and is to go on, whatever is on it now."""
        mount = self._terms.mounts.find(self.settings.mount)
        return mount is not None and bool(mount.listeners) and mount.air.programme.goes_on

    @property
    def _is_alone(self) -> bool:
        """Whether nothing else can take the place of what was lost."""
        mount = self._terms.mounts.find(self.settings.mount)
        return mount is not None and not mount.settings.hold_s and len(mount.air.inputs) == 1

    def _index(self, session: Session) -> int:
        return self.settings.upstreams.index(session.upstream)


def _cancel(later: IDelayedCall | None) -> None:
    if later is not None and later.active():
        later.cancel()
