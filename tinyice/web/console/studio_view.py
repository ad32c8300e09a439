"""What the two outer columns of the Studio show: it stands in the address of the page.

So a form that leads back to the page leads back to where it was sent from, with a
script or without.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from tinyice.core.tracks import Condition, Order, Tag, TrackQuery
from tinyice.web import urls
from tinyice.web.params import Params
from tinyice.wire.target import parse_target

LISTS = ("playlist", "queue", "history")
WORDS_MAX = 8
_TEXT_MAX = 200
_FOLDER_MAX = 4096
_NUMBER_MAX = 2**31


@dataclass(frozen=True, slots=True)
class View:
    """Where somebody is.

    ``find``: what is looked for in the library, below ``folder``; ``broken``: files that
    can't be played; ``start``: the first row. ``list``: which of ``LISTS``, and ``at`` its
    first row, None: around what plays; ``before``: plays before this one.
    """

    mount: str
    find: str = ""
    folder: str = ""
    broken: bool = False
    start: int = 0
    list: str = LISTS[0]
    at: int | None = None
    before: int = 0

    @property
    def query(self) -> str:
        """As the query of an address; what is as usual is left out."""
        told: dict[str, object] = {
            "find": self.find,
            "folder": self.folder,
            "broken": "1" if self.broken else "",
            "start": self.start or "",
            "list": self.list if self.list != LISTS[0] else "",
            "at": "" if self.at is None else self.at,
            "before": self.before or "",
        }
        return urlencode({name: value for name, value in told.items() if value != ""})

    @property
    def path(self) -> str:
        """The address of the page, without where somebody is on it."""
        return f"{urls.STUDIO}{quote(self.mount, safe='/')}"

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def part(self, url: str) -> str:
        """The address of a part of the page."""
        mount = urlencode({"mount": self.mount})
        return f"{url}?{mount}&{self.query}" if self.query else f"{url}?{mount}"

    def but(self, **changes: Any) -> "View":  # noqa: ANN401 (fields of many types)
        """The same, with ``changes``."""
        return replace(self, **changes)

    @property
    def tracks(self) -> TrackQuery:
        """The tracks of the library that are looked at; all below the folder."""
        words = self.find.split()[:WORDS_MAX]
        conditions = tuple(Condition(Tag.ANY, word) for word in words)
        order = Order.ARTIST if words else Order.PATH
        return TrackQuery(conditions, self.folder, broken=self.broken, order=order)


def view_in(params: Params, mount: str) -> View:
    """Where ``params`` lead to."""
    chosen = params.text("list", "utf-8")
    return View(
        mount=mount,
        find=" ".join(params.text("find", "utf-8")[:_TEXT_MAX].split()),
        folder=params.text("folder", "utf-8")[:_FOLDER_MAX].strip("/"),
        broken=params.text("broken") == "1",
        start=number_in(params, "start"),
        list=chosen if chosen in LISTS else LISTS[0],
        at=number_in(params, "at") if params.has("at") else None,
        before=number_in(params, "before"),
    )


def view_of_form(params: Params, mount: str) -> View:
    """Where the form was sent from: its field ``view`` has the query of the page."""
    query = parse_target(b"/?" + params.raw("view")[: 3 * _FOLDER_MAX]).query
    return view_in(Params(query), mount)


def number_in(params: Params, name: str) -> int:
    """A number that is not negative; 0 for anything else."""
    text = params.text(name)
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_NUMBER_MAX))
    return min(int(text), _NUMBER_MAX) if is_number else 0
