"""Accounts, tokens, sessions, lockouts, bans, the allow list and the audit, each at its address.

Every part is a page with its forms. What a form asks for is done by the
operation of the API; what that refuses stands at the field that it is about.
"""

from collections.abc import Coroutine, Sequence
from typing import Any

from klein import Klein
from twisted.web.server import Request

from tinyice.core.access.permissions import Action
from tinyice.web import urls
from tinyice.web.answers import respond, see_other
from tinyice.web.api.shapes import Done
from tinyice.web.console.access_accounts import AccountForms
from tinyice.web.console.access_deeds import Deeds
from tinyice.web.console.access_lists import Lists, Values
from tinyice.web.console.access_tabs import TABS, tabs_of
from tinyice.web.console.access_undo import Undoing
from tinyice.web.console.attempt import Fault, attempt
from tinyice.web.console.ban_times import BAN_FIELDS, BAN_TIMES, UNITS
from tinyice.web.console.desk import Desk
from tinyice.web.errors import answer_page_failure
from tinyice.web.guard import Caller, Guard
from tinyice.web.params import params_of
from tinyice.web.router import Router

_DONE = {
    "made": ("accounts", "The account is made."),
    "changed": ("accounts", "The account is changed."),
    "removed": ("accounts", "The account is removed, with its sessions and tokens."),
    "revoked": ("tokens", "The token is revoked."),
    "ended": ("sessions", "The session has ended."),
    "cleared": ("lockouts", "Logins from there are tried again."),
    "locked": ("lockouts", "Logins from there are refused again."),
    "banned": ("bans", "The ban is in force."),
    "lifted": ("bans", "The ban is lifted."),
    "allowed": ("allowed", "Logins from there are never locked out."),
    "disallowed": ("allowed", "It is off the allow list."),
}
"""What can have been done: on which part that is told, and how."""

_URLS = {tab.key: tab.url for tab in TABS}


