"""The Studio: which AutoDJs there are, and the page of each."""

from collections.abc import Coroutine
from typing import Any

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.console.attempt import Fault, attempt
from tinyice.web.console.desk import Desk
from tinyice.web.console.shell import may_make_autodjs
from tinyice.web.console.studio_make import (
    FORMATS,
    choices_of,
    folders_for,
    make,
    switch_on,
    typed_in,
)
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
        params = params_of(request)
        named = params.text("mount", "utf-8")
        there = [one.mount for one in self._page.studios(caller.principal)]
        if named in there or (len(there) == 1 and not params.has("mount")):
            return respond(request, see_other(View(named or there[0]).url))
        return await self._choose(request, caller)

    @router.route(urls.STUDIO_OF, Action.SEE_AUTODJ, mount="path")
    async def studio(self, request: Request, caller: Caller, mount: str) -> bytes:
        """One of them."""
        path = f"/{mount}"
        if self._desk.services.autodjs.get(path) is None:
            fault = Fault(404, f"There is no AutoDJ on {path}.")
            return await self._choose(request, caller, fault)
        return await self._page.show(request, caller, view_in(params_of(request), path))

    @router.route(
        urls.STUDIO_MAKE, Action.CHANGE_AUTODJS, methods=("POST",), changes=True, mount="query"
    )
    async def make(self, request: Request, caller: Caller) -> bytes:
        """Set one up, and show it."""
        text = typed_in(params_of(request))
        return await self._made(request, caller, make(self._desk, caller, text))

    @router.route(
        urls.STUDIO_SWITCH_ON, Action.CHANGE_AUTODJS, methods=("POST",), changes=True, mount="query"
    )
    async def switch_on(self, request: Request, caller: Caller) -> bytes:
        """Let one run that rests, and show it."""
        return await self._made(request, caller, switch_on(self._desk, caller))

    async def _made(
        self, request: Request, caller: Caller, deed: Coroutine[Any, Any, None]
    ) -> bytes:
        result = await attempt(deed)
        if result is not None:
            return await self._choose(request, caller, result)
        return respond(request, see_other(View(caller.mount).url))

    async def _choose(self, request: Request, caller: Caller, fault: Fault | None = None) -> bytes:
        principal = caller.principal
        text = typed_in(params_of(request))
        return self._desk.show(
            request,
            caller,
            "studio_choose",
            place="studio",
            fault=fault,
            is_placed=fault is not None and fault.field in text,
            urls=urls,
            choices=choices_of(self._desk, principal),
            may_make=may_make_autodjs(principal),
            text=text,
            formats=FORMATS,
            folders=await folders_for(self._desk, principal),
        )
