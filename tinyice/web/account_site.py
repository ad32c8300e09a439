"""One's own account: password, sessions, API tokens."""

from dataclasses import replace
from datetime import UTC, datetime

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action, permits
from tinyice.core.errors import LockedOut, Refused
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.console.shell import shell
from tinyice.web.cookies import forget_session
from tinyice.web.errors import CommandRefused, answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.pages import Pages
from tinyice.web.params import params_of
from tinyice.web.ports import Gatekeeper, OwnAccount
from tinyice.web.router import Router
from tinyice.web.words import minute
from tinyice.wire.basic import Credentials

PASSWORD_CHARS_MIN = 8
TOKEN_NAME_CHARS_MAX = 100
TOKEN_DAYS = (30, 90, 365, 0)
"""How long a token may last, in days; 0: until it is revoked."""

_WRONG = "That is not your current password."
_DONE = {
    "password": "Your password is changed. Your other sessions have ended.",
    "session": "The session has ended.",
    "token": "The token is revoked.",
}


class AccountSite:
    """The page about oneself, and the changes that one may make there."""

    router = Router(answer_page_failure)

    def __init__(
        self, gatekeeper: Gatekeeper, account: OwnAccount, pages: Pages, *, guard: Guard
    ) -> None:
        self.guard = guard
        self._gatekeeper = gatekeeper
        self._account = account
        self._pages = pages

    def klein(self) -> Klein:
        """The application, bound to these accounts."""
        return self.router.bound(self)

    @router.route(urls.ACCOUNT, Action.SEE_SELF)
    def account_page(self, request: Request, caller: Caller) -> bytes:
        """Who one is, where one is logged in, and one's tokens."""
        return self._page(request, caller, done=_DONE.get(params_of(request).text("done"), ""))

    @router.route(
        urls.ACCOUNT_PASSWORD, Action.CHANGE_OWN_PASSWORD, methods=("POST",), changes=True
    )
    async def change_password(self, request: Request, caller: Caller) -> bytes:
        """Take a new password from who knows the old one."""
        params, who = params_of(request), caller.principal
        new = params.text("new", "utf-8")
        if len(new) < PASSWORD_CHARS_MIN:
            sentence = f"A password has at least {PASSWORD_CHARS_MIN} characters."
            return self._page(request, caller, fault=sentence, status=400)
        if new != params.text("again", "utf-8"):
            return self._page(request, caller, fault="The two new passwords differ.", status=400)
        try:
            current = Credentials(who.name, params.raw("current"))
            knows = await self._gatekeeper.identify(current, caller.client)
        except LockedOut:
            raise
        except Refused:
            return self._page(request, caller, fault=_WRONG, status=403)
        if knows.name != who.name or not permits(knows, Action.CHANGE_OWN_PASSWORD):
            return self._page(request, caller, fault=_WRONG, status=403)
        keep = caller.session.id if caller.session is not None else ""
        try:
            await self._account.set_password(new, who=who, client=caller.client, keep_session=keep)
        except CommandRefused as error:
            return self._page(request, caller, fault=error.sentence, status=400)
        return _back(request, "password")

    @router.route(urls.ACCOUNT_END_SESSION, Action.LOG_OUT, methods=("POST",), changes=True)
    def end_session(self, request: Request, caller: Caller) -> bytes:
        """End one of one's sessions; this one, even."""
        session_id = params_of(request).text("id")
        own = {session.id for session in self._account.sessions(caller.principal.name)}
        if session_id not in own:
            raise CommandRefused("There is no such session of yours")
        self._account.end_session(session_id, who=caller.principal, client=caller.client)
        if caller.session is not None and caller.session.id == session_id:
            forget_session(request, secure=caller.client.secure)
            return respond(request, see_other(urls.LOGIN))
        return _back(request, "session")

    @router.route(urls.ACCOUNT_MAKE_TOKEN, Action.MAKE_TOKEN, methods=("POST",), changes=True)
    async def make_token(self, request: Request, caller: Caller) -> bytes:
        """Make a token; the answer is the only page that ever shows it."""
        params = params_of(request)
        name, days = params.text("name", "utf-8").strip(), params.text("days")
        if not name or len(name) > TOKEN_NAME_CHARS_MAX:
            sentence = f"A token has a name of up to {TOKEN_NAME_CHARS_MAX} characters."
            return self._page(request, caller, fault=sentence, status=400)
        if days not in {str(choice) for choice in TOKEN_DAYS}:
            return self._page(request, caller, fault="Choose how long it lasts.", status=400)
        try:
            secret = await self._account.make_token(
                name, int(days), who=caller.principal, client=caller.client
            )
        except CommandRefused as error:
            return self._page(request, caller, fault=error.sentence, status=400)
        return self._page(request, caller, secret=secret)

    @router.route(urls.ACCOUNT_REVOKE_TOKEN, Action.REVOKE_TOKEN, methods=("POST",), changes=True)
    async def revoke_token(self, request: Request, caller: Caller) -> bytes:
        """Let a token of one's own open nothing any more."""
        token_id = params_of(request).text("id")
        own = {token.id for token in self._account.tokens(caller.principal.name)}
        if token_id not in own:
            raise CommandRefused("There is no such token of yours")
        await self._account.revoke_token(token_id, who=caller.principal, client=caller.client)
        return _back(request, "token")

    def _page(
        self,
        request: Request,
        caller: Caller,
        *,
        done: str = "",
        fault: str = "",
        secret: str = "",
        status: int = 200,
    ) -> bytes:
        name = caller.principal.name
        answer = self._pages.answer(
            "account",
            who=caller.principal,
            session=caller.session,
            **shell(caller, "account"),
            sessions=[
                (found, _when(found.opened_at), _when(found.seen_at))
                for found in self._account.sessions(name)
            ],
            tokens=[
                (found, minute(found.created_at), _until(found.expires_at))
                for found in self._account.tokens(name)
            ],
            days=TOKEN_DAYS,
            done=done,
            fault=fault,
            secret=secret,
        )
        return respond(request, replace(answer, status=status))


def _back(request: Request, done: str) -> bytes:
    return respond(request, see_other(f"{urls.ACCOUNT}?done={done}"))


def _when(seconds: float) -> str:
    return minute(datetime.fromtimestamp(seconds, UTC))


def _until(moment: datetime | None) -> str:
    return minute(moment) if moment is not None else "revoked"