class AccessSite:
    """Who may do what, who may not, and who did."""

    router = Router(answer_page_failure)

    def __init__(self, desk: Desk, *, guard: Guard) -> None:
        self.guard = guard
        self._desk = desk
        self._undoing = Undoing(desk)
        self._deeds = Deeds(desk, self._undoing)
        self._lists = Lists(desk)
        self._forms = AccountForms(desk)

    def klein(self) -> Klein:
        """The application, bound to these accounts."""
        return self.router.bound(self)

    @router.route(urls.ACCESS, Action.SEE_AUDIT)
    def first(self, request: Request, caller: Caller) -> bytes:
        """Lead to the first part that there is for who asks."""
        return respond(request, see_other(tabs_of(caller.principal)[0].url))

    @router.route(urls.ACCESS_ACCOUNTS, Action.SEE_USERS)
    async def accounts(self, request: Request, caller: Caller) -> bytes:
        """Who may log in."""
        return await self._part(request, caller, "accounts")

    @router.route(urls.ACCESS_ACCOUNT, Action.SEE_USERS)
    async def account(self, request: Request, caller: Caller) -> bytes:
        """One account, to be changed; without a name, one to be made."""
        return await self._form(request, caller)

    @router.route(urls.ACCESS_MAKE_ACCOUNT, Action.CHANGE_USERS, methods=("POST",), changes=True)
    async def make_account(self, request: Request, caller: Caller) -> bytes:
        """Make an account."""
        done = await attempt(self._forms.make(caller, params_of(request)))
        return await self._formed(request, caller, "made", done)

    @router.route(urls.ACCESS_CHANGE_ACCOUNT, Action.CHANGE_USERS, methods=("POST",), changes=True)
    async def change_account(self, request: Request, caller: Caller) -> bytes:
        """Change role, mounts and password of an account."""
        done = await attempt(self._forms.change(caller, params_of(request)), at="role")
        return await self._formed(request, caller, "changed", done)

    @router.route(urls.ACCESS_REMOVE_ACCOUNT, Action.CHANGE_USERS, methods=("POST",), changes=True)
    async def remove_account(self, request: Request, caller: Caller) -> bytes:
        """Remove an account, and what it had open."""
        deed = self._forms.remove(caller, params_of(request))
        return await self._do(request, caller, "removed", deed)

    @router.route(urls.ACCESS_TOKENS, Action.SEE_ALL_TOKENS)
    async def tokens(self, request: Request, caller: Caller) -> bytes:
        """The tokens of programs, everybody's."""
        return await self._part(request, caller, "tokens")

    @router.route(
        urls.ACCESS_REVOKE_TOKEN, Action.REVOKE_ANY_TOKEN, methods=("POST",), changes=True
    )
    async def revoke_token(self, request: Request, caller: Caller) -> bytes:
        """Let a token open nothing any more."""
        deed = self._deeds.revoke_token(caller, params_of(request))
        return await self._do(request, caller, "revoked", deed)

    @router.route(urls.ACCESS_SESSIONS, Action.SEE_USERS)
    async def sessions(self, request: Request, caller: Caller) -> bytes:
        """Where people are logged in."""
        return await self._part(request, caller, "sessions")

    @router.route(urls.ACCESS_END_SESSION, Action.CHANGE_USERS, methods=("POST",), changes=True)
    async def end_session(self, request: Request, caller: Caller) -> bytes:
        """Log somebody out."""
        deed = self._deeds.end_session(caller, params_of(request))
        return await self._do(request, caller, "ended", deed)

    @router.route(urls.ACCESS_LOCKOUTS, Action.SEE_LOCKOUTS)
    async def lockouts(self, request: Request, caller: Caller) -> bytes:
        """From where no login is tried now."""
        return await self._part(request, caller, "lockouts")

    @router.route(urls.ACCESS_CLEAR_LOCKOUT, Action.CLEAR_LOCKOUT, methods=("POST",), changes=True)
    async def clear_lockout(self, request: Request, caller: Caller) -> bytes:
        """Try logins from an address again."""
        deed = self._deeds.clear_lockout(caller, params_of(request))
        return await self._do(request, caller, "cleared", deed)

    @router.route(urls.ACCESS_LOCK_AGAIN, Action.CLEAR_LOCKOUT, methods=("POST",), changes=True)
    async def lock_again(self, request: Request, caller: Caller) -> bytes:
        """Take back that a lockout was cleared."""
        return await self._do(request, caller, "locked", self._undoing.lock_again(caller))

    @router.route(urls.ACCESS_BANS, Action.SEE_BANS)
    async def bans(self, request: Request, caller: Caller) -> bytes:
        """Who is not served."""
        return await self._part(request, caller, "bans")

    @router.route(urls.ACCESS_ADD_BAN, Action.CHANGE_BANS, methods=("POST",), changes=True)
    async def ban(self, request: Request, caller: Caller) -> bytes:
        """Serve an address or a network no more."""
        deed = self._deeds.ban(caller, params_of(request))
        return await self._do(request, caller, "banned", deed, at="address")

    @router.route(urls.ACCESS_LIFT_BAN, Action.CHANGE_BANS, methods=("POST",), changes=True)
    async def lift_ban(self, request: Request, caller: Caller) -> bytes:
        """Serve it again."""
        deed = self._deeds.lift_ban(caller, params_of(request))
        return await self._do(request, caller, "lifted", deed)

    @router.route(urls.ACCESS_BAN_AGAIN, Action.CHANGE_BANS, methods=("POST",), changes=True)
    async def ban_again(self, request: Request, caller: Caller) -> bytes:
        """Take back that a ban was lifted."""
        return await self._do(request, caller, "banned", self._undoing.ban_again(caller))

    @router.route(urls.ACCESS_ALLOWED, Action.SEE_BANS)
    async def allowed(self, request: Request, caller: Caller) -> bytes:
        """Whose logins are never locked out."""
        return await self._part(request, caller, "allowed")

    @router.route(urls.ACCESS_ALLOW, Action.CHANGE_BANS, methods=("POST",), changes=True)
    async def allow(self, request: Request, caller: Caller) -> bytes:
        """Never lock out logins from an address or a network."""
        deed = self._deeds.allow(caller, params_of(request))
        return await self._do(request, caller, "allowed", deed, at="address")

    @router.route(urls.ACCESS_DISALLOW, Action.CHANGE_BANS, methods=("POST",), changes=True)
    async def disallow(self, request: Request, caller: Caller) -> bytes:
        """Treat it like any other again."""
        deed = self._deeds.disallow(caller, params_of(request))
        return await self._do(request, caller, "disallowed", deed)

    @router.route(urls.ACCESS_AUDIT, Action.SEE_AUDIT)
    async def audit(self, request: Request, caller: Caller) -> bytes:
        """Who changed what; of one's own mounts, or all of it."""
        return await self._part(request, caller, "audit")

    async def _do(
        self,
        request: Request,
        caller: Caller,
        done: str,
        deed: Coroutine[Any, Any, Done],
        *,
        at: str = "",
    ) -> bytes:
        """Do it, and lead back; stay where something was refused, or is to be read."""
        part, _ = _DONE[done]
        result = await attempt(deed, at=at)
        if isinstance(result, Fault):
            return await self._part(request, caller, part, fault=result)
        if result.notes:
            return await self._part(request, caller, part, done=done, notes=result.notes)
        return respond(request, see_other(f"{_URLS[part]}?done={done}"))

    async def _part(
        self,
        request: Request,
        caller: Caller,
        part: str,
        *,
        fault: Fault | None = None,
        done: str = "",
        notes: Sequence[str] = (),
    ) -> bytes:
        """One part, as it is now; ``fault`` is why something was not done on it."""
        params = params_of(request)
        values: Values = {}
        # what can't be read (the audit of a station without its database) is a fault, too
        read = await attempt(getattr(self._lists, part)(caller, params))
        if isinstance(read, Fault):
            fault = fault or read
        else:
            values = read
        told_on, sentence = _DONE.get(done or params.text("done"), ("", ""))
        return self._desk.show(
            request,
            caller,
            f"access_{part}",
            place="access",
            fault=fault,
            tab=part,
            tabs=tabs_of(caller.principal),
            done=sentence if told_on == part and fault is None else "",
            notes=notes,
            undo=self._undoing.offered(caller, done or params.text("done")),
            given={name: params.text(name, "utf-8") for name in ("address", "reason", *BAN_FIELDS)},
            times=BAN_TIMES,
            units=UNITS,
            is_read=bool(values),
            **values,
        )

    async def _formed(
        self, request: Request, caller: Caller, done: str, result: Done | Fault
    ) -> bytes:
        if isinstance(result, Fault):
            return await self._form(request, caller, fault=result)
        if result.notes:
            return await self._part(request, caller, "accounts", done=done, notes=result.notes)
        return respond(request, see_other(f"{urls.ACCESS_ACCOUNTS}?done={done}"))

    async def _form(self, request: Request, caller: Caller, *, fault: Fault | None = None) -> bytes:
        """The form of an account; with ``fault`` as it was sent."""
        found = await attempt(self._forms.values(params_of(request), sent=fault is not None))
        if isinstance(found, Fault):
            return await self._part(request, caller, "accounts", fault=found)
        return self._desk.show(
            request,
            caller,
            "access_account",
            place="access",
            fault=fault,
            tab="accounts",
            tabs=tabs_of(caller.principal),
            done="",
            undo="",
            notes=(),
            **found,
        )
