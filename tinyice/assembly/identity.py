"""Who somebody is, as the web asks, answered by the gatekeeper that there is."""

from tinyice.core.access.gatekeeper import Gatekeeper, SourceLogin
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.access.sessions import OpenedSession, Session
from tinyice.core.clients import Client
from tinyice.core.errors import Refused
from tinyice.wire.basic import Credentials
from tinyice.wire.shoutcast import PasswordLine


class Identity:
    """Basic credentials only: nobody has a session or a token."""

    def __init__(self, gatekeeper: Gatekeeper, admin_user: str) -> None:
        self._gatekeeper = gatekeeper
        self._admin_user = admin_user

    async def identify(
        self, credentials: Credentials | None, client: Client, mount: str = ""
    ) -> Principal:
        """The administrator, or a source of ``mount``."""
        if not mount:
            name = await self._gatekeeper.admit_admin(credentials, client)
        else:
            name = await self._gatekeeper.admit_for_mount(credentials, mount, client)
        if credentials is not None and credentials.user == self._admin_user:
            return Principal(name, Role.SUPERADMIN, Via.BASIC)
        return Principal(name, Role.SOURCE, Via.SOURCE, frozenset({mount}))

    async def log_in(self, name: str, password: bytes, client: Client) -> OpenedSession:
        """Refuse."""
        raise Refused("there are no sessions")

    def by_session(self, cookie: str) -> tuple[Principal, Session] | None:
        """None."""
        return None

    def log_out(self, session: Session) -> None:
        """Nothing: there are no sessions."""

    def by_token(self, secret: str, client: Client) -> Principal:
        """Refuse."""
        raise Refused("there are no tokens")

    async def admit_shoutcast(self, line: PasswordLine, client: Client) -> SourceLogin:
        """As the gatekeeper does."""
        return await self._gatekeeper.admit_shoutcast(line, client)
