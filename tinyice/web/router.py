"""The router of every application: each address names the action that it stands for.

``Router.route`` puts an address into a table (``Router.routes``), and the
guard before its view: the view gets a ``Caller`` after the request. What is
open to everybody asks nobody who they are. Underneath is Klein, less what it
would do on its own: it never redirects, and errors are answered from a table
of ours.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Literal, Protocol, TypeVar

from klein import Klein
from twisted.python.failure import Failure
from twisted.web.iweb import IRequest
from twisted.web.server import Request

from tinyice.core.access.permissions import TABLE, Action, Scope
from tinyice.web.errors import answer_failure
from tinyice.web.guard import Guard
from tinyice.web.params import Params, params_of
from tinyice.wire.errors import PeerError
from tinyice.wire.target import parse_target

View = TypeVar("View", bound=Callable[..., Any])
AnswerFailure = Callable[[Request, Failure], bytes]

MountIn = Literal["", "query", "path"]
"""Where a request names its mount: nowhere, as parameter ``mount``, as ``<path:mount>``."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guarded(Protocol):
    """An application: an object with a guard and a router, whose methods are the views."""

    @property
    def guard(self) -> Guard:
        """Who stands before its views."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the web, and what may be done there by whom.

    ``methods`` is None where any is taken. ``unnamed`` is the action when the
    request names no mount. ``own_login``: the view itself finds out who asks,
    from what only it can read, and then calls ``require``.
    """

    url: str
    methods: tuple[str, ...] | None
    action: Action
    changes: bool = False
    mount: MountIn = ""
    unnamed: Action | None = None
    own_login: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked who they are."""
        return self.own_login or TABLE[self.action].scope is Scope.ALL

    def asked(self, request: Request, given: Mapping[str, object]) -> tuple[Action, str]:
        """What ``request`` asks for, and for which mount."""
        mount = ""
        if self.mount == "query":
            mount = _mount_in(request)
        elif self.mount == "path":
            mount = f"/{given['mount']}"
        if self.unnamed is not None and not mount:
            return self.unnamed, ""
        return self.action, mount


class Router:
    """The addresses of one application."""

    def __init__(self, failed: AnswerFailure = answer_failure) -> None:
        self.routes: list[Route] = []
        self._klein = _quiet_klein(failed)

    def route(
        self,
        url: str,
        action: Action,
        *,
        methods: tuple[str, ...] | None = ("GET",),
        changes: bool = False,
        mount: MountIn = "",
        unnamed: Action | None = None,
        own_login: bool = False,
    ) -> Callable[[View], View]:
        """Let the decorated method answer ``url``, to those who may do ``action``."""
        route = Route(url, methods, action, changes, mount, unnamed, own_login)
        if not changes and not route.is_open and not _SAFE.issuperset(methods or ("*",)):
            raise ValueError(f"{url}: a method that changes something is not said to change it")

        def place(view: View) -> View:
            self.routes.append(route)
            name = f"{view.__name__} {len(self.routes)}"
            taken = None if methods is None else list(methods)
            self._klein.route(url, methods=taken, endpoint=name)(_guarded(route, view))
            return view

        return place

    def bound(self, application: Guarded) -> Klein:
        """The router, for the views of ``application``."""
        return self._klein.__get__(application, type(application))


def _mount_in(request: Request) -> str:
    """The mount that query or form name; not one of two, when the view might take the other."""
    params = params_of(request)
    in_query = Params(parse_target(request.uri).query).raw("mount")
    if in_query and in_query != params.raw("mount"):
        raise PeerError(400, "query and form name different mounts")
    return params.text("mount")


def _guarded(route: Route, view: Callable[..., Any]) -> Callable[..., Any]:
    if route.is_open:

        def at_once(site: Guarded, request: Request, **given: object) -> object:
            return view(site, request, site.guard.anybody(request, changes=route.changes), **given)

        return at_once

    async def once_admitted(site: Guarded, request: Request, **given: object) -> object:
        action, mount = route.asked(request, given)
        caller = await site.guard.admit(request, action, mount, changes=route.changes)
        return await _awaited(view(site, request, caller, **given))

    return once_admitted


async def _awaited(answer: Awaitable[object] | object) -> object:
    return await answer if isawaitable(answer) else answer


def _quiet_klein(failed: AnswerFailure) -> Klein:
    """Klein that answers every error with ``failed``, and never redirects.

    Werkzeug would mend doubled and missing slashes by redirecting to an
    address made of the ``Host`` header, that is, to anywhere.
    """
    klein = Klein()
    klein.url_map.merge_slashes = False
    klein.url_map.strict_slashes = False

    def answer(
        self: object,  # noqa: ARG001 (Klein gives the application that failed, by this name)
        request: IRequest,
        failure: Failure,
    ) -> bytes:
        if not isinstance(request, Request):
            raise TypeError(request)
        return failed(request, failure)

    klein.handle_errors(Exception)(answer)
    return klein
