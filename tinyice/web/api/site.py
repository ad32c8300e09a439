"""The API as an application: every declared operation at its address."""

import math
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
from klein import Klein
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.server import Request

from tinyice.core.access.permissions import TABLE, Action, Scope
from tinyice.core.snapshots import StationSnapshot
from tinyice.web import urls
from tinyice.web.answers import FOR_ANY_ORIGIN, NOT_CACHED, Answer, Fields, respond
from tinyice.web.api.all import OPERATIONS
from tinyice.web.api.openapi import description, is_open
from tinyice.web.api.operation import JSON, Call, Download, Nothing, Operation, Upload
from tinyice.web.api.problems import Problem, Told, Unfit, told_of, unfit_by
from tinyice.web.api.rates import Rates
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import Done
from tinyice.web.cache import Briefly
from tinyice.web.guard import Caller, Guard
from tinyice.web.logo_site import ALONE, logo_in
from tinyice.web.pages import Pages
from tinyice.web.params import params_of
from tinyice.web.router import Router
from tinyice.wire.errors import PeerError
from tinyice.wire.target import parse_target

_log = Logger()

_AS_JSON = f"{JSON}; charset=utf-8"
_OF_FORMS = "application/x-www-form-urlencoded"


def _answer(status: int, document: object, fields: Fields = ()) -> Answer:
    return Answer(status, _AS_JSON, msgspec.json.encode(document), (*NOT_CACHED, *fields))


def _failed(request: Request, failure: Failure) -> bytes:
    """Answer what a view raised, in the one shape."""
    told = told_of(failure.value)
    if told is None:
        _log.failure("request for {path} failed", failure, path=request.path.decode("latin-1"))
        told = Told(500, Problem(error="internal error; the log says more", code="internal"))
    return respond(request, _answer(told.status, told.problem, told.fields))


def _view(operation: Operation) -> Callable[..., Awaitable[bytes]]:
    async def view(site: "ApiSite", request: Request, caller: Caller, **in_path: str) -> bytes:
        return await site.perform(operation, request, caller, in_path)

    view.__name__ = operation.name
    return view


class ApiSite:
    """All operations, their description, and a page that shows it to people."""

    router = Router(_failed)

    def __init__(
        self,
        services: Services,
        recent: Briefly[StationSnapshot],
        guard: Guard,
        pages: Pages,
        *,
        clock: IReactorTime,
        version: str,
    ) -> None:
        self.guard = guard
        self._services = services
        self._recent = recent
        self._rates = Rates(lambda: services.config().api_rate, clock.seconds)
        self._pages = pages
        self._version = version

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    async def perform(
        self, operation: Operation, request: Request, caller: Caller, in_path: Mapping[str, str]
    ) -> bytes:
        """Check the request, do what it asks for, and answer."""
        self._count(caller)
        query = _query(operation, request, in_path)
        body = _body(operation, request)
        call: Call[Any, Any] = Call(caller, self._recent.get, query, body)
        document = await operation.view(self._services, call)
        if isinstance(document, Download):
            return respond(request, _file(document))
        fields = FOR_ANY_ORIGIN if is_open(operation) else ()
        return respond(request, _answer(operation.status, document, fields))

    @cached_property
    def _description(self) -> dict[str, Any]:
        return description(OPERATIONS, version=self._version)

    @cached_property
    def _document(self) -> bytes:
        return msgspec.json.encode(self._description)

    @cached_property
    def _page(self) -> Answer:
        return self._pages.answer("api", document=self._description)

    @router.route(urls.API_DESCRIPTION, Action.SEE_PUBLIC)
    def openapi(self, request: Request, _caller: Caller) -> bytes:
        """The description, for programs."""
        fields = (("Access-Control-Allow-Origin", "*"), ("Cache-Control", "public, max-age=300"))
        return respond(request, Answer(200, _AS_JSON, self._document, fields))

    @router.route(urls.API_PAGE, Action.SEE_PUBLIC)
    def docs(self, request: Request, _caller: Caller) -> bytes:
        """The description, for people."""
        return respond(request, self._page)

    @router.route(urls.API_LOGO, Action.CHANGE_SETTINGS, methods=("POST",), changes=True)
    async def put_logo(self, request: Request, caller: Caller) -> bytes:
        """Take a picture as the logo; a form, which the description has no words for."""
        self._count(caller)
        notes = await self._services.logo.put(
            logo_in(request), who=caller.principal, client=caller.client
        )
        return respond(request, _answer(200, Done(notes=tuple(notes))))

    def _count(self, caller: Caller) -> None:
        for asker in filter(None, (caller.client.address, caller.principal.credential)):
            wait = self._rates.wait_for(asker)
            if wait:
                raise TooOften(math.ceil(wait))


class TooOften(Unfit):
    """More requests than ``api_rate`` allows."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(429, "too-often", "more requests than api_rate allows; wait a little")
        self.fields = (("Retry-After", str(retry_after)),)


for _operation in OPERATIONS:
    ApiSite.router.route(
        _operation.route,
        _operation.action,
        methods=(_operation.method,),
        changes=_operation.changes,
        mount="query" if TABLE[_operation.action].scope is Scope.MOUNT else "",
    )(_view(_operation))


def _query(operation: Operation, request: Request, in_path: Mapping[str, str]) -> msgspec.Struct:
    found = parse_target(request.uri).query
    try:
        # widgets write a time as "_", to get round caches
        given = {name: value.decode() for name, value in found.items() if name != "_"}
    except UnicodeDecodeError:
        raise Unfit(400, "bad-request", "the query is not UTF-8") from None
    fields = [name for name in operation.query.__struct_fields__ if name not in in_path]
    strange = sorted(given.keys() - set(fields))
    if strange:
        known = ", ".join(fields) or "none"
        raise Unfit(400, "unknown-parameter", f"known parameters: {known}", strange[0])
    try:
        return msgspec.convert({**given, **in_path}, operation.query, strict=False)
    except msgspec.ValidationError as error:
        raise unfit_by(error) from None


def _body(operation: Operation, request: Request) -> msgspec.Struct:
    if operation.body is Nothing:
        return Nothing()
    kind = (request.getHeader("Content-Type") or "").partition(";")[0].strip().lower()
    if request.content is None:
        raise PeerError(HTTPStatus.BAD_REQUEST, "the body is missing")
    if operation.body is Upload:
        return _upload(request, kind)
    if kind != JSON:
        raise Unfit(415, "not-json", f"send the body as {JSON}")
    try:
        given = msgspec.json.decode(request.content.read())
        return msgspec.convert(_numbers(given), operation.body)
    except msgspec.ValidationError as error:
        raise unfit_by(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unfit(400, "bad-json", f"this is no JSON: {error}") from None


def _upload(request: Request, kind: str) -> Upload:
    if kind == "multipart/form-data":
        return Upload(params_of(request).raw("file"))
    if kind in ("", _OF_FORMS) or request.content is None:
        raise Unfit(415, "no-file", "send the file as the part file of a form, or with its type")
    request.content.seek(0)
    return Upload(request.content.read())


def _file(document: Download) -> Answer:
    """A file that is kept, and not shown, whatever is in it."""
    name = f"attachment; filename*=UTF-8''{quote(document.name, safe='')}"
    fields = (*NOT_CACHED, ("Content-Disposition", name), ALONE)
    return Answer(200, document.content_type, document.content, fields)


def _numbers(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """``value`` with whole numbers as such, however they are written: 5.0 is 5 in JSON."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _numbers(entry) for key, entry in value.items()}
    return [_numbers(entry) for entry in value] if isinstance(value, list) else value
