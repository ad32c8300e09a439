"""The Shoutcast v1 port: a password line, OK2, station lines, then audio.

What turns out to be HTTP (metadata updates and status pages that some encoders
send here) goes to a door.
"""

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocol
from twisted.internet.protocol import Protocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from tinyice.core.access.gatekeeper import SourceLogin
from tinyice.core.clients import Client
from tinyice.core.errors import DomainError, Refused
from tinyice.core.events import RequestRefused
from tinyice.net.admission import admit, inline_metadata, log_in_shoutcast
from tinyice.net.door import Door
from tinyice.net.farewell import Farewell
from tinyice.net.front import Exchange, Front
from tinyice.net.frozen import Dialogue, FrozenDoor
from tinyice.net.peer import client_address
from tinyice.net.source import SourceConnection
from tinyice.net.transport import FrozenConnection, StreamTransport
from tinyice.wire.body import RawBody
from tinyice.wire.errors import PeerError
from tinyice.wire.headers import Headers
from tinyice.wire.shoutcast import (
    INVALID_PASSWORD,
    OK2,
    Event,
    NotShoutcast,
    PasswordLine,
    ShoutcastLogin,
    StationLines,
)


@implementer(IProtocol)
class ShoutcastDoor(Protocol):
    """One connection on the Shoutcast port."""

    _log = Logger()
    transport: StreamTransport  # type: ignore[assignment]  # a port gives nothing else

    def __init__(self, front: Front, door: Callable[[], Door]) -> None:
        self._front = front
        self._door = door
        self._dialogue = ShoutcastLogin(front.limits.head_bytes)
        self._client = Client("unknown")
        self._login: SourceLogin | None = None
        self._station: Headers | None = None
        self._deciding: Deferred[None] | None = None
        self._gone = False
        self._greeted = False
        self._began = 0.0

    def connectionMade(self) -> None:
        """Somebody is there."""
        self._client = Client(client_address(self.transport.getPeer()))
        self._began = self._front.clock.seconds()
        self._front.wait_for(self, self._front.limits.header_timeout_s, newcomer=True)

    def dataReceived(self, data: bytes) -> None:
        """The next bytes of the dialogue."""
        try:
            self._follow(self._dialogue.receive(data))
        except PeerError as error:
            self._front.publish(RequestRefused(self._client, error.status, error.reason))
            self._end(b"")

    def connectionLost(self, reason: Failure | None = None) -> None:
        """The encoder is gone."""
        self._gone = True
        self._front.done_waiting(self)
        if self._deciding is not None:
            self._deciding.cancel()

    def out_of_time(self) -> None:
        """The dialogue took too long."""
        self._front.publish(RequestRefused(self._client, 0, "The login did not arrive in time."))
        self.transport.abortConnection()

    def freeze(self, connection: FrozenConnection) -> FrozenDoor:
        """The same connection, for another process."""
        said = self._dialogue.received
        return FrozenDoor(connection, Dialogue.SHOUTCAST, said, greeted=self._greeted)

    def go_on(self, state: FrozenDoor) -> None:
        """Hear again what another process has heard."""
        self._greeted = state.greeted
        self.dataReceived(state.said)

    def forsake(self) -> StreamTransport:
        """Another process listens: give the connection away, and decide nothing."""
        self._gone = True
        self._front.done_waiting(self)
        if self._deciding is not None:
            self._deciding.cancel()
        return self.transport

    def _follow(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, NotShoutcast):
                self._to_door(event)
            elif isinstance(event, PasswordLine):
                self._decide(event)
            elif isinstance(event, StationLines):
                self._station = event.headers
                self._go_on_air()

    def _to_door(self, event: NotShoutcast) -> None:
        if event.line.upper().startswith(b"!POKE"):
            self._end(b"")
            return
        self._gone = True
        self._front.done_waiting(self)
        door = self._door()
        self.transport.protocol = door
        door.makeConnection(self.transport)  # type: ignore[no-untyped-call]
        door.dataReceived(self._dialogue.leftover)

    def _decide(self, line: PasswordLine) -> None:
        self.transport.pauseProducing()
        admission = log_in_shoutcast(self._front, line, self._client)
        deciding = Deferred.fromCoroutine(admission).addCallback(self._admitted)
        self._deciding = deciding
        deciding.addErrback(self._not_admitted)

    def _admitted(self, login: SourceLogin) -> None:
        self._deciding = None
        if self._gone:
            return
        self._login = login
        if not self._greeted:
            self._greeted = True
            self.transport.write(OK2)
        self.transport.resumeProducing()
        self._go_on_air()

    def _not_admitted(self, failure: Failure) -> None:
        self._deciding = None
        if self._gone:
            return
        error = failure.value
        if not isinstance(error, DomainError | PeerError):
            self._log.failure("letting a Shoutcast source in failed", failure=failure)
        self._end(INVALID_PASSWORD if isinstance(error, Refused) else b"")

    def _go_on_air(self) -> None:
        """Once the login was accepted and the station lines are complete."""
        login, station = self._login, self._station
        if login is None or station is None:
            return
        exchange = Exchange(
            self._client, "SOURCE", login.mount, "ICY/1.0", self._began, user=login.user
        )
        control = SourceConnection(self._front, exchange, RawBody(), inline_metadata(station))
        try:
            mount, source = admit(
                self._front,
                login,
                self._client,
                headers=station,
                content_type=station.text("content-type"),
                control=control,
            )
        except DomainError:
            self._end(b"")
            return
        self._gone = True
        self._front.done_waiting(self)
        control.begin(self.transport, mount, source, b"", self._dialogue.leftover)

    def _end(self, words: bytes) -> None:
        self._gone = True
        self._front.done_waiting(self)
        Farewell(self._front, self.transport).say(words)
