"""The first protocol of every connection: reads request heads and opens the right room.

Every request of a connection passes here, not only the first: a browser that
keeps its connection alive may ask for a page, then for a stream; libshout asks
for OPTIONS, then becomes a source. States:

- *idle*: no byte of the next request has come, with a deadline;
- *reading*: a head is being collected, with a deadline;
- *body*: a web request's body is being collected, bounded, with a deadline;
- *deciding*: credentials are being checked; of a source nothing is read
  meanwhile, of a player it is, so that we see it go;
- *answering*: the web site writes; what arrives waits, bounded. It also waits
  while the peer does not take the answers that it has already;
- *flushing*: the last answer is on its way, and then the connection ends;
- *gone*: another protocol has the connection, or it is closed.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocol
from twisted.internet.protocol import Protocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from tinyice.core.clients import Client
from tinyice.core.errors import DomainError, Overloaded
from tinyice.core.events import RequestRefused
from tinyice.net.answers import Answer, answer_to, words_of
from tinyice.net.doing import ALLOW, METHODS, State
from tinyice.net.farewell import Farewell
from tinyice.net.front import Exchange, Front, exchange_of
from tinyice.net.frozen import Dialogue, FrozenDoor
from tinyice.net.listening import admit_listener, serve_at_once
from tinyice.net.peer import client_address
from tinyice.net.probes import probed_path
from tinyice.net.sourcing import serve_source
from tinyice.net.transport import FrozenConnection, StreamTransport
from tinyice.net.webbody import expects_continue
from tinyice.net.webchannel import WebChannel, replayed
from tinyice.net.webside import WebSide
from tinyice.wire import replies
from tinyice.wire.errors import PeerError
from tinyice.wire.head import HeadParser, RequestHead
from tinyice.wire.target import Target, parse_target

_EAGER_BYTES = 64 * 1024
"""How much of later requests is read while one is being answered."""

_DECIDE_S = 60.0
"""How long it may take to know whether somebody is let in."""

_RETRY_AFTER_S = 30
_API = "/api/"
"""No mount can be there: what is PUT there is none of a source."""

_FLUSH_S = 60.0
"""How long a peer may take nothing of an answer that is written."""


@implementer(IProtocol)
class Door(Protocol):
    """One connection, until it is known what it is for."""

    _log = Logger()
    transport: StreamTransport  # type: ignore[assignment]  # a port gives nothing else

    def __init__(self, front: Front, web: Callable[[], WebChannel], *, secure: bool) -> None:
        self._front = front
        self._web = WebSide(web, front.body_bytes)
        self._secure = secure
        self._state = State.IDLE
        self._parser = self._new_parser()
        self._address = ""
        self._is_newcomer = True
        self._unsent = 0
        self._early = b""
        self._head: RequestHead | None = None
        self._exchange: Exchange | None = None
        self._deciding: Deferred[None] | None = None

    def connectionMade(self) -> None:
        """Somebody is at the door."""
        self._address = client_address(self.transport.getPeer())
        self._front.wait_for(self, self._front.limits.header_timeout_s, newcomer=True)

    def dataReceived(self, data: bytes) -> None:
        """Bytes of this request, or of one to come."""
        if self._state is State.IDLE:
            self._begin_head()
        if self._state is State.READING:
            self._read_head(data)
        elif self._state is State.BODY:
            self._read_body(data)
        elif self._state in (State.DECIDING, State.ANSWERING):
            self._early += data
            if len(self._early) > _EAGER_BYTES:
                self.transport.pauseProducing()

    def connectionLost(self, reason: Failure | None = None) -> None:
        """The peer is gone."""
        was, self._state = self._state, State.GONE
        self._front.done_waiting(self)
        if self._deciding is not None:
            self._deciding.cancel()
        channel = self._web.channel
        if channel is None:
            return
        if was in (State.ANSWERING, State.FLUSHING):
            self._publish_finished(*channel.progress)
        if reason is not None:
            channel.connectionLost(reason)

    def out_of_time(self) -> None:
        """A head or body did not come in time, or nobody takes our answers."""
        if self._state is State.IDLE:
            self._let_go()
        elif self._state in (State.READING, State.BODY):
            self._refuse(PeerError(408, "The request did not arrive in time."))
        elif self._state is State.DECIDING:
            self._give_up_deciding()
        elif 0 < self.transport.unsent < self._unsent:
            self._watch_flush()
        else:
            self.transport.abortConnection()

    def freeze(self, connection: FrozenConnection) -> FrozenDoor | None:
        """The same connection, for another process; None: it is being answered here."""
        if self._state in (State.IDLE, State.READING):
            said = self._parser.received
        elif self._state is State.DECIDING and self._head is not None:
            said = self._head.raw + self._early
        else:
            return None
        return FrozenDoor(connection, Dialogue.DOOR, said, newcomer=self._is_newcomer)

    def go_on(self, state: FrozenDoor) -> None:
        """Hear again what another process has heard of this request."""
        self._is_newcomer = state.newcomer
        if not state.newcomer:
            self._front.wait_for(self, self._front.limits.idle_timeout_s)
        if state.said:
            self.dataReceived(state.said)

    def send_away(self) -> None:
        """Another process answers what is not decided or being answered here."""
        if self._state in (State.IDLE, State.READING, State.BODY, State.DECIDING):
            self.out_of_time()

    def forsake(self) -> StreamTransport:
        """Another process answers: give the connection away, and decide nothing."""
        deciding = self._deciding
        connection, _ = self.hand_over()
        if deciding is not None:
            deciding.cancel()
        return connection

    def answered(self, status: int, bytes_out: int, *, persistent: bool) -> None:
        """The web site has answered; see ``webchannel.Answered``."""
        if self._head is not None and (probed := probed_path(self._head, status)):
            self._front.unknown_path(self.exchange.client.address, probed)
        self._publish_finished(status, bytes_out)
        if self._state is State.ANSWERING and persistent:
            self._next_request()

    def closing(self) -> None:
        """The web site ends the connection after what it has written."""
        if self._state is not State.GONE:
            self._state = State.FLUSHING
            self._watch_flush()

    def drained(self) -> None:
        """The peer takes answers again."""
        if self._state is State.ANSWERING:
            self._read_on()

    def _new_parser(self) -> HeadParser:
        limits = self._front.limits
        return HeadParser(limits.head_bytes, limits.head_lines)

    def _begin_head(self) -> None:
        self._state = State.READING
        if not self._is_newcomer:
            self._front.wait_for(self, self._front.limits.header_timeout_s)

    def _read_head(self, data: bytes) -> None:
        try:
            head = self._parser.receive(data)
            if head is None:
                return
            target = parse_target(head.target)
        except PeerError as error:
            self._refuse(error)
            return
        self._front.done_waiting(self)
        self._is_newcomer = False
        self._head = head
        self._early, self._parser = self._parser.leftover, self._new_parser()
        client = self._front.clients.client_of(self._address, head.headers, secure=self._secure)
        self._exchange = exchange_of(head, client, self._front.clock.seconds())
        if self._front.is_leaving:
            self.answer(answer_to(Overloaded(1)))
        elif client.address in self._front.bans:
            self._refuse(PeerError(403, "This address is banned."))
        else:
            self._route(head, target)

    def _route(self, head: RequestHead, target: Target) -> None:
        method = head.method
        if method not in METHODS:
            self._refuse(PeerError(501, "This method is not supported."))
        elif method == "SOURCE" or (method == "PUT" and not target.path.startswith(_API)):
            # With known credentials it is decided at once.
            self._begin_deciding()
            self.transport.pauseProducing()
            self._decide(serve_source(self, self._front, head, target))
        elif method in ("GET", "HEAD") and self._front.mounts.serves(target.path):
            self._listen(head, target.path)
        else:
            self._to_web(head)

    def _listen(self, head: RequestHead, path: str) -> None:
        try:
            if serve_at_once(self, self._front, head, path):
                return
        except DomainError as error:
            self.answer(answer_to(error))
            return
        self._begin_deciding()
        self._decide(admit_listener(self, self._front, head, path))

    def _begin_deciding(self) -> None:
        self._state = State.DECIDING
        self._front.wait_for(self, _DECIDE_S)

    def _decide(self, story: Deferred[None]) -> None:
        """Wait for ``story``, which lets somebody in."""
        self._deciding = story
        story.addErrback(self._not_admitted)

    def _give_up_deciding(self) -> None:
        """Whoever is asked does not answer, or the server is about to stop."""
        deciding = self._deciding
        self.answer(answer_to(Overloaded(_RETRY_AFTER_S)))
        if deciding is not None:
            deciding.cancel()

    def _not_admitted(self, failure: Failure) -> None:
        self._deciding = None
        if self._state is State.GONE:
            return
        error = failure.value
        if isinstance(error, DomainError):
            self.answer(answer_to(error))
        elif isinstance(error, PeerError):
            self._refuse(error)
        else:
            self._log.failure("letting somebody in failed", failure=failure)
            self.answer(Answer(500, "internal error"))

    def _to_web(self, head: RequestHead) -> None:
        try:
            is_complete = self._web.begin(head)
        except PeerError as error:
            self._refuse(error)
            return
        self._state = State.BODY
        if not is_complete and expects_continue(head):
            self.transport.write(replies.CONTINUE)
        self._front.wait_for(self, self._front.limits.body_timeout_s)
        early, self._early = self._early, b""
        self._read_body(early)

    def _read_body(self, data: bytes) -> None:
        try:
            body = self._web.feed(data)
        except PeerError as error:
            self._refuse(error)
            return
        head = self._head
        if body is None or head is None:
            return
        self._front.done_waiting(self)
        self._state = State.ANSWERING
        content, self._early = body
        if head.method == "OPTIONS":
            self._answer_options(head)
            return
        channel = self._web.open(self.transport, self)
        channel.client = self.exchange.client
        channel.dataReceived(replayed(head, content))  # type: ignore[no-untyped-call]

    def _answer_options(self, head: RequestHead) -> None:
        reply = replies.options(ALLOW)
        connection = head.headers.text("connection").lower()
        if head.protocol != "HTTP/1.1" or "close" in connection:
            self.reply(204, reply)
            return
        # Which also tells us when the peer does not take its answers.
        self._web.open(self.transport, self)
        self._publish_finished(204, len(reply))
        self.transport.write(reply)
        self._next_request()

    def _next_request(self) -> None:
        """The connection is free for another request; it may be here already.

        But not before the peer takes what was answered: a thousand requests
        whose answers nobody reads would fill our memory.
        """
        if self._front.is_leaving:
            self._let_go()
        elif self._web.is_clogged:
            self._watch_flush()
        elif self._early:
            # From a turn of its own: a thousand pipelined requests are no recursion.
            self._front.clock.callLater(0, self._read_on)
        else:
            self._read_on()

    def _read_on(self) -> None:
        if self._state is not State.ANSWERING or self._exchange is not None:
            return
        self._state = State.IDLE
        self._front.wait_for(self, self._front.limits.idle_timeout_s)
        self.transport.resumeProducing()
        early, self._early = self._early, b""
        if early:
            self.dataReceived(early)

    def _watch_flush(self) -> None:
        """Wait as long as the peer takes something now and then."""
        self._unsent = self.transport.unsent
        self._front.wait_for(self, _FLUSH_S)

    def _let_go(self) -> None:
        """End a connection on which nothing is asked, after what was answered before."""
        if self._is_newcomer:
            self._close()
            return
        self._state = State.FLUSHING
        if self._web.channel is not None:
            self.transport.unregisterProducer()
        self._watch_flush()
        self.transport.loseConnection()

    # What the rooms behind the door need of it.

    @property
    def exchange(self) -> Exchange:
        """The request at hand."""
        if self._exchange is None:
            raise RuntimeError("no request is at hand")
        return self._exchange

    @property
    def is_open(self) -> bool:
        """Whether the connection is still here and still the door's."""
        return self._state is not State.GONE

    def hand_over(self) -> tuple[StreamTransport, bytes]:
        """Give the connection away, and what came after the head."""
        self._state = State.GONE
        self._deciding = None
        self._front.done_waiting(self)
        early, self._early = self._early, b""
        self._web.leave(self.transport)
        return self.transport, early

    def reply(self, status: int, words: bytes) -> None:
        """Answer the request at hand with these bytes, and close."""
        self._publish_finished(status, len(words))
        connection, _ = self.hand_over()
        Farewell(self._front, connection).say(words)

    def answer(self, answer: Answer) -> None:
        """Answer the request at hand with an error, and close."""
        self.reply(answer.status, words_of(answer, self._head, date=self._front.date))

    def _refuse(self, error: PeerError) -> None:
        """The peer broke the protocol."""
        exchange = self._exchange
        client = Client(self._address, secure=self._secure) if exchange is None else exchange.client
        self._front.publish(RequestRefused(client, error.status, error.reason))
        if error.status:
            self.answer(Answer(error.status, error.reason))
        else:
            self._close()

    def _close(self) -> None:
        self.hand_over()
        self.transport.abortConnection()

    def _publish_finished(self, status: int, bytes_out: int) -> None:
        exchange, self._exchange = self._exchange, None
        self._head = None
        if exchange is not None:
            now = self._front.clock.seconds()
            self._front.publish(exchange.finished(status, bytes_out, now))
