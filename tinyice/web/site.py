"""The web site as one resource: which application answers, and what none must see."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from klein import Klein
from klein.resource import KleinResource
from twisted.internet.interfaces import IReactorTime
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource
from twisted.web.server import NOT_DONE_YET, Request
from zope.interface import implementer

from tinyice.core.chronicle import Chronicle
from tinyice.core.snapshots import StationSnapshot
from tinyice.web import urls
from tinyice.web.account_site import AccountSite
from tinyice.web.answers import refusal, respond
from tinyice.web.api.services import Services
from tinyice.web.api.site import ApiSite
from tinyice.web.cache import Briefly
from tinyice.web.console.components_site import ComponentsSite
from tinyice.web.console.desk import Desk
from tinyice.web.console.machine import Machine
from tinyice.web.console.onair_site import OnairConsole
from tinyice.web.console.server_sites import server_sites
from tinyice.web.console.sites import console_sites
from tinyice.web.cookies import brings_session
from tinyice.web.guard import Guard
from tinyice.web.icecast_ports import Administration
from tinyice.web.icecast_sites import command_sites, icecast_sites
from tinyice.web.listening_sites import art_by, listening_sites
from tinyice.web.live.live import Live
from tinyice.web.live.live_site import LiveSite
from tinyice.web.login_site import LoginSite
from tinyice.web.origin import clean_host
from tinyice.web.pages import Pages, Prepare
from tinyice.web.ports import Gatekeeper, Gauges, OwnAccount, Station
from tinyice.web.public_site import PublicSite
from tinyice.web.router import Router
from tinyice.web.settings import WebSettings
from tinyice.web.static_files import StaticFiles
from tinyice.web.status_site import StatusSite
from tinyice.wire.errors import PeerError
from tinyice.wire.target import parse_target


class Application(Protocol):
    """Some of the pages: their addresses, and their views."""

    @property
    def router(self) -> Router:
        """All its addresses."""

    def klein(self) -> Klein:
        """Its views, to be called."""


_HOME = ([b"admin"], [b"admin", b""])
"""Both are the home of the administration."""

WhenReady = Callable[[Callable[[], None]], None]
"""Calls a function once it is known again who is logged in."""


def at_once(go_on: Callable[[], None]) -> None:
    """Wait for nothing."""
    go_on()


@implementer(IResource)
class SiteResource:
    """Gives each request to the application that owns the beginning of its path.

    Before that, the request is made safe to route: its path is decoded by the
    one rule of the house, and its ``Host`` is one.
    """

    isLeaf = True

    def __init__(
        self,
        others: Application,
        owners: Mapping[str, Application],
        pages: Pages,
        settings: WebSettings,
        when_ready: WhenReady,
        *,
        console: Application | None = None,
    ) -> None:
        """``owners`` by the path's beginning: its first segment, or its first two.

        ``console`` has the home of the administration for people; tools, which log
        in with each request and have no session, get there what Icecast has.
        """
        self._others = KleinResource(others.klein())
        self._owners = {begin: KleinResource(owner.klein()) for begin, owner in owners.items()}
        self._pages = pages
        self._when_ready = when_ready
        self._settings = settings
        self._console = None if console is None else KleinResource(console.klein())
        self.applications = tuple(dict.fromkeys((others, *owners.values())))

    def render(self, request: Request) -> bytes | int:
        """Answer ``request``, or let Klein do so."""
        request.responseHeaders.setRawHeaders("Server", [self._settings.server_id])
        try:
            path = routable(request)
        except PeerError as error:
            return respond(request, refusal(error.status or 400, error.reason))
        request.postpath = path
        request.requestHeaders.setRawHeaders(
            "Host", [clean_host(request, self._settings).encode("ascii")]
        )
        route = partial(self._go_on, request, path)
        self._when_ready(partial(self._pages.when_ready, route))
        return NOT_DONE_YET

    def _go_on(self, request: Request, path: list[bytes]) -> None:
        # who has gone meanwhile has no channel any more
        if request.channel is not None:
            self._owner_of(request, path).render(request)

    def _owner_of(self, request: Request, path: list[bytes]) -> KleinResource:
        first, both = (b"/".join(path[:count]).decode("utf-8") for count in (1, 2))
        if self._console is not None and path in _HOME and not _is_tool(request):
            return self._console
        return self._owners.get(both) or self._owners.get(first) or self._others

    def getChildWithDefault(self, name: bytes, request: IRequest) -> IResource:
        """Itself: a leaf has no children."""
        return self

    def putChild(self, path: bytes, child: IResource) -> None:  # noqa: N802 (Twisted's name)
        """Refuse: the addresses are in one table."""
        raise TypeError("a leaf has no children")


def _is_tool(request: Request) -> bool:
    """Whether it logs in by itself; browsers may send both, and mean their session."""
    return request.requestHeaders.hasHeader("Authorization") and not brings_session(request)


def routable(request: Request) -> list[bytes]:
    """The path of ``request`` in segments that Klein can read; raises ``PeerError``."""
    if not request.method.isalpha() or not request.method.isascii():
        raise PeerError(400, "unknown request")
    path = parse_target(request.uri).path
    return path.removeprefix("/").encode("utf-8").split(b"/")


def make_resource(
    station: Station,
    gatekeeper: Gatekeeper,
    gauges: Gauges,
    *,
    guard: Guard,
    clock: IReactorTime,
    settings: WebSettings,
    templates: Path,
    static: Path,
    prepare_pages: Prepare,
    account: OwnAccount | None = None,
    when_ready: WhenReady = at_once,
    administration: Administration | None = None,
    services: Services | None = None,
    live: Live | None = None,
    chronicle: Chronicle | None = None,
    machine: Machine | None = None,
) -> SiteResource:
    """The whole web site, for a ``twisted.web.server.Site``.

    ``prepare_pages``: see ``Pages``.
    ``account``: without it there is no page about one's own account.
    ``when_ready``: requests wait for that.
    ``administration``: without it none of Icecast's commands that change the station.
    ``services``: without them there is no API.
    ``live``: without it there is no live data.
    ``chronicle``: without it there is no On air page.
    ``machine``: without it there are no pages about the server itself.
    """
    files = StaticFiles(static)
    recent = Briefly(station.snapshot, clock=clock)
    make_pages = partial(Pages, templates, files, settings, prepare_pages)
    pages = make_pages(waiting=partial(_waiting, recent), has_autodj=partial(_has_autodj, services))
    public = PublicSite(station, art_by(services), pages, files, guard=guard, settings=settings)
    status = StatusSite(recent, pages, guard=guard, clock=clock, settings=settings)
    icecast = icecast_sites(station, gatekeeper, gauges, pages, guard=guard, settings=settings)
    owners: dict[str, Application] = {
        **dict.fromkeys(urls.STATUS_SEGMENTS, status),
        **listening_sites(recent, services, pages, files, guard=guard, settings=settings),
        **icecast,
        **_ways_in(gatekeeper, account, pages, guard=guard, settings=settings),
        **dict.fromkeys(urls.COMPONENTS_SEGMENTS, ComponentsSite(pages, guard=guard)),
    }
    onair: OnairConsole | None = None
    if live is not None:
        owners.update(dict.fromkeys(urls.LIVE_SEGMENTS, LiveSite(live, guard=guard)))
    if services is not None:
        api = ApiSite(services, recent, guard, pages, clock=clock, version=settings.version)
        owners.update(dict.fromkeys(urls.API_SEGMENTS, api))
        desk = Desk(services, pages, recent.get)
        owners.update(console_sites(desk, guard=guard, clock=clock))
        if chronicle is not None:
            onair = OnairConsole(desk, chronicle, guard=guard)
            owners.update(dict.fromkeys(urls.ONAIR_SEGMENTS, onair))
        if machine is not None:
            owners.update(server_sites(station, gauges, services, machine, pages, guard=guard))
    if administration is not None:
        owners.update(command_sites(station, administration, pages, guard=guard, clock=clock))
    return SiteResource(public, owners, pages, settings, when_ready, console=onair)


def _ways_in(
    gatekeeper: Gatekeeper,
    account: OwnAccount | None,
    pages: Pages,
    *,
    guard: Guard,
    settings: WebSettings,
) -> dict[str, Application]:
    """Logging in and out, and what people look after themselves."""
    login = LoginSite(gatekeeper, pages, guard=guard, settings=settings)
    found: dict[str, Application] = dict.fromkeys(urls.LOGIN_SEGMENTS, login)
    if account is not None:
        own = AccountSite(gatekeeper, account, pages, guard=guard)
        found.update(dict.fromkeys(urls.ACCOUNT_SEGMENTS, own))
    return found


def _waiting(recent: Briefly[StationSnapshot]) -> int:
    """How many mounts wait for approval."""
    return sum(mount.waiting for mount in recent.get().mounts)


def _has_autodj(services: Services | None, owns: Callable[[str], bool]) -> bool:
    """Whether an AutoDJ plays on a mount that ``owns`` admits."""
    return services is not None and any(owns(dj.mount) for dj in services.autodjs.all())
