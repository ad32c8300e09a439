"""What everybody sees: the front page, its files, and playlists."""

from klein import Klein
from twisted.web.server import Request
from werkzeug.exceptions import NotFound

from tinyice.core.access.permissions import Action
from tinyice.core.snapshots import MountSnapshot
from tinyice.web import urls
from tinyice.web.accent import styles
from tinyice.web.answers import FOR_ANY_ORIGIN, NOT_CACHED, Answer, encode, respond
from tinyice.web.artwork import ArtOf
from tinyice.web.cards import card_of, login_at, most_heard
from tinyice.web.compressing import takes_gzip
from tinyice.web.guard import Caller, Guard
from tinyice.web.origin import base_of, clean_host, mount_url
from tinyice.web.pages import Pages
from tinyice.web.params import params_of
from tinyice.web.ports import Station
from tinyice.web.router import Router
from tinyice.web.settings import WebSettings
from tinyice.web.social import station_social
from tinyice.web.static_files import StaticFiles
from tinyice.web.words import display_name
from tinyice.wire.playlists import CONTENT_TYPES, WRITERS

LANDING_MAX = 12
"""So many mounts are listed at first sight; the search lists them all."""


class PublicSite:
    """Pages and files that need no login."""

    router = Router()

    def __init__(
        self,
        station: Station,
        art: ArtOf,
        pages: Pages,
        static: StaticFiles,
        *,
        guard: Guard,
        settings: WebSettings,
    ) -> None:
        self.guard = guard
        self._station = station
        self._art = art
        self._pages = pages
        self._static = static
        self._settings = settings

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.FRONT_PAGE, Action.SEE_PUBLIC)
    def front_page(self, request: Request, caller: Caller) -> bytes:
        """What is on air; what to type into an encoder when nothing is."""
        mounts = self._station.snapshot().public_mounts
        listed = most_heard(mounts)[:LANDING_MAX]
        base = base_of(request, self._settings, secure=caller.client.secure)
        answer = self._pages.answer(
            "front",
            cards=[card_of(mount, self._art(mount)) for mount in listed],
            on_air=len(mounts),
            listeners=sum(mount.listeners for mount in mounts),
            login=login_at(clean_host(request, self._settings), self._settings),
            social=station_social(base, self._settings),
        )
        return respond(request, answer)

    @router.route(urls.STATIC, Action.SEE_PUBLIC)
    def static_file(self, request: Request, caller: Caller, name: str) -> bytes:
        """A file of the static folder."""
        version = params_of(request).text("v")
        known = request.getHeader("If-None-Match") or ""
        gzip = takes_gzip(request.requestHeaders)
        answer = self._static.answer(name, version, known, gzip=gzip)
        if answer is None:
            raise NotFound
        return respond(request, answer)

    @router.route(urls.FAVICON, Action.SEE_PUBLIC)
    def favicon(self, request: Request, caller: Caller) -> bytes:
        """The icon that browsers ask for on their own."""
        return self.static_file(request, caller, "favicon.ico")

    @router.route(urls.ROBOTS, Action.SEE_PUBLIC)
    def robots(self, request: Request, caller: Caller) -> bytes:
        """What search engines had better leave alone."""
        return self.static_file(request, caller, "robots.txt")

    @router.route(urls.ACCENT_STYLES, Action.SEE_PUBLIC)
    def accent_styles(self, request: Request, caller: Caller) -> bytes:
        """The station's own colour."""
        fields = (("Cache-Control", "public, max-age=300"),)
        sheet = encode(styles(self._settings.accent_color))
        return respond(request, Answer(200, "text/css; charset=utf-8", sheet, fields))

    @router.route(urls.PLAYLIST, Action.SEE_PUBLIC)
    def playlist(self, request: Request, caller: Caller, mount: str, kind: str) -> bytes:
        """A playlist file for one mount, hidden ones included: they are unlisted, not secret."""
        found = self._playable("/" + mount)
        base = base_of(request, self._settings, secure=caller.client.secure)
        body = WRITERS[kind](mount_url(base, found.path), display_name(found))
        fields = (*NOT_CACHED, *FOR_ANY_ORIGIN)
        return respond(request, Answer(200, CONTENT_TYPES[kind], body, fields))

    def _playable(self, path: str) -> MountSnapshot:
        for mount in self._station.snapshot().mounts:
            if mount.path == path and not mount.disabled:
                return mount
        raise NotFound
