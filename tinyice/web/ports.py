"""What the web pages need of the rest: a few small promises."""

from collections.abc import Callable, Sequence
from typing import Protocol

from twisted.web.server import Request

from tinyice.core.access.principal import Principal
from tinyice.core.access.sessions import OpenedSession, Session
from tinyice.core.access.tokens import Token
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

    def log_out(self, session: Session) -> None:
        """End ``session``."""

    def by_token(self, secret: str, client: Client) -> Principal:
        """Whose API token this is."""

    async def admit_shoutcast(self, line: PasswordLine, client: Client) -> Admission:
        """Admit who sends a Shoutcast source's password line; the mount that it opens."""


class OwnAccount(Protocol):
    """What people look after themselves. What can't be done raises ``CommandRefused``."""

    def sessions(self, user: str) -> Sequence[Session]:
        """Where ``user`` is logged in, the one used last first."""

    def end_session(self, session_id: str, *, who: Principal, client: Client) -> None:
        """Log one of their sessions out."""

    def tokens(self, user: str) -> Sequence[Token]:
        """The API tokens of ``user``."""

    async def set_password(
        self, password: str, *, who: Principal, client: Client, keep_session: str
    ) -> None:
        """Let them log in with ``password`` from now on; all their other sessions end."""

    async def make_token(self, name: str, days: int, *, who: Principal, client: Client) -> str:
        """Make a token that lasts so long (0: until it is revoked); its secret, told this once."""

    async def revoke_token(self, token_id: str, *, who: Principal, client: Client) -> None:
        """Let one of their tokens open nothing any more."""
