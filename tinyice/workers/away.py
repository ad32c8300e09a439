"""What the main process keeps of a listener that a worker serves."""

from collections.abc import Callable
from typing import Protocol

from tinyice.core.listener import Listener
from tinyice.core.mount import Mount
from tinyice.net.listener import ListenerConnection
from tinyice.workers.messages import Drop, Message


class Teller(Protocol):
    """The way to its worker."""

    def say(self, message: Message) -> None:
        """Tell the worker."""


class Away:
    """A listener's outlet that lies in a worker: ``core.listener.Outlet``."""

    __slots__ = ("_connection", "_is_told", "_link", "listener", "mount", "raw_send")

    def __init__(
        self, link: Teller, mount: Mount, listener: Listener, connection: ListenerConnection
    ) -> None:
        self._link = link
        self._connection = connection
        self._is_told = False
        self.mount = mount
        self.listener = listener
        self.raw_send: Callable[[memoryview], int] = _take_nothing

    def send(self, view: bytes | memoryview) -> int:
        """Take nothing: the worker sends what there is."""
        return 0

    def finish(self) -> None:
        """``Outlet.finish``; being told once is enough."""
        if not self._is_told:
            self._is_told = True
            self._link.say(Drop(self.listener.id, at_once=False))

    def abort(self) -> None:
        """``Outlet.abort``."""
        self._is_told = True
        self._link.say(Drop(self.listener.id, at_once=True))

    def gone(self, bytes_out: int, jumps: int, *, too_slow: bool) -> None:
        """The connection is closed: give account of it."""
        self.mount.left_away(self.listener, bytes_out, jumps, too_slow=too_slow)
        self._connection.left()
        self._connection.closed()


def _take_nothing(_view: memoryview) -> int:
    return 0
