"""What programs ask for: Icecast's status, and Shoutcast's."""

from klein import Klein
from twisted.internet.interfaces import IReactorTime
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web import icecast_json, shoutcast, urls
from tinyice.web.answers import (
    FOR_ANY_ORIGIN,
    NOT_CACHED,
    Answer,
    json_document,
    page,
    respond,
    xml_document,
)
from tinyice.web.cache import Briefly
from tinyice.web.guard import Caller, Guard
from tinyice.web.icecast import server_fields, source_fields
from tinyice.web.pages import Pages
from tinyice.web.params import params_of
from tinyice.web.router import Router
from tinyice.web.settings import WebSettings


class StatusSite:
    """Public status in every form. Encoders poll it, so answers live for half a second."""

    router = Router()

    def __init__(
        self,
        recent: Briefly[StationSnapshot],
        pages: Pages,
        *,
        guard: Guard,
        clock: IReactorTime,
        settings: WebSettings,
    ) -> None:
        self.guard = guard
        self._pages = pages
        self._settings = settings
        self._snapshot = recent
        self._status = Briefly(self._whole_status, clock=clock)

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @property
    def _now(self) -> StationSnapshot:
        return self._snapshot.get()

    @router.route(urls.STATUS_JSON, Action.SEE_PUBLIC)
    def status_json(self, request: Request, caller: Caller) -> bytes:
        """Icecast's JSON; ``?mount=`` leaves the other mounts out."""
        only = params_of(request).text("mount")
        return respond(request, self._status_of(only) if only else self._status.get())

    @router.route(urls.STATUS_PAGE, Action.SEE_PUBLIC)
    def status_page(self, request: Request, caller: Caller) -> bytes:
        """The same for people, in tables that scrapers of Icecast's page know."""
        only = params_of(request).text("mount")
        mounts = [
            (mount, source_fields(mount, self._settings))
            for mount in icecast_json.chosen(self._now.public_mounts, only)
        ]
        return respond(request, self._pages.answer("status", mounts=mounts))

    @router.route(urls.VERSION_PAGE, Action.SEE_PUBLIC)
    def version_page(self, request: Request, caller: Caller) -> bytes:
        """Who runs what."""
        fields = server_fields(self._now, self._settings)
        return respond(request, self._pages.answer("version", server=fields))

    @router.route(urls.SHOUTCAST_SEVEN, Action.SEE_PUBLIC)
    def shoutcast_seven(self, request: Request, caller: Caller) -> bytes:
        """Seven values in one line."""
        return respond(request, page(shoutcast.seven(self._shoutcast_mount)))

    @router.route(urls.SHOUTCAST_STATS, Action.SEE_PUBLIC)
    def shoutcast_stats(self, request: Request, caller: Caller) -> bytes:
        """Shoutcast's XML; there is one stream, whatever ``sid`` says."""
        text = shoutcast.stats_document(self._now, self._shoutcast_mount, self._settings.server_id)
        return respond(request, xml_document(text, (*NOT_CACHED, *FOR_ANY_ORIGIN)))

    @property
    def _shoutcast_mount(self) -> MountSnapshot | None:
        return shoutcast.shoutcast_mount(self._now, self._settings.shoutcast_mount)

    def _whole_status(self) -> Answer:
        return self._status_of("")

    def _status_of(self, only: str) -> Answer:
        return json_document(icecast_json.status_document(self._now, only, self._settings))
