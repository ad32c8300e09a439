"""What Icecast's administration needs of the rest, as small promises."""

from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from tinyice.config.model import Config
from tinyice.core.clients import Client
from tinyice.core.events import Event
from tinyice.web.changes import Changes, Reload


class Listening(Protocol):
    """A listener at one moment, as far as it is told."""

    @property
    def id(self) -> int:
        """A number that no other listener has."""

    @property
    def client(self) -> Client:
        """Whose connection it is."""

    @property
    def user(self) -> str:
        """The name that it logged in with; "" when it did not."""

    @property
    def seconds(self) -> float:
        """How long it listens."""

    @property
    def lag_bytes(self) -> int:
        """How much of the stream is still to be sent to it."""


class Audience(Protocol):
    """Who listens and who feeds, and what can be done with them."""

    def listeners(
        self, mounts: Collection[str] | None, after: int, limit: int
    ) -> Sequence[Listening]:
        """The next listeners by number, on those mounts; costs no more than that."""

    def kick_listener(self, mount: str, listener: int) -> None:
        """End a listener; raises ``MountUnknown`` or ``ListenerUnknown``."""

    def kick_source(self, mount: str) -> None:
        """End the source; raises ``MountUnknown`` or ``MountIdle``."""

    def move_listeners(self, mount: str, destination: str) -> int:
        """Let all listeners of ``mount`` go on at ``destination``; how many did.

        Raises ``MountUnknown``, ``MountIdle``, ``SameMount`` or ``FormatsDiffer``.
        """


HashPassword = Callable[[str], Coroutine[Any, Any, str]]
"""Makes a password's hash, off the reactor."""


@dataclass(frozen=True, slots=True)
class Administration:
    """Everything that Icecast's commands use besides the station's snapshots."""

    audience: Audience
    changes: Changes
    reload: Reload
    config: Callable[[], Config]
    hash_password: HashPassword
    publish: Callable[[Event], None]
    now: Callable[[], datetime]
