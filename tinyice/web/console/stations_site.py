"""The page of the mounts: made, set up, approved, removed, and how encoders reach them."""

from collections.abc import Coroutine, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
from klein import Klein
from twisted.web.server import Request

from tinyice.config.faults import ConfigFaults, NotSaved
from tinyice.core.access.permissions import Action
from tinyice.core.errors import Challenge, DomainError, NotPermitted
from tinyice.core.snapshots import MountSnapshot
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.api.approval import Refusal, Waiting, approve_stream, refuse_stream
from tinyice.web.api.mount_settings import (
    NewStream,
    Removal,
    StreamSettings,
    change_stream,
    make_stream,
    remove_stream,
)
from tinyice.web.api.problems import Unfit, told_of
from tinyice.web.api.shapes import About, Done, usable_path
from tinyice.web.console import stations_form as forms
from tinyice.web.console.attempt import Fault, attempt, filled
from tinyice.web.console.desk import Desk
from tinyice.web.console.stations_page import Shown, StationsPage
from tinyice.web.console.stations_view import station_url
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.params import Params, params_of
from tinyice.web.router import Router

_DONE = {
    "made": "The mount is made.",
    "removed": "The mount is removed. Who sends or listens was not disturbed.",
    "approved": "The mount is approved: lists show it from now on.",
    "refused": "The source was sent away.",
    "shut": "The source was sent away, and the mount takes none again.",
    "enabled": "The mount takes sources and listeners again.",
    "disabled": "The mount is disabled: nobody may send or listen.",
}
_REFUSALS = (Unfit, DomainError, ConfigFaults, NotSaved)


