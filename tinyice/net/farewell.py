"""The end of a connection whose peer may still be talking.

An encoder that streams while we refuse it would lose our answer to a reset if
we just closed: what it sends is read and thrown away until it closes too, for
a short time. When descriptors are short, nobody is waited for.
"""

from twisted.internet.interfaces import IProtocol
from twisted.internet.protocol import Protocol
from zope.interface import implementer

from tinyice.net.front import Front
from tinyice.net.transport import StreamTransport

_LINGER_S = 2.0


@implementer(IProtocol)
class Farewell(Protocol):
    """Sends the last words and closes."""

    def __init__(self, front: Front, connection: StreamTransport) -> None:
        self._front = front
        self._connection = connection

    def say(self, words: bytes) -> None:
        """Take the connection over, send ``words``, and end it."""
        self._connection.protocol = self
        if words:
            self._connection.write(words)
        self._front.wait_for(self, _LINGER_S)
        self._connection.resumeProducing()
        if self._front.room.has_room():
            self._connection.loseWriteConnection()
        else:
            self._connection.loseConnection()

    def dataReceived(self, data: bytes) -> None:
        """Throw away what the peer still says."""

    def connectionLost(self, reason: object = None) -> None:
        """The peer closed too."""
        self._front.done_waiting(self)

    def out_of_time(self) -> None:
        """The peer had its time."""
        self._connection.abortConnection()
