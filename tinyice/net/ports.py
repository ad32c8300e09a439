"""The factories behind the ports: who is let to the door at all."""

from collections.abc import Callable

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.logger import Logger

from tinyice.core.clients import Client
from tinyice.core.events import RequestRefused
from tinyice.net.door import Door
from tinyice.net.front import Front
from tinyice.net.introduction import Introduction
from tinyice.net.peer import client_address
from tinyice.net.shoutcast import ShoutcastDoor
from tinyice.net.webchannel import WebChannel


class Reception:
    """Refuses banned addresses and floods, before a byte is read."""

    _log = Logger()

    def __init__(self, front: Front) -> None:
        self._front = front
        self._turned_away = 0

    def lets_in(self, peer: IAddress | None, *, proxied: bool = False) -> bool:
        """Whether ``peer`` gets to a door; counts it.

        ``proxied``: it is a proxy, and will say who its client is, on whom bans
        are held then.
        """
        front, address = self._front, client_address(peer)
        if not proxied and address in front.bans:
            return False
        if proxied and not front.clients.may_announce(address):
            reason = "Only trusted_proxies may connect to this port."
            front.publish(RequestRefused(Client(address), 0, reason))
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
    """Puts a door behind every connection of a port.

    ``proxied``: each begins with a PROXY header.
    """

    noisy = False

    def __init__(
        self,
        front: Front,
        reception: Reception,
        web: Callable[[], WebChannel],
        *,
        secure: bool,
        proxied: bool = False,
    ) -> None:
        self._front = front
        self._reception = reception
        self._web = web
        self._secure = secure
        self.proxied = proxied

    def buildProtocol(self, addr: IAddress | None) -> Door | Introduction | None:
        """A door, or None to close at once."""
        if not self._reception.lets_in(addr, proxied=self.proxied):
            return None
        return self.introduction() if self.proxied else self.door()

    def introduction(self) -> Introduction:
        """What stands before a door where a proxy says first who connects."""
        return Introduction(self._front, self.door)

    def door(self) -> Door:
        """A new door, for a connection that is in already."""
        return Door(self._front, self._web, secure=self._secure)


class ShoutcastFactory(Factory):
    """Puts the Shoutcast dialogue behind every connection of a port; see ``DoorFactory``."""

    noisy = False

    def __init__(
        self,
        front: Front,
        reception: Reception,
        door: Callable[[], Door],
        *,
        proxied: bool = False,
    ) -> None:
        self._front = front
        self._reception = reception
        self._door = door
        self.proxied = proxied

    def buildProtocol(self, addr: IAddress | None) -> ShoutcastDoor | Introduction | None:
        """The dialogue, or None to close at once."""
        if not self._reception.lets_in(addr, proxied=self.proxied):
            return None
        return self.introduction() if self.proxied else self.dialogue()

    def introduction(self) -> Introduction:
        """What stands before a dialogue where a proxy says first who connects."""
        return Introduction(self._front, self.dialogue)

    def dialogue(self) -> ShoutcastDoor:
        """A new dialogue, for a connection that is in already."""
        return ShoutcastDoor(self._front, self._door)

    def door(self) -> Door:
        """A new door, for a connection that turned out to speak HTTP."""
        return self._door()
