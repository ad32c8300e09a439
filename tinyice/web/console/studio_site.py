"""The Studio: which AutoDJs there are, and the page of each."""

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.console.attempt import Fault, attempt
from tinyice.web.console.desk import Desk
from tinyice.web.console.studio_page import StudioPage
from tinyice.web.console.studio_view import View, view_in
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.params import params_of
from tinyice.web.router import Router


class StudioConsole:
    """The AutoDJs of the station."""

    router = Router(answer_page_failure)

    def __init__(self, page: StudioPage, desk: Desk, *, guard: Guard) -> None:
        self.guard = guard
        self._page = page
        self._desk = desk

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.STUDIO, Action.LIST_AUTODJS)
    async def choose(self, request: Request, caller: Caller) -> bytes:
        """Which there are; where there is one, or one is named, it is shown at once."""
        named = params_of(request).text("mount", "utf-8")
        there = [one.mount for one in self._page.studios(caller.principal)]
        if named in there or (len(there) == 1 and not named):
            return respond(request, see_other(View(named or there[0]).url))
        return await self._choose(request, caller)

    @router.route(urls.STUDIO_OF, Action.SEE_AUTODJ, mount="path")
    async def studio(self, request: Request, caller: Caller, mount: str) -> bytes:
        """One of them."""
        view = view_in(params_of(request), f"/{mount}")
        result = await attempt(self._shown(request, caller, view))
        if isinstance(result, Fault):
            return await self._choose(request, caller, result)
        return result

    async def _shown(self, request: Request, caller: Caller, view: View) -> bytes:
        return await self._page.show(request, caller, view)

    async def _choose(self, request: Request, caller: Caller, fault: Fault | None = None) -> bytes:
        return self._desk.show(
            request,
            caller,
            "studio_choose",
            place="studio",
            fault=fault,
            urls=urls,
            studios=self._page.studios(caller.principal),
            may_make=False,
        )
