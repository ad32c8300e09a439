"""Icecast's administration, as encoders and panels call it."""

from klein import Klein
from twisted.web.server import Request

from tinyice.core.errors import MountIdle, MountUnknown
from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web import urls
from tinyice.web.answers import page, plain, respond, xml_document
from tinyice.web.errors import CommandRefused
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
from tinyice.web.ports import ClientOf, Gatekeeper, Gauges, Station
from tinyice.web.router import new_router
from tinyice.web.settings import WebSettings
from tinyice.wire.basic import Credentials, parse_basic
from tinyice.wire.shoutcast import parse_password_line

_READ = ["GET"]
_CHANGE = ["GET", "POST"]

ORIGIN_ADMIN = "admin"
ORIGIN_SHOUTCAST = "shoutcast"


class AdminSite:
    """Commands for the administrator, and for a mount's source where they name its mount."""

    router = new_router()

    def __init__(
        self,
        station: Station,
        gatekeeper: Gatekeeper,
        gauges: Gauges,
        pages: Pages,
        *,
        client_of: ClientOf,
        settings: WebSettings,
    ) -> None:
        self._station = station
        self._gatekeeper = gatekeeper
        self._gauges = gauges
        self._pages = pages
        self._client_of = client_of
        self._settings = settings

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router

    @router.route(urls.ADMIN_HOME, methods=_READ)
    @router.route(urls.ADMIN_STATS_PAGE, methods=_READ)
    async def stats_page(self, request: Request) -> bytes:
        """All statistics as a page."""
        station, mounts = await self._admitted(request)
        answer = self._pages.answer(
            "stats",
            totals={**server_fields(station, self._settings), **counter_fields(station)},
            mounts=[(mount.path, self._everything_of(mount)) for mount in mounts],
        )
        return respond(request, answer)

    @router.route(urls.ADMIN_STATS, methods=_READ)
    @router.route(urls.ADMIN_STATS_XML, methods=_READ)
    async def stats(self, request: Request) -> bytes:
        """All statistics as XML; with ``mount``, of that source alone."""
        station, mounts = await self._admitted(request)
        return respond(request, xml_document(stats_document(station, mounts, self._settings)))

    @router.route(urls.ADMIN_LISTMOUNTS, methods=_READ)
    async def listmounts(self, request: Request) -> bytes:
        """The mounts on air as XML."""
        station, mounts = await self._admitted(request)
        return respond(request, xml_document(mounts_document(station, mounts)))

    @router.route(urls.ADMIN_STREAMLIST, methods=_READ)
    @router.route(urls.ADMIN_STREAMLIST_TXT, methods=_READ)
    async def streamlist(self, request: Request) -> bytes:
        """The mounts on air, one a line."""
        _, mounts = await self._admitted(request)
        return respond(request, plain("".join(f"{mount.path}\r\n" for mount in mounts)))

    @router.route(urls.METRICS, methods=_READ)
    async def metrics(self, request: Request) -> bytes:
        """Figures for Prometheus, of hidden mounts too."""
        await self._admit(request, "")
        station, figures = self._station.snapshot(), self._gauges.figures()
        return respond(request, metrics_answer(station, figures, self._settings.version))

    @router.route(urls.ADMIN_METADATA, methods=_CHANGE)
    async def metadata(self, request: Request) -> bytes:
        """Say what plays now; answers as Icecast does, oddities included."""
        params = params_of(request)
        mount = params.text("mount")
        await self._admit(request, mount)
        if not mount:
            raise CommandRefused("Unknown admin request")
        snapshot = on_air(self._station.snapshot(), mount)
        mode = params.text("mode")
        if not mode:
            raise CommandRefused("Missing parameter")
        if mode != "updinfo":
            return respond(request, xml_document(command_reply("No such action", done=False)))
        self._update(snapshot, params, ORIGIN_ADMIN)
        return respond(
            request, xml_document(command_reply("Metadata update successful", done=True))
        )

    @router.route(urls.SHOUTCAST_ADMIN, methods=_CHANGE)
    @router.route(urls.SHOUTCAST_ADMIN_BELOW, methods=_CHANGE)
    async def shoutcast_metadata(self, request: Request) -> bytes:
        """The same from a Shoutcast encoder, whose password says which mount it means."""
        params = params_of(request)
        password = params.raw("pass")
        if not password:
            raise CommandRefused("missing pass parameter")
        line = parse_password_line(password)
        mount = (await self._gatekeeper.admit_shoutcast(line, self._client_of(request))).mount
        snapshot = on_air(self._station.snapshot(), mount)
        if params.text("mode") != "updinfo":
            raise CommandRefused("illegal metadata call")
        self._update(snapshot, params, ORIGIN_SHOUTCAST)
        said = "Metadata update successful"
        markup = f"<html><head><title>{said}</title></head><body><b>{said}</b></body></html>\r\n"
        return respond(request, page(markup))

    @router.route(urls.ADMIN_UNKNOWN)
    def unknown(self, request: Request, command: str) -> bytes:
        """Never 401, 403 or 404: libshout asks for ``/admin/!POKE`` and gives up on those."""
        raise CommandRefused("Unrecognised command")

    async def _admitted(
        self, request: Request
    ) -> tuple[StationSnapshot, tuple[MountSnapshot, ...]]:
        """The station, and the mounts that the request is about, once its sender is known."""
        mount = params_of(request).text("mount")
        await self._admit(request, mount)
        station = self._station.snapshot()
        if mount:
            return station, (on_air(station, mount),)
        return station, tuple(found for found in station.mounts if found.on_air)

    async def _admit(self, request: Request, mount: str) -> str:
        credentials = credentials_in(request)
        client = self._client_of(request)
        if mount:
            return await self._gatekeeper.admit_for_mount(credentials, mount, client)
        return await self._gatekeeper.admit_admin(credentials, client)

    def _update(self, mount: MountSnapshot, params: Params, origin: str) -> None:
        tags = tags_in(params, mount.charset)
        if tags is not None:
            self._station.set_tags(mount.path, tags, origin)

    def _everything_of(self, mount: MountSnapshot) -> dict[str, object]:
        public = source_fields(mount, self._settings)
        return {**in_order({**public, **private_fields(mount)})}


def credentials_in(request: Request) -> Credentials | None:
    """What the request logs in with; None when it does not."""
    given = request.getHeader(b"Authorization")
    return parse_basic(given) if given else None


def on_air(station: StationSnapshot, path: str) -> MountSnapshot:
    """The mount ``path``; raises ``MountUnknown`` or ``MountIdle``."""
    for mount in station.mounts:
        if mount.path == path:
            if not mount.on_air:
                raise MountIdle(path)
            return mount
    raise MountUnknown(path)
