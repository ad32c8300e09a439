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
from tinyice.web.guard import Guard

Console = StationsConsole | AudienceConsole | AccessSite | FindConsole | NetworkConsole


def console_sites(desk: Desk, *, guard: Guard, clock: IReactorTime) -> Mapping[str, Console]:
    """Those that need the operations of the API, by the beginning of paths."""
    return {
        **dict.fromkeys(urls.STATIONS_SEGMENTS, StationsConsole(desk, guard=guard)),
        **dict.fromkeys(urls.AUDIENCE_SEGMENTS, AudienceConsole(desk, guard=guard, clock=clock)),
        **dict.fromkeys(urls.FIND_SEGMENTS, FindConsole(desk, guard=guard)),
        **dict.fromkeys(urls.NETWORK_SEGMENTS, NetworkConsole(desk, guard=guard)),
        **dict.fromkeys(urls.ACCESS_SEGMENTS, AccessSite(desk, guard=guard)),
    }
