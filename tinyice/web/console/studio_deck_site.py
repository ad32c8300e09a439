"""The forms of the deck: what plays, where in it, how loud, and how it goes on."""

from collections.abc import Callable
from dataclasses import replace

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.core.autodjs import GainBy
from tinyice.core.errors import Conflict
from tinyice.web import urls
from tinyice.web.api.problems import Unfit, unknown
from tinyice.web.autodj_ports import AutoDj, Deck
from tinyice.web.console.studio_page import StudioPage
from tinyice.web.console.studio_said import Done
from tinyice.web.console.studio_view import number_in, view_of_form
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.live.studio_words import CURVES
from tinyice.web.params import Params, params_of
from tinyice.web.router import Router

Deed = Callable[[AutoDj, Params], None]
"""Something that is done to an AutoDJ, as a form says."""

_SECONDS_MAX = 86_400.0


class StudioDeck:
    """Commands about what plays."""

    router = Router(answer_page_failure)

    def __init__(self, page: StudioPage, *, guard: Guard) -> None:
        self.guard = guard
        self._page = page

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(
        f"{urls.STUDIO_DECK}/<what>",
        Action.RUN_AUTODJ,
        methods=("POST",),
        changes=True,
        mount="query",
    )
    async def command(self, request: Request, caller: Caller, what: str) -> bytes:
        """Let it do what the address says."""
        params = params_of(request)
        view = view_of_form(params, caller.mount)
        return await self._page.answer(request, caller, view, self._do(caller, what, params))

    async def _do(self, caller: Caller, what: str, params: Params) -> Done:
        deed = _DEEDS.get(what)
        if deed is None:
            raise unknown("command", what)
        deed(self._page.autodj(caller.mount), params)
        return Done("")


def _plain(deed: Callable[[Deck], None]) -> Deed:
    return lambda dj, _params: deed(dj.deck)


def _seek(dj: AutoDj, params: Params) -> None:
    now = dj.snapshot().now
    if now is None or now.id != number_in(params, "entry"):
        raise Conflict("another track plays by now")
    dj.deck.seek(_number(params, "seconds", _SECONDS_MAX))


def _volume(dj: AutoDj, params: Params) -> None:
    dj.deck.set_volume(int(_number(params, "percent", 100)))


def _shuffle(dj: AutoDj, params: Params) -> None:
    dj.deck.set_modes(replace(dj.snapshot().modes, shuffle=params.text("on") == "1"))


def _loop(dj: AutoDj, params: Params) -> None:
    dj.deck.set_modes(replace(dj.snapshot().modes, loop=params.text("on") == "1"))


def _mix(dj: AutoDj, params: Params) -> None:
    curve, gain = params.text("curve"), params.text("gain")
    if curve not in CURVES:
        raise Unfit(422, "invalid", "there is no such curve", "curve")
    if gain not in {one.value for one in GainBy}:
        raise Unfit(422, "invalid", "there is no such way to even out", "gain")
    seconds = _number(params, "crossfade", 15)
    mix = replace(dj.snapshot().mix, crossfade_s=seconds, curve=curve, gain_by=GainBy(gain))
    dj.deck.set_mix(mix)


def _number(params: Params, name: str, most: float) -> float:
    """The number that a field says, from 0 to ``most``; raises Unfit."""
    try:
        number = float(params.text(name).strip().replace(",", "."))
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise Unfit(422, "invalid", f"give a number from 0 to {most:g}", name)
    return number


_DEEDS: dict[str, Deed] = {
    "play": _plain(lambda deck: deck.play()),
    "pause": _plain(lambda deck: deck.pause(on=True)),
    "stop": _plain(lambda deck: deck.stop()),
    "next": _plain(lambda deck: deck.next()),
    "previous": _plain(lambda deck: deck.previous()),
    "seek": _seek,
    "volume": _volume,
    "shuffle": _shuffle,
    "loop": _loop,
    "mix": _mix,
}
