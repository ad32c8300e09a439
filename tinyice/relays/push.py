"""A push: one mount, sent to another server as long as something is heard there.

States, and what leads from one to the next:

- IDLE: nothing is heard. A chunk comes: CONNECTING.
- CONNECTING: a session logs in. It is taken: SENDING. It is not: WAITING.
- SENDING: chunks go out. The connection is lost: WAITING.
- WAITING: after a pause it is tried again: CONNECTING.

In each of them the mount may fall silent, and then it is IDLE again. The mount calls
it for each chunk, and it does no more then than to hand that on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from twisted.internet.interfaces import IDelayedCall

from tinyice.core.events import Event
from tinyice.core.mount import Mount
from tinyice.core.pushing import PushSnapshot, PushState
from tinyice.core.relay_events import PushConnected, PushEnded, PushLost, PushRefused
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.formats.base import Chunk, FormatKind
from tinyice.relays.choice import Choice
from tinyice.relays.push_frozen import FrozenPush, LeavingPush
from tinyice.relays.push_session import PushSession, Ways
from tinyice.relays.push_settings import SHOUTCAST, PushSettings
from tinyice.relays.push_titles import Titles
from tinyice.relays.target import TargetConnection

GOOD_S = 60.0
"""A connection that lasted so long makes up for all failures before it."""

OFF_AIR = "the mount is off air"
CHANGED = "the mount plays another format"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What pushes share."""

    ways: Ways
    publish: Callable[[Event], None]
    random: Callable[[], float]
    now: Callable[[], datetime]
    agent: str


