"""Who may listen to a mount that is not for everyone.

Rules of this file:

- a mount with listener accounts admits these only; one with ``listener_add``
  admits whom the station's web site admits; with both, both must agree;
- a request without credentials is a challenge, neither counted nor logged;
- wrong credentials are a failed login like any other, also when it is the site
  that finds them wrong;
- from an address that is locked out no password is checked, here or by the
  site. It listens where none is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from urllib.parse import unquote_to_bytes

from tinyice.core.access.gates import ListenerPass, ListenerTicket
from tinyice.core.access.lockouts import Lockouts
from tinyice.core.clients import Client
from tinyice.core.errors import Challenge, Refused
from tinyice.core.events import AuthFailed, Event
from tinyice.core.settings import MountSettings, UrlAuthSettings
from tinyice.wire.basic import Credentials
from tinyice.wire.charset import decode_text

REFUSED_BY_SITE = "refused by the station's web site"


class PasswordCheck(Protocol):
    """Compares passwords off the reactor; raises Overloaded when too many wait."""

    async def verify(self, password: bytes, hashed: str) -> bool:
        """Whether ``password`` is the one behind ``hashed``."""

    async def equal_cost_miss(self, password: bytes) -> bool:
        """False, after the work of a comparison: for a user who does not exist."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the site says. ``message`` is its reason for a refusal, for the listener."""

    allowed: bool
    time_limit_s: float | None = None
    message: str = ""


class Site(Protocol):
    """The station's web site; each call raises Overloaded when it is down and that refuses."""

    async def may_listen(self, auth: UrlAuthSettings, ticket: ListenerTicket) -> Verdict:
        """Whether the site lets a listener in."""

    def has_left(self, auth: UrlAuthSettings, ticket: ListenerTicket, seconds: float) -> None:
        """Tell the site, some time, that a listener is gone."""


class RefusedBySite(Refused):
    """The site said no. ``message``: what it wants the listener to be told, or ""."""

    def __init__(self, message: str) -> None:
        super().__init__(message or REFUSED_BY_SITE)
        self.message = message


class Attempts:
    """What becomes of logins that are wrong, for every gate that decides about some."""

    def __init__(self, lockouts: Lockouts, publish: Callable[[Event], None]) -> None:
        self._lockouts = lockouts
        self._publish = publish

    def check(self, user: str, client: Client) -> None:
        """Raise LockedOut when no password of ``client`` is to be checked."""
        lockout = self._lockouts.find(client.address)
        if lockout is not None:
            self._publish(AuthFailed(user, client, self._lockouts.reason(lockout)))
            raise self._lockouts.refusal(lockout)

    def failed(self, user: str, client: Client, reason: str) -> None:
        """Tell and count a failed login."""
        self._publish(AuthFailed(user, client, reason))
        self._lockouts.failed(client.address, reason)


class GuardedMounts:
    """Decides who listens: the ``ListenerGate`` of a station."""

    def __init__(
        self,
        settings_for: Callable[[str], MountSettings],
        passwords: PasswordCheck,
        site: Site,
        attempts: Attempts,
    ) -> None:
        self._settings_for = settings_for
        self._passwords = passwords
        self._site = site
        self._attempts = attempts

    def is_open(self, mount: str) -> bool:
        """Whether everyone may listen, and nobody wants to know who does."""
        settings = self._settings_for(mount)
        auth = settings.url_auth
        is_watched = auth is not None and bool(auth.listener_add or auth.listener_remove)
        return not settings.listener_accounts and not is_watched

    async def admit(self, ticket: ListenerTicket) -> ListenerPass:
        """Let a listener in; raises Challenge, Refused, LockedOut or Overloaded."""
        settings = self._settings_for(ticket.mount)
        # The site reads the query itself.
        has_accounts = bool(settings.listener_accounts)
        credentials = credentials_of(ticket) if has_accounts else ticket.credentials
        if credentials is not None:
            self._attempts.check(credentials.user, ticket.client)
        if has_accounts:
            await self._check_account(settings, ticket.client, credentials)
        user = "" if credentials is None else credentials.user
        auth = settings.url_auth
        if auth is None:
            return ListenerPass(user)
        verdict = Verdict(allowed=True)
        if auth.listener_add:
            verdict = await self._ask(auth, ticket)
        leave = partial(self._site.has_left, auth, ticket)
        return ListenerPass(user, verdict.time_limit_s, leave if auth.listener_remove else None)

    def readmit(self, ticket: ListenerTicket, user: str) -> ListenerPass:
        """The pass of a listener whom another process has let in, as ``user``."""
        auth = self._settings_for(ticket.mount).url_auth
        if auth is None or not auth.listener_remove:
            return ListenerPass(user)
        return ListenerPass(user, leave=partial(self._site.has_left, auth, ticket))

    async def _check_account(
        self, settings: MountSettings, client: Client, credentials: Credentials | None
    ) -> None:
        if credentials is None:
            raise Challenge
        password, hashed = credentials.password, settings.listener_accounts.get(credentials.user)
        if not hashed:
            await self._passwords.equal_cost_miss(password)
        elif await self._passwords.verify(password, hashed):
            return
        reason = "listener password mismatch" if hashed else "listener not found"
        self._attempts.failed(credentials.user, client, reason)
        raise Refused(reason)

    async def _ask(self, auth: UrlAuthSettings, ticket: ListenerTicket) -> Verdict:
        verdict = await self._site.may_listen(auth, ticket)
        if verdict.allowed:
            return verdict
        if ticket.credentials is not None:
            self._attempts.failed(ticket.credentials.user, ticket.client, REFUSED_BY_SITE)
        elif not verdict.message:
            raise Challenge
        raise RefusedBySite(verdict.message)


def credentials_of(ticket: ListenerTicket) -> Credentials | None:
    """What a listener logs in with: Basic, else ``?user=…&pass=…`` for players that can't."""
    if ticket.credentials is not None:
        return ticket.credentials
    found: dict[bytes, bytes] = {}
    for pair in ticket.query.split(b"&"):
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        found[name] = unquote_to_bytes(value)
    if b"user" not in found or b"pass" not in found:
        return None
    return Credentials(decode_text(found[b"user"]), found[b"pass"])
