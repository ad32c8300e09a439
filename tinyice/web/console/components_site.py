"""The living page of the system of design: every component, in every state."""

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.web import urls
from tinyice.web.answers import respond
from tinyice.web.console.shell import shell
from tinyice.web.console.specimens import DAY, HALF_HOUR, STRIPS
from tinyice.web.console.trend_plot import plot_of
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.pages import Pages
from tinyice.web.params import params_of
from tinyice.web.router import Router

THEMES = {"studio": "Studio", "light": "Light", "contrast": "High contrast"}


class ComponentsSite:
    """One page, made of the parts that all pages are made of."""

    router = Router(answer_page_failure)

    def __init__(self, pages: Pages, *, guard: Guard) -> None:
        self.guard = guard
        self._pages = pages

    def klein(self) -> Klein:
        """The application, bound to these pages."""
        return self.router.bound(self)

    @router.route(urls.COMPONENTS, Action.SEE_SELF)
    def components_page(self, request: Request, caller: Caller) -> bytes:
        """Everything there is; ``?theme=`` shows it in another dress."""
        theme = params_of(request).text("theme")
        answer = self._pages.answer(
            "components",
            **shell(caller, "system"),
            themes=[(f"?theme={key}", words, key == theme) for key, words in THEMES.items()],
            theme=theme if theme in THEMES else "",
            day=DAY,
            plot=plot_of(HALF_HOUR),
            strips=STRIPS,
            studios=(),
            fault=None,
        )
        return respond(request, answer)
