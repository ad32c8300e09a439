"""Icecast's administration, as panels read it: statistics and lists."""

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.core.errors import MountIdle, MountUnknown
from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web import urls
from tinyice.web.answers import json_document, plain, respond, xml_document
from tinyice.web.errors import CommandRefused
from tinyice.web.guard import Caller, Guard
from tinyice.web.icecast_answers import Answers
from tinyice.web.icecast_documents import Document, brief_list, public_statistics, statistics
from tinyice.web.icecast_forms import reading
from tinyice.web.icecast_json import document_json
from tinyice.web.icecast_xml import document_xml
from tinyice.web.ports import Gauges, Station
from tinyice.web.router import Router
from tinyice.web.settings import WebSettings


class AdminSite:
    """What the administrator may know, and of its mount whoever may feed it."""

    router = Router()

    def __init__(
        self,
        station: Station,
        gauges: Gauges,
        answers: Answers,
        *,
        guard: Guard,
        settings: WebSettings,
    ) -> None:
        self.guard = guard
        self._station = station
        self._gauges = gauges
        self._answers = answers
        self._settings = settings

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.ADMIN_HOME, Action.SEE_MOUNT, mount="query", unnamed=Action.SEE_SERVER)
    def home(self, request: Request, caller: Caller) -> bytes:
        """All statistics as a page."""
        return self._answers.show(request, caller, "stats", told=self._statistics(caller))

    @router.route(urls.ADMIN_STATS_XML, Action.SEE_MOUNT, mount="query", unnamed=Action.SEE_SERVER)
    @reading(router, urls.ADMIN_STATS, Action.SEE_MOUNT, mount="query", unnamed=Action.SEE_SERVER)
    def stats(self, request: Request, caller: Caller) -> bytes:
        """All statistics; with ``mount``, of that source alone."""
        return self._answers.tell(request, caller, self._statistics(caller), "stats")

    @router.route(urls.ADMIN_PUBLICSTATS, Action.SEE_PUBLIC)
    def publicstats(self, request: Request, caller: Caller) -> bytes:
        """What everybody may know, as Icecast 2.5 tells it."""
        return respond(request, xml_document(document_xml(self._public())))

    @router.route(f"{urls.ADMIN_PUBLICSTATS}.json", Action.SEE_PUBLIC)
    def publicstats_json(self, request: Request, caller: Caller) -> bytes:
        """The same for scripts on any site."""
        return respond(request, json_document(document_json(self._public())))

    @reading(
        router, urls.ADMIN_LISTMOUNTS, Action.SEE_MOUNT, mount="query", unnamed=Action.LIST_MOUNTS
    )
    def listmounts(self, request: Request, caller: Caller) -> bytes:
        """The mounts on air: those that are the caller's."""
        return self._answers.tell(request, caller, self._mounts(caller), "listmounts")

    @router.route(
        urls.ADMIN_STREAMLIST, Action.SEE_MOUNT, mount="query", unnamed=Action.LIST_MOUNTS
    )
    def streamlist(self, request: Request, caller: Caller) -> bytes:
        """The same; only the text is for relays."""
        return self._answers.tell(request, caller, self._mounts(caller))

    @router.route(urls.ADMIN_STREAMLIST_TXT, Action.LIST_STREAMS)
    def streamlist_txt(self, request: Request, caller: Caller) -> bytes:
        """The mounts on air, one a line, for relays."""
        mounts = all_on_air(self._station.snapshot())
        return respond(request, plain("".join(f"{mount.path}\r\n" for mount in mounts)))

    @router.route(urls.METRICS, Action.SEE_METRICS)
    def metrics(self, request: Request, caller: Caller) -> bytes:
        """Figures for Prometheus, of hidden mounts too."""
        station, figures = self._station.snapshot(), self._gauges.figures()
        from tinyice.web.metrics import metrics_answer  # noqa: PLC0415 - not all are collected from

        return respond(request, metrics_answer(station, figures, self._settings.version))

    @router.route(urls.ADMIN_UNKNOWN, Action.SEE_PUBLIC, methods=None)
    def unknown(self, request: Request, caller: Caller, command: str) -> bytes:
        """Never 401, 403 or 404: libshout asks for ``/admin/!POKE`` and gives up on those."""
        raise CommandRefused("Unrecognised command")

    def _statistics(self, caller: Caller) -> Document:
        station = self._station.snapshot()
        mounts = (on_air(station, caller.mount),) if caller.mount else all_on_air(station)
        return statistics(station, mounts, self._settings)

    def _public(self) -> Document:
        station = self._station.snapshot()
        return public_statistics(station, station.public_mounts, self._settings)

    def _mounts(self, caller: Caller) -> Document:
        station = self._station.snapshot()
        if caller.mount:
            on_air(station, caller.mount)
            raise CommandRefused("Mount request unknown")
        own = [mount for mount in all_on_air(station) if caller.principal.owns(mount.path)]
        return Document(sources=brief_list(station, own))


def all_on_air(station: StationSnapshot) -> tuple[MountSnapshot, ...]:
    """The mounts that have a source."""
    return tuple(mount for mount in station.mounts if mount.on_air)


def on_air(station: StationSnapshot, path: str) -> MountSnapshot:
    """The mount ``path``; raises ``MountUnknown`` or ``MountIdle``."""
    for mount in station.mounts:
        if mount.path == path:
            if not mount.on_air:
                raise MountIdle(path)
            return mount
    raise MountUnknown(path)
