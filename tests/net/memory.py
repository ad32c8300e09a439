"""A connection in memory that keeps the contract of the real one (see the contract test)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IAddress,
    IProducer,
    IProtocol,
    IPushProducer,
    ITCPTransport,
)
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import implementer

ALL = 1 << 40
BUFFER_SIZE = 65536
PEER = IPv4Address("TCP", "192.0.2.7", 40000)


class Room(Protocol):
    """How much the peer's end still takes; connections may share one."""

    left: int


@dataclass
class SocketRoom:
    """So many bytes fit into the socket."""

    left: int = ALL


@implementer(ITCPTransport, IPushProducer)
class MemoryTransport:
    """Our end of a connection; ``sent`` is what the peer has got.

    Writes go out in the next turn of ``clock``, ``send_now`` at once, both as
    far as ``room`` lasts. ``deliver`` and ``hang_up`` are the peer's doing.
    """

    def __init__(self, clock: Clock, *, room: int = ALL, peer: IAddress = PEER) -> None:
        self.protocol: IProtocol = None  # type: ignore[assignment]
        self.sent = bytearray()
        self.is_open = True
        self.is_finished = False
        """Whether the peer was told that nothing more comes."""
        self.is_reading = True
        self.aborted = False
        self.producer: Any = None
        self.producers_registered = 0
        self.no_delay = False
        self.receive_buffer = 0
        self.send_buffer = 0
        self.sent_broken = False
        """Whether the next send finds the connection broken."""
        self._clock = clock
        self._room = SocketRoom(room)
        self._peer = peer
        self._buffer = bytearray()
        self._paused = False
        self._flushing = False
        self.disconnecting = False
        self._closing_half = False
        self._incoming = bytearray()
        self._hung_up = False

    # The peer's side.

    def deliver(self, data: bytes) -> None:
        """The peer has sent ``data``; it is read when we read."""
        self._incoming += data
        self._read()

    def hang_up(self) -> None:
        """The peer has closed."""
        self._hung_up = True
        self._read()

    def make_room(self, size: int = ALL) -> None:
        """The peer's end takes ``size`` more bytes."""
        self._room.left += size
        self._flush()

    def stall(self) -> None:
        """The peer's end takes nothing more for now."""
        self._room.left = 0

    # What protocols use.

    @property
    def raw_send(self) -> Callable[[memoryview], int]:
        return self.send_now

    def send_now(self, view: bytes | memoryview) -> int:
        if not self.is_open:
            raise AssertionError("sent on a connection that is gone")
        if self._buffer:
            self._wait()
            return 0
        if self.sent_broken:
            self._clock.callLater(0, self._lose, ConnectionLost())
            return 0
        taken = min(len(view), self._room.left)
        self._room.left -= taken
        self.sent += view[:taken]
        if taken < len(view):
            self._wait()
        return taken

    @property
    def unsent(self) -> int:
        return len(self._buffer)

    def write(self, data: bytes) -> None:
        if not isinstance(data, bytes):
            raise TypeError(type(data))
        if not self.is_open or self.is_finished or not data:
            return
        self._buffer += data
        if self.producer is not None and len(self._buffer) > BUFFER_SIZE:
            self._paused = True
            self.producer.pauseProducing()
        self._flush_soon()

    def writeSequence(self, pieces: list[bytes]) -> None:
        self.write(b"".join(pieces))

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:
        if self.producer is not None:
            raise RuntimeError("there is a producer already")
        if not streaming:
            raise AssertionError("a pull producer costs a core over TLS")
        self.producers_registered += 1
        self.producer = producer
        if not self.is_open:
            producer.stopProducing()

    def unregisterProducer(self) -> None:
        self.producer = None
        if self.disconnecting:
            self._flush_soon()

    def pauseProducing(self) -> None:
        self.is_reading = False

    def resumeProducing(self) -> None:
        if self.is_open and not self.disconnecting:
            self.is_reading = True
            self._clock.callLater(0, self._read)

    def loseConnection(self) -> None:
        if self.is_open and not self.disconnecting:
            self.is_reading = False
            self.disconnecting = True
            if self.is_finished:
                self._lose(ConnectionDone())
            else:
                self._flush_soon()

    def loseWriteConnection(self) -> None:
        self._closing_half = True
        self._flush_soon()

    def abortConnection(self) -> None:
        if self.is_open and not self.aborted:
            self.aborted = True
            self.is_reading = False
            self._clock.callLater(0, self._lose, ConnectionAborted())

    def setTcpNoDelay(self, enabled: bool) -> None:
        self.no_delay = enabled

    def limit_receive_buffer(self, size: int) -> None:
        self.receive_buffer = size

    def limit_send_buffer(self, size: int) -> None:
        self.send_buffer = size

    def introduce(self, peer: IAddress) -> None:
        self._peer = peer

    def getPeer(self) -> IAddress:
        return self._peer

    def getHost(self) -> IAddress:
        return IPv4Address("TCP", "127.0.0.1", 8000)

    # How it works.

    def _wait(self) -> None:
        self._paused = True
        self._flush_soon()

    def _flush_soon(self) -> None:
        if not self._flushing:
            self._flushing = True
            self._clock.callLater(0, self._flush)

    def _flush(self) -> None:
        self._flushing = False
        if not self.is_open or self.aborted:
            return
        taken = min(len(self._buffer), self._room.left)
        self._room.left -= taken
        self.sent += self._buffer[:taken]
        del self._buffer[:taken]
        if self._buffer or not self._room.left:
            return
        if self.producer is not None and self._paused:
            self._paused = False
            self.producer.resumeProducing()
        elif self.disconnecting:
            if self.producer is None:
                self.is_finished = True
                self._lose(ConnectionDone())
        elif self._closing_half:
            self.is_finished = True

    def _read(self) -> None:
        if not self.is_open or not self.is_reading or self.aborted:
            return
        if self._incoming:
            data = bytes(self._incoming[:BUFFER_SIZE])
            del self._incoming[:BUFFER_SIZE]
            self.protocol.dataReceived(data)
            self._clock.callLater(0, self._read)
        elif self._hung_up:
            self._lose(ConnectionDone())

    def _lose(self, reason: Exception) -> None:
        if not self.is_open:
            return
        self.is_open = False
        self.is_reading = False
        if self.producer is not None:
            self.producer.stopProducing()
            self.producer = None
        self.protocol.connectionLost(Failure(reason))
