"""Who may feed a mount about which the station's web site decides."""

from collections.abc import Callable
from typing import Protocol

from tinyice.core.access.gatekeeper import SourceLogin
from tinyice.core.access.listeners import REFUSED_BY_SITE, Attempts, RefusedBySite, Verdict
from tinyice.core.clients import Client
from tinyice.core.errors import Challenge, Refused
from tinyice.core.settings import MountSettings, UrlAuthSettings
from tinyice.wire.basic import Credentials
from tinyice.wire.headers import Headers


class SourceSite(Protocol):
    """The station's web site; raises Overloaded when it is down and that refuses."""

    async def may_feed(
        self,
        auth: UrlAuthSettings,
        mount: str,
        client: Client,
        credentials: Credentials,
        *,
        admin: bool,
    ) -> Verdict:
        """Whether the site lets a source feed ``mount``, or (``admin``) change its title."""


class DelegatedMounts:
    """Asks the site, in place of the gatekeeper: the ``SourceGate`` of a station."""

    def __init__(
        self,
        settings_for: Callable[[str], MountSettings],
        site: SourceSite,
        attempts: Attempts,
    ) -> None:
        self._settings_for = settings_for
        self._site = site
        self._attempts = attempts

    def delegates(self, mount: str) -> bool:
        """Whether the site decides about sources of ``mount``."""
        auth = self._settings_for(mount).url_auth
        return auth is not None and bool(auth.stream_auth)

    async def admit(
        self, mount: str, credentials: Credentials | None, client: Client, headers: Headers
    ) -> SourceLogin:
        """Let a source onto ``mount``; raises Challenge, Refused, LockedOut or Overloaded."""
        return await self._login(mount, credentials, client, admin=False)

    async def admit_for_admin(
        self, mount: str, credentials: Credentials | None, client: Client
    ) -> SourceLogin:
        """As ``admit``, for a command about ``mount`` with the credentials of a source."""
        return await self._login(mount, credentials, client, admin=True)

    async def _login(
        self, mount: str, credentials: Credentials | None, client: Client, *, admin: bool
    ) -> SourceLogin:
        if credentials is None:
            raise Challenge
        self._attempts.check(credentials.user, client)
        auth = self._settings_for(mount).url_auth
        if auth is None:
            raise Refused(REFUSED_BY_SITE)
        verdict = await self._site.may_feed(auth, mount, client, credentials, admin=admin)
        if not verdict.allowed:
            self._attempts.failed(credentials.user, client, REFUSED_BY_SITE)
            raise RefusedBySite(verdict.message)
        # a user who logs in again may take over from themselves, whatever the password
        return SourceLogin(credentials.user, mount, f"site:{credentials.user}")
