"""One connection to a server that is fed. It decides nothing."""

import socket
from contextlib import suppress
from typing import Protocol as Promise
from typing import cast

from twisted.internet.interfaces import (
    IConsumer,
    IDelayedCall,
    IPushProducer,
    IReactorTime,
    ITCPTransport,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from tinyice.relays.adopting import descriptor_of, release, unsent_of

SENT_BYTES = 128 * 1024
"""So much the system keeps for the other side: who takes no more is noticed soon."""

UNHEARD_S = 15.0
"""A connection whose other side has confirmed nothing for so long is lost."""

PARTING_S = 5.0
"""So long what was written may take to go out, once nothing more is."""


class Feeder(Promise):
    """Whoever feeds the server."""

    def connected(self, connection: "TargetConnection") -> None:
        """It may be written to. Over TLS what is written waits until the certificate was seen."""

    def received(self, connection: "TargetConnection", data: bytes) -> None:
        """These bytes came in."""

    def paused(self, connection: "TargetConnection") -> None:
        """The other side takes nothing now."""

    def resumed(self, connection: "TargetConnection") -> None:
        """It takes more."""

    def disconnected(self, connection: "TargetConnection", error: BaseException | None) -> None:
        """The connection is gone."""


@implementer(IPushProducer)
class TargetConnection(Protocol):
    """Writes what it is given, and tells when that is too much."""

    def __init__(self, feeder: Feeder, clock: IReactorTime) -> None:
        self._feeder = feeder
        self._clock = clock
        self._parting: IDelayedCall | None = None

    def connectionMade(self) -> None:
        """The other side is there."""
        self._tune(getattr(self.transport, "socket", None))
        cast("IConsumer", self.transport).registerProducer(self, streaming=True)
        self._feeder.connected(self)

    def dataReceived(self, data: bytes) -> None:
        """What it says."""
        self._feeder.received(self, data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """It is over."""
        if self._parting is not None and self._parting.active():
            self._parting.cancel()
        self._feeder.disconnected(self, reason.value)

    def pauseProducing(self) -> None:
        """``IPushProducer``: enough is on its way."""
        self._feeder.paused(self)

    def resumeProducing(self) -> None:
        """``IPushProducer``: all of that is gone."""
        self._feeder.resumed(self)

    def stopProducing(self) -> None:
        """``IPushProducer``: the connection is about to be lost."""

    def write(self, data: bytes) -> None:
        """Let that go out."""
        if self.transport is not None:
            self._wire.write(data)

    def finish(self) -> None:
        """End it once all is out that was written, or after a while."""
        if self.transport is not None:
            cast("IConsumer", self.transport).unregisterProducer()
            self._parting = self._clock.callLater(PARTING_S, self.drop)
            self._wire.loseConnection()

    def drop(self) -> None:
        """End it at once: a polite end would wait for the other side."""
        if self.transport is not None:
            self._wire.abortConnection()

    @property
    def descriptor(self) -> int | None:
        """The descriptor, if another process can go on with it."""
        return descriptor_of(self.transport)

    @property
    def unsent(self) -> bytes:
        """What was written, and is not with the system yet."""
        return unsent_of(self.transport)

    def release(self) -> None:
        """Another process goes on: nothing here is read, sent or ended any more."""
        transport, self.transport = self.transport, None
        release(transport)

    @staticmethod
    def _tune(wire: socket.socket | None) -> None:
        if wire is None:
            return
        with suppress(OSError):
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_BYTES)
            # Not every system has it; the sweep of the session does for the others.
            option = getattr(socket, "TCP_USER_TIMEOUT", None)
            if option is not None:
                wire.setsockopt(socket.IPPROTO_TCP, option, int(UNHEARD_S * 1000))

    @property
    def _wire(self) -> ITCPTransport:
        return cast("ITCPTransport", self.transport)
