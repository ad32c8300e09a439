"""The factories behind the ports: who is let to the door at all."""

from collections.abc import Callable

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.logger import Logger

from tinyice.net.door import Door
from tinyice.net.front import Front
from tinyice.net.peer import client_address
from tinyice.net.shoutcast import ShoutcastDoor
from tinyice.net.webchannel import WebChannel


class Reception:
    """Refuses banned addresses and floods, before a byte is read."""

    _log = Logger()

    def __init__(self, front: Front) -> None:
        self._front = front
        self._turned_away = 0

    def lets_in(self, peer: IAddress | None) -> bool:
        """Whether ``peer`` gets to a door; counts it."""
        front = self._front
        if client_address(peer) in front.bans:
            return False
        if len(front.waiting.newcomers) >= front.limits.pending:
            self._turned_away += 1
            return False
        front.mounts.counters.connections += 1
        return True

    def sweep(self) -> None:
        """Once a second: say how many were turned away."""
        if self._turned_away:
            self._log.warn(
                "{count} connections were closed: more than {limit} had not sent a request"
                " (max_pending)",
                count=self._turned_away,
                limit=self._front.limits.pending,
            )
            self._turned_away = 0


class DoorFactory(Factory):
    """Puts a door behind every connection of a port."""

    noisy = False

    def __init__(
        self, front: Front, reception: Reception, web: Callable[[], WebChannel], *, secure: bool
    ) -> None:
        self._front = front
        self._reception = reception
        self._web = web
        self._secure = secure

    def buildProtocol(self, addr: IAddress | None) -> Door | None:
        """A door, or None to close at once."""
        return self.door() if self._reception.lets_in(addr) else None

    def door(self) -> Door:
        """A new door, for a connection that is in already."""
        return Door(self._front, self._web, secure=self._secure)


class ShoutcastFactory(Factory):
    """Puts the Shoutcast dialogue behind every connection of a port."""

    noisy = False

    def __init__(self, front: Front, reception: Reception, door: Callable[[], Door]) -> None:
        self._front = front
        self._reception = reception
        self._door = door

    def buildProtocol(self, addr: IAddress | None) -> ShoutcastDoor | None:
        """The dialogue, or None to close at once."""
        if not self._reception.lets_in(addr):
            return None
        return ShoutcastDoor(self._front, self._door)
