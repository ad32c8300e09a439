"""The way into a session, and out of it."""

from dataclasses import replace

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.core.clients import Client
from tinyice.core.errors import LockedOut, Overloaded, Refused
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.cookies import forget_session, keep_session
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.local import local_path
from tinyice.web.pages import Pages
from tinyice.web.params import params_of
from tinyice.web.ports import Gatekeeper
from tinyice.web.router import Router
from tinyice.web.settings import WebSettings

_WRONG = "That user and password do not fit together."
_LOCKED = "Too many logins from your address failed. Please try again later."
_BUSY = "The server is busy. Please try again in a moment."


class LoginSite:
    """The login page, and the door out."""

    router = Router(answer_page_failure)

    def __init__(
        self, gatekeeper: Gatekeeper, pages: Pages, *, guard: Guard, settings: WebSettings
    ) -> None:
        self.guard = guard
        self._gatekeeper = gatekeeper
        self._pages = pages
        self._settings = settings

    def klein(self) -> Klein:
        """The application, bound to this gatekeeper."""
        return self.router.bound(self)

    @router.route(urls.LOGIN, Action.LOG_IN)
    def login_page(self, request: Request, caller: Caller) -> bytes:
        """The form; who has a session already need not fill it in."""
        if self.guard.session_of(request) is not None:
            return respond(request, see_other(_next_of(request)))
        return self._form(request, caller.client)

    @router.route(urls.LOGIN, Action.LOG_IN, methods=("POST",), changes=True)
    async def log_in(self, request: Request, caller: Caller) -> bytes:
        """Open a session in place of the one that there was, and lead on."""
        params = params_of(request)
        name = params.text("name")
        try:
            opened = await self._gatekeeper.log_in(name, params.raw("password"), caller.client)
        except LockedOut as error:
            return self._form(
                request, caller.client, _LOCKED, status=429, retry_after=error.retry_after
            )
        except Refused:
            return self._form(request, caller.client, _WRONG, name=name, status=403)
        except Overloaded as error:
            return self._form(
                request,
                caller.client,
                _BUSY,
                name=name,
                status=503,
                retry_after=error.retry_after,
            )
        former = self.guard.session_of(request)
        if former is not None:
            self._gatekeeper.log_out(former[1])
        seconds = self._settings.session_seconds
        keep_session(request, opened.cookie, secure=caller.client.secure, seconds=seconds)
        return respond(request, see_other(_next_of(request)))

    @router.route(urls.LOGOUT, Action.LOG_OUT, methods=("POST",), changes=True)
    def log_out(self, request: Request, caller: Caller) -> bytes:
        """End the session."""
        if caller.session is not None:
            self._gatekeeper.log_out(caller.session)
        forget_session(request, secure=caller.client.secure)
        return respond(request, see_other(urls.LOGIN))

    def _form(
        self,
        request: Request,
        client: Client,
        fault: str = "",
        *,
        name: str = "",
        status: int = 200,
        retry_after: int = 0,
    ) -> bytes:
        answer = self._pages.answer(
            "login",
            fault=fault,
            user=name,
            next=_next_of(request),
            exposed=not client.secure and not _is_here(client.address),
        )
        later = (("Retry-After", str(retry_after)),) if retry_after else ()
        return respond(request, replace(answer, status=status, fields=(*answer.fields, *later)))


def _next_of(request: Request) -> str:
    return local_path(params_of(request).text("next"), urls.ACCOUNT)


def _is_here(address: str) -> bool:
    return address == "::1" or address.startswith("127.")
