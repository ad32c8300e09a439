"""What the forms of the access pages ask of the API, accounts excepted."""

from tinyice.web.api.security import (
    Allowed,
    NewBan,
    Whom,
    allow,
    ban,
    clear_lockout,
    disallow,
    unban,
)
from tinyice.web.api.sessions import SessionId, end_session
from tinyice.web.api.shapes import Done
from tinyice.web.api.tokens import TokenId, revoke_token
from tinyice.web.console.access_undo import Undoing
from tinyice.web.console.attempt import filled
from tinyice.web.console.ban_times import seconds_in
from tinyice.web.console.desk import Desk
from tinyice.web.guard import Caller
from tinyice.web.params import Params


class Deeds:
    """Each takes what the form of ``params`` says; raises what the operation raises."""

    def __init__(self, desk: Desk, undoing: Undoing) -> None:
        self._desk = desk
        self._services = desk.services
        self._undoing = undoing

    async def revoke_token(self, caller: Caller, params: Params) -> Done:
        """Let a token open nothing any more."""
        query = filled(TokenId, {"id": params.text("id")})
        return await revoke_token(self._services, self._desk.asking(caller, query))

    async def end_session(self, caller: Caller, params: Params) -> Done:
        """Log somebody out."""
        query = filled(SessionId, {"id": params.text("id")})
        return await end_session(self._services, self._desk.asking(caller, query))

    async def clear_lockout(self, caller: Caller, params: Params) -> Done:
        """Try logins from an address again."""
        whom = _whom(params)
        were = self._undoing.lockouts_of(whom.address)
        done = await clear_lockout(self._services, self._desk.asking(caller, whom))
        self._undoing.cleared(caller, were)
        return done

    async def ban(self, caller: Caller, params: Params) -> Done:
        """Serve an address or a network no more."""
        said = {
            "address": _whom(params).address,
            "seconds": seconds_in(params),
            "reason": params.text("reason", "utf-8").strip(),
        }
        return await ban(self._services, self._desk.sending(caller, filled(NewBan, said)))

    async def lift_ban(self, caller: Caller, params: Params) -> Done:
        """Serve it again."""
        whom = _whom(params)
        was = self._undoing.ban_of(whom.address)
        done = await unban(self._services, self._desk.asking(caller, whom))
        self._undoing.lifted(caller, was)
        return done

    async def allow(self, caller: Caller, params: Params) -> Done:
        """Never lock out logins from an address or a network."""
        body = filled(Allowed, {"address": _whom(params).address})
        return await allow(self._services, self._desk.sending(caller, body))

    async def disallow(self, caller: Caller, params: Params) -> Done:
        """Treat it like any other again."""
        return await disallow(self._services, self._desk.asking(caller, _whom(params)))


def _whom(params: Params) -> Whom:
    return filled(Whom, {"address": params.text("address").strip()})
