"""The logo, for every page that shows it; and the way in which one is sent."""

from klein import Klein
from twisted.web.server import Request
from werkzeug.exceptions import NotFound

from tinyice.core.access.permissions import Action
from tinyice.web import urls
from tinyice.web.answers import Answer, respond
from tinyice.web.api.services import Logo
from tinyice.web.guard import Caller, Guard
from tinyice.web.params import params_of
from tinyice.web.router import Router

ALONE = ("Content-Security-Policy", "default-src 'none'; sandbox")
"""Opened by itself it is a picture and nothing else, whatever a browser makes of it."""

_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"


class LogoSite:
    """The uploaded picture."""

    router = Router()

    def __init__(self, logo: Logo, *, guard: Guard) -> None:
        self.guard = guard
        self._logo = logo

    def klein(self) -> Klein:
        """The application, bound to this logo."""
        return self.router.bound(self)

    @router.route(urls.LOGO, Action.SEE_PUBLIC)
    def logo(self, request: Request, caller: Caller) -> bytes:
        """The picture, with the type that it has."""
        picture = self._logo.picture
        if picture is None:
            raise NotFound
        tag = f'"{picture.digest}"'
        is_this = params_of(request).text("v") == picture.digest
        caching = ("Cache-Control", _FOR_A_YEAR if is_this else _ASK_AGAIN)
        fields = (caching, ("ETag", tag), ALONE)
        if tag in (request.getHeader("If-None-Match") or ""):
            return respond(request, Answer(304, picture.content_type, b"", fields))
        return respond(request, Answer(200, picture.content_type, picture.content, fields))


def logo_in(request: Request) -> bytes:
    """What a request brings as a logo: the part ``logo`` of a form, or its body."""
    kind = (request.getHeader("Content-Type") or "").strip().lower()
    if kind.startswith("image/") and request.content is not None:
        request.content.seek(0)
        content: bytes = request.content.read()
        return content
    return params_of(request).raw("logo")
