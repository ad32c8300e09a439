"""Connections as values that another process can go on from; see ``formats/frozen.py``.

The descriptor of each goes beside them. Monotonic seconds are those of the
machine, and the same in every process.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from tinyice.core.clients import Client
from tinyice.core.frozen import FrozenListener, FrozenSource
from tinyice.formats.frozen import State
from tinyice.net.front import Exchange
from tinyice.net.transport import FrozenConnection


@dataclass(frozen=True, slots=True)
class FrozenTicket:
    """With what a listener came in about whose end somebody is to be told."""

    mount: str
    client: Client
    credentials: tuple[str, bytes] | None = field(repr=False)
    query: bytes = field(repr=False)
    headers: list[tuple[bytes, bytes]] = field(repr=False)
    listener: int


@dataclass(frozen=True, slots=True)
class FrozenStay:
    """What was agreed with a listener: since when it stays, and until when it may."""

    user: str
    began: float
    until: float | None
    ticket: FrozenTicket


@dataclass(frozen=True, slots=True)
class FrozenPlayer:
    """A listener's connection."""

    connection: FrozenConnection
    exchange: Exchange
    head_bytes: int
    mount: str
    listener: FrozenListener
    stay: FrozenStay | None = None


@dataclass(frozen=True, slots=True)
class FrozenEncoder:
    """A source's connection; ``held_until``: when it is read again, if it is too far ahead."""

    connection: FrozenConnection
    exchange: Exchange
    body: State
    inline: State | None
    greeting_bytes: int
    held_until: float | None
    mount: str
    source: FrozenSource


class Dialogue(StrEnum):
    """Which protocol a connection begins with."""

    DOOR = "door"
    SHOUTCAST = "shoutcast"
    INTRODUCTION = "introduction"


@dataclass(frozen=True, slots=True)
class FrozenDoor:
    """A connection whose request is not complete, or not decided about: it is said again.

    ``said``: everything since the request began. ``newcomer``: it is the first one.
    ``greeted``: a Shoutcast source was told already that its password is right.
    """

    connection: FrozenConnection
    dialogue: Dialogue
    said: bytes = field(repr=False)
    newcomer: bool = True
    greeted: bool = False
