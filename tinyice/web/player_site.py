"""The pages that play one mount: for people, for other sites, for home screens.

Hidden mounts have them as well: they are unlisted, not secret. Search engines
are asked to leave those out.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.core.played import Title
from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web import urls
from tinyice.web.answers import Answer, Fields, encode, for_any_frame, respond
from tinyice.web.artwork import ArtOf
from tinyice.web.cache import Briefly
from tinyice.web.cards import Card, card_of
from tinyice.web.guard import Caller, Guard
from tinyice.web.origin import base_of, mount_url
from tinyice.web.pages import Pages
from tinyice.web.params import params_of
from tinyice.web.router import Router
from tinyice.web.settings import WebSettings
from tinyice.web.shortcodes import shortcode_of
from tinyice.web.social import card_social, frame_markup
from tinyice.web.static_files import StaticFiles
from tinyice.web.titles import artist_and_title

HISTORY_MAX = 8
SUGGESTED_MAX = 8
THEMES = {"dark": "studio", "light": "light"}
"""What ``theme`` may say in the address of a frame, as stylesheets call it; else: as it is dark."""

_BACKGROUND = "#0c0d10"
_MANIFEST_TYPE = "application/manifest+json"
_BRIEFLY: Fields = (("Cache-Control", "public, max-age=300"),)
_UNLISTED: Fields = (("X-Robots-Tag", "noindex"),)

PlayedOn = Callable[[str], Sequence[Title]]
"""The last titles of a mount, newest first."""


@dataclass(frozen=True, slots=True)
class Row:
    """A title that played, and when it began."""

    at: datetime
    artist: str
    title: str


class PlayerSite:
    """One mount, to be heard."""

    router = Router()

    def __init__(
        self,
        recent: Briefly[StationSnapshot],
        played: PlayedOn,
        art: ArtOf,
        pages: Pages,
        files: StaticFiles,
        *,
        guard: Guard,
        settings: WebSettings,
    ) -> None:
        self.guard = guard
        self._recent = recent
        self._played = played
        self._art = art
        self._pages = pages
        self._files = files
        self._settings = settings

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.PLAYER, Action.SEE_PUBLIC)
    def player(self, request: Request, caller: Caller, mount: str) -> bytes:
        """The page that plays at once, or waits until there is something to play."""
        found = self._found("/" + mount)
        if found is None:
            return self._missing(request, "/" + mount)
        card = card_of(found, self._art(found))
        base = base_of(request, self._settings, secure=caller.client.secure)
        answer = self._pages.answer(
            "player",
            card=card,
            played=self._just_played(found),
            shortcode=shortcode_of(found.path),
            address=mount_url(base, found.path),
            frame=frame_markup(base, card.mount, card.name),
            social=card_social(base, card, self._settings),
        )
        return respond(request, _unlisted(answer, card))

    @router.route(urls.EMBED, Action.SEE_PUBLIC)
    def embed(self, request: Request, caller: Caller, mount: str) -> bytes:
        """A player of 80 px for any site."""
        theme = THEMES.get(params_of(request).text("theme"), "")
        found = self._found("/" + mount)
        card = None if found is None else card_of(found, self._art(found))
        answer = self._pages.answer(
            "embed",
            card=card,
            theme=theme,
            shortcode=shortcode_of("/" + mount),
        )
        status = 200 if card is not None else 404
        fields = (*answer.fields, *_UNLISTED)
        answer = Answer(status, answer.content_type, answer.body, fields)
        return respond(request, for_any_frame(answer))

    @router.route(urls.PLAYER_MANIFEST, Action.SEE_PUBLIC)
    def manifest(self, request: Request, _caller: Caller) -> bytes:
        """What a browser needs to install the player of ``?mount=`` as an app."""
        path = params_of(request).text("mount")
        found = self._found(path)
        if found is None:
            return self._missing(request, path)
        body = encode(json.dumps(self._manifest_of(card_of(found)), ensure_ascii=False))
        return respond(request, Answer(200, _MANIFEST_TYPE, body, _BRIEFLY))

    @router.route(urls.PLAYER_ALONE, Action.SEE_PUBLIC)
    @router.route(urls.EMBED_ALONE, Action.SEE_PUBLIC)
    def of_nothing(self, request: Request, _caller: Caller) -> bytes:
        """A player of no mount leads to those that there are."""
        return self._missing(request, "")

    def _found(self, path: str) -> MountSnapshot | None:
        mounts = self._recent.get().mounts
        return next((one for one in mounts if one.path == path and not one.disabled), None)

    def _missing(self, request: Request, path: str) -> bytes:
        on_air = self._recent.get().public_mounts[:SUGGESTED_MAX]
        answer = self._pages.answer("missing", path=path, cards=[card_of(one) for one in on_air])
        return respond(request, Answer(404, answer.content_type, answer.body, answer.fields))

    def _just_played(self, mount: MountSnapshot) -> Sequence[Row]:
        """What played before what plays now."""
        titles = self._played(mount.path)
        if titles and titles[0].tags.display == mount.tags.display:
            titles = titles[1:]
        return [Row(one.at, *artist_and_title(one.tags)) for one in titles[:HISTORY_MAX]]

    def _manifest_of(self, card: Card) -> dict[str, object]:
        return {
            "id": card.player,
            "name": card.name,
            "short_name": card.name[:30],
            "description": card.description or self._settings.page_subtitle,
            "start_url": card.player,
            "scope": "/player",
            "display": "standalone",
            "background_color": _BACKGROUND,
            "theme_color": _BACKGROUND,
            "icons": [self._icon(192), self._icon(512)],
        }

    def _icon(self, size: int) -> dict[str, str]:
        return {
            "src": self._files.url(f"icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
        }


def _unlisted(answer: Answer, card: Card) -> Answer:
    fields = answer.fields if card.listed else (*answer.fields, *_UNLISTED)
    return Answer(answer.status, answer.content_type, answer.body, fields)
