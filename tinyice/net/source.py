"""An encoder's connection, once it is let in: body bytes to the mount."""

from twisted.internet.interfaces import IDelayedCall, IProtocol
from twisted.internet.protocol import Protocol
from zope.interface import implementer

from tinyice.core.mount import Mount
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.net.front import Exchange, Front
from tinyice.net.frozen import FrozenEncoder
from tinyice.net.transport import FrozenConnection, StreamTransport
from tinyice.wire.body import Body
from tinyice.wire.charset import decode_text
from tinyice.wire.errors import PeerError
from tinyice.wire.icy_inline import InlineMetadata, parse_stream_title

_CLOSING_S = 2.0
_RECEIVE_BYTES = 128 * 1024
"""An encoder that is held back has no more than this on its way when it dies."""


@implementer(IProtocol)
class SourceConnection(Protocol):
    """One encoder on one mount."""

    def __init__(
        self,
        front: Front,
        exchange: Exchange,
        body: Body,
        inline: InlineMetadata | None,
    ) -> None:
        self._front = front
        self._exchange = exchange
        self._body = body
        self._inline = inline
        self._connection: StreamTransport | None = None
        self._mount: Mount | None = None
        self._source: Source | None = None
        self._held: IDelayedCall | None = None
        self._reason = "connection lost"
        self._greeting_bytes = 0

    def begin(
        self,
        connection: StreamTransport,
        mount: Mount,
        source: Source,
        greeting: bytes,
        first: bytes,
    ) -> None:
        """Take ``connection`` over: ``greeting`` goes out, ``first`` is stream already."""
        self._mount = mount
        self._source = source
        self._connection = connection
        connection.protocol = self
        self._greeting_bytes = len(greeting)
        connection.limit_receive_buffer(_RECEIVE_BYTES)
        connection.write(greeting)
        connection.resumeProducing()
        if first:
            self.dataReceived(first)

    @property
    def transport_in_use(self) -> StreamTransport | None:
        """The encoder's connection, while the session lasts."""
        return None if self._mount is None else self._connection

    def freeze(self, connection: FrozenConnection) -> FrozenEncoder | None:
        """The same session, for another process; None: it is over."""
        mount, source = self._mount, self._source
        if mount is None or source is None:
            return None
        held = self._held
        return FrozenEncoder(
            connection=connection,
            exchange=self._exchange,
            body=self._body.freeze(),
            inline=None if self._inline is None else self._inline.freeze(),
            greeting_bytes=self._greeting_bytes,
            held_until=held.getTime() if held is not None and held.active() else None,
            mount=mount.path,
            source=source.freeze(),
        )

    def go_on(
        self, state: FrozenEncoder, connection: StreamTransport, mount: Mount, source: Source
    ) -> None:
        """Bring the stream from where another process has stopped."""
        self._mount, self._source, self._connection = mount, source, connection
        self._greeting_bytes = state.greeting_bytes
        connection.protocol = self
        if state.held_until is not None:
            connection.pauseProducing()
            left = max(0.0, state.held_until - self._front.clock.seconds())
            self._held = self._front.clock.callLater(left, self._go_on)

    def forsake(self) -> None:
        """Another process has the session: here it is gone, and nobody is told."""
        if self._held is not None and self._held.active():
            self._held.cancel()
        self._mount = self._source = None

    def dataReceived(self, data: bytes) -> None:
        """The next bytes of the body."""
        mount, source = self._mount, self._source
        if mount is None or source is None:
            return
        try:
            stream = self._body.feed(data)
        except PeerError as error:
            self.close(error.reason)
            return
        if self._inline is not None:
            stream = self._without_metadata(self._inline, mount, source, stream)
        if stream:
            mount.take(source, stream)
        if self._body.complete:
            self.close("end of the body")

    def connectionLost(self, reason: object = None) -> None:
        """The encoder is gone."""
        self._front.done_waiting(self)
        if self._held is not None and self._held.active():
            self._held.cancel()
        self._leave()
        now = self._front.clock.seconds()
        self._front.publish(self._exchange.finished(200, self._greeting_bytes, now))

    def hold(self, seconds: float) -> None:
        """``Control.hold``: the encoder is ahead of time; read nothing for so long."""
        if self._source is not None:
            # A source that may not send is not silent.
            self._source.last_data = self._front.clock.seconds() + seconds
        if self._held is not None and self._held.active():
            self._held.reset(seconds)
            return
        if self._connection is not None:
            self._connection.pauseProducing()
        self._held = self._front.clock.callLater(seconds, self._go_on)

    def close(self, reason: str) -> None:
        """``Control.close``: end the session."""
        self._reason = reason
        self._leave()
        if self._connection is not None:
            self._front.wait_for(self, _CLOSING_S)
            self._connection.loseConnection()

    def out_of_time(self) -> None:
        """The encoder does not take our end of the connection."""
        if self._connection is not None:
            self._connection.abortConnection()

    def _go_on(self) -> None:
        if self._connection is not None:
            self._connection.resumeProducing()

    def _without_metadata(
        self, inline: InlineMetadata, mount: Mount, source: Source, data: bytes
    ) -> bytes:
        audio, texts = inline.feed(data)
        for text in texts:
            title, url = parse_stream_title(text)
            charset = mount.settings.charset
            tags = Tags(
                title=decode_text(title, assumed=charset), url=decode_text(url, assumed=charset)
            )
            mount.set_tags_of(source, tags, "stream")
        return audio

    def _leave(self) -> None:
        mount, source = self._mount, self._source
        self._mount = self._source = None
        if mount is not None and source is not None:
            self._front.mounts.release(mount, source, self._reason)
