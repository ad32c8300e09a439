"""A player's connection: the ring's bytes straight to the socket.

The listener is a push producer: a full socket pauses it, room resumes it, and
nothing is buffered in between. What the player sends is ignored.
"""

import socket

from twisted.internet.interfaces import IDelayedCall, IProtocol, IPushProducer
from zope.interface import implementer

from tinyice.core.events import DropReason
from tinyice.core.frozen import FrozenListener
from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.net.front import Exchange, Front
from tinyice.net.frozen import FrozenPlayer
from tinyice.net.stay import Stay
from tinyice.net.transport import FrozenConnection, StreamServer, StreamTransport

_CLOSING_S = 30.0
"""How long the player may take to make room for the end of the connection."""


@implementer(IProtocol, IPushProducer)
class ListenerConnection:
    """One player on one mount."""

    __slots__ = (
        "_closing",
        "_exchange",
        "_front",
        "_head_bytes",
        "_stay",
        "listener",
        "raw_send",
        "send",
        "transport",
    )

    def __init__(
        self,
        front: Front,
        mount: Mount,
        exchange: Exchange,
        connection: StreamTransport,
        *,
        number: int,
    ) -> None:
        self._front = front
        self._exchange = exchange
        self._head_bytes = 0
        self._closing: IDelayedCall | None = None
        self._stay: Stay | None = None
        self.transport: StreamTransport = connection
        self.send = connection.send_now
        """``Outlet.send``: the transport's own method, without a call in between."""
        self.raw_send = connection.raw_send
        self.listener = Listener(number, exchange.client, self, exchange.began)
        self.listener.mount = mount
        self.listener.user = exchange.user

    def begin(self, head: bytes, metaint: int | None, stay: Stay | None = None) -> None:
        """Take the connection over: the response head, the burst, and then the stream.

        ``stay``: what the gate granted, if it was asked.
        """
        connection = self.transport
        if stay is not None:
            self._stay = stay
            stay.begin(self._time_is_up)
            # The player may have said too much meanwhile.
            connection.resumeProducing()
        self._head_bytes = len(head)
        connection.protocol = self
        connection.setTcpNoDelay(True)
        connection.registerProducer(self, True)
        sent = connection.send_now(head)
        if sent < len(head):
            connection.write(head[sent:])
        mount = self.listener.mount
        if mount is not None:
            self._front.mounts.join(mount, self.listener, metaint)

    @property
    def is_closing(self) -> bool:
        """Whether it gets nothing more, and ends once that is sent."""
        return self._closing is not None

    def freeze(self, connection: FrozenConnection, listener: FrozenListener) -> FrozenPlayer:
        """The same player, for another process."""
        mount = self.listener.mount
        return FrozenPlayer(
            connection=connection,
            exchange=self._exchange,
            head_bytes=self._head_bytes,
            mount="" if mount is None else mount.path,
            listener=listener,
            stay=None if self._stay is None else self._stay.freeze(),
        )

    def go_on(self, state: FrozenPlayer, mount: Mount, stay: Stay | None) -> None:
        """Serve the player from where another process has stopped, from the next pulse on.

        ``stay``: what was agreed with it, if the gate was asked.
        """
        if stay is not None and state.stay is not None:
            self._stay = stay
            stay.go_on(state.stay, self._time_is_up)
        self._head_bytes = state.head_bytes
        self.transport.protocol = self
        self.transport.registerProducer(self, True)
        mount.receive(self.listener)
        self.listener.thaw(state.listener, mount.feed_for(state.listener.metaint))

    def forsake(self) -> None:
        """Another process serves the player: here it is gone, and nobody is told."""
        if self._stay is not None:
            self._stay.forsake()
        mount = self.listener.mount
        if mount is not None:
            mount.forsake(self.listener)

    def give_away(self) -> socket.socket | None:
        """The socket, for another process; None where it can't be served there.

        ``left`` and ``closed`` are then to be called for this connection.
        """
        transport = self.transport
        # Of no other class: what stands between us and the socket can't go along.
        if type(transport) is not StreamServer or transport.unsent:
            return None
        # Most of what a listener weighs here goes with them.
        del self.transport, self.send, self.raw_send
        return transport.release()

    def makeConnection(self, transport: object) -> None:
        """Is never called: the connection was another protocol's before."""

    def connectionMade(self) -> None:
        """Is never called, either."""

    def dataReceived(self, data: bytes) -> None:
        """Ignore what the player says."""

    def connectionLost(self, reason: object = None) -> None:
        """The connection is gone, whoever ended it."""
        if self._closing is not None and self._closing.active():
            self._closing.cancel()
        self.left()
        self.closed()

    def left(self) -> None:
        """The listener gets nothing more."""
        if self._stay is not None:
            self._stay.end()
        # Which is another one than at the beginning, if it was moved.
        mount = self.listener.mount
        if mount is not None:
            self._front.mounts.leave(mount, self.listener)

    def _time_is_up(self) -> None:
        mount = self.listener.mount
        if mount is not None:
            mount.drop(self.listener, DropReason.TIME_LIMIT)

    def closed(self) -> None:
        """The request is over."""
        sent = self._head_bytes + self.listener.bytes_out
        now = self._front.clock.seconds()
        self._front.publish(self._exchange.finished(200, sent, now))

    def resumeProducing(self) -> None:
        """The socket takes bytes again."""
        self.listener.resume()

    def pauseProducing(self) -> None:
        """The transport's buffer is full; the ring waits anyway."""

    def stopProducing(self) -> None:
        """The connection is ending; ``connectionLost`` follows."""

    def finish(self) -> None:
        """``Outlet.finish``: close after what was sent.

        A close waits for room in the socket: a stalled player never gives it.
        """
        if self._closing is None:
            abort = self.transport.abortConnection
            self._closing = self._front.clock.callLater(_CLOSING_S, abort)
        self.transport.unregisterProducer()
        self.transport.loseConnection()

    def abort(self) -> None:
        """``Outlet.abort``: close now."""
        self.transport.abortConnection()
