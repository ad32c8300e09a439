"""The playlist, the queue and history in the Studio: looked at, and edited."""

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.web import urls
from tinyice.web.api.problems import Unfit
from tinyice.web.console.studio_lists import ListDeeds
from tinyice.web.console.studio_parts import Columns
from tinyice.web.console.studio_said import Done
from tinyice.web.console.studio_view import view_of_form
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.params import Params, params_of
from tinyice.web.router import Router


class ListsConsole:
    """The right column."""

    router = Router(answer_page_failure)

    def __init__(self, columns: Columns, *, guard: Guard) -> None:
        self.guard = guard
        self._columns = columns
        self._deeds = ListDeeds(columns.undoing)

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.STUDIO_LISTS, Action.SEE_AUTODJ, mount="query")
    async def lists(self, request: Request, caller: Caller) -> bytes:
        """The column alone, for a page that is open already."""
        return await self._columns.show_lists(request, caller)

    @router.route(
        urls.STUDIO_LISTS_DO, Action.RUN_AUTODJ, methods=("POST",), changes=True, mount="query"
    )
    async def do(self, request: Request, caller: Caller) -> bytes:
        """What the button that was pressed says."""
        deed = self._do(caller, params_of(request))
        return await self._columns.do(request, caller, deed, "lists")

    @router.route(
        urls.STUDIO_LISTS_UNDO, Action.RUN_AUTODJ, methods=("POST",), changes=True, mount="query"
    )
    async def undo(self, request: Request, caller: Caller) -> bytes:
        """Take back what this session did last."""
        deed = self._undo(caller)
        return await self._columns.do(request, caller, deed, "lists")

    async def _undo(self, caller: Caller) -> Done:
        await self._columns.undoing.undo(caller, self._columns.dj(caller))
        return Done("undone")

    async def _do(self, caller: Caller, params: Params) -> Done:
        dj, deeds = self._columns.dj(caller), self._deeds
        view = view_of_form(params, caller.mount)
        verb, numbers = _order(params)
        match verb, numbers:
            case "clear", []:
                return deeds.clear(caller, dj, view)
            case "play", [entry]:
                return deeds.play(dj, view, entry)
            case "move", [entry, before]:
                return deeds.move(dj, view, entry, before)
            case "next", [entry, place]:
                return await deeds.play_next(caller, dj, view, entry, place=place)
            case "remove", [entry, place]:
                return deeds.remove(caller, dj, view, entry, place=place)
        raise Unfit(400, "invalid", "the form is not complete")


def _order(params: Params) -> tuple[str, list[int]]:
    """What the button says: a verb, and numbers of entries and places."""
    verb, *numbers = params.text("do").split()[:4] or [""]
    if not all(each.isascii() and each.isdigit() and len(each) < 12 for each in numbers):
        raise Unfit(400, "invalid", "the form is not complete")
    return verb, [int(each) for each in numbers]
