"""The library in the Studio: looked through, taken from, and looked for changes."""

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.web import urls
from tinyice.web.autodj_ports import Picked
from tinyice.web.console.studio_library import LibraryDeeds
from tinyice.web.console.studio_parts import Columns
from tinyice.web.console.studio_said import Done
from tinyice.web.console.studio_view import number_in, view_of_form
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.params import Params, params_of
from tinyice.web.router import Router


class LibraryConsole:
    """The left column."""

    router = Router(answer_page_failure)

    def __init__(self, columns: Columns, *, guard: Guard) -> None:
        self.guard = guard
        self._columns = columns
        self._deeds = LibraryDeeds(columns.undoing)

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.STUDIO_LIBRARY, Action.SEE_AUTODJ, mount="query")
    async def library(self, request: Request, caller: Caller) -> bytes:
        """The column alone, for a page that is open already."""
        return await self._columns.show_library(request, caller)

    @router.route(
        urls.STUDIO_LIBRARY_ADD, Action.RUN_AUTODJ, methods=("POST",), changes=True, mount="query"
    )
    async def add(self, request: Request, caller: Caller) -> bytes:
        """Put a track, or all that is shown, into the playlist or in front of the queue."""
        deed = self._add(caller, params_of(request))
        return await self._columns.do(request, caller, deed, "library")

    @router.route(
        urls.STUDIO_LIBRARY_SCAN, Action.RUN_AUTODJ, methods=("POST",), changes=True, mount="query"
    )
    async def scan(self, request: Request, caller: Caller) -> bytes:
        """Look for changes."""
        deed = self._scan(caller)
        return await self._columns.do(request, caller, deed, "library")

    async def _add(self, caller: Caller, params: Params) -> Done:
        dj = self._columns.dj(caller)
        if params.has("next"):
            return await self._deeds.play_next(caller, dj, _track(params, "next"))
        if params.has("all"):
            query = view_of_form(params, caller.mount).but(broken=False).tracks
            return await self._deeds.add(caller, dj, Picked(query=query))
        return await self._deeds.add(caller, dj, _track(params, "add"))

    async def _scan(self, caller: Caller) -> Done:
        return self._deeds.scan(self._columns.dj(caller))


def _track(params: Params, name: str) -> Picked:
    """A track by its number, or by its path where it may have none any more."""
    if params.text(name).isdigit():
        return Picked(ids=(number_in(params, name),))
    return Picked(paths=(params.text(name, "utf-8").removeprefix("/"),))
