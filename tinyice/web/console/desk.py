"""What the applications of the console have in common: calls of operations, and pages."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from msgspec import Struct
from twisted.web.server import Request

from tinyice.core.snapshots import StationSnapshot
from tinyice.web.answers import respond
from tinyice.web.api.operation import Call, Nothing
from tinyice.web.api.services import Services
from tinyice.web.console.attempt import Fault
from tinyice.web.console.shell import shell
from tinyice.web.guard import Caller
from tinyice.web.pages import Pages

Q = TypeVar("Q", bound=Struct)
B = TypeVar("B", bound=Struct)

NOTHING = Nothing()


@dataclass(frozen=True, slots=True)
class Desk:
    """The operations of the API, and the pages.

    ``recent`` gives the station as it was at most half a second ago.
    """

    services: Services
    pages: Pages
    recent: Callable[[], StationSnapshot]

    def asking(self, caller: Caller, query: Q) -> Call[Q, Any]:
        """A call of an operation that takes ``query`` alone."""
        return Call(caller, self.recent, query, NOTHING)

    def sending(self, caller: Caller, body: B) -> Call[Any, B]:
        """A call of an operation that takes ``body`` alone."""
        return Call(caller, self.recent, NOTHING, body)

    def both(self, caller: Caller, query: Q, body: B) -> Call[Q, B]:
        """A call of an operation that takes both."""
        return Call(caller, self.recent, query, body)

    def show(
        self,
        request: Request,
        caller: Caller,
        name: str,
        *,
        place: str,
        fault: Fault | None = None,
        **values: object,
    ) -> bytes:
        """The page ``name``, at ``place`` of the navigation; with ``fault`` as its status says."""
        known = {**shell(caller, place), **values}
        answer = self.pages.answer(name, **known, fault=fault)
        status = fault.status if fault is not None else 200
        return respond(request, replace(answer, status=status))
