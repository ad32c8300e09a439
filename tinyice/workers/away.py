"""What the main process keeps of a listener that a worker serves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tinyice.core.feed import Feed
from tinyice.core.listener import Listener
from tinyice.net.listener import ListenerConnection
from tinyice.workers.messages import Drop, Message, Part


class Teller(Protocol):
    """The way to its worker."""

    def say(self, message: Message) -> None:
        """Tell the worker."""


@dataclass(frozen=True, slots=True)
class Ferrying:
    """Where a listener comes from whose worker has yet to tell where it stood."""

    feed: Feed
    path: str


class Away:
    """A listener's outlet that lies in a worker: ``core.listener.Outlet``."""

    __slots__ = ("_is_told", "_link", "connection", "ferrying", "listener", "raw_send")

    def __init__(self, link: Teller, listener: Listener, connection: ListenerConnection) -> None:
        self._link = link
        self.connection = connection
        """What is left of it here."""
        self._is_told = False
        self.listener = listener
        self.ferrying: Ferrying | None = None
        self.raw_send: Callable[[memoryview], int] = _take_nothing

    @property
    def is_ending(self) -> bool:
        """Whether its worker was told to end it."""
        return self._is_told

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

    def ferry(self, feed: Feed, path: str) -> None:
        """The listener has left ``feed``, of the mount ``path``; being told once is enough."""
        if self.ferrying is None:
            self.ferrying = Ferrying(feed, path)
            self._link.say(Part(self.listener.id))

    def too_slow(self) -> None:
        """Its worker can't bring it on: let it end."""
        mount = self.listener.mount
        if mount is not None:
            mount.drop_away(self.listener)

    def gone(self, bytes_out: int, jumps: int, *, too_slow: bool) -> None:
        """The connection is closed: give account of it."""
        mount = self.listener.mount
        if mount is not None:
            mount.left_away(self.listener, bytes_out, jumps, too_slow=too_slow)
        self.connection.left()
        self.connection.closed()


def _take_nothing(_view: memoryview) -> int:
    return 0
