"""What other sites ask for when somebody pastes a link to a player there: oEmbed."""

from collections.abc import Mapping
from html import escape

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.core.snapshots import StationSnapshot
from tinyice.web import urls
from tinyice.web.answers import (
    FOR_ANY_ORIGIN,
    Answer,
    Fields,
    json_document,
    plain,
    respond,
    xml_document,
)
from tinyice.web.cache import Briefly
from tinyice.web.cards import card_of
from tinyice.web.guard import Caller, Guard
from tinyice.web.origin import base_of, clean_host, configured_base, configured_host
from tinyice.web.params import Params, params_of
from tinyice.web.router import Router
from tinyice.web.settings import WebSettings
from tinyice.web.social import WIDTH_PX, mount_in, oembed_of
from tinyice.web.xml_text import character_data

_BRIEFLY: Fields = (("Cache-Control", "public, max-age=300"), ("Vary", "Host"))
_NO_PLAYER = "url must be the address of a player on this server, such as {base}/player/live\n"


class FeedsSite:
    """Descriptions of players, for programs."""

    router = Router()

    def __init__(
        self, recent: Briefly[StationSnapshot], *, guard: Guard, settings: WebSettings
    ) -> None:
        self.guard = guard
        self._recent = recent
        self._settings = settings

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.OEMBED, Action.SEE_PUBLIC)
    def oembed(self, request: Request, caller: Caller) -> bytes:
        """The frame that stands for the player ``?url=``, as ``?format=json`` or ``xml``."""
        params = params_of(request)
        kind = params.text("format") or "json"
        if kind not in ("json", "xml"):
            return respond(request, plain("format must be json or xml\n", 501, FOR_ANY_ORIGIN))
        base = base_of(request, self._settings, secure=caller.client.secure)
        told = self._told(request, params, base)
        if told is None:
            sentence = _NO_PLAYER.format(base=base)
            return respond(request, plain(sentence, 404, FOR_ANY_ORIGIN))
        fields = (*_BRIEFLY, *FOR_ANY_ORIGIN)
        if kind == "xml":
            return respond(request, xml_document(_xml(told), fields))
        answer = json_document(told)
        return respond(request, Answer(200, answer.content_type, answer.body, fields))

    def _told(self, request: Request, params: Params, base: str) -> Mapping[str, str | int] | None:
        places = frozenset(
            {
                clean_host(request, self._settings).lower(),
                configured_host(self._settings).lower(),
                base.partition("://")[2].lower(),
                configured_base(self._settings).partition("://")[2].lower(),
            }
        )
        path = mount_in(params.text("url"), places)
        for mount in self._recent.get().mounts:
            if mount.path == path and not mount.disabled:
                return oembed_of(base, card_of(mount), self._settings, _width(params))
        return None


def _width(params: Params) -> int:
    """The width that the other site has room for."""
    given = params.text("maxwidth")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 5 else WIDTH_PX


def _xml(told: Mapping[str, str | int]) -> str:
    entries = (
        f"<{name}>{escape(character_data(str(value)))}</{name}>" for name, value in told.items()
    )
    declaration = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>'
    return f"{declaration}<oembed>{''.join(entries)}</oembed>"
