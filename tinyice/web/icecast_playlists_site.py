"""Playlists that Icecast gives out below /admin, open to everybody."""

from urllib.parse import quote, urlsplit

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.core.snapshots import MountSnapshot
from tinyice.web import urls
from tinyice.web.admin_site import on_air
from tinyice.web.answers import NOT_CACHED, Answer, encode, respond
from tinyice.web.errors import CommandRefused
from tinyice.web.guard import Caller, Guard
from tinyice.web.icecast import source_fields
from tinyice.web.origin import base_of, mount_url
from tinyice.web.params import params_of
from tinyice.web.ports import Station
from tinyice.web.router import Router
from tinyice.web.settings import WebSettings
from tinyice.web.words import display_name
from tinyice.wire.charset import printable
from tinyice.wire.playlists import CONTENT_TYPES, xspf

_M3U = CONTENT_TYPES["m3u"]
_VCLT = "audio/x-vclt; charset=utf-8"


class PlaylistSite:
    """Playlist files for players that log in, and for those that read tags from a list."""

    router = Router()

    def __init__(self, station: Station, *, guard: Guard, settings: WebSettings) -> None:
        self.guard = guard
        self._station = station
        self._settings = settings

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.ADMIN_BUILDM3U, Action.SEE_PUBLIC)
    def buildm3u(self, request: Request, caller: Caller) -> bytes:
        """The address of a mount with a listener's login in it; the mount need not be there."""
        params = params_of(request)
        mount, name, password = (params.text(key) for key in ("mount", "username", "password"))
        if not mount:
            raise CommandRefused("Unknown admin request")
        if not (name and password and mount.startswith("/")):
            raise CommandRefused("Missing parameter")
        base = urlsplit(base_of(request, self._settings, secure=caller.client.secure))
        login = f"{quote(name, safe='')}:{quote(password, safe='')}"
        address = f"{base.scheme}://{login}@{base.netloc}{base.path}{quote(mount, safe='/')}"
        fields = (*NOT_CACHED, ("Content-Disposition", 'attachment; filename="listen.m3u"'))
        return respond(request, Answer(200, _M3U, encode(f"{address}\r\n"), fields))

    @router.route(urls.ADMIN_PLAYLIST, Action.SEE_PUBLIC)
    def playlist(self, request: Request, caller: Caller, kind: str) -> bytes:
        """A playlist of one mount."""
        mount = on_air(self._station.snapshot(), params_of(request).text("mount"))
        base = base_of(request, self._settings, secure=caller.client.secure)
        address = mount_url(base, mount.path)
        if kind == "xspf":
            body = xspf(address, display_name(mount))
            return respond(request, Answer(200, CONTENT_TYPES[kind], body, NOT_CACHED))
        text = vclt(mount, address, self._settings)
        return respond(request, Answer(200, _VCLT, encode(text), NOT_CACHED))


def vclt(mount: MountSnapshot, address: str, settings: WebSettings) -> str:
    """A list as Vorbis comments are written: one name and value a line."""
    told = source_fields(mount, settings)
    lines = {
        "STREAMURL": address,
        "ARTIST": told.get("artist", ""),
        "TITLE": told.get("title", ""),
        "SERVER_NAME": told["server_name"],
        "DESCRIPTION": told["server_description"],
        "GENRE": told["genre"],
    }
    said = (f"{name}={printable(str(value))}\n" for name, value in lines.items() if value != "")
    return "".join(said) + "==\n"
