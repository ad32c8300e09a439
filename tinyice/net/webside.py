"""The web site's side of a door: the body of a request, and the channel that answers it."""

from collections.abc import Callable

from tinyice.net.transport import StreamTransport
from tinyice.net.webbody import WebBody
from tinyice.net.webchannel import Answered, WebChannel
from tinyice.wire.head import RequestHead


class WebSide:
    """Collects one body at a time.

    ``body_bytes`` says how large the body of a request may be. The channel is made
    when there is something to ask, and is the same for all requests of a connection.
    """

    __slots__ = ("_body", "_body_bytes", "_web", "channel")

    def __init__(
        self, web: Callable[[], WebChannel], body_bytes: Callable[[RequestHead], int]
    ) -> None:
        self._web = web
        self._body_bytes = body_bytes
        self._body: WebBody | None = None
        self.channel: WebChannel | None = None

    @property
    def is_clogged(self) -> bool:
        """Whether the peer does not take what is answered."""
        return self.channel is not None and self.channel.is_clogged

    def begin(self, head: RequestHead) -> bool:
        """A request is here, but for its body; whether that is none. Raises ``PeerError``."""
        self._body = WebBody(head, self._body_bytes(head))
        return self._body.complete

    def feed(self, data: bytes) -> tuple[bytes, bytes] | None:
        """Take more of the body; once it is whole, it and what follows. Raises ``PeerError``."""
        body = self._body
        if body is None:
            return None
        body.feed(data)
        if not body.complete:
            return None
        self._body = None
        return body.content, body.leftover

    def open(self, connection: StreamTransport, waiting: Answered) -> WebChannel:
        """The channel on ``connection``; ``waiting`` is told how its answers end.

        It also knows whether the peer takes what is answered.
        """
        if self.channel is None:
            self.channel = self._web()
            self.channel.waiting = waiting
            self.channel.makeConnection(connection)  # type: ignore[no-untyped-call]
        return self.channel

    def leave(self, connection: StreamTransport) -> None:
        """Let go of ``connection``, which is another's from now on."""
        if self.channel is not None:
            connection.unregisterProducer()
            self.channel = None
