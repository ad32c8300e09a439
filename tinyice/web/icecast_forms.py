"""The forms in which a command is answered: the ending of its address names one."""

from collections.abc import Callable
from enum import Enum

from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.web.router import MountIn, Router, View

READ = ("GET",)
CHANGE = ("GET", "POST")
"""Icecast's tools change things with GET."""


class Form(Enum):
    """The forms, by the endings of addresses."""

    XML = ""
    PAGE = ".xsl"
    JSON = ".json"


def form_of(request: Request) -> Form:
    """What ``request`` asks for."""
    path = request.path.decode("latin-1")
    return next((form for form in (Form.PAGE, Form.JSON) if path.endswith(form.value)), Form.XML)


def reading(
    router: Router, url: str, action: Action, *, mount: MountIn = "", unnamed: Action | None = None
) -> Callable[[View], View]:
    """Let the decorated method tell something, in every form."""

    def place(view: View) -> View:
        for form in Form:
            router.route(url + form.value, action, mount=mount, unnamed=unnamed)(view)
        return view

    return place


def changing(
    router: Router, url: str, action: Action, *, mount: MountIn = "query"
) -> Callable[[View], View]:
    """Let the decorated method change something, and answer in every form."""

    def place(view: View) -> View:
        for form in Form:
            router.route(url + form.value, action, methods=CHANGE, changes=True, mount=mount)(view)
        return view

    return place


def segments(*urls: str) -> tuple[str, ...]:
    """Where the paths of commands begin, in every form."""
    return tuple(url.removeprefix("/") + form.value for url in urls for form in Form)
