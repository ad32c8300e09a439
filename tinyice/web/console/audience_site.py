"""The page about those who listen now: seen, looked for, kicked, moved, banned.

Every action is asked back once: ``/ask`` shows whom it is about and what else
must be known, and its form does it. Scripts show that in a dialog.
"""

from typing import Any

from klein import Klein
from twisted.internet.interfaces import IReactorTime
from twisted.web.server import Request

from tinyice.core.access.permissions import Action, permits, require
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.api.listeners import listened_to
from tinyice.web.console.attempt import Fault, attempt
from tinyice.web.console.audience_countries import count_countries
from tinyice.web.console.audience_deeds import Deeds
from tinyice.web.console.audience_picks import Picks, Wanted, asked_in, picks_in, wanted_in
from tinyice.web.console.audience_rows import row_of
from tinyice.web.console.audience_search import Found, find_listeners
from tinyice.web.console.ban_times import BAN_FIELDS, BAN_TIMES, UNITS
from tinyice.web.console.desk import Desk
from tinyice.web.console.trend_plot import plot_of
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.params import params_of
from tinyice.web.router import Router

_DONE = {"kick": "kicked", "move": "moved", "ban": "banned"}
_CHIPS_MAX = 6
"""So many mounts stand beside each other; of more, one is chosen from a list."""


