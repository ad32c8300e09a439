"""The station's web site, which decides who listens and who feeds, and is told who does.

It is asked through ``outbound``. Where it does not answer in time, the mount's
settings decide, and after a few failures in a row they decide at once, so that
a dead site holds up nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from tinyice.core.access import sitecalls
from tinyice.core.access.delegated import DelegatedMounts
from tinyice.core.access.gates import ListenerTicket
from tinyice.core.access.listeners import Attempts, GuardedMounts, PasswordCheck, Verdict
from tinyice.core.access.lockouts import Lockouts
from tinyice.core.clients import Client
from tinyice.core.errors import Overloaded
from tinyice.core.events import Event, SourceConnected, SourceDisconnected
from tinyice.core.settings import MountSettings, UrlAuthSettings
from tinyice.outbound.answer import Response
from tinyice.outbound.breaker import Breaker, Breakers
from tinyice.outbound.client import Outbound
from tinyice.outbound.destination import Login, parse
from tinyice.outbound.errors import Kind, OutboundError
from tinyice.outbound.limits import Limits
from tinyice.outbound.notices import Notices
from tinyice.wire.basic import Credentials

DOWN = frozenset({502, 503, 504})
"""What a proxy says for a site that is down; any other error is the site's own refusal."""

RETRY_AFTER_S = 10
LISTENERS_AT_ONCE = 8
NOTICES_MAX = 20000
NO_LOGIN = Login("", b"")

SettingsFor = Callable[[str], MountSettings]


class WebSite:
    """The site of one or more mounts, as their settings name it.

    ``trusted`` tells of an address whether the operator wrote it into the
    configuration file; other addresses are judged before they are connected to.
    """

    _log = Logger()

    def __init__(
        self,
        outbound: Outbound,
        notices: Notices,
        breakers: Breakers,
        *,
        server: Callable[[], sitecalls.Server],
        trusted: Callable[[str], bool],
    ) -> None:
        self._outbound = outbound
        self._notices = notices
        self._breakers = breakers
        self._server = server
        self._trusted = trusted

    async def may_listen(self, auth: UrlAuthSettings, ticket: ListenerTicket) -> Verdict:
        """Whether the site lets a listener in; raises Overloaded."""
        fields = sitecalls.listener_add(self._server(), auth, ticket)
        try:
            return await self._ask(_Errand(auth, auth.listener_add, fields, ticket.credentials))
        except CancelledError:
            # the listener went away, but the site may have counted it
            self.has_left(auth, ticket, 0)
            raise

    def has_left(self, auth: UrlAuthSettings, ticket: ListenerTicket, seconds: float) -> None:
        """Tell the site, some time, that a listener is gone."""
        if auth.listener_remove:
            fields = sitecalls.listener_remove(self._server(), ticket, seconds)
            errand = _Errand(auth, auth.listener_remove, fields, ticket.credentials)
            self._tell("listeners", errand, at_once=LISTENERS_AT_ONCE)

    async def may_feed(
        self,
        auth: UrlAuthSettings,
        mount: str,
        client: Client,
        credentials: Credentials,
        *,
        admin: bool,
    ) -> Verdict:
        """Whether the site lets a source feed ``mount``; raises Overloaded."""
        fields = sitecalls.stream_auth(self._server(), mount, client, credentials, admin=admin)
        return await self._ask(_Errand(auth, auth.stream_auth, fields))

    def mount_news(self, auth: UrlAuthSettings, url: str, action: str, mount: str) -> None:
        """Tell the site, some time, that a source has come or gone."""
        if url:
            fields = sitecalls.mount_news(self._server(), action, mount)
            # one at a time: what comes and what goes must not overtake each other
            self._tell("sources", _Errand(auth, url, fields), at_once=1)

    async def _ask(self, errand: "_Errand") -> Verdict:
        auth, breaker = errand.auth, self._breakers.of(errand.url)
        if not breaker.may_ask():
            return _when_down(auth)
        try:
            answer = await self._post(errand)
        except OutboundError as error:
            self._failed(breaker, error)
            return _when_down(auth)
        except BaseException:
            breaker.gave_up()
            raise
        breaker.succeeded()
        return sitecalls.verdict(auth, answer.status, answer.headers)

    def _failed(self, breaker: Breaker, error: OutboundError) -> None:
        if error.kind is Kind.BUSY:
            breaker.gave_up()
            return
        if not breaker.is_broken:
            words = "the site that decides does not answer: {reason}"
            self._log.warn(words, reason=error.sentence)
        breaker.failed()

    def _tell(self, about: str, errand: "_Errand", *, at_once: int) -> None:
        try:
            lane = f"{about} at {parse(errand.url).origin}"
        except OutboundError as error:
            self._log.warn("a site can't be told: {reason}", reason=error.sentence)
            return
        self._notices.post(lane, partial(self._post, errand), at_once=at_once)

    async def _post(self, errand: "_Errand") -> Response:
        within = errand.auth.timeout_s
        answer = await self._outbound.request(
            "POST",
            errand.url,
            data=errand.fields,
            auth=errand.login,
            trusted=self._trusted(errand.url),
            limits=Limits(within, within, within, body_bytes=65536, redirects=0),
        )
        if answer.status in DOWN:
            raise OutboundError(Kind.CONNECT, f"its proxy answers {answer.status}")
        return answer


