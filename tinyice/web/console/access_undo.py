"""The way back from what was lifted: the last ban and the last lockout of each session.

They are kept here and not in the address of the page: nobody can be sent a link
whose "Undo" bans somebody else.
"""

from collections import OrderedDict
from typing import Generic, TypeVar

from tinyice.core.access.lockouts import Lockout
from tinyice.core.access.permissions import Action
from tinyice.web import urls
from tinyice.web.api.changing import note_change
from tinyice.web.api.problems import unknown
from tinyice.web.api.security import Ban, NewBan, ban
from tinyice.web.api.shapes import Done
from tinyice.web.console.attempt import filled
from tinyice.web.console.desk import NOTHING, Desk
from tinyice.web.guard import Caller

SESSIONS_MAX = 64
"""So many sessions are remembered; then the oldest deed is forgotten."""

T = TypeVar("T")


class Kept(Generic[T]):
    """What each session lifted last, until it is put back."""

    def __init__(self) -> None:
        self._by_session: OrderedDict[str, T] = OrderedDict()

    def keep(self, caller: Caller, what: T) -> None:
        """Remember it; of a caller without a session nothing is remembered."""
        if caller.session is None:
            return
        self._by_session[caller.session.id] = what
        self._by_session.move_to_end(caller.session.id)
        if len(self._by_session) > SESSIONS_MAX:
            self._by_session.popitem(last=False)

    def has(self, caller: Caller) -> bool:
        """Whether there is something to put back."""
        return caller.session is not None and caller.session.id in self._by_session

    def take(self, caller: Caller) -> T | None:
        """What is to be put back, once."""
        return None if caller.session is None else self._by_session.pop(caller.session.id, None)


class Undoing:
    """Puts back what the access pages lifted."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._services = desk.services
        self._bans: Kept[Ban] = Kept()
        self._lockouts: Kept[tuple[Lockout, ...]] = Kept()

    def ban_of(self, address: str) -> Ban | None:
        """The ban of ``address``, as it is now."""
        config = self._services.config()
        if address not in config.banned_ips:
            return None
        note = config.ban_notes.get(address)
        until, reason = (None, "") if note is None else (note.until or None, note.reason)
        return Ban(address=address, until=until, reason=reason)

    def lockouts_of(self, address: str) -> tuple[Lockout, ...]:
        """The lockouts of ``address`` in force."""
        return tuple(one for one in self._services.lockouts.listed() if one.address == address)

    def lifted(self, caller: Caller, was: Ban | None) -> None:
        """A ban is no more."""
        if was is not None:
            self._bans.keep(caller, was)

    def cleared(self, caller: Caller, were: tuple[Lockout, ...]) -> None:
        """Lockouts are no more."""
        if were:
            self._lockouts.keep(caller, were)

    def offered(self, caller: Caller, done: str) -> str:
        """Where the form leads that takes back what was ``done``; "": nothing does."""
        if done == "lifted" and self._bans.has(caller):
            return urls.ACCESS_BAN_AGAIN
        if done == "cleared" and self._lockouts.has(caller):
            return urls.ACCESS_LOCK_AGAIN
        return ""

    async def ban_again(self, caller: Caller) -> Done:
        """The ban that this session lifted holds again, as it was."""
        was = self._bans.take(caller)
        if was is None:
            raise unknown("lifted ban of", "this session", "address")
        said = {"address": was.address, "until": was.until, "reason": was.reason}
        return await ban(self._services, self._desk.sending(caller, filled(NewBan, said)))

    async def lock_again(self, caller: Caller) -> Done:
        """The lockout that this session cleared holds again, until when it did."""
        were = self._lockouts.take(caller)
        if not were:
            raise unknown("cleared lockout of", "this session", "address")
        self._services.lockouts.put_back(were)
        call = self._desk.asking(caller, NOTHING)
        note_change(
            self._services, call, action=Action.CLEAR_LOCKOUT, subject=f"{were[0].address} (undone)"
        )
        return Done()