class AudienceConsole:
    """Who listens to one's mounts."""

    router = Router(answer_page_failure)

    def __init__(self, desk: Desk, *, guard: Guard, clock: IReactorTime) -> None:
        self.guard = guard
        self._desk = desk
        self._deeds = Deeds(desk)
        self._clock = clock

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.AUDIENCE, Action.LIST_LISTENERS)
    async def audience_page(self, request: Request, caller: Caller) -> bytes:
        """Those who listen now, a hundred at a time, and how many did lately."""
        return await self._list(request, caller, "audience")

    @router.route(urls.AUDIENCE_LIST, Action.LIST_LISTENERS)
    async def audience_list(self, request: Request, caller: Caller) -> bytes:
        """The same, less what stands around it, for a page that is open already."""
        return await self._list(request, caller, "audience_list")

    @router.route(urls.AUDIENCE_COUNTRIES, Action.LIST_LISTENERS)
    async def audience_countries(self, request: Request, caller: Caller) -> bytes:
        """How many listen from where."""
        services, mount = self._desk.services, wanted_in(params_of(request)).mount
        chosen = listened_to(caller.principal, self._desk.recent(), mount)
        tally = await count_countries(
            services.station, services.countries, chosen.keys(), clock=self._clock
        )
        return self._desk.show(
            request,
            caller,
            "audience_countries",
            place="audience",
            wanted=Wanted(mount),
            tally=tally,
            countries=services.countries,
        )

    @router.route(urls.AUDIENCE_ASK, Action.LIST_LISTENERS)
    def ask(self, request: Request, caller: Caller) -> bytes:
        """Whether it is meant, and what else must be known."""
        params = params_of(request)
        what, picks = asked_in(params)
        if what == "ban":
            require(caller.principal, Action.CHANGE_BANS)
        return self._question(request, caller, what, picks, wanted_in(params))

    @router.route(urls.AUDIENCE_KICK, Action.LIST_LISTENERS, methods=("POST",), changes=True)
    async def kick(self, request: Request, caller: Caller) -> bytes:
        """End the connections of those who were picked."""
        picks = picks_in(params_of(request))
        return self._done(request, caller, picks, await attempt(self._deeds.kick(caller, picks)))

    @router.route(urls.AUDIENCE_MOVE, Action.LIST_LISTENERS, methods=("POST",), changes=True)
    async def move(self, request: Request, caller: Caller) -> bytes:
        """Let those who were picked go on at another mount."""
        params = params_of(request)
        picks, to = picks_in(params), params.text("to", "utf-8")
        done = await attempt(self._deeds.move(caller, picks, to), at="to")
        return self._done(request, caller, picks, done)

    @router.route(urls.AUDIENCE_BAN, Action.CHANGE_BANS, methods=("POST",), changes=True)
    async def ban(self, request: Request, caller: Caller) -> bytes:
        """Serve the addresses of those who were picked no more."""
        params = params_of(request)
        picks = picks_in(params)
        deed = self._deeds.ban(caller, picks, params)
        return self._done(request, caller, picks, await attempt(deed, at="reason"))

    async def _list(self, request: Request, caller: Caller, name: str) -> bytes:
        params = params_of(request)
        wanted = wanted_in(params)
        everywhere = listened_to(caller.principal, self._desk.recent(), "")
        chosen = listened_to(caller.principal, self._desk.recent(), wanted.mount)
        services = self._desk.services
        found = await find_listeners(
            services.station,
            chosen.keys(),
            wanted.after,
            wanted.text,
            countries=services.countries,
            clock=self._clock,
        )
        return self._desk.show(
            request,
            caller,
            name,
            place="audience",
            wanted=wanted,
            done=_told(params.text("done"), params.text("count")),
            everywhere=sorted(everywhere.items()),
            chips_max=_CHIPS_MAX,
            **self._figures(caller, wanted.mount),
            **self._rows(caller, found, wanted),
        )

    def _figures(self, caller: Caller, mount: str) -> dict[str, Any]:
        owns = caller.principal.owns
        mounts = [one for one in self._desk.recent().mounts if owns(one.path)]
        if mount:
            mounts = [one for one in mounts if one.path == mount]
        trends = self._desk.services.trends
        if mount:
            samples = trends.of(mount)
        elif len(mounts) == len(self._desk.recent().mounts):
            samples = trends.of_all()
        else:
            samples = trends.among([one.path for one in mounts])
        return {
            "plot": plot_of(samples),
            "listeners": sum(one.listeners for one in mounts),
            "heard": sum(one.listeners > 0 for one in mounts),
            "on_air": sum(one.on_air for one in mounts),
            "slow": sum(one.slow_listeners for one in mounts),
        }

    def _rows(self, caller: Caller, found: Found, wanted: Wanted) -> dict[str, Any]:
        owned = [one for one in self._desk.recent().mounts if caller.principal.owns(one.path)]
        return {
            "rows": [
                row_of(one, found.countries.get(one.client.address)) for one in found.listeners
            ],
            "countries": self._desk.services.countries,
            "found": found,
            "may_ban": permits(caller.principal, Action.CHANGE_BANS),
            "may_move": sum(one.on_air for one in owned) > 1,
            "next_query": wanted.behind(found.following).query if found.following else "",
        }

    def _question(
        self,
        request: Request,
        caller: Caller,
        what: str,
        picks: Picks,
        wanted: Wanted,
        *,
        fault: Fault | None = None,
    ) -> bytes:
        params = params_of(request)
        people = self._deeds.present(caller, picks)
        destinations = self._deeds.destinations(caller, {one.mount for one in people})
        return self._desk.show(
            request,
            caller,
            "audience_ask",
            place="audience",
            fault=fault,
            what=what,
            people=[row_of(one) for one in people],
            wanted=wanted,
            targets=[(path, path) for path in destinations],
            times=BAN_TIMES,
            units=UNITS,
            given={name: params.text(name, "utf-8") for name in ("to", "reason", *BAN_FIELDS)},
        )

    def _done(self, request: Request, caller: Caller, picks: Picks, result: int | Fault) -> bytes:
        what = request.path.rpartition(b"/")[2].decode("ascii")
        wanted = wanted_in(params_of(request))
        if isinstance(result, Fault):
            return self._question(request, caller, what, picks, wanted, fault=result)
        told = wanted.behind(0).telling(what, result)
        return respond(request, see_other(f"{urls.AUDIENCE}?{told}"))


def _told(what: str, count: str) -> str:
    """What was done, in a sentence; "" where nothing is told that could have been done."""
    if what not in _DONE or not (count.isascii() and count.isdigit() and len(count) < 7):
        return ""
    number = int(count)
    if what == "ban":
        return f"{number} {'address is' if number == 1 else 'addresses are'} banned."
    if not number:
        return f"Nobody was {_DONE[what]}: they have left already."
    return f"{number} {'listener was' if number == 1 else 'listeners were'} {_DONE[what]}."
