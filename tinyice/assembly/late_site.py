"""The web site, loaded when somebody asks for it.

Its code, its pages and what they need take a tenth of the memory of an idle
server, and half a second: a worker loads them at the first request, so that no
pulse waits.
"""

from collections.abc import Callable
from functools import partial

from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource
from twisted.web.server import NOT_DONE_YET, Request, Site
from zope.interface import implementer

from tinyice.assembly.behind import Behind
from tinyice.core.events import Event, SourceConnected
from tinyice.net.webchannel import WebChannel, make_site
from tinyice.web.urls import ADMIN_METADATA, SHOUTCAST_ADMIN, SHOUTCAST_ADMIN_BELOW

MakeResource = Callable[[], IResource]
"""Makes the site, once its code is loaded."""

_ONCE = tuple(
    path.encode("ascii") for path in (ADMIN_METADATA, SHOUTCAST_ADMIN, SHOUTCAST_ADMIN_BELOW)
)
"""What encoders ask for once, and don't wait long for: it is done although they left."""

_RETRY_AFTER_S = 5


def make_web(behind: Behind, reactor: ReactorBase) -> Callable[[], WebChannel]:
    """The way to a fresh channel of the web site."""
    late = LateSite(partial(behind.worker.perform, partial(load_in_worker, behind, reactor)))

    def heard(event: Event) -> None:
        # encoders send the title a moment later, once
        if isinstance(event, SourceConnected):
            late.prepare()

    behind.subscribe(heard)
    # forms are read by web/params.py, and by nobody before the guard
    site = Site(late, reactor=reactor, parsePOSTFormSubmission=False)  # type: ignore[no-untyped-call]
    make_site(site)

    def channel() -> WebChannel:
        made: WebChannel = site.buildProtocol(None)  # type: ignore[no-untyped-call]
        return made

    return channel


def load_in_worker(behind: Behind, reactor: ReactorBase) -> MakeResource:
    """Load the code of the web site; what makes it of ``behind`` is for the reactor's thread."""
    from tinyice.assembly.website import make_root  # noqa: PLC0415 - see above

    return partial(make_root, behind, reactor)


@implementer(IResource)
class LateSite:
    """Lets requests wait until the web site is there, and is nothing but that site then."""

    isLeaf = True
    _log = Logger()

    def __init__(self, load: Callable[[], Deferred[MakeResource]]) -> None:
        self._load = load
        self._site: IResource | None = None
        self._is_loading = False
        self._waiting: list[Request] = []

    def render(self, request: Request) -> bytes | int:
        """Answer ``request``, or let the site do so."""
        if request.path in _ONCE and isinstance(request.channel, WebChannel):
            request.channel.hold()
        if self._site is not None:
            answer: bytes | int = self._site.render(request)  # type: ignore[no-untyped-call]
            return answer
        self._waiting.append(request)
        self.prepare()
        return NOT_DONE_YET

    def prepare(self) -> None:
        """Load the site, if nobody has begun that yet."""
        if self._site is None and not self._is_loading:
            self._is_loading = True
            self._load().addCallback(self._begin).addErrback(self._failed)

    def getChildWithDefault(self, name: bytes, request: IRequest) -> IResource:
        """Itself: a leaf has no children."""
        return self

    def putChild(self, path: bytes, child: IResource) -> None:  # noqa: N802 (Twisted's name)
        """Refuse: the addresses are in one table."""
        raise TypeError("a leaf has no children")

    def _begin(self, make: MakeResource) -> None:
        self._site = make()
        waiting, self._waiting = self._waiting, []
        for request in waiting:
            # who has gone meanwhile has no channel any more
            if request.channel is not None:
                request.render(self._site)  # type: ignore[no-untyped-call]

    def _failed(self, failure: Failure) -> None:
        """The next request tries again."""
        self._is_loading = False
        self._log.failure("the web site can't be loaded", failure)
        waiting, self._waiting = self._waiting, []
        for request in waiting:
            if request.channel is not None:
                request.setResponseCode(503)
                request.responseHeaders.setRawHeaders("Retry-After", [str(_RETRY_AFTER_S)])
                request.finish()  # type: ignore[no-untyped-call]
