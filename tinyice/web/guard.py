"""The guard before every page and command: who asks, and whether they may.

Who asks is told by a Bearer token, else by a session cookie, else by Basic
credentials. Whether they may is told by ``permits`` alone. A change must be
meant as well: what rides on a cookie needs the session's token in the form (or
in ``X-CSRF-Token``) and must not come from a stranger's page; what rides on
Basic must not come from a browser, unless it provably comes from our own
pages. A Bearer token is sent by nobody by accident.
"""

from dataclasses import dataclass
from secrets import compare_digest

from twisted.web.server import Request

from tinyice.core.access.permissions import Action, require
from tinyice.core.access.principal import ANYBODY, Principal
from tinyice.core.access.sessions import Session
from tinyice.core.clients import Client
from tinyice.web.cookies import session_cookie
from tinyice.web.errors import CrossSite
from tinyice.web.forgery import Provenance, provenance, shows_browser
from tinyice.web.params import params_of
from tinyice.web.ports import ClientOf, Gatekeeper
from tinyice.web.settings import WebSettings
from tinyice.wire.basic import Credentials, parse_basic

CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"

_FOREIGN = "This request comes from another site, and was not carried out"
_NO_TOKEN = "This form is out of date: open its page again, and send it from there"  # noqa: S105
_REMEMBERED = (
    "A browser must not change anything with a password that it remembers: "
    "log in on /login and use the pages, or use a tool or an API token"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. ``mount`` is the one that the permission was decided for."""

    principal: Principal
    client: Client
    session: Session | None = None
    mount: str = ""

    @property
    def csrf(self) -> str:
        """What forms on the answer must send back; "" outside a session."""
        return self.session.csrf if self.session is not None else ""


class Guard:
    """Lets nobody through who may not; one for all applications."""

    def __init__(
        self, gatekeeper: Gatekeeper, client_of: ClientOf, *, settings: WebSettings
    ) -> None:
        self._gatekeeper = gatekeeper
        self._client_of = client_of
        self._settings = settings

    def anybody(self, request: Request, *, changes: bool) -> Caller:
        """Whoever it is, unasked; raises ``CrossSite`` for a change from another site."""
        client = self._client_of(request)
        if changes and self._provenance(request, client) is Provenance.FOREIGN:
            raise CrossSite(_FOREIGN)
        return Caller(ANYBODY, client)

    async def admit(
        self, request: Request, action: Action, mount: str = "", *, changes: bool
    ) -> Caller:
        """Who asks for ``action``, when they may.

        Raises ``Challenge``, ``Refused``, ``LockedOut``, ``Overloaded``, ``NotPermitted``,
        or ``CrossSite`` for a change that a browser was talked into.
        """
        caller = await self._caller(request, mount, changes=changes)
        require(caller.principal, action, mount)
        return caller

    def session_of(self, request: Request) -> tuple[Principal, Session] | None:
        """The session that the cookie of ``request`` belongs to."""
        cookie = session_cookie(request, secure=self._client_of(request).secure)
        return self._gatekeeper.by_session(cookie) if cookie else None

    async def _caller(self, request: Request, mount: str, *, changes: bool) -> Caller:
        client = self._client_of(request)
        secret = bearer_in(request)
        if secret:
            return Caller(self._gatekeeper.by_token(secret, client), client, mount=mount)
        opened = self.session_of(request)
        if opened is not None:
            principal, session = opened
            if changes:
                self._check_session(request, client, session)
            return Caller(principal, client, session, mount)
        credentials = credentials_in(request)
        if changes and credentials is not None:
            self._check_basic(request, client)
        principal = await self._gatekeeper.identify(credentials, client, mount)
        return Caller(principal, client, mount=mount)

    def _check_session(self, request: Request, client: Client, session: Session) -> None:
        if self._provenance(request, client) is Provenance.FOREIGN:
            raise CrossSite(_FOREIGN)
        given = request.getHeader(CSRF_HEADER) or _form_token(request)
        expected = session.csrf.encode("utf-8")
        if not expected or not compare_digest(given.encode("utf-8", "replace"), expected):
            raise CrossSite(_NO_TOKEN)

    def _check_basic(self, request: Request, client: Client) -> None:
        if not shows_browser(request):
            return
        if self._provenance(request, client) is not Provenance.OURS:
            raise CrossSite(_REMEMBERED)

    def _provenance(self, request: Request, client: Client) -> Provenance:
        return provenance(request, self._settings, secure=client.secure)


def credentials_in(request: Request) -> Credentials | None:
    """The Basic credentials of ``request``; None when there are none."""
    given = request.getHeader(b"Authorization")
    return parse_basic(given) if given else None


def bearer_in(request: Request) -> str:
    """The Bearer token of ``request``; "" when there is none."""
    scheme, _, secret = (request.getHeader("Authorization") or "").strip().partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _form_token(request: Request) -> str:
    return params_of(request).text(CSRF_FIELD) if request.method == b"POST" else ""
