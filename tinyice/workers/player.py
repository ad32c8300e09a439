"""A player's connection in a worker: a socket, and nothing in between.

Twisted's own transport has buffers and states for which a listener has no use;
this one weighs a fraction of it, and a worker may have many thousands.
"""

import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from twisted.internet.interfaces import IReactorFDSet, IReadWriteDescriptor
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST
from zope.interface import implementer

from tinyice.core.listener import Listener

_READ_BYTES = 65536
_CLOSING_MS = 30_000
"""How long the player may take for what its socket has, after the end."""
_RESET = struct.pack("ii", 1, 0)


class Household(Protocol):
    """Where players live."""

    @property
    def reactor(self) -> IReactorFDSet:
        """Tells of their sockets."""

    def closed(self, player: "Player", *, too_slow: bool = False) -> None:
        """``player``'s connection is gone."""

    def soon(self, player: "Player") -> None:
        """Call ``player.lose`` in a turn of its own."""


@implementer(IReadWriteDescriptor)
class Player:
    """One player: ``core.listener.Outlet``."""

    __slots__ = ("_household", "_socket", "is_closed", "listener", "raw_send")

    listener: Listener

    def __init__(self, connection: socket.socket, household: Household) -> None:
        self._socket = connection
        self._household = household
        self.is_closed = False
        self.raw_send: Callable[[memoryview], int] = connection.send
        connection.setblocking(False)
        household.reactor.addReader(self)

    def sleep(self) -> int:
        """Hear nothing of the socket any more; a descriptor for somebody else."""
        self._household.reactor.removeReader(self)
        self._household.reactor.removeWriter(self)
        return os.dup(self._socket.fileno())

    def wake(self) -> None:
        """Hear of it again."""
        self._household.reactor.addReader(self)
        self._household.reactor.addWriter(self)

    def fileno(self) -> int:
        """For the reactor."""
        return self._socket.fileno()

    def logPrefix(self) -> str:
        """For the reactor's log."""
        return "player"

    def send(self, view: bytes | memoryview) -> int:
        """``Outlet.send``: straight to the socket."""
        if self.is_closed:
            return 0
        try:
            sent = self._socket.send(view)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._household.soon(self)
            return 0
        if sent < len(view):
            self._household.reactor.addWriter(self)
        return sent

    def doRead(self) -> Exception | None:  # type: ignore[override]  # which is what Twisted takes
        """Ignore what the player says, but for its goodbye."""
        try:
            return None if self._socket.recv(_READ_BYTES) else CONNECTION_DONE
        except BlockingIOError:
            return None
        except OSError:
            return CONNECTION_LOST

    def doWrite(self) -> None:
        """The socket takes bytes again."""
        self._household.reactor.removeWriter(self)
        self.listener.resume()

    def connectionLost(self, reason: object = None) -> None:
        """The player is gone."""
        self.lose()

    def finish(self) -> None:
        """``Outlet.finish``: the system sends what the socket has, and closes."""
        with suppress(OSError):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _CLOSING_MS)
            self._socket.shutdown(socket.SHUT_RDWR)
        self.lose()

    def abort(self) -> None:
        """``Outlet.abort``: close now."""
        self.lose(too_slow=False, at_once=True)

    def lose(self, *, too_slow: bool = False, at_once: bool = False) -> None:
        """Close, and tell the household."""
        if self.is_closed:
            return
        self.is_closed = True
        self._household.reactor.removeReader(self)
        self._household.reactor.removeWriter(self)
        if at_once or too_slow:
            with suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._socket.close()
        self._household.closed(self, too_slow=too_slow)
