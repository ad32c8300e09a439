"""What the applications of the Studio's outer columns have in common.

A script that has sent a form (``part=1``) is given the column that shows what came of it,
so that it need not ask for that as well; others are led back to the page.
"""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twisted.web.server import Request

from tinyice.core.access.permissions import Action, permits
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.api.problems import unknown
from tinyice.web.autodj_ports import AutoDj
from tinyice.web.console.attempt import Fault, attempt
from tinyice.web.console.desk import Desk
from tinyice.web.console.studio_library import shown_library, shown_window
from tinyice.web.console.studio_lists import shown_lists
from tinyice.web.console.studio_page import Part, StudioPage
from tinyice.web.console.studio_said import Done, done_in
from tinyice.web.console.studio_undo import Undoing
from tinyice.web.console.studio_view import View, view_in, view_of_form
from tinyice.web.guard import Caller
from tinyice.web.params import Params, params_of


@dataclass(frozen=True, slots=True)
class Columns:
    """Shows the outer columns, and carries out what their forms ask for."""

    desk: Desk
    page: StudioPage

    @property
    def undoing(self) -> Undoing:
        """The way back from what was done."""
        return self.page.undoing

    def dj(self, caller: Caller) -> AutoDj:
        """The AutoDJ of the caller's mount; raises Unfit."""
        dj = self.desk.services.autodjs.get(caller.mount)
        if dj is None:
            raise unknown("AutoDJ on", caller.mount, "mount")
        return dj

    def may_run(self, caller: Caller) -> bool:
        """Whether the caller may change what is played."""
        return permits(caller.principal, Action.RUN_AUTODJ, caller.mount)

    async def show_library(self, request: Request, caller: Caller) -> bytes:
        """The left column alone."""
        return await self.show(request, self._library(request, caller))

    async def show_lists(self, request: Request, caller: Caller) -> bytes:
        """The right column alone."""
        return await self.show(request, self._lists(request, caller))

    async def show(self, request: Request, page: Coroutine[Any, Any, bytes]) -> bytes:
        """What ``page`` makes, or the sentence why there is none."""
        result = await attempt(page)
        return self._refused(request, result) if isinstance(result, Fault) else result

    async def do(
        self, request: Request, caller: Caller, deed: Coroutine[Any, Any, Done], part: Part
    ) -> bytes:
        """Do it, and lead back to ``part`` of the page."""
        params = params_of(request)
        view = view_of_form(params, caller.mount)
        if params.text("part") != "1":
            return await self.page.answer(request, caller, view, deed, part)
        result = await self.page.carry_out(request, caller, deed)
        if isinstance(result, Fault):
            return self._refused(request, result)
        place = urls.STUDIO_LIBRARY if result.what == "scanning" else urls.STUDIO_LISTS
        return respond(request, see_other(f"{view.part(place)}&{result.query}"))

    async def _library(self, request: Request, caller: Caller) -> bytes:
        params = params_of(request)
        view = view_in(params, caller.mount)
        is_window = params.text("window") == "1"
        look = shown_window if is_window else shown_library
        library = await look(self.dj(caller), view)
        values = {**self._common(caller, view, params), "is_window": is_window}
        return self.desk.show(
            request, caller, "studio_library_part", place="studio", library=library, **values
        )

    async def _lists(self, request: Request, caller: Caller) -> bytes:
        params = params_of(request)
        view = view_in(params, caller.mount)
        lists = await shown_lists(self.dj(caller), view, self.desk.services.now())
        values = self._common(caller, view, params)
        return self.desk.show(
            request, caller, "studio_lists_part", place="studio", lists=lists, **values
        )

    def _refused(self, request: Request, fault: Fault) -> bytes:
        answer = self.desk.pages.answer("studio_said", done=None, fault=fault)
        return respond(request, replace(answer, status=fault.status))

    def _common(self, caller: Caller, view: View, params: Params) -> Mapping[str, Any]:
        return {
            "urls": urls,
            "view": view,
            "mount": caller.mount,
            "done": done_in(params),
            "may_undo": self.undoing.has(caller),
            "may_run": self.may_run(caller),
        }
