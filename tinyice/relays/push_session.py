"""One try to send a mount to another server: from looking its name up to its last byte.

Rules of this file:

- no audio goes out before the other side has taken the login;
- whatever the other side does, a session ends by itself: there is a time for the
  answer, and for taking what it is given; ``sweep`` holds them;
- after ``drop`` and ``finish`` nothing more is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.formats.base import Chunk
from tinyice.outbound.destination import Destination
from tinyice.outbound.dial import Dial, ended_by, not_dialled
from tinyice.relays.dialogue import Dialogue, dialogue_for
from tinyice.relays.outflow import Outflow
from tinyice.relays.push_frozen import FrozenFlow
from tinyice.relays.push_settings import PushSettings
from tinyice.relays.target import TargetConnection
from tinyice.wire.errors import PeerError
from tinyice.wire.offering import Offer

CONNECT_S = 10.0
ANSWER_S = 10.0
"""From the connection to the answer to the login."""

STUCK_S = 15.0
"""Who takes nothing for so long is gone."""

SLOW_S = 60.0
"""Who never has all for so long is too slow: another connection may be a better one."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How servers are reached."""

    dial: Dial
    clock: IReactorTime


class Owner(Protocol):
    """The push that a session is for."""

    def accepted(self, session: "PushSession") -> None:
        """The other side takes the stream."""

    def lost(self, session: "PushSession", reason: str) -> None:
        """No more goes out by it."""


class PushSession:
    """Brings one stream to one server."""

    _log = Logger()

    def __init__(self, ways: Ways, settings: PushSettings, offer: Offer, owner: Owner) -> None:
        self.is_accepted = False
        self.is_over = False
        self._ways = ways
        self._settings = settings
        self._offer = offer
        self._owner = owner
        self._dialogue: Dialogue = dialogue_for(settings.protocol, settings.address, offer)
        self._connection: TargetConnection | None = None
        self._dialling: Deferred[None] | None = None
        self._to: Destination | None = None
        self._deadline = 0.0
        self._paused_at: float | None = None
        self._behind_since: float | None = None
        self.outflow = Outflow(self._write)

    def begin(self, to: Destination) -> None:
        """Connect. It may end within this call."""
        clock, settings = self._ways.clock, self._settings
        connection = self._connection = TargetConnection(self, clock)
        self._to = to
        self._deadline = clock.seconds() + CONNECT_S + ANSWER_S
        dialled = self._ways.dial.connect(
            to, connection, trusted=settings.trusted, timeout_s=CONNECT_S, pin=settings.pin
        )
        self._dialling = Deferred.fromCoroutine(dialled)
        self._dialling.addErrback(self._not_connected, connection)

    def took(self, chunk: Chunk, headers: bytes, limit: int) -> None:
        """The next chunk of the programme, before which ``headers`` are in force."""
        if self.is_accepted:
            self.outflow.take(chunk, headers, limit)

    def sweep(self, now: float) -> None:
        """Once a second: nothing lasts for ever."""
        if self.is_over:
            return
        if not self.is_accepted:
            if now >= self._deadline:
                self._end(self._dialogue.refusal or "did not answer in time")
        elif self._paused_at is not None and now - self._paused_at >= STUCK_S:
            self._end(f"has taken nothing for {STUCK_S:g} s")
        elif self._behind_since is not None and now - self._behind_since >= SLOW_S:
            self._end(f"was too slow for {SLOW_S:g} s")

    def finish(self) -> None:
        """Nothing more comes: let go out what is on its way."""
        connection, was_accepted = self._connection, self.is_accepted
        if connection is None or not was_accepted:
            self.drop()
            return
        self.is_over, self.is_accepted = True, False
        self._connection = None
        self.outflow.drop()
        connection.finish()

    def drop(self) -> None:
        """End the connection at once, and tell nobody."""
        self.is_over, self.is_accepted = True, False
        connection, dialling = self._connection, self._dialling
        self._connection = self._dialling = None
        self.outflow.drop()
        if dialling is not None:
            dialling.cancel()
        if connection is not None:
            connection.drop()

    def freeze(self) -> tuple[FrozenFlow, int] | None:
        """How far it has come, and its descriptor; None: it can't go on in another process."""
        connection = self._connection
        descriptor = None if connection is None else connection.descriptor
        if connection is None or descriptor is None or not self.is_accepted:
            return None
        return self.outflow.freeze(connection.unsent), descriptor

    def forsake(self) -> None:
        """Another process goes on."""
        connection, self._connection = self._connection, None
        self.is_over, self.is_accepted = True, False
        if connection is not None:
            connection.release()

    def go_on(self, state: FrozenFlow, adopt: Callable[[TargetConnection], object]) -> None:
        """Go on from ``state``; ``adopt`` connects what it is given. Of a session not begun."""
        self.is_accepted = True
        self._connection = connection = TargetConnection(self, self._ways.clock)
        adopt(connection)
        self.outflow.thaw(state)

    def connected(self, connection: TargetConnection) -> None:
        """``Feeder.connected``: log in."""
        if connection is self._connection and not self.is_accepted:
            connection.write(self._dialogue.opening)

    def received(self, connection: TargetConnection, data: bytes) -> None:
        """``Feeder.received``: what the other side says to that, or later."""
        if connection is not self._connection:
            return
        try:
            reply = self._dialogue.receive(data)
        except PeerError as error:
            self._end(error.reason)
            return
        if self._dialogue.fault:
            self._end(self._dialogue.fault)
            return
        if reply:
            connection.write(reply)
        if self._dialogue.is_accepted and not self.is_accepted:
            self.is_accepted = True
            self._owner.accepted(self)

    def paused(self, connection: TargetConnection) -> None:
        """``Feeder.paused``: enough is on its way."""
        if connection is self._connection:
            self.outflow.pause()
            now = self._ways.clock.seconds()
            self._paused_at = now
            if self._behind_since is None:
                self._behind_since = now

    def resumed(self, connection: TargetConnection) -> None:
        """``Feeder.resumed``: it takes more."""
        if connection is self._connection:
            self._paused_at = None
            self.outflow.go_on()
            if self._paused_at is None:
                self._behind_since = None

    def disconnected(self, connection: TargetConnection, error: BaseException | None) -> None:
        """``Feeder.disconnected``: the connection is gone."""
        if connection is not self._connection:
            return
        self._connection = None
        origin = "" if self._to is None else self._to.origin
        words = "closed the connection" if self.is_accepted else "closed before it answered"
        self._end(self._dialogue.refusal or ended_by(error, origin) or words)

    def _not_connected(self, failure: Failure, connection: TargetConnection) -> None:
        if connection is not self._connection or isinstance(failure.value, CancelledError):
            return
        self._connection = None
        self._end(not_dialled(failure, self._log))

    def _write(self, data: bytes) -> None:
        if self._connection is not None:
            self._connection.write(data)

    def _end(self, reason: str) -> None:
        if not self.is_over:
            self.drop()
            self._owner.lost(self, reason)
