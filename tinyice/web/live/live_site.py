"""The two addresses of the live data: for everybody, and for those who look after mounts."""

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action, require
from tinyice.core.errors import DomainError, Overloaded
from tinyice.web import urls
from tinyice.web.answers import FOR_ANY_ORIGIN, Fields, plain, respond
from tinyice.web.guard import Caller, Guard
from tinyice.web.live.levels import WATCHED_MAX
from tinyice.web.live.live import Live, TooManyHere
from tinyice.web.live.scope import EXTRAS, PUBLIC, Interest, Scope, scope_of
from tinyice.web.live.subscriber import Confirm, Subscriber
from tinyice.web.params import params_of
from tinyice.web.router import Router
from tinyice.wire.errors import PeerError

_HEAD: Fields = (
    ("Content-Type", "text/event-stream"),
    ("Cache-Control", "no-store"),
    # so that proxies pass on each event when it comes
    ("X-Accel-Buffering", "no"),
    ("X-Content-Type-Options", "nosniff"),
    # what ends here ends for good: the browser opens another connection
    ("Connection", "close"),
)
_RETRY_AFTER: Fields = (("Retry-After", "30"),)


class LiveSite:
    """Events that do not end, as browsers read them."""

    router = Router()

    def __init__(self, live: Live, *, guard: Guard) -> None:
        self.guard = guard
        self._live = live

    def klein(self) -> Klein:
        """The application, bound to this station."""
        return self.router.bound(self)

    @router.route(urls.EVENTS, Action.SEE_PUBLIC)
    async def events(self, request: Request, caller: Caller) -> bytes:
        """What everybody may know, for pages on any site."""
        return await self._follow(request, caller, PUBLIC, FOR_ANY_ORIGIN)

    @router.route(urls.ADMIN_EVENTS, Action.LIST_MOUNTS)
    async def admin_events(self, request: Request, caller: Caller) -> bytes:
        """All about the caller's mounts; it ends when they may not see them any more."""

        async def confirm() -> bool:
            try:
                still = await self.guard.admit(request, Action.LIST_MOUNTS, changes=False)
            except Overloaded:
                return True
            except DomainError:
                return False
            return still.principal == caller.principal

        scope = scope_of(caller.principal)
        studio = _interest(request, scope).studio
        if studio:
            require(caller.principal, Action.SEE_AUTODJ, studio)
        levels = _levels(request, scope)
        return await self._follow(request, caller, scope, (), confirm, levels=levels)

    async def _follow(
        self,
        request: Request,
        caller: Caller,
        scope: Scope,
        fields: Fields,
        confirm: Confirm | None = None,
        *,
        levels: frozenset[str] = frozenset(),
    ) -> bytes:
        """Write events until one side ends it."""
        interest = _interest(request, scope)
        if request.method == b"HEAD":
            _begin(request, fields)
            return b""
        known = self._live.position(request.getHeader("Last-Event-ID") or "", interest)
        subscriber = Subscriber(
            request,
            interest,
            address=caller.client.address,
            position=known,
            confirm=confirm,
            levels=levels,
        )
        try:
            self._live.join(subscriber)
        except TooManyHere:
            sentence = "too many streams of events from your address\r\n"
            return respond(request, plain(sentence, 429, (*_RETRY_AFTER, *fields)))
        try:
            _begin(request, fields)
            request.registerProducer(subscriber, True)  # type: ignore[no-untyped-call]
            self._live.begin(subscriber)
            await subscriber.over
        finally:
            self._live.leave(subscriber)
            if request.channel is not None:
                request.unregisterProducer()  # type: ignore[no-untyped-call]
        return b""


def _interest(request: Request, scope: Scope) -> Interest:
    params = params_of(request)
    only = params.text("only")
    if only not in ("", "titles"):
        raise PeerError(400, "only=titles is what can be asked for alone")
    extras = frozenset(params.text("with").split(",")) - {""}
    if not extras <= EXTRAS or (extras and scope.side == "public"):
        raise PeerError(400, f"with={' or '.join(sorted(EXTRAS))} can be asked for by operators")
    return Interest(scope, only == "titles", params.text("mount"), extras)


def _levels(request: Request, scope: Scope) -> frozenset[str]:
    """The mounts whose meters are looked at, of those that may be seen."""
    # no path has a ? in it
    asked = params_of(request).text("levels").split("?")
    return frozenset([one for one in asked if one and scope.sees(one)][:WATCHED_MAX])


def _begin(request: Request, fields: Fields) -> None:
    """Put the head on ``request``."""
    for name, value in (*_HEAD, *fields):
        request.responseHeaders.setRawHeaders(name, [value])
    request.channel.persistent = False
