"""Accounts as forms: what they show, and what is asked of the API when one is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tinyice.web.account_site import PASSWORD_CHARS_MIN
from tinyice.web.api.problems import Unfit
from tinyice.web.api.shapes import Done
from tinyice.web.api.users import (
    ChangedUser,
    Named,
    NewUser,
    User,
    change_user,
    make_user,
    remove_user,
    user_named,
    why_kept,
)
from tinyice.web.console.attempt import filled
from tinyice.web.console.desk import Desk
from tinyice.web.guard import Caller
from tinyice.web.params import Params

MOUNTS_MAX = 200
"""So many mounts stand in a form; any other can be typed."""

ROLES = (
    ("dj", "DJ: feeds mounts, looks after their listeners"),
    ("admin", "Admin: also changes their settings and reads their audit"),
    ("superadmin", "Superadmin: everything, on every mount"),
)


@dataclass(frozen=True, slots=True)
class MountChoice:
    """A mount in the form. ``feeds``: the account has a source password of its own there."""

    path: str
    is_own: bool
    feeds: bool


class AccountForms:
    """Making, changing and removing accounts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def values(self, params: Params, *, sent: bool) -> Mapping[str, object]:
        """What the form shows: of the account that is named, or of a new one.

        ``sent``: it comes back with what was typed. Passwords are never shown again.
        """
        name = params.text("name", "utf-8")
        user = user_named(self._desk.services, name) if name else None
        own = set(_ticked(params)) if sent else set(user.mounts if user else ())
        role = params.text("role") if sent else user.role if user else "dj"
        return {
            "user_name": name,
            "account": user,
            "kept": why_kept(self._desk.services, name) if name else "",
            "roles": ROLES,
            "role": role,
            "typed": params.text("username", "utf-8") if sent else "",
            "choices": self._choices(user, own),
            "more": params.text("more", "utf-8") if sent else "",
            "password_min": PASSWORD_CHARS_MIN,
        }

    async def make(self, caller: Caller, params: Params) -> Done:
        """Make the account that the form describes."""
        said = {
            "username": params.text("username", "utf-8").strip(),
            "password": _password(params, needed=True),
            "role": params.text("role"),
            "mounts": _mounts(params),
        }
        call = self._desk.sending(caller, filled(NewUser, said))
        return await make_user(self._desk.services, call)

    async def change(self, caller: Caller, params: Params) -> Done:
        """Change the account as the form says; an empty password leaves it as it is."""
        name = params.text("name", "utf-8")
        said: dict[str, object] = {}
        if not user_named(self._desk.services, name).built_in:
            said |= {"role": params.text("role"), "mounts": _mounts(params)}
        password = _password(params, needed=False)
        if password:
            said["password"] = password
        query = filled(Named, {"username": name})
        call = self._desk.both(caller, query, filled(ChangedUser, said))
        return await change_user(self._desk.services, call)

    async def remove(self, caller: Caller, params: Params) -> Done:
        """Remove the account."""
        call = self._desk.asking(caller, filled(Named, {"username": params.text("name", "utf-8")}))
        return await remove_user(self._desk.services, call)

    def _choices(self, user: User | None, own: set[str]) -> Sequence[MountChoice]:
        feeds = set(user.feeds) if user else set()
        known = {mount.path for mount in self._desk.recent().mounts if mount.configured}
        others = sorted(known - own)[: max(0, MOUNTS_MAX - len(own))]
        return [MountChoice(path, path in own, path in feeds) for path in (*sorted(own), *others)]


def _password(params: Params, *, needed: bool) -> str:
    password = params.text("password", "utf-8")
    if len(password) < PASSWORD_CHARS_MIN and (needed or password):
        sentence = f"A password has at least {PASSWORD_CHARS_MIN} characters"
        raise Unfit(400, "invalid", sentence, "password")
    return password


def _ticked(params: Params) -> Sequence[str]:
    return list(params.beginning("own.").values())


def _mounts(params: Params) -> dict[str, str | None]:
    """The mounts that were ticked, with their new source passwords; None: as before."""
    passwords = params.beginning("feed.")
    found = {
        path: passwords.get(number) or None for number, path in params.beginning("own.").items()
    }
    more = params.text("more", "utf-8").strip()
    if more:
        found[more] = params.text("more_feed", "utf-8") or None
    return found
