"""Which application answers the pages for listeners, less the first of them."""

from collections.abc import Mapping

from tinyice.core.snapshots import StationSnapshot
from tinyice.web import urls
from tinyice.web.cache import Briefly
from tinyice.web.explore_site import ExploreSite
from tinyice.web.feeds_site import FeedsSite
from tinyice.web.guard import Guard
from tinyice.web.pages import Pages
from tinyice.web.player_site import PlayedOn, PlayerSite
from tinyice.web.settings import WebSettings
from tinyice.web.static_files import StaticFiles

ListeningSite = PlayerSite | ExploreSite | FeedsSite


def listening_sites(
    recent: Briefly[StationSnapshot],
    played: PlayedOn,
    pages: Pages,
    files: StaticFiles,
    *,
    guard: Guard,
    settings: WebSettings,
) -> Mapping[str, ListeningSite]:
    """The applications by the beginning of their paths."""
    player = PlayerSite(recent, played, pages, files, guard=guard, settings=settings)
    explore = ExploreSite(recent, pages, guard=guard, settings=settings)
    feeds = FeedsSite(recent, guard=guard, settings=settings)
    return {
        **dict.fromkeys(urls.PLAYER_SEGMENTS, player),
        **dict.fromkeys(urls.EXPLORE_SEGMENTS, explore),
        **dict.fromkeys(urls.FEEDS_SEGMENTS, feeds),
    }
