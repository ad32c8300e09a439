"""The Network page: what comes from other servers, and what is sent to them."""

from collections.abc import Coroutine, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action, permits
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.api.masters import masters_now
from tinyice.web.api.pushes import PushNow, list_pushes
from tinyice.web.api.relays import list_relays
from tinyice.web.api.shapes import Paged
from tinyice.web.console.attempt import Fault, attempt
from tinyice.web.console.desk import Desk
from tinyice.web.console.network_deeds import Deeds
from tinyice.web.console.network_fields import FORMS, Form, typed, written
from tinyice.web.console.network_rows import master_row, push_row, relay_row, summed_up
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.params import Params, params_of
from tinyice.web.router import Router

PAGE = 100
"""So many relays stand on one page."""

PUSHES_MAX = 1000

_DONE = {
    "made": "It is set up, and begins at once.",
    "saved": "Saved. Nothing else was disturbed.",
    "same": "Nothing was different.",
    "on": "It is switched on.",
    "off": "It is switched off.",
    "removed": "It is removed.",
}
_URLS = {"relay": urls.NETWORK_RELAY, "master": urls.NETWORK_MASTER, "push": urls.NETWORK_PUSH}


class NetworkConsole:
    """Other servers."""

    router = Router(answer_page_failure)

    def __init__(self, desk: Desk, *, guard: Guard) -> None:
        self.guard = guard
        self._desk = desk
        self._deeds = Deeds(desk)

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.NETWORK, Action.SEE_RELAYS)
    async def network_page(self, request: Request, caller: Caller) -> bytes:
        """All connections to other servers, as they are now."""
        return await self._list(request, caller, "network")

    @router.route(urls.NETWORK_LIST, Action.SEE_RELAYS)
    async def network_list(self, request: Request, caller: Caller) -> bytes:
        """The same, less what stands around it, for a page that is open already."""
        return await self._list(request, caller, "network_list")

    @router.route(urls.NETWORK_RELAY, Action.SEE_RELAYS)
    async def relay_form(self, request: Request, caller: Caller) -> bytes:
        """A relay, to be changed; without a mount, one to be made."""
        return await self._form(request, caller, FORMS["relay"])

    @router.route(urls.NETWORK_RELAY, Action.CHANGE_RELAYS, methods=("POST",), changes=True)
    async def save_relay(self, request: Request, caller: Caller) -> bytes:
        """Make it, or change what differs."""
        return await self._save(request, caller, FORMS["relay"])

    @router.route(urls.NETWORK_MASTER, Action.SEE_RELAYS)
    async def master_form(self, request: Request, caller: Caller) -> bytes:
        """A server that is mirrored, to be changed; without an address, one to be added."""
        return await self._form(request, caller, FORMS["master"])

    @router.route(urls.NETWORK_MASTER, Action.CHANGE_RELAYS, methods=("POST",), changes=True)
    async def save_master(self, request: Request, caller: Caller) -> bytes:
        """Add it, or change what differs."""
        return await self._save(request, caller, FORMS["master"])

    @router.route(urls.NETWORK_PUSH, Action.SEE_RELAYS)
    async def push_form(self, request: Request, caller: Caller) -> bytes:
        """A push, to be changed; without an id, one to be made."""
        return await self._form(request, caller, FORMS["push"])

    @router.route(urls.NETWORK_PUSH, Action.CHANGE_RELAYS, methods=("POST",), changes=True)
    async def save_push(self, request: Request, caller: Caller) -> bytes:
        """Make it, or change what differs."""
        return await self._save(request, caller, FORMS["push"])

    @router.route(urls.NETWORK_SWITCH, Action.CHANGE_RELAYS, methods=("POST",), changes=True)
    async def switch(self, request: Request, caller: Caller) -> bytes:
        """Let one rest, or work again."""
        params = params_of(request)
        on = params.text("on") == "1"
        deed = self._deeds.switch(caller, params.text("kind"), _which(params), on=on)
        return await self._do(request, caller, "on" if on else "off", deed)

    @router.route(urls.NETWORK_REMOVE, Action.CHANGE_RELAYS, methods=("POST",), changes=True)
    async def remove(self, request: Request, caller: Caller) -> bytes:
        """Forget one, and end it."""
        params = params_of(request)
        deed = self._deeds.remove(caller, params.text("kind"), _which(params))
        return await self._do(request, caller, "removed", deed)

    async def _do(
        self,
        request: Request,
        caller: Caller,
        done: str,
        deed: Coroutine[Any, Any, Sequence[str]],
    ) -> bytes:
        result = await attempt(deed)
        if isinstance(result, Fault):
            return await self._list(request, caller, "network", fault=result)
        return await self._told(request, caller, done, result)

    async def _told(
        self, request: Request, caller: Caller, done: str, notes: Sequence[str]
    ) -> bytes:
        if notes:
            return await self._list(request, caller, "network", done=done, notes=notes)
        return respond(request, see_other(f"{urls.NETWORK}?done={done}"))

    async def _list(
        self,
        request: Request,
        caller: Caller,
        name: str,
        *,
        fault: Fault | None = None,
        done: str = "",
        notes: Sequence[str] = (),
    ) -> bytes:
        desk, services, params = self._desk, self._desk.services, params_of(request)
        after = params.text("after", "utf-8")[:300]
        page = await list_relays(services, desk.asking(caller, Paged(limit=PAGE, after=after)))
        pushes = await list_pushes(services, desk.asking(caller, Paged(limit=PUSHES_MAX)))
        now = services.now()
        return desk.show(
            request,
            caller,
            name,
            place="network",
            fault=fault,
            done="" if fault else _DONE.get(done or params.text("done"), ""),
            notes=notes,
            urls=urls,
            edit=_URLS,
            after=after,
            following=urlencode({"after": page.next}) if page.next else "",
            summary=summed_up(page.items, page.total, pushes.items),
            relays=[relay_row(one, now) for one in page.items],
            masters=[master_row(one, now) for one in masters_now(services)],
            pushes=[push_row(one, now) for one in sorted(pushes.items, key=_by_mount)],
            may_change=permits(caller.principal, Action.CHANGE_RELAYS),
        )

    async def _form(self, request: Request, caller: Caller, form: Form) -> bytes:
        which = _which(params_of(request))
        if not which:
            return self._show(request, caller, form, "", written(form, None))
        now = await attempt(self._deeds.find(form.kind, which))
        if isinstance(now, Fault):
            return await self._list(request, caller, "network", fault=now)
        return self._show(request, caller, form, which, written(form, now))

    async def _save(self, request: Request, caller: Caller, form: Form) -> bytes:
        params = params_of(request)
        which, text, before = _which(params), typed(form, params), _before(params)
        deed = self._deeds.save(caller, form, which, text=text, before=before, params=params)
        result = await attempt(deed)
        if isinstance(result, Fault):
            return self._show(request, caller, form, which, text, was=before, fault=result)
        return await self._told(request, caller, result.done, result.notes)

    def _show(
        self,
        request: Request,
        caller: Caller,
        form: Form,
        which: str,
        text: dict[str, str],
        *,
        was: dict[str, str] | None = None,
        fault: Fault | None = None,
    ) -> bytes:
        fields = {one.name for one in form.fields}
        return self._desk.show(
            request,
            caller,
            "network_form",
            place="network",
            fault=fault,
            is_placed=fault is not None and fault.field in fields,
            form=form,
            which=which,
            text=text,
            was=msgspec.json.encode(text if was is None else was).decode(),
            has_password=self._deeds.has_password(form.kind, which),
            urls=urls,
            edit=_URLS,
            mounts=sorted(one.path for one in self._desk.recent().mounts)[:PAGE],
            may_change=permits(caller.principal, Action.CHANGE_RELAYS),
        )


def _by_mount(push: PushNow) -> tuple[str, str]:
    return push.mount, push.url


def _which(params: Params) -> str:
    return params.text("which", "utf-8")


def _before(params: Params) -> dict[str, str]:
    """What the form said when it was given out; nothing if that can't be read."""
    try:
        return msgspec.json.decode(params.raw("was"), type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
