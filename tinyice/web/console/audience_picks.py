"""What the forms of the audience page say: which part of the list, whom, and what about them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from tinyice.web.errors import CommandRefused
from tinyice.web.params import Params

Picks = Mapping[int, str]
"""Listeners by number, with the mount on which each was seen."""

PICKS_MAX = 100
QUESTIONS = ("kick", "move", "ban")
_TEXT_CHARS = 100
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the list: of one mount, whom a word fits, behind a number."""

    mount: str = ""
    text: str = ""
    after: int = 0

    @property
    def query(self) -> str:
        """As the query of an address."""
        return self.telling("", 0)

    def behind(self, after: int) -> "Wanted":
        """The same, from another number on."""
        return replace(self, after=after)

    def telling(self, done: str, count: int) -> str:
        """As the query of an address that also says what was done to how many."""
        said: dict[str, object] = {"mount": self.mount, "text": self.text, "after": self.after}
        if done:
            said |= {"done": done, "count": str(count)}
        return urlencode({name: value for name, value in said.items() if value})


def wanted_in(params: Params) -> Wanted:
    """The part of the list that a request is about."""
    return Wanted(
        mount=params.text("mount", "utf-8"),
        text=params.text("text", "utf-8").strip()[:_TEXT_CHARS],
        after=_number(params.text("after")) or 0,
    )


def picks_in(params: Params) -> Picks:
    """Who was ticked; raises ``CommandRefused`` for more than a page of them."""
    return _picks(params.beginning("pick."))


def asked_in(params: Params) -> tuple[str, Picks]:
    """The question that a button asks: of the button's own row, or of all that were ticked."""
    for what in QUESTIONS:
        own = _picks(params.beginning(f"{what}."))
        if own:
            return what, own
    what = params.text("what")
    if what not in QUESTIONS:
        raise CommandRefused("There is no such question")
    return what, picks_in(params)


def _picks(found: Mapping[str, str]) -> Picks:
    if len(found) > PICKS_MAX:
        raise CommandRefused(f"At most {PICKS_MAX} listeners at once")
    numbers = ((_number(name), mount) for name, mount in found.items())
    return {number: mount for number, mount in numbers if number is not None}


def _number(text: str) -> int | None:
    is_one = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if is_one else None
