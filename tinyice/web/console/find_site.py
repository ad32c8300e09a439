"""Find or do: a page with a search, and its list alone for the dialog that asks as one types."""

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.web import urls
from tinyice.web.console.desk import Desk
from tinyice.web.console.finding import found_for
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.params import params_of
from tinyice.web.router import Router


class FindConsole:
    """What one may go to, by words."""

    router = Router(answer_page_failure)

    def __init__(self, desk: Desk, *, guard: Guard) -> None:
        self.guard = guard
        self._desk = desk

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.FIND, Action.LIST_MOUNTS)
    def page(self, request: Request, caller: Caller) -> bytes:
        """The page, for browsers without scripts."""
        return self._found(request, caller, "find")

    @router.route(urls.FIND_LIST, Action.LIST_MOUNTS)
    def listed(self, request: Request, caller: Caller) -> bytes:
        """What was found, and nothing around it."""
        return self._found(request, caller, "find_list")

    def _found(self, request: Request, caller: Caller, name: str) -> bytes:
        text = params_of(request).text("text", "utf-8").strip()
        groups = found_for(caller.principal, self._desk.recent().mounts, text)
        return self._desk.show(request, caller, name, place="find", groups=groups, text=text)