class StationsConsole:
    """One's mounts."""

    router = Router(answer_page_failure)

    def __init__(self, desk: Desk, *, guard: Guard) -> None:
        self.guard = guard
        self._desk = desk
        self._services = desk.services
        self._page = StationsPage(desk)

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.STATIONS, Action.LIST_MOUNTS)
    def stations_page(self, request: Request, caller: Caller) -> bytes:
        """The mounts, and the settings of one of them."""
        params, mine = params_of(request), self._page.mounts_of(caller)
        path = params.text("mount")
        if path and not caller.principal.owns(path):
            raise NotPermitted(Action.LIST_MOUNTS.value, path)
        done = _told(params)
        if not path:
            return self._page.show(request, caller, Shown(_first(mine), done=done, chosen=False))
        if path not in mine:
            fault = Fault(404, f"There is no mount {path}.")
            return self._page.show(request, caller, Shown("", fault=fault, chosen=False))
        return self._page.show(request, caller, Shown(path, done=done))

    @router.route(urls.STATION_NEW, Action.MAKE_MOUNT)
    def new_station(self, request: Request, caller: Caller) -> bytes:
        """The form of a mount that is still to be made."""
        return self._page.show(request, caller, Shown(""))

    @router.route(urls.STATION_NEW, Action.MAKE_MOUNT, methods=("POST",), changes=True)
    async def make_station(self, request: Request, caller: Caller) -> bytes:
        """Make a mount."""
        params = params_of(request)
        path = params.text("mount", "utf-8").strip()
        path = path if path.startswith("/") else f"/{path}"
        before = self._page.written("")
        typed = forms.typed(partial(_given, params), before)
        text = {**typed.text, "mount": path}
        if params.has("generate"):
            return self._generated(request, caller, Shown("", text, before))
        shown = Shown("", text, before, typed.faults)
        if typed.faults:
            return self._unfit(request, caller, shown)
        try:
            usable_path(path)
            changes = {**typed.changes, "visible": bool(text["visible"]), "mount": path}
            wanted = filled(NewStream, changes)
            done = await make_stream(self._services, self._desk.sending(caller, wanted))
        except Challenge:
            raise
        except _REFUSALS as error:
            return self._refused(request, caller, shown, error, path)
        made = Shown(path, done="made", notes=done.notes)
        return self._saved(request, caller, made, typed.changes)

    @router.route(
        urls.STATIONS, Action.CHANGE_MOUNT, methods=("POST",), changes=True, mount="query"
    )
    async def save_station(self, request: Request, caller: Caller) -> bytes:
        """Change what is set for a mount: what differs from the form as it was given out."""
        params, path = params_of(request), caller.mount
        before = _before(params) or self._page.written(path)
        typed = forms.typed(partial(_given, params), before)
        shown = Shown(path, typed.text, before, typed.faults)
        if params.has("generate"):
            return self._generated(request, caller, shown)
        if typed.faults:
            return self._unfit(request, caller, shown)
        try:
            wanted = filled(StreamSettings, typed.changes)
            call = self._desk.both(caller, About(mount=path), wanted)
            done = await change_stream(self._services, call) if typed.changes else Done()
        except Challenge:
            raise
        except _REFUSALS as error:
            return self._refused(request, caller, shown, error, path)
        saved = Shown(path, done="saved", notes=done.notes)
        return self._saved(request, caller, saved, typed.changes)

    @router.route(
        urls.STATION_SWITCH, Action.CHANGE_MOUNT, methods=("POST",), changes=True, mount="query"
    )
    async def switch_station(self, request: Request, caller: Caller) -> bytes:
        """Let nobody send or listen any more, or everybody again."""
        on = params_of(request).text("on") == "1"
        call = self._desk.both(caller, About(mount=caller.mount), StreamSettings(enabled=on))
        deed = change_stream(self._services, call)
        return await self._decided(
            request, caller, deed, caller.mount, "enabled" if on else "disabled"
        )

    @router.route(urls.STATION_REMOVE, Action.REMOVE_MOUNT, methods=("POST",), changes=True)
    async def remove_station(self, request: Request, caller: Caller) -> bytes:
        """Forget what is set for a mount."""
        path = params_of(request).text("mount")
        call = self._desk.asking(caller, Removal(mount=path))
        return await self._decided(
            request, caller, remove_stream(self._services, call), path, "removed"
        )

    @router.route(urls.STATION_APPROVE, Action.MAKE_MOUNT, methods=("POST",), changes=True)
    async def approve_station(self, request: Request, caller: Caller) -> bytes:
        """Let a mount that a source made be one like others."""
        path = params_of(request).text("mount")
        call = self._desk.asking(caller, Waiting(mount=path))
        deed = approve_stream(self._services, call)
        return await self._decided(request, caller, deed, path, "approved")

    @router.route(urls.STATION_REFUSE, Action.MAKE_MOUNT, methods=("POST",), changes=True)
    async def refuse_station(self, request: Request, caller: Caller) -> bytes:
        """Send a source away from a mount that nobody named, for now or for good."""
        params = params_of(request)
        path, for_good = params.text("mount"), params.text("disable") == "1"
        call = self._desk.asking(caller, Refusal(mount=path, disable=for_good))
        deed = refuse_stream(self._services, call)
        return await self._decided(request, caller, deed, path, "shut" if for_good else "refused")

    def _generated(self, request: Request, caller: Caller, shown: Shown) -> bytes:
        """The same form with a new password in it; nothing is saved yet."""
        password = forms.new_password(self._services.random)
        text = {**(shown.text or {}), "password": password}
        return self._page.show(request, caller, replace(shown, text=text))

    def _unfit(self, request: Request, caller: Caller, shown: Shown) -> bytes:
        count = len(shown.faults)
        words = "one field has a fault" if count == 1 else f"{count} fields have faults"
        fault = Fault(422, f"Nothing was saved: {words}.")
        return self._page.show(request, caller, replace(shown, fault=fault))

    def _refused(
        self, request: Request, caller: Caller, shown: Shown, error: Exception, path: str
    ) -> bytes:
        told = told_of(error)
        if told is None:
            raise error
        by_field, others = forms.faults_in(error, path)
        if shown.path and "mount" in by_field:
            others.append(by_field.pop("mount"))
        shown = replace(shown, faults=by_field)
        if not others:
            return self._unfit(request, caller, shown)
        fault = Fault(told.status, f"Nothing was saved. {'. '.join(others)}.")
        return self._page.show(request, caller, replace(shown, fault=fault))

    def _saved(
        self, request: Request, caller: Caller, shown: Shown, changes: Mapping[str, object]
    ) -> bytes:
        """What was done; on a page of its own where there is more to tell than an address may."""
        password, named = changes.get("password"), ",".join(changes)
        if not password and not shown.notes:
            address = station_url(shown.path, done=shown.done, what=named)
            return respond(request, see_other(address))
        told = replace(
            shown,
            done=_sentence(shown.done, named),
            password=password if isinstance(password, str) else "",
        )
        return self._page.show(request, caller, told)

    async def _decided(
        self,
        request: Request,
        caller: Caller,
        deed: Coroutine[Any, Any, Done],
        path: str,
        what: str,
    ) -> bytes:
        result = await attempt(deed)
        if isinstance(result, Fault):
            is_there = path in self._page.mounts_of(caller)
            shown = Shown(path if is_there else "", fault=result, chosen=is_there)
            return self._page.show(request, caller, shown)
        stays = what in ("approved", "enabled", "disabled")
        if result.notes:
            shown = Shown(path if stays else "", done=_DONE[what], notes=result.notes, chosen=stays)
            return self._page.show(request, caller, shown)
        address = station_url(path, done=what) if stays else f"{urls.STATIONS}?done={what}"
        return respond(request, see_other(address))


def _first(mounts: Mapping[str, MountSnapshot]) -> str:
    """The mount that is shown when none was chosen: one on air, if there is one."""
    settled = sorted(path for path, mount in mounts.items() if not mount.waiting)
    return next((path for path in settled if mounts[path].on_air), settled[0] if settled else "")


def _given(params: Params, name: str) -> str | None:
    return params.text(name, "utf-8") if params.has(name) else None


def _before(params: Params) -> dict[str, str]:
    """What the form said when it was given out; nothing if that can't be read."""
    try:
        return msgspec.json.decode(params.raw("was"), type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _told(params: Params) -> str:
    """What was done, in a sentence; "" where nothing is told that could have been done."""
    return _sentence(params.text("done"), params.text("what"))


def _sentence(done: str, what: str) -> str:
    if done != "saved":
        return _DONE.get(done, "")
    labels = [forms.LABELS[name] for name in what.split(",") if name in forms.LABELS]
    if not labels:
        return "Nothing was different."
    return f"Saved: {', '.join(labels)}. Nobody was interrupted."
