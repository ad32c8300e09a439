"""Lists of the configuration whose entries have a name: relays, pushes, AutoDJs and others.

What operations do to them is the same for all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinyice.config import edits
from tinyice.config.edits import Document, Edit
from tinyice.web.api.outgoing import check_password, put
from tinyice.web.api.problems import taken, unknown
from tinyice.web.api.shapes import Paged


@dataclass(frozen=True, slots=True)
class Entries:
    """The list ``section``.

    ``what`` one is, for refusals; ``field`` of the request names it. Entries keep their
    name under ``key``; "": it is one of the values.
    """

    section: str
    what: str
    field: str
    key: str
    find: Callable[[Document, str], dict[str, Any] | None]
    remove: Callable[[Document, str], object]

    def making(self, name: str, values: Mapping[str, Any]) -> Edit:
        """The edit that makes one; raises Unfit where there is one of that name."""

        def edit(document: Document) -> None:
            if self.find(document, name) is not None:
                raise taken(self.what, name, self.field)
            entry = self._named(name)
            put(entry, values)
            edits.entries(document, self.section).append(entry)

        return edit

    def changing(self, name: str, values: Mapping[str, Any]) -> Edit:
        """The edit that lets one say ``values``, too; raises Unfit where there is none."""

        def edit(document: Document) -> None:
            entry = self.find(document, name)
            if entry is None:
                raise unknown(self.what, name, self.field)
            check_password(entry, values)
            put(entry, {**self._named(name), **values})

        return edit

    def removing(self, name: str) -> Edit:
        """The edit that takes one away; raises Unfit where there is none."""

        def edit(document: Document) -> None:
            if self.find(document, name) is None:
                raise unknown(self.what, name, self.field)
            self.remove(document, name)

        return edit

    def _named(self, name: str) -> dict[str, Any]:
        return {self.key: name} if self.key else {}


@dataclass(frozen=True, slots=True)
class NamePage:
    """Some names in order. ``next`` is the ``after`` of the next page, if there is one."""

    names: Sequence[str]
    next: str | None
    total: int


def page_of(names: Iterable[str], asked: Paged) -> NamePage:
    """The names that were asked for."""
    found = sorted(names)
    rest = [name for name in found if name > asked.after]
    page = rest[: asked.limit]
    return NamePage(page, page[-1] if len(rest) > len(page) else None, len(found))
