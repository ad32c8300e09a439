"""The page about the server itself: how it does, what it says, whether its file is good."""

from dataclasses import replace

from klein import Klein
from twisted.web.server import Request

from tinyice.config.faults import NotSaved
from tinyice.core.access.permissions import Action
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.console.documents import document
from tinyice.web.console.machine import Checked, Line, Machine
from tinyice.web.console.shell import shell
from tinyice.web.console.system_facts import Picture, picture_of
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.pages import Pages
from tinyice.web.params import Params, params_of
from tinyice.web.ports import Gauges, Station
from tinyice.web.router import Router

LEVELS = ("debug", "info", "warn", "error")
LINES_SHOWN = 300
"""So many lines of the log stand on the page; a filter finds older ones."""

TEXT_CHARS_MAX = 200


class SystemSite:
    """How the server does; its log; its configuration file."""

    router = Router(answer_page_failure)

    def __init__(
        self,
        station: Station,
        gauges: Gauges,
        machine: Machine,
        pages: Pages,
        *,
        guard: Guard,
        version: str,
    ) -> None:
        self.guard = guard
        self._station = station
        self._gauges = gauges
        self._machine = machine
        self._pages = pages
        self._version = version

    def klein(self) -> Klein:
        """The application, bound to this server."""
        return self.router.bound(self)

    @router.route(urls.SYSTEM, Action.SEE_SERVER)
    async def system_page(self, request: Request, caller: Caller) -> bytes:
        """All of it; with ``check=1`` the file is judged first."""
        params = params_of(request)
        checked = await self._machine.check() if params.text("check") else None
        done = "The file is in force." if params.text("done") == "reloaded" else ""
        return self._page(request, caller, checked=checked, done=done)

    @router.route(urls.SYSTEM_NOW, Action.SEE_SERVER)
    def now(self, request: Request, _caller: Caller) -> bytes:
        """The figures, and the lines of the log after the ``after``th, for a script."""
        params = params_of(request)
        picture = self._picture()
        told = {
            "facts": picture.facts,
            "workers": picture.workers,
            "last": self._machine.log.last,
            "lines": [
                {"id": line.id, "level": line.level, "text": line.text}
                for line in self._lines(params)
            ],
        }
        return respond(request, document(told))

    @router.route(urls.SYSTEM_RELOAD, Action.RELOAD, methods=("POST",), changes=True)
    async def reload(self, request: Request, caller: Caller) -> bytes:
        """Put the file in force as it is now."""
        try:
            await self._machine.reload(who=caller.principal, client=caller.client)
        except NotSaved as error:
            return self._page(request, caller, fault=error.reason, status=422)
        return respond(request, see_other(f"{urls.SYSTEM}?check=1&done=reloaded#configuration"))

    def _page(
        self,
        request: Request,
        caller: Caller,
        *,
        checked: Checked | None = None,
        done: str = "",
        fault: str = "",
        status: int = 200,
    ) -> bytes:
        params, machine = params_of(request), self._machine
        answer = self._pages.answer(
            "system",
            picture=self._picture(),
            versions=machine.versions,
            version=self._version,
            config_file=machine.config_file,
            waiting=machine.waiting_keys(),
            checked=checked,
            done=done,
            fault=fault,
            levels=LEVELS,
            level=_level(params),
            text=_text(params),
            lines=self._lines(params),
            last=machine.log.last,
            **shell(caller, "system"),
        )
        return respond(request, replace(answer, status=status))

    def _picture(self) -> Picture:
        machine = self._machine
        return picture_of(self._gauges.figures(), self._station.snapshot(), machine.load(), machine)

    def _lines(self, params: Params) -> list[Line]:
        after = params.text("after")
        number = int(after) if after.isascii() and after.isdigit() and len(after) <= 15 else 0
        return [
            *self._machine.log.after(
                number, level=_level(params), text=_text(params), limit=LINES_SHOWN
            )
        ]


def _level(params: Params) -> str:
    level = params.text("level")
    return level if level in LEVELS else LEVELS[0]


def _text(params: Params) -> str:
    return params.text("text", "utf-8")[:TEXT_CHARS_MAX]
