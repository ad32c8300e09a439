"""What the web pages need of the rest: a few small promises."""

from collections.abc import Callable
from typing import Any, Protocol

from twisted.web.server import Request

from tinyice.core.access.principal import Principal
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
    def user(self) -> str:
        """Who logged in."""

    @property
    def mount(self) -> str:
        """The mount that it opens."""


class Session(Protocol):
    """Somebody who stays logged in."""

    @property
    def id(self) -> str:
        """What names the session in public; never the cookie."""

    @property
    def user(self) -> str:
        """Who logged in."""

    @property
    def csrf(self) -> str:
        """What a form must send back to change anything."""

    @property
    def opened_at(self) -> float:
        """When they logged in, in seconds of the wall clock."""

    @property
    def seen_at(self) -> float:
        """When they were last here, in seconds of the wall clock."""

    @property
    def address(self) -> str:
        """Where they logged in from."""

    @property
    def agent(self) -> str:
        """The browser that they logged in with."""


class OpenedSession(Protocol):
    """A session at its beginning, the only time that its cookie is known."""

    @property
    def cookie(self) -> str:
        """The secret that the browser keeps."""

    @property
    def session(self) -> Session:
        """The session itself."""


class Gatekeeper(Protocol):
    """Who somebody is. What is wrong raises.

    ``Challenge``: nothing was given; ``Refused``: it was wrong, and counts;
    ``LockedOut``: too much was wrong before; ``Overloaded``: nobody could be
    asked just now.
    """

    async def identify(
        self, credentials: Credentials | None, client: Client, mount: str = ""
    ) -> Principal:
        """Who has these: an account, a relay, or a source of ``mount``."""

    async def log_in(self, name: str, password: bytes, client: Client) -> OpenedSession:
        """Open a session for the account ``name``."""

    def by_session(self, cookie: str) -> tuple[Principal, Session] | None:
        """Whose session cookie this is; None when it is over, or never was."""

    def log_out(self, session: Any) -> None:  # noqa: ANN401 (a Session that came from here)
        """End ``session``."""

    def by_token(self, secret: str, client: Client) -> Principal:
        """Whose API token this is."""

    async def admit_shoutcast(self, line: PasswordLine, client: Client) -> Admission:
        """Admit who sends a Shoutcast source's password line; the mount that it opens."""
