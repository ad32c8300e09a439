"""What the web pages need of the rest: four small promises."""

from collections.abc import Callable
from typing import Protocol

from twisted.web.server import Request

from tinyice.core.clients import Client
from tinyice.core.snapshots import ServerFigures, StationSnapshot
from tinyice.core.tags import Tags
from tinyice.wire.basic import Credentials
from tinyice.wire.shoutcast import PasswordLine

ClientOf = Callable[[Request], Client]
"""Who sent a request: the one place that decides about addresses and proxies."""


class Station(Protocol):
    """The station, as far as pages and admin commands see it."""

    def snapshot(self) -> StationSnapshot:
        """The whole station now."""

    def set_tags(self, mount: str, tags: Tags, origin: str) -> None:
        """Let ``tags`` play on ``mount``; raises ``MountUnknown`` or ``MountIdle``.

        A mount whose format carries its own titles shows them in the
        statistics all the same.
        """


class Gauges(Protocol):
    """How the server is doing."""

    def figures(self) -> ServerFigures:
        """Everything that is measured, now; without a look at each listener."""


class Admission(Protocol):
    """A login that was right."""

    @property
    def mount(self) -> str:
        """The mount that it opens."""


class Gatekeeper(Protocol):
    """Who may do what. Every method raises when it does not admit.

    ``Challenge``: nothing was given; ``Refused``: it was wrong, and counts;
    ``Overloaded``: nobody could be asked just now.
    """

    async def admit_admin(self, credentials: Credentials | None, client: Client) -> str:
        """Admit the administrator, and give the user's name."""

    async def admit_for_mount(
        self, credentials: Credentials | None, mount: str, client: Client
    ) -> str:
        """Admit the administrator, or who may feed ``mount``; the user's name."""

    async def admit_shoutcast(self, line: PasswordLine, client: Client) -> Admission:
        """Admit who sends a Shoutcast source's password line; the mount that it opens."""
