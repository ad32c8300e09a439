"""The page of one AutoDJ, and what comes back from the forms on it.

A form leads back to the page as it was looked at, which says what was done. A script
that has sent one (``part=1``) is told that alone: what it has changed comes by server
events.
"""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from twisted.web.server import Request

from tinyice.config.mounts import settings_for
from tinyice.core.access.permissions import Action, permits
from tinyice.core.access.principal import Principal
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.api.autodj_shapes import note_driven
from tinyice.web.autodj_ports import AutoDj
from tinyice.web.console.attempt import Fault, attempt
from tinyice.web.console.desk import Desk
from tinyice.web.console.studio_deck import shown_deck
from tinyice.web.console.studio_library import shown_library
from tinyice.web.console.studio_lists import shown_lists
from tinyice.web.console.studio_said import Done, done_in
from tinyice.web.console.studio_undo import Undoing
from tinyice.web.console.studio_view import View
from tinyice.web.errors import CommandRefused
from tinyice.web.guard import Caller
from tinyice.web.params import params_of

Part = Literal["deck", "library", "lists"]
"""The parts of the page; a phone shows one of them at a time."""


@dataclass(frozen=True, slots=True)
class Played:
    """A mount that has an AutoDJ, and what it is called."""

    mount: str
    name: str


class StudioPage:
    """The page, for whoever carries out its forms.

    ``undoing`` remembers what can be taken back.
    """

    def __init__(self, desk: Desk) -> None:
        self.undoing = Undoing()
        self._desk = desk
        self._autodjs = desk.services.autodjs

    def autodj(self, mount: str) -> AutoDj:
        """The AutoDJ that plays on ``mount``; raises CommandRefused."""
        found = self._autodjs.get(mount)
        if found is None:
            raise CommandRefused(f"There is no AutoDJ on {mount}")
        return found

    def studios(self, principal: Principal) -> Sequence[Played]:
        """Where AutoDJs of theirs play."""
        config = self._desk.services.config()
        return [
            Played(dj.mount, settings_for(config, dj.mount).name_override)
            for dj in self._autodjs.all()
            if permits(principal, Action.SEE_AUTODJ, dj.mount)
        ]

    async def carry_out(
        self, request: Request, caller: Caller, deed: Coroutine[Any, Any, Done]
    ) -> Done | Fault:
        """Do it, and tell the audit; what came of it."""
        result = await attempt(deed)
        if isinstance(result, Done):
            what = result.what or request.path.decode("ascii", "replace").rpartition("/")[2]
            note_driven(self._desk.services, caller, caller.mount, what)
        return result

    async def answer(
        self,
        request: Request,
        caller: Caller,
        view: View,
        deed: Coroutine[Any, Any, Done],
        part: Part = "deck",
    ) -> bytes:
        """Carry out ``deed``, and say what came of it."""
        result = await self.carry_out(request, caller, deed)
        if params_of(request).text("part") == "1":
            return self._words(request, result)
        if isinstance(result, Fault):
            return await self.show(request, caller, view, fault=result, part=part)
        path, _, query = view.url.partition("?")
        query = "&".join(filter(None, (query, result.query)))
        return respond(request, see_other(f"{path}?{query}#{part}" if query else f"{path}#{part}"))

    async def show(
        self,
        request: Request,
        caller: Caller,
        view: View,
        *,
        fault: Fault | None = None,
        part: Part = "deck",
    ) -> bytes:
        """The page as it is now; raises CommandRefused where there is no AutoDJ."""
        services = self._desk.services
        dj, now = self.autodj(view.mount), services.now()
        library, lists = await shown_library(dj, view), await shown_lists(dj, view, now)
        mounts = {mount.path: mount for mount in services.station.snapshot().mounts}
        mount = mounts.get(view.mount)
        return self._desk.show(
            request,
            caller,
            "studio",
            place="studio",
            fault=fault,
            done=done_in(params_of(request)),
            mount=view.mount,
            view=view,
            urls=urls,
            now=now,
            shows=part,
            studios=self.studios(caller.principal),
            listeners=f"{mount.listeners if mount else 0:,} listening",
            deck=shown_deck(dj.snapshot(), mount, now),
            library=library,
            lists=lists,
            may_run=permits(caller.principal, Action.RUN_AUTODJ, view.mount),
            may_undo=self.undoing.has(caller),
        )

    def _words(self, request: Request, result: Done | Fault) -> bytes:
        if isinstance(result, Fault):
            answer = self._desk.pages.answer("studio_said", done=None, fault=result)
            return respond(request, replace(answer, status=result.status))
        return respond(request, self._desk.pages.answer("studio_said", done=result, fault=None))
