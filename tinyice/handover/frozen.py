"""What is in the cargo: plain values, each with the number of its descriptor.

``descriptor`` counts the descriptors that come along, from 0.
"""

from dataclasses import dataclass, replace
from typing import Any

from tinyice.core.frozen import FrozenSource
from tinyice.formats.frozen import State
from tinyice.net.frozen import FrozenDoor, FrozenEncoder, FrozenPlayer
from tinyice.relays.frozen import FrozenRelay
from tinyice.relays.push_frozen import FrozenPush


@dataclass(frozen=True, slots=True)
class FrozenPort:
    """A listening socket: where the configuration had it, or the name that systemd gave it."""

    key: str
    descriptor: int
    host: str
    number: int
    passed_as: str

    def at(self, descriptor: int) -> "FrozenPort":
        """The same, with that descriptor."""
        return replace(self, descriptor=descriptor)


@dataclass(frozen=True, slots=True)
class FrozenHouse:
    """Everything that is there once. ``memories`` are those of the successor's parts, by name."""

    ports: list[FrozenPort]
    last_listener: int
    memories: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class FrozenMount:
    """A mount, without who is there."""

    path: str
    state: State


@dataclass(frozen=True, slots=True)
class Encoder:
    """A source and its connection, and what it is on its mount."""

    descriptor: int
    encoder: FrozenEncoder
    input: State
    on_air: bool


@dataclass(frozen=True, slots=True)
class Relayed:
    """A stream of another server and its connection, and what it is on its mount."""

    descriptor: int
    relay: FrozenRelay
    input: State
    on_air: bool


@dataclass(frozen=True, slots=True)
class Pushed:
    """A stream that goes to another server, and its connection."""

    descriptor: int
    push: FrozenPush


@dataclass(frozen=True, slots=True)
class Player:
    """A listener and its connection."""

    descriptor: int
    player: FrozenPlayer


@dataclass(frozen=True, slots=True)
class Caller:
    """A connection whose request is not complete."""

    descriptor: int
    door: FrozenDoor


@dataclass(frozen=True, slots=True)
class FrozenFeed:
    """The source of a part, and what it is on its mount."""

    mount: str
    source: FrozenSource
    input: State
    on_air: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part that ``owner`` knows, with what is open of it."""

    owner: str
    state: bytes
    descriptors: list[int]
    feed: FrozenFeed | None


Piece = FrozenHouse | FrozenMount | Encoder | Player | Caller | Relayed | Pushed | Part
