"""Which application answers the pages for listeners, less the first of them."""

from collections.abc import Mapping, Sequence

from tinyice.core.played import Title
from tinyice.core.snapshots import StationSnapshot
from tinyice.web import urls
from tinyice.web.api.services import Services
from tinyice.web.artwork import ArtOf, arts, no_art
from tinyice.web.artwork_site import ArtworkSite
from tinyice.web.cache import Briefly
from tinyice.web.explore_site import ExploreSite
from tinyice.web.feeds_site import FeedsSite
from tinyice.web.guard import Guard
from tinyice.web.pages import Pages
from tinyice.web.player_site import PlayerSite
from tinyice.web.settings import WebSettings
from tinyice.web.static_files import StaticFiles

ListeningSite = PlayerSite | ExploreSite | FeedsSite | ArtworkSite


def listening_sites(
    recent: Briefly[StationSnapshot],
    services: Services | None,
    pages: Pages,
    files: StaticFiles,
    *,
    guard: Guard,
    settings: WebSettings,
) -> Mapping[str, ListeningSite]:
    """The applications by the beginning of their paths.

    Without ``services`` nobody knows what played, and nothing is told of pictures.
    """
    played = _nothing if services is None else services.played
    art = art_by(services)
    player = PlayerSite(recent, played, art, pages, files, guard=guard, settings=settings)
    explore = ExploreSite(recent, pages, guard=guard, settings=settings)
    feeds = FeedsSite(recent, guard=guard, settings=settings)
    found: dict[str, ListeningSite] = {
        **dict.fromkeys(urls.PLAYER_SEGMENTS, player),
        **dict.fromkeys(urls.EXPLORE_SEGMENTS, explore),
        **dict.fromkeys(urls.FEEDS_SEGMENTS, feeds),
    }
    if services is not None:
        artwork = ArtworkSite(services.autodjs, recent, guard=guard)
        found.update(dict.fromkeys(urls.ARTWORK_SEGMENTS, artwork))
    return found


def art_by(services: Services | None) -> ArtOf:
    """The pictures of what plays."""
    return no_art if services is None else arts(services.autodjs)


def _nothing(_mount: str) -> Sequence[Title]:
    """What played, where nobody remembers."""
    return ()
