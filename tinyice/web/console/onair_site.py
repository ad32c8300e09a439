"""The On air page: is it well, what plays, who hears it, and what can be done at once.

Every change is a form of its own; what it does is what the API does. A form leads
back to the page, which says what was done, or why it was not beside the mount.
"""

from collections.abc import Coroutine
from typing import Any
from urllib.parse import quote, urlencode

from klein import Klein
from msgspec import Struct
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.core.chronicle import Chronicle
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.api.approval import Refusal, Waiting, approve_stream, refuse_stream
from tinyice.web.api.listeners import Counted, Move, move_listeners
from tinyice.web.api.mount_settings import StreamSettings, change_stream
from tinyice.web.api.shapes import About
from tinyice.web.api.streams import NewTags, kick_source, set_tags
from tinyice.web.console.attempt import Fault, attempt, filled
from tinyice.web.console.desk import Desk
from tinyice.web.console.onair_needs import needs_of
from tinyice.web.console.onair_page import EVENTS_SHOWN, lines_of, readouts_of
from tinyice.web.console.onair_said import said_in
from tinyice.web.console.onair_strips import strips_of
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.params import params_of
from tinyice.web.router import Router

STRIPS_MAX = 60
"""So many mounts are shown at most; of more, those that are idle are left out first."""

SELECT_MAX = 12
"""Of more destinations none is chosen from a list that stands on every strip."""


class OnairConsole:
    """One's mounts as they are now, and what can be done with them."""

    router = Router(answer_page_failure)

    def __init__(self, desk: Desk, chronicle: Chronicle, *, guard: Guard) -> None:
        self.guard = guard
        self._desk = desk
        self._chronicle = chronicle
        self._started_with = desk.services.config()

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.CONSOLE, Action.LIST_MOUNTS)
    def onair_page(self, request: Request, caller: Caller) -> bytes:
        """Everything."""
        return self._page(request, caller)

    @router.route(urls.ONAIR_RAIL, Action.LIST_MOUNTS)
    def onair_rail(self, request: Request, caller: Caller) -> bytes:
        """What stands beside the strips, for a page that is open already."""
        return self._page(request, caller, name="onair_rail")

    @router.route(urls.ONAIR_TITLE, Action.SET_TAGS, methods=("POST",), changes=True, mount="query")
    async def title(self, request: Request, caller: Caller) -> bytes:
        """Say what plays now."""
        params = params_of(request)
        given = {name: params.text(name, "utf-8").strip() for name in ("artist", "title")}
        return await self._do(request, caller, "title", self._set_tags(caller, given))

    @router.route(
        urls.ONAIR_KICK, Action.KICK_SOURCE, methods=("POST",), changes=True, mount="query"
    )
    async def kick(self, request: Request, caller: Caller) -> bytes:
        """End the source."""
        call = self._desk.asking(caller, About(mount=caller.mount))
        return await self._do(request, caller, "kicked", kick_source(self._desk.services, call))

    @router.route(
        urls.ONAIR_MOVE, Action.MOVE_LISTENERS, methods=("POST",), changes=True, mount="query"
    )
    async def move(self, request: Request, caller: Caller) -> bytes:
        """Let all listeners go on at another mount."""
        to = params_of(request).text("to", "utf-8")
        return await self._do(request, caller, "moved", self._move(caller, to))

    @router.route(
        urls.ONAIR_VISIBLE, Action.CHANGE_MOUNT, methods=("POST",), changes=True, mount="query"
    )
    async def visible(self, request: Request, caller: Caller) -> bytes:
        """Show the mount in lists, or hide it."""
        visible = params_of(request).text("visible") == "1"
        deed = self._change(caller, StreamSettings(visible=visible))
        return await self._do(request, caller, "shown" if visible else "hidden", deed)

    @router.route(
        urls.ONAIR_ENABLED, Action.CHANGE_MOUNT, methods=("POST",), changes=True, mount="query"
    )
    async def enabled(self, request: Request, caller: Caller) -> bytes:
        """Switch the mount on, or off."""
        enabled = params_of(request).text("enabled") == "1"
        deed = self._change(caller, StreamSettings(enabled=enabled))
        return await self._do(request, caller, "enabled" if enabled else "disabled", deed)

    @router.route(urls.ONAIR_APPROVE, Action.MAKE_MOUNT, methods=("POST",), changes=True)
    async def approve(self, request: Request, caller: Caller) -> bytes:
        """Let a source that waits be seen."""
        mount = params_of(request).text("mount", "utf-8")
        call = self._desk.asking(caller, Waiting(mount=mount))
        deed = approve_stream(self._desk.services, call)
        return await self._do(request, caller, "approved", deed, mount=mount)

    @router.route(urls.ONAIR_REFUSE, Action.MAKE_MOUNT, methods=("POST",), changes=True)
    async def refuse(self, request: Request, caller: Caller) -> bytes:
        """End a source that waits."""
        mount = params_of(request).text("mount", "utf-8")
        call = self._desk.asking(caller, Refusal(mount=mount))
        deed = refuse_stream(self._desk.services, call)
        return await self._do(request, caller, "refused", deed, mount=mount)

    async def _set_tags(self, caller: Caller, given: dict[str, str]) -> Struct:
        call = self._desk.both(caller, About(mount=caller.mount), filled(NewTags, given))
        return await set_tags(self._desk.services, call)

    async def _move(self, caller: Caller, to: str) -> Counted:
        call = self._desk.both(caller, About(mount=caller.mount), filled(Move, {"to": to}))
        return await move_listeners(self._desk.services, call)

    async def _change(self, caller: Caller, settings: StreamSettings) -> Struct:
        call = self._desk.both(caller, About(mount=caller.mount), settings)
        return await change_stream(self._desk.services, call)

    async def _do(
        self,
        request: Request,
        caller: Caller,
        done: str,
        deed: Coroutine[Any, Any, Struct],
        *,
        mount: str = "",
    ) -> bytes:
        about = mount or caller.mount
        result = await attempt(deed)
        if isinstance(result, Fault):
            return self._page(request, caller, fault=result, about=about)
        told = {"done": done, "mount": about}
        if isinstance(result, Counted):
            told["count"] = str(result.listeners)
        back = urlencode(told, quote_via=quote, safe="/")
        return respond(request, see_other(f"{urls.CONSOLE}?{back}"))

    def _page(
        self,
        request: Request,
        caller: Caller,
        *,
        name: str = "onair",
        fault: Fault | None = None,
        about: str = "",
    ) -> bytes:
        services, chronicle = self._desk.services, self._chronicle
        principal, now = caller.principal, services.now()
        # what was just changed must show: no snapshot from before it
        station = services.station.snapshot()
        strips = strips_of(station.mounts, principal, chronicle, now, services.config())
        return self._desk.show(
            request,
            caller,
            name,
            place="onair",
            fault=fault,
            about=about,
            said=None if fault else said_in(params_of(request), principal, station),
            readouts=readouts_of(station, principal, chronicle, now),
            strips=strips[:STRIPS_MAX],
            left_out=len(strips[STRIPS_MAX:]),
            select_max=SELECT_MAX,
            studios={dj.mount for dj in services.autodjs.all()},
            heard_on=sorted(strip.mount for strip in strips if strip.on_air),
            needs=needs_of(strips, principal, services, started_with=self._started_with),
            events=lines_of(chronicle.recent.newest(principal, EVENTS_SHOWN)),
        )
