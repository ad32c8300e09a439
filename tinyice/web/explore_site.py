"""The pages that lead to mounts: a search, a screen for a wall, lines to copy."""

from collections.abc import Sequence

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web import urls
from tinyice.web.answers import respond
from tinyice.web.cache import Briefly
from tinyice.web.cards import Card, card_of, most_heard
from tinyice.web.guard import Caller, Guard
from tinyice.web.origin import base_of, mount_url
from tinyice.web.pages import Pages
from tinyice.web.params import params_of
from tinyice.web.router import Router
from tinyice.web.settings import WebSettings
from tinyice.web.shortcodes import shortcode_of
from tinyice.web.social import frame_markup, station_social
from tinyice.web.words import display_name

EXPLORED_MAX = 120
WALL_MAX = 12
SEARCH_MAX = 100


class ExploreSite:
    """All mounts on air that everybody may know of, in three dresses."""

    router = Router()

    def __init__(
        self,
        recent: Briefly[StationSnapshot],
        pages: Pages,
        *,
        guard: Guard,
        settings: WebSettings,
    ) -> None:
        self.guard = guard
        self._recent = recent
        self._pages = pages
        self._settings = settings

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.EXPLORE, Action.SEE_PUBLIC)
    def explore(self, request: Request, caller: Caller) -> bytes:
        """What is on air; ``?q=`` leaves out what does not have all its words."""
        asked = params_of(request).text("q").strip()[:SEARCH_MAX]
        found = [card for card in self._cards() if matches(card, asked)]
        base = base_of(request, self._settings, secure=caller.client.secure)
        answer = self._pages.answer(
            "explore",
            cards=found[:EXPLORED_MAX],
            found=len(found),
            asked=asked,
            listeners=sum(card.listeners for card in found),
            social=station_social(base, self._settings, urls.EXPLORE),
        )
        return respond(request, answer)

    @router.route(urls.KIOSK, Action.SEE_PUBLIC)
    def kiosk(self, request: Request, _caller: Caller) -> bytes:
        """What is on air, for a screen on a wall."""
        cards = self._cards()
        answer = self._pages.answer(
            "kiosk",
            cards=cards[:WALL_MAX],
            on_air=len(cards),
            listeners=sum(card.listeners for card in cards),
        )
        return respond(request, answer)

    @router.route(urls.DEVELOPERS, Action.SEE_PUBLIC)
    def developers(self, request: Request, caller: Caller) -> bytes:
        """Lines to copy, about the mount in ``?mount=`` where everybody may know of it."""
        mounts = self._recent.get().public_mounts
        asked = params_of(request).text("mount")
        path = next((one.path for one in mounts if one.path == asked), _first(mounts))
        named = [one for one in mounts if one.path == path]
        base = base_of(request, self._settings, secure=caller.client.secure)
        answer = self._pages.answer(
            "developers",
            mounts=[one.path for one in mounts[:EXPLORED_MAX]],
            mount=path,
            base=base,
            address=mount_url(base, path),
            player=mount_url(f"{base}/player", path),
            shortcode=shortcode_of(path),
            frame=frame_markup(base, path, display_name(named[0]) if named else path),
            social=station_social(base, self._settings, urls.DEVELOPERS),
        )
        return respond(request, answer)

    def _cards(self) -> list[Card]:
        """Those that most people hear first."""
        mounts = self._recent.get().public_mounts
        return [card_of(mount) for mount in most_heard(mounts)]


def matches(card: Card, asked: str) -> bool:
    """Whether each word of ``asked`` is in what people can read of ``card``."""
    read = (card.mount, card.name, card.description, card.genre, card.now, card.state, card.format)
    text = "\n".join(read).casefold()
    return all(word in text for word in asked.casefold().split())


def _first(mounts: Sequence[MountSnapshot]) -> str:
    return mounts[0].path if mounts else "/live"