@dataclass(frozen=True, slots=True)
class _Errand:
    """One call to the site; ``credentials`` are the listener's."""

    auth: UrlAuthSettings
    url: str = field(repr=False)
    fields: sitecalls.Fields = field(repr=False)
    credentials: Credentials | None = None

    @property
    def login(self) -> Login:
        """What we log in to the site with.

        Where the settings do not say, the listener's own credentials are given, empty
        ones where there are none, as Icecast does.
        """
        if self.auth.username:
            return Login(self.auth.username, self.auth.password.encode())
        if self.credentials is None:
            return NO_LOGIN
        return Login(self.credentials.user, self.credentials.password)


class SourceNews:
    """Tells the sites which sources come and go: a sink of events."""

    def __init__(self, settings_for: SettingsFor, site: WebSite) -> None:
        self._settings_for = settings_for
        self._site = site

    def __call__(self, event: Event) -> None:
        """Take note of ``event``."""
        if not isinstance(event, SourceConnected | SourceDisconnected):
            return
        auth = self._settings_for(event.mount).url_auth
        if auth is None:
            return
        if isinstance(event, SourceConnected):
            self._site.mount_news(auth, auth.mount_add, "mount_add", event.mount)
        else:
            self._site.mount_news(auth, auth.mount_remove, "mount_remove", event.mount)


@dataclass(frozen=True, slots=True)
class Gates:
    """Who decides about listeners and sources, and what must be stopped at the end."""

    listeners: GuardedMounts
    sources: DelegatedMounts
    news: SourceNews
    notices: Notices

    def stop(self, deadline_s: float) -> Deferred[None]:
        """Tell the sites what they have not been told yet, as far as there is time."""
        return self.notices.flush(deadline_s)


def make_gates(
    settings_for: SettingsFor,
    passwords: PasswordCheck,
    lockouts: Lockouts,
    outbound: Outbound,
    *,
    publish: Callable[[Event], None],
    clock: IReactorTime,
    server: Callable[[], sitecalls.Server],
    trusted: Callable[[str], bool],
) -> Gates:
    """The gates of a station. ``news`` is to be subscribed to the hub."""
    notices = Notices(clock, limit=NOTICES_MAX)
    breakers = Breakers(clock.seconds)
    site = WebSite(outbound, notices, breakers, server=server, trusted=trusted)
    attempts = Attempts(lockouts, publish)
    return Gates(
        listeners=GuardedMounts(settings_for, passwords, site, attempts),
        sources=DelegatedMounts(settings_for, site, attempts),
        news=SourceNews(settings_for, site),
        notices=notices,
    )


def _when_down(auth: UrlAuthSettings) -> Verdict:
    if auth.allow_when_down:
        return Verdict(allowed=True)
    raise Overloaded(RETRY_AFTER_S)
