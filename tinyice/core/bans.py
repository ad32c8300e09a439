"""Addresses that are not served at all."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from tinyice.core.events import DropReason
from tinyice.core.mounts import Mounts
from tinyice.core.networks import Network, NetworkTable, network_of


@dataclass(frozen=True, slots=True)
class Ban:
    """An address or network (CIDR) that is not served, until ``expires_at`` or for ever."""

    network: str
    reason: str = ""
    expires_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is still in force."""
        return self.expires_at is None or now < self.expires_at

    def outlasts(self, other: "Ban") -> bool:
        """Whether it holds for longer."""
        if self.expires_at is None or other.expires_at is None:
            return other.expires_at is not None
        return self.expires_at > other.expires_at


class Bans:
    """The bans in force. Single addresses cost one look-up, however many there are.

    Addresses in ``spared`` are never banned: those of trusted proxies, behind
    which everyone else is.
    """

    def __init__(
        self,
        bans: Iterable[Ban],
        *,
        now: Callable[[], datetime],
        spared: Container[str] = frozenset(),
    ) -> None:
        self._now = now
        self._spared = spared
        self.replace(bans)

    def replace(self, bans: Iterable[Ban]) -> None:
        """These, and no others, from now on; raises ValueError for what is no network."""
        lasting: dict[Network, Ban] = {}
        for ban in bans:
            network = network_of(ban.network)
            known = lasting.get(network)
            if known is None or ban.outlasts(known):
                lasting[network] = ban
        self._table = NetworkTable(lasting.items())

    def reason_for(self, address: str) -> str | None:
        """Why ``address`` is banned, "" where nobody said; None when it is not."""
        for ban in self._table.known_of(address):
            if ban.holds(self._now()) and address not in self._spared:
                return ban.reason
        return None

    def __contains__(self, address: object) -> bool:
        return isinstance(address, str) and self.reason_for(address) is not None


def enforce(bans: Container[str], mounts: Mounts) -> None:
    """Let go of the sources and listeners who are banned now."""
    for mount in mounts:
        for entry in mount.air.inputs.sessions:
            if entry.source.client.address in bans:
                entry.source.control.close(DropReason.BANNED.value)
        for listener in tuple(mount.listeners.values()):
            if listener.client.address in bans:
                mount.drop(listener, DropReason.BANNED)
