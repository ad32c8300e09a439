"""What all sessions of relays share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from twisted.internet.interfaces import IReactorTime

from tinyice.core.mounts import Mounts
from tinyice.outbound.dial import Dial


@dataclass(frozen=True, slots=True)
class Terms:
    """The rest of the server. ``lead_s``: how far ahead of real time a stream may be.

    ``token`` names a mount of this server in the Via header of requests and answers.
    """

    mounts: Mounts
    dial: Dial
    clock: IReactorTime
    now: Callable[[], datetime]
    agent: str
    lead_s: Callable[[], float]
    token: Callable[[str], str]

    def fed_by(self, path: str) -> Iterator[str]:
        """What the mount ``path`` calls itself, and the servers that relay it now."""
        yield self.token(path)
        mount = self.mounts.find(path)
        if mount is not None:
            yield from (one.client.via for one in mount.listeners.values() if one.client.via)
