"""Asking somebody else who may listen, and who may feed a mount.

Where a mount has accounts of its own, or the station's web site decides, the
streaming side asks through these Protocols. It takes as long as it takes; the
connection waits, and the answer is withdrawn (the coroutine is cancelled) when
the peer goes away meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tinyice.core.access.gatekeeper import SourceLogin
from tinyice.core.clients import Client
from tinyice.wire.basic import Credentials
from tinyice.wire.headers import Headers


@dataclass(frozen=True, slots=True)
class ListenerTicket:
    """Who wants to listen to what.

    ``query`` is what stood behind the question mark, as it came; ``listener``
    is the number that the listener will have, if it is let in.
    """

    mount: str
    client: Client
    credentials: Credentials | None
    query: bytes
    headers: Headers
    listener: int


@dataclass(frozen=True, slots=True)
class ListenerPass:
    """A listener may come in, as ``user`` ("": nobody in particular).

    It is let go after ``until_s`` seconds, if that is not None. ``leave`` is
    called once, with the seconds that it listened, when it is gone; also when
    it could not join in the end, with 0.
    """

    user: str = ""
    until_s: float | None = None
    leave: Callable[[float], None] | None = None


class ListenerGate(Protocol):
    """Decides who listens."""

    def is_open(self, mount: str) -> bool:
        """Whether ``mount`` may be heard by everyone, so that nobody need be asked."""

    async def admit(self, ticket: ListenerTicket) -> ListenerPass:
        """Let a listener in; raises Challenge, Refused, LockedOut or Overloaded."""

    def readmit(self, ticket: ListenerTicket, user: str) -> ListenerPass:
        """The pass of a listener whom another process has let in, as ``user``."""


class SourceGate(Protocol):
    """Decides in place of the gatekeeper who feeds some of the mounts."""

    def delegates(self, mount: str) -> bool:
        """Whether it is this gate that decides about ``mount``."""

    async def admit(
        self, mount: str, credentials: Credentials | None, client: Client, headers: Headers
    ) -> SourceLogin | None:
        """Let a source onto ``mount``; None, or Refused, when it may not.

        Raises Challenge, LockedOut or Overloaded, too.
        """


class OpenToAll:
    """The listener gate of a station that asks nobody."""

    def is_open(self, mount: str) -> bool:
        """Every mount may be heard."""
        return True

    async def admit(self, ticket: ListenerTicket) -> ListenerPass:
        """Everyone may come in."""
        return ListenerPass()

    def readmit(self, ticket: ListenerTicket, user: str) -> ListenerPass:
        """Nobody is to be told."""
        return ListenerPass(user)


class NothingDelegated:
    """The source gate of a station whose gatekeeper decides about every mount."""

    def delegates(self, mount: str) -> bool:
        """No mount is another's affair."""
        return False

    async def admit(
        self, mount: str, credentials: Credentials | None, client: Client, headers: Headers
    ) -> SourceLogin | None:
        """Nobody is let in here."""
        return None
