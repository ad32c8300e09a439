"""The web site as one resource: which application answers, and what none must see."""

from collections.abc import Mapping
from pathlib import Path

from klein import Klein
from klein.resource import KleinResource
from twisted.internet.interfaces import IReactorTime
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource
from twisted.web.server import NOT_DONE_YET, Request
from zope.interface import implementer

from tinyice.web import urls
from tinyice.web.admin_site import AdminSite
from tinyice.web.answers import refusal, respond
from tinyice.web.origin import clean_host
from tinyice.web.pages import Pages
from tinyice.web.ports import ClientOf, Gatekeeper, Gauges, Station
from tinyice.web.public_site import PublicSite
from tinyice.web.settings import WebSettings
from tinyice.web.static_files import StaticFiles
from tinyice.web.status_site import StatusSite
from tinyice.wire.errors import PeerError
from tinyice.wire.target import parse_target


@implementer(IResource)
class SiteResource:
    """Gives each request to the application that owns its first path segment.

    Before that, the request is made safe to route: its path is decoded by the
    one rule of the house, and its ``Host`` is one.
    """

    isLeaf = True

    def __init__(self, others: Klein, owners: Mapping[str, Klein], settings: WebSettings) -> None:
        self._others = KleinResource(others)
        self._owners = {segment: KleinResource(app) for segment, app in owners.items()}
        self._settings = settings

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
        first = path[0].decode("utf-8")
        self._owners.get(first, self._others).render(request)
        return NOT_DONE_YET

    def getChildWithDefault(self, name: bytes, request: IRequest) -> IResource:
        """Itself: a leaf has no children."""
        return self

    def putChild(self, path: bytes, child: IResource) -> None:  # noqa: N802 (Twisted's name)
        """Refuse: the addresses are in one table."""
        raise TypeError("a leaf has no children")


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
    client_of: ClientOf,
    clock: IReactorTime,
    settings: WebSettings,
    templates: Path,
    static: Path,
) -> SiteResource:
    """The whole web site, for a ``twisted.web.server.Site``."""
    files = StaticFiles(static)
    pages = Pages(templates, files, settings)
    public = PublicSite(station, pages, files, client_of=client_of, settings=settings)
    status = StatusSite(station, pages, clock=clock, settings=settings)
    admin = AdminSite(station, gatekeeper, gauges, pages, client_of=client_of, settings=settings)
    owners = {
        **dict.fromkeys(urls.STATUS_SEGMENTS, status.klein()),
        **dict.fromkeys(urls.ADMIN_SEGMENTS, admin.klein()),
    }
    return SiteResource(public.klein(), owners, settings)