class Push:
    """Keeps one server fed."""

    def __init__(self, settings: PushSettings, world: Surroundings) -> None:
        self.settings = settings
        self._world = world
        self._clock = world.ways.clock
        self._pauses = Choice(1, world.random)
        self._mount: Mount | None = None
        self._source: Source | None = None
        self._session: PushSession | None = None
        self._titles = Titles(world.ways, settings, world.agent)
        self._next_try: IDelayedCall | None = None
        self._connected_at: datetime | None = None
        self._since = 0.0
        self._error = settings.fault
        self._told = ""
        self._bytes_out = self._left_out = 0

    def took(self, mount: Mount, chunk: Chunk) -> None:
        """``Tap.took``: that is about to be heard on the mount."""
        if self._mount is None:
            self._begin(mount)
        elif mount.source is not self._source:
            self._other_source(mount)
        if self._session is not None:
            self._session.took(chunk, mount.air.feeds.headers, mount.queue_bytes)

    def tagged(self, tags: Tags, origin: str) -> None:
        """``Tap.tagged``: something else plays there."""
        if self._connected_at is not None and self._mount is not None and self._mount.carries_icy:
            self._titles.tell(tags)

    def ended(self) -> None:
        """``Tap.ended``: nothing more is heard there."""
        self.stop(OFF_AIR)

    def stop(self, reason: str) -> None:
        """Send nothing until something is heard again."""
        session, self._session = self._session, None
        was_taken = self._connected_at is not None
        self._mount = self._source = None
        self._rest()
        if session is not None:
            session.finish()
            self._account(session)
        if was_taken:
            self._publish_end(reason)
        self._error, self._told = self.settings.fault, ""
        self._pauses.good()

    def sweep(self, now: float) -> None:
        """Once a second: times are held."""
        if self._session is not None:
            self._session.sweep(now)

    def snapshot(self) -> PushSnapshot:
        """How it is doing."""
        settings, session, pause = self.settings, self._session, self._next_try
        waits = pause is not None and pause.active() and session is None
        return PushSnapshot(
            called=settings.called,
            mount=settings.mount,
            target=settings.target,
            protocol=settings.protocol,
            state=self._state,
            connected_at=self._connected_at,
            error="" if self._connected_at is not None else self._error,
            titles_error=self._titles.fault if self._connected_at is not None else "",
            next_try_s=pause.getTime() - self._clock.seconds() if waits and pause else None,
            bytes_out=self._bytes_out + (session.outflow.bytes_out if session else 0),
            left_out=self._left_out + (session.outflow.left_out if session else 0),
        )

    def leaving(self) -> LeavingPush | None:
        """The same for another process; None: nothing is sent, or it can't go over."""
        session, connected_at, settings = self._session, self._connected_at, self.settings
        frozen = None if session is None else session.freeze()
        if session is None or frozen is None or connected_at is None:
            return None
        flow, descriptor = frozen
        push = FrozenPush(
            called=settings.called,
            mount=settings.mount,
            target=settings.target,
            protocol=settings.protocol,
            since=self._since,
            connected_at=connected_at,
            flow=flow,
        )

        def let_go() -> None:
            self._session = None
            self._mount = self._source = None
            self._connected_at = None
            self._rest()
            session.forsake()

        return LeavingPush(push, descriptor, let_go)

    def go_on(
        self, state: FrozenPush, mount: Mount | None, adopt: Callable[[TargetConnection], object]
    ) -> bool:
        """Send on where another process was; whether that is so, and ``adopt`` was called."""
        settings = self.settings
        source = None if mount is None else mount.source
        same = (state.target, state.protocol) == (settings.target, settings.protocol)
        if mount is None or source is None or not same:
            return False
        self._mount, self._source = mount, source
        self._since, self._connected_at = state.since, state.connected_at
        offer = settings.offer(source, self._world.agent)
        self._session = session = PushSession(self._world.ways, settings, offer, self)
        self._titles.go_on()
        session.go_on(state.flow, adopt)
        return True

    def accepted(self, session: PushSession) -> None:
        """``Owner.accepted``: the other side takes the stream."""
        mount, settings = self._mount, self.settings
        if session is not self._session or mount is None:
            return
        self._connected_at = self._world.now()
        self._since = self._clock.seconds()
        self._error = self._told = ""
        self._world.publish(
            PushConnected(settings.mount, settings.called, settings.target, settings.protocol)
        )
        if mount.carries_icy:
            self._titles.begin(mount.tags)

    def lost(self, session: PushSession, reason: str) -> None:
        """``Owner.lost``: the session is over."""
        if session is self._session:
            self._session = None
            self._account(session)
            self._failed(reason)

    @property
    def _state(self) -> PushState:
        if self._mount is None:
            return PushState.IDLE
        if self._session is None:
            return PushState.WAITING
        return PushState.CONNECTING if self._connected_at is None else PushState.SENDING

    def _begin(self, mount: Mount) -> None:
        """Something is heard: connect, but not within the call that brings it."""
        source = mount.source
        if source is None or source.format is None or self.settings.to is None:
            return
        self._mount, self._source = mount, source
        self._next_try = self._clock.callLater(0, self._connect)

    def _other_source(self, mount: Mount) -> None:
        before, source = self._source, mount.source
        if source is None or before is None:
            return
        if goes_on(before, source):
            self._source = source
        else:
            self.stop(CHANGED)
            self._begin(mount)

    def _connect(self) -> None:
        source, to = self._source, self.settings.way
        if source is None or to is None:
            return
        stream = source.stream
        if self.settings.protocol == SHOUTCAST and stream and not stream.kind.is_frame_stream:
            self._failed(f"takes MP3 and AAC only, and the mount plays {source.format}")
            return
        offer = self.settings.offer(source, self._world.agent)
        self._session = session = PushSession(self._world.ways, self.settings, offer, self)
        session.begin(to)

    def _failed(self, reason: str) -> None:
        """The stream is not taken, or not any more: try again in a while."""
        self._error = reason
        lasted = self._clock.seconds() - self._since
        settings = self.settings
        if self._connected_at is not None:
            self._world.publish(
                PushLost(settings.mount, settings.called, settings.target, reason, lasted)
            )
            if lasted >= GOOD_S:
                self._pauses.good()
        elif self._told != reason:
            self._told = reason
            self._world.publish(
                PushRefused(settings.mount, settings.called, settings.target, reason)
            )
        self._rest()
        self._next_try = self._clock.callLater(self._pauses.pause_s(), self._connect)

    def _rest(self) -> None:
        """Nothing is sent now."""
        self._connected_at = None
        self._titles.stop()
        if self._next_try is not None and self._next_try.active():
            self._next_try.cancel()

    def _account(self, session: PushSession) -> None:
        self._bytes_out += session.outflow.bytes_out
        self._left_out += session.outflow.left_out

    def _publish_end(self, reason: str) -> None:
        settings = self.settings
        self._world.publish(
            PushEnded(
                settings.mount,
                settings.called,
                settings.target,
                reason,
                self._clock.seconds() - self._since,
            )
        )


def goes_on(before: Source, after: Source) -> bool:
    """Whether ``after`` may follow on the connection on which ``before`` was sent.

    In Ogg another codec may follow: there it is another link of the chain.
    """
    old, new = before.format, after.format
    if old is None or new is None or old.kind is not new.kind:
        return False
    is_free = new.kind.is_frame_stream or new.kind is FormatKind.OGG
    return is_free or before.content_type == after.content_type
