"""Icecast's administration, as encoders and panels call it."""

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.errors import MountIdle, MountUnknown
from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web import urls
from tinyice.web.answers import page, plain, respond, xml_document
from tinyice.web.errors import CommandRefused
from tinyice.web.guard import Caller, Guard, require
from tinyice.web.icecast import (
    counter_fields,
    in_order,
    private_fields,
    server_fields,
    source_fields,
)
from tinyice.web.icecast_xml import command_reply, mounts_document, stats_document
from tinyice.web.metadata import tags_in
from tinyice.web.metrics import metrics_answer
from tinyice.web.pages import Pages
from tinyice.web.params import Params, params_of
from tinyice.web.ports import Gatekeeper, Gauges, Station
from tinyice.web.router import Router
from tinyice.web.settings import WebSettings
from tinyice.wire.shoutcast import parse_password_line

_CHANGE = ("GET", "POST")

ORIGIN_ADMIN = "admin"
ORIGIN_SHOUTCAST = "shoutcast"


class AdminSite:
    """Commands for the administrator, and for a mount's source where they name its mount."""

    router = Router()

    def __init__(
        self,
        station: Station,
        gatekeeper: Gatekeeper,
        gauges: Gauges,
        pages: Pages,
        *,
        guard: Guard,
        settings: WebSettings,
    ) -> None:
        self.guard = guard
        self._station = station
        self._gatekeeper = gatekeeper
        self._gauges = gauges
        self._pages = pages
        self._settings = settings

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.ADMIN_HOME, Action.SEE_MOUNT, mount="query", unnamed=Action.SEE_SERVER)
    @router.route(urls.ADMIN_STATS_PAGE, Action.SEE_MOUNT, mount="query", unnamed=Action.SEE_SERVER)
    def stats_page(self, request: Request, caller: Caller) -> bytes:
        """All statistics as a page."""
        station, mounts = self._asked(caller)
        answer = self._pages.answer(
            "stats",
            totals={**server_fields(station, self._settings), **counter_fields(station)},
            mounts=[(mount.path, self._everything_of(mount)) for mount in mounts],
        )
        return respond(request, answer)

    @router.route(urls.ADMIN_STATS, Action.SEE_MOUNT, mount="query", unnamed=Action.SEE_SERVER)
    @router.route(urls.ADMIN_STATS_XML, Action.SEE_MOUNT, mount="query", unnamed=Action.SEE_SERVER)
    def stats(self, request: Request, caller: Caller) -> bytes:
        """All statistics as XML; with ``mount``, of that source alone."""
        station, mounts = self._asked(caller)
        return respond(request, xml_document(stats_document(station, mounts, self._settings)))

    @router.route(
        urls.ADMIN_LISTMOUNTS, Action.SEE_MOUNT, mount="query", unnamed=Action.LIST_MOUNTS
    )
    def listmounts(self, request: Request, caller: Caller) -> bytes:
        """The mounts on air as XML: those that are the caller's."""
        station, mounts = self._asked(caller)
        own = [mount for mount in mounts if caller.principal.owns(mount.path)]
        return respond(request, xml_document(mounts_document(station, own)))

    @router.route(
        urls.ADMIN_STREAMLIST, Action.SEE_MOUNT, mount="query", unnamed=Action.LIST_STREAMS
    )
    @router.route(
        urls.ADMIN_STREAMLIST_TXT, Action.SEE_MOUNT, mount="query", unnamed=Action.LIST_STREAMS
    )
    def streamlist(self, request: Request, caller: Caller) -> bytes:
        """The mounts on air, one a line."""
        _, mounts = self._asked(caller)
        return respond(request, plain("".join(f"{mount.path}\r\n" for mount in mounts)))

    @router.route(urls.METRICS, Action.SEE_METRICS)
    def metrics(self, request: Request, caller: Caller) -> bytes:
        """Figures for Prometheus, of hidden mounts too."""
        station, figures = self._station.snapshot(), self._gauges.figures()
        return respond(request, metrics_answer(station, figures, self._settings.version))

    @router.route(
        urls.ADMIN_METADATA, Action.SET_TAGS, methods=_CHANGE, changes=True, mount="query"
    )
    def metadata(self, request: Request, caller: Caller) -> bytes:
        """Say what plays now; answers as Icecast does, oddities included."""
        params = params_of(request)
        if not caller.mount:
            raise CommandRefused("Unknown admin request")
        snapshot = on_air(self._station.snapshot(), caller.mount)
        mode = params.text("mode")
        if not mode:
            raise CommandRefused("Missing parameter")
        if mode != "updinfo":
            return respond(request, xml_document(command_reply("No such action", done=False)))
        self._update(snapshot, params, ORIGIN_ADMIN)
        return respond(
            request, xml_document(command_reply("Metadata update successful", done=True))
        )

    @router.route(
        urls.SHOUTCAST_ADMIN, Action.SET_TAGS, methods=_CHANGE, changes=True, own_login=True
    )
    @router.route(
        urls.SHOUTCAST_ADMIN_BELOW, Action.SET_TAGS, methods=_CHANGE, changes=True, own_login=True
    )
    async def shoutcast_metadata(self, request: Request, caller: Caller) -> bytes:
        """The same from a Shoutcast encoder, whose password says which mount it means."""
        params = params_of(request)
        password = params.raw("pass")
        if not password:
            raise CommandRefused("missing pass parameter")
        line = parse_password_line(password)
        login = await self._gatekeeper.admit_shoutcast(line, caller.client)
        source = Principal(login.user, Role.SOURCE, Via.SOURCE, frozenset({login.mount}))
        require(source, Action.SET_TAGS, login.mount)
        snapshot = on_air(self._station.snapshot(), login.mount)
        if params.text("mode") != "updinfo":
            raise CommandRefused("illegal metadata call")
        self._update(snapshot, params, ORIGIN_SHOUTCAST)
        said = "Metadata update successful"
        markup = f"<html><head><title>{said}</title></head><body><b>{said}</b></body></html>\r\n"
        return respond(request, page(markup))

    @router.route(urls.ADMIN_UNKNOWN, Action.SEE_PUBLIC, methods=None)
    def unknown(self, request: Request, caller: Caller, command: str) -> bytes:
        """Never 401, 403 or 404: libshout asks for ``/admin/!POKE`` and gives up on those."""
        raise CommandRefused("Unrecognised command")

    def _asked(self, caller: Caller) -> tuple[StationSnapshot, tuple[MountSnapshot, ...]]:
        """The station, and the mounts that the request is about."""
        station = self._station.snapshot()
        if caller.mount:
            return station, (on_air(station, caller.mount),)
        return station, tuple(found for found in station.mounts if found.on_air)

    def _update(self, mount: MountSnapshot, params: Params, origin: str) -> None:
        tags = tags_in(params, mount.charset)
        if tags is not None:
            self._station.set_tags(mount.path, tags, origin)

    def _everything_of(self, mount: MountSnapshot) -> dict[str, object]:
        public = source_fields(mount, self._settings)
        return {**in_order({**public, **private_fields(mount)})}


def on_air(station: StationSnapshot, path: str) -> MountSnapshot:
    """The mount ``path``; raises ``MountUnknown`` or ``MountIdle``."""
    for mount in station.mounts:
        if mount.path == path:
            if not mount.on_air:
                raise MountIdle(path)
            return mount
    raise MountUnknown(path)
