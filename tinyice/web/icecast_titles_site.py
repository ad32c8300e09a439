"""What plays now, as encoders and panels say it."""

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action, require
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.snapshots import MountSnapshot
from tinyice.web import urls
from tinyice.web.admin_site import on_air
from tinyice.web.answers import page, respond
from tinyice.web.errors import CommandRefused
from tinyice.web.guard import Caller, Guard
from tinyice.web.icecast_answers import Answers
from tinyice.web.icecast_documents import Document, Reply, Told
from tinyice.web.icecast_forms import CHANGE, changing, reading
from tinyice.web.metadata import tags_in
from tinyice.web.params import Params, params_of
from tinyice.web.ports import Gatekeeper, Station
from tinyice.web.router import Router
from tinyice.web.settings import WebSettings
from tinyice.wire.shoutcast import parse_password_line

ORIGIN_ADMIN = "admin"
ORIGIN_SHOUTCAST = "shoutcast"


class TitlesSite:
    """Titles, from the administrator and from whoever may feed the mount."""

    router = Router()

    def __init__(
        self,
        station: Station,
        gatekeeper: Gatekeeper,
        answers: Answers,
        *,
        guard: Guard,
        settings: WebSettings,
    ) -> None:
        self.guard = guard
        self._station = station
        self._gatekeeper = gatekeeper
        self._answers = answers
        self._settings = settings

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @changing(router, urls.ADMIN_METADATA, Action.SET_TAGS)
    def metadata(self, request: Request, caller: Caller) -> bytes:
        """Say what plays now; answers as Icecast does, oddities included."""
        params = params_of(request)
        snapshot = on_air(self._station.snapshot(), named_mount(caller))
        mode = params.text("mode")
        if not mode:
            raise CommandRefused("Missing parameter")
        if mode != "updinfo":
            return self._answers.tell(request, caller, Reply("No such action", done=False))
        if self._comes_from_elsewhere(caller, snapshot):
            reply = Reply("Mountpoint will not accept URL updates")
            return self._answers.tell(request, caller, reply)
        self._update(snapshot, params, ORIGIN_ADMIN)
        return self._answers.tell(request, caller, Reply("Metadata update successful"))

    @reading(router, urls.ADMIN_UPDATEMETADATA, Action.SET_TAGS, mount="query")
    def updatemetadata(self, request: Request, caller: Caller) -> bytes:
        """The form that a title can be typed into."""
        mount = on_air(self._station.snapshot(), named_mount(caller))
        document = Document(sources=[Told(mount.path)])
        return self._answers.tell(request, caller, document, "updatemetadata", mount=mount)

    @router.route(
        urls.SHOUTCAST_ADMIN, Action.SET_TAGS, methods=CHANGE, changes=True, own_login=True
    )
    @router.route(
        urls.SHOUTCAST_ADMIN_BELOW, Action.SET_TAGS, methods=CHANGE, changes=True, own_login=True
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

    def _comes_from_elsewhere(self, caller: Caller, mount: MountSnapshot) -> bool:
        """Whether the source's password alone is not enough, because somebody else sent it."""
        if not self._settings.titles_from_source_address or mount.source is None:
            return False
        is_source = caller.principal.via is Via.SOURCE
        return is_source and caller.client.address != mount.source.address

    def _update(self, mount: MountSnapshot, params: Params, origin: str) -> None:
        tags = tags_in(params, mount.charset)
        if tags is not None:
            self._station.set_tags(mount.path, tags, origin)


def named_mount(caller: Caller) -> str:
    """The mount that a command names; Icecast knows no such command without one."""
    if not caller.mount:
        raise CommandRefused("Unknown admin request")
    return caller.mount
