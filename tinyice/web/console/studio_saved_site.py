"""Saved playlists in the Studio: a page of its own, which scripts show in a dialog."""

from dataclasses import replace
from urllib.parse import quote, urlencode

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.web import urls
from tinyice.web.answers import NOT_CACHED, Answer, respond, see_other
from tinyice.web.api.problems import Unfit
from tinyice.web.console.attempt import Fault, attempt
from tinyice.web.console.studio_parts import Columns
from tinyice.web.console.studio_said import Done, done_in
from tinyice.web.console.studio_saved import KINDS, PAGE, SavedDeeds, shown_saved
from tinyice.web.console.studio_view import View, number_in
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.params import Params, params_of
from tinyice.web.router import Router
from tinyice.wire.listed import GAIN_LEAST_DB, GAIN_MOST_DB

_GIVEN = ("name", "import-name", "replace", "gain")

_TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "m3u": "audio/x-mpegurl",
    "pls": "audio/x-scpls",
    "xspf": "application/xspf+xml",
}


class SavedConsole:
    """Playlists under names."""

    router = Router(answer_page_failure)

    def __init__(self, columns: Columns, *, guard: Guard) -> None:
        self.guard = guard
        self._columns = columns
        self._deeds = SavedDeeds(columns.undoing)

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.STUDIO_SAVED, Action.SEE_AUTODJ, mount="query")
    async def saved(self, request: Request, caller: Caller) -> bytes:
        """Which there are."""
        return await self._columns.show(request, self._show(request, caller))

    @router.route(
        urls.STUDIO_SAVED_DO, Action.RUN_AUTODJ, methods=("POST",), changes=True, mount="query"
    )
    async def do(self, request: Request, caller: Caller) -> bytes:
        """Save, load, append, rename, make louder, delete: what the pressed button says."""
        params = params_of(request)
        result = await self._columns.page.carry_out(request, caller, self._do(caller, params))
        if isinstance(result, Fault):
            at = "name" if params.text("do") == "save" else ""
            return await self._refuse(request, caller, result, at=at)
        if result.what in {"loaded", "added"}:
            return respond(request, see_other(_to_lists(caller, params, result)))
        return respond(request, see_other(f"{_here(caller)}&{result.query}"))

    @router.route(
        urls.STUDIO_SAVED_IMPORT, Action.RUN_AUTODJ, methods=("POST",), changes=True, mount="query"
    )
    async def take(self, request: Request, caller: Caller) -> bytes:
        """Save a playlist file."""
        params = params_of(request)
        name, data = params.text("import-name", "utf-8").strip(), params.raw("file")
        deed = self._take(caller, name, data, replace=params.text("replace") == "1")
        result = await self._columns.page.carry_out(request, caller, deed)
        if isinstance(result, Fault):
            return await self._refuse(request, caller, result, at="import-name")
        return respond(request, see_other(f"{_here(caller)}&{result.query}"))

    @router.route(urls.STUDIO_SAVED_FILE, Action.SEE_AUTODJ, mount="query")
    async def give(self, request: Request, caller: Caller) -> bytes:
        """One as a file, to be kept."""
        params = params_of(request)
        name, kind = params.text("name", "utf-8"), params.text("kind")
        result = await attempt(self._give(caller, name, kind))
        if isinstance(result, Fault):
            return await self._refuse(request, caller, result)
        called = quote(f"{name}.{kind}", safe="")
        fields = (
            *NOT_CACHED,
            ("Content-Disposition", f"attachment; filename*=UTF-8''{called}"),
        )
        return respond(request, Answer(200, _TYPES[kind], result, fields))

    async def _do(self, caller: Caller, params: Params) -> Done:
        dj, deeds = self._columns.dj(caller), self._deeds
        name = params.text("name", "utf-8").strip()
        match params.text("do"):
            case "save":
                return await deeds.save(dj, name, replace=params.text("replace") == "1")
            case "load":
                return await deeds.load(caller, dj, name)
            case "append":
                return await deeds.append(caller, dj, name)
            case "rename":
                return await deeds.rename(dj, name, params.text("to", "utf-8").strip())
            case "gain":
                return await deeds.set_gain(dj, name, params.text("gain", "utf-8"))
            case "delete":
                return await deeds.remove(dj, name)
        raise Unfit(400, "invalid", "the form is not complete")

    async def _take(self, caller: Caller, name: str, data: bytes, *, replace: bool) -> Done:
        return await self._deeds.take(self._columns.dj(caller), name, data, replace=replace)

    async def _give(self, caller: Caller, name: str, kind: str) -> bytes:
        if kind not in KINDS:
            raise Unfit(400, "invalid", "files are m3u, m3u8, pls or xspf", "kind")
        return await self._columns.dj(caller).saved.give(name, kind)

    async def _refuse(
        self, request: Request, caller: Caller, fault: Fault, *, at: str = ""
    ) -> bytes:
        """The playlists, with the reason at its field; ``at`` is that where none is named."""
        told = replace(fault, field=fault.field or at)
        return await self._columns.show(request, self._show(request, caller, fault=told))

    async def _show(self, request: Request, caller: Caller, *, fault: Fault | None = None) -> bytes:
        params, desk = params_of(request), self._columns.desk
        now = desk.services.now()
        start = number_in(params, "from")
        shown = await shown_saved(self._columns.dj(caller), start, now)
        return desk.show(
            request,
            caller,
            "studio_saved",
            place="studio",
            fault=fault,
            mount=caller.mount,
            done=None if fault else done_in(params),
            saved=shown,
            page=PAGE,
            gain_bounds=(GAIN_LEAST_DB, GAIN_MOST_DB),
            kinds=KINDS,
            urls=urls,
            given={name: params.text(name, "utf-8") for name in _GIVEN},
            back=View(caller.mount).url,
            may_run=self._columns.may_run(caller),
        )


def _here(caller: Caller) -> str:
    return f"{urls.STUDIO_SAVED}?{urlencode({'mount': caller.mount})}"


def _to_lists(caller: Caller, params: Params, done: Done) -> str:
    view = View(caller.mount, list="playlist")
    place = view.part(urls.STUDIO_LISTS) if params.text("part") == "1" else view.url
    joint = "&" if "?" in place else "?"
    return f"{place}{joint}{done.query}"
