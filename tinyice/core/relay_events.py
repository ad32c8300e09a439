"""Events of streams from other servers, and to them. The rules are those of ``events``."""

from dataclasses import dataclass
from typing import ClassVar

from tinyice.core.events import Event


@dataclass(frozen=True, slots=True)
class RelayConnected(Event):
    """A relay feeds its mount with the stream of ``upstream`` from now on."""

    id: ClassVar[str] = "relay.connected"
    mount: str
    upstream: str
    content_type: str


@dataclass(frozen=True, slots=True)
class RelayLost(Event):
    """The stream of ``upstream`` ended after so many ``seconds``; the relay tries to go on."""

    id: ClassVar[str] = "relay.lost"
    mount: str
    upstream: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class RelayRefused(Event):
    """A relay could not have the stream of ``upstream``: told once for each new reason."""

    id: ClassVar[str] = "relay.refused"
    mount: str
    upstream: str
    reason: str


@dataclass(frozen=True, slots=True)
class RelayUpstreamChanged(Event):
    """A relay goes on with the stream of ``upstream`` in place of that of ``before``."""

    id: ClassVar[str] = "relay.upstream.changed"
    mount: str
    upstream: str
    before: str


@dataclass(frozen=True, slots=True)
class PushConnected(Event):
    """``target`` takes the stream of the mount from now on; ``push`` is what that is called."""

    id: ClassVar[str] = "push.connected"
    mount: str
    push: str
    target: str
    protocol: str


@dataclass(frozen=True, slots=True)
class PushLost(Event):
    """The connection to ``target`` ended after so many ``seconds``; it is tried again."""

    id: ClassVar[str] = "push.lost"
    mount: str
    push: str
    target: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class PushRefused(Event):
    """``target`` could not be given the stream: told once for each new reason."""

    id: ClassVar[str] = "push.refused"
    mount: str
    push: str
    target: str
    reason: str


@dataclass(frozen=True, slots=True)
class PushEnded(Event):
    """Nothing is sent to ``target`` any more, as it should be, after so many ``seconds``."""

    id: ClassVar[str] = "push.ended"
    mount: str
    push: str
    target: str
    reason: str
    seconds: float
