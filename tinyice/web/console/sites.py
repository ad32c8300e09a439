"""The applications of the console: which one answers where."""

from collections.abc import Mapping

from twisted.internet.interfaces import IReactorTime

from tinyice.web import urls
from tinyice.web.console.access_site import AccessSite
from tinyice.web.console.audience_site import AudienceConsole
from tinyice.web.console.desk import Desk
from tinyice.web.console.find_site import FindConsole
from tinyice.web.console.network_site import NetworkConsole
from tinyice.web.console.stations_site import StationsConsole
from tinyice.web.console.studio_deck_site import StudioDeck
from tinyice.web.console.studio_library_site import LibraryConsole
from tinyice.web.console.studio_lists_site import ListsConsole
from tinyice.web.console.studio_page import StudioPage
from tinyice.web.console.studio_parts import Columns
from tinyice.web.console.studio_saved_site import SavedConsole
from tinyice.web.console.studio_site import StudioConsole
from tinyice.web.guard import Guard

Console = (
    StationsConsole
    | AudienceConsole
    | AccessSite
    | FindConsole
    | NetworkConsole
    | StudioConsole
    | StudioDeck
    | LibraryConsole
    | ListsConsole
    | SavedConsole
)


def console_sites(desk: Desk, *, guard: Guard, clock: IReactorTime) -> Mapping[str, Console]:
    """Those that need the operations of the API, by the beginning of paths."""
    studio = StudioPage(desk)
    columns = Columns(desk, studio)
    return {
        **dict.fromkeys(urls.STATIONS_SEGMENTS, StationsConsole(desk, guard=guard)),
        **dict.fromkeys(urls.AUDIENCE_SEGMENTS, AudienceConsole(desk, guard=guard, clock=clock)),
        **dict.fromkeys(urls.FIND_SEGMENTS, FindConsole(desk, guard=guard)),
        **dict.fromkeys(urls.NETWORK_SEGMENTS, NetworkConsole(desk, guard=guard)),
        **dict.fromkeys(urls.STUDIO_SEGMENTS, StudioConsole(studio, desk, guard=guard)),
        **dict.fromkeys(urls.STUDIO_DECK_SEGMENTS, StudioDeck(studio, guard=guard)),
        **dict.fromkeys(urls.STUDIO_LIBRARY_SEGMENTS, LibraryConsole(columns, guard=guard)),
        **dict.fromkeys(urls.STUDIO_LISTS_SEGMENTS, ListsConsole(columns, guard=guard)),
        **dict.fromkeys(urls.STUDIO_SAVED_SEGMENTS, SavedConsole(columns, guard=guard)),
        **dict.fromkeys(urls.ACCESS_SEGMENTS, AccessSite(desk, guard=guard)),
    }
