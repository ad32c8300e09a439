"""Somebody who asks for something, once it is known who that is."""

from dataclasses import dataclass
from enum import Enum, IntEnum


class Role(IntEnum):
    """How much somebody may do; each includes what stands before it."""

    ANYBODY = 0
    """Nobody has logged in."""
    RELAY = 1
    """Knows the password for relays, and may learn which mounts there are."""
    SOURCE = 2
    """Knows a password that feeds mounts, and has no account."""
    DJ = 3
    ADMIN = 4
    SUPERADMIN = 5
    """Everything, on every mount."""


class Via(Enum):
    """How somebody has proved who they are."""

    NOTHING = "nothing"
    BASIC = "basic"
    SESSION = "session"
    TOKEN = "token"  # noqa: S105 (a name)
    SOURCE = "source password"
    RELAY = "relay password"
    SIGNAL = "signal"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. ``mounts`` are theirs; a superadmin has all without naming them.

    ``credential`` tells apart what they came with (a session, a token); it is
    an id that may be shown, never the secret itself.
    """

    name: str
    role: Role
    via: Via
    mounts: frozenset[str] = frozenset()
    credential: str = ""

    def owns(self, mount: str) -> bool:
        """Whether ``mount`` is one of theirs."""
        return self.role is Role.SUPERADMIN or mount in self.mounts


ANYBODY = Principal("", Role.ANYBODY, Via.NOTHING)
"""Who has not logged in."""

SIGNAL = Principal("", Role.SUPERADMIN, Via.SIGNAL)
"""Whoever may send signals to the process may do everything."""

COMMAND = Principal("", Role.SUPERADMIN, Via.COMMAND)
"""Whoever is the server's own user on its machine, or root there, may do everything, too."""
