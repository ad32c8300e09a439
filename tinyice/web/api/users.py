"""Accounts: who may log in, and with which role on which mounts."""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field

from tinyice.config.checks import password_fault
from tinyice.config.edits import Document, remove_tokens_of, section
from tinyice.core.access.accounts import Account
from tinyice.core.access.guards import leaves_no_superadmin
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Role
from tinyice.core.errors import Conflict
from tinyice.web.api.changing import changed
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.problems import Unfit, taken, unknown
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import Done, Name, Paged, Password, Path

USERS = Operations("users")

RoleName = Literal["superadmin", "admin", "dj"]


class User(Struct, frozen=True, kw_only=True):
    """An account. ``mounts`` are theirs; those of ``feeds`` they have a source password for."""

    username: str
    role: RoleName
    mounts: tuple[str, ...]
    feeds: tuple[str, ...]
    built_in: bool


class UserPage(Struct, frozen=True, kw_only=True):
    """Some accounts by name."""

    items: tuple[User, ...]
    next: str | None
    total: int


class NewUser(Given, frozen=True, kw_only=True):
    """An account to be made. ``mounts`` gives their source password for each of their mounts.

    A mount with null is theirs, and they can't feed it.
    """

    username: Name
    password: Password
    role: RoleName = "dj"
    mounts: dict[Path, Password | None] = field(default_factory=dict)


class ChangedUser(Given, frozen=True, kw_only=True):
    """What is to be different; ``mounts`` replaces all, a mount with null keeps its password."""

    password: Password | UnsetType = UNSET
    role: RoleName | UnsetType = UNSET
    mounts: dict[Path, Password | None] | UnsetType = UNSET


class Named(Struct, frozen=True, kw_only=True):
    """Which account."""

    username: Name


@USERS.add("GET", "/api/users", Action.SEE_USERS, query=Paged, answer=UserPage)
async def list_users(services: Services, call: Call[Paged, Nothing]) -> UserPage:
    """All accounts, by name."""
    config, accounts = services.config(), services.accounts()
    found = sorted(accounts.by_name.values(), key=lambda one: one.name)
    rest = [one for one in found if one.name > call.query.after]
    page = rest[: call.query.limit]
    return UserPage(
        items=tuple(_user_of(one, config.users, config.admin_user) for one in page),
        next=page[-1].name if len(rest) > len(page) else None,
        total=len(found),
    )


@USERS.add(
    "POST",
    "/api/users",
    Action.CHANGE_USERS,
    body=NewUser,
    answer=Done,
    status=201,
    refusals=(409,),
)
async def make_user(services: Services, call: Call[Nothing, NewUser]) -> Done:
    """Make an account."""
    new = call.body
    if services.accounts().find(new.username) is not None:
        raise taken("user", new.username, "username")
    password = await _hash(services, new.password, "password")
    mounts = await _hashed(services, new.mounts, {})

    def edit(document: Document) -> None:
        users = section(document, "users")
        if new.username in users:
            raise taken("user", new.username, "username")
        users[new.username] = {
            "username": new.username,
            "password": password,
            "role": new.role,
            "mounts": mounts,
        }

    return Done(
        notes=await changed(services, call, edit, action=Action.CHANGE_USERS, subject=new.username)
    )


@USERS.add(
    "PATCH",
    "/api/users",
    Action.CHANGE_USERS,
    query=Named,
    body=ChangedUser,
    answer=Done,
    refusals=(404, 409),
)
async def change_user(services: Services, call: Call[Named, ChangedUser]) -> Done:
    """Change an account: its password, its role, its mounts. A new password ends its sessions."""
    name, said = call.query.username, call.body
    account = services.accounts().find(name)
    if account is None:
        raise unknown("user", name, "username")
    password = None
    if not isinstance(said.password, UnsetType):
        password = await _hash(services, said.password, "password")
    known = services.config().users
    before = dict(known[name].mounts) if name in known else {}
    mounts = None
    if not isinstance(said.mounts, UnsetType):
        mounts = await _hashed(services, said.mounts, before)

    def edit(document: Document) -> None:
        _change(services, document, call, password, mounts)

    notes = await changed(services, call, edit, action=Action.CHANGE_USERS, subject=name)
    if password is not None:
        services.end_sessions(name)
    return Done(notes=notes)


@USERS.add(
    "DELETE",
    "/api/users",
    Action.CHANGE_USERS,
    query=Named,
    answer=Done,
    refusals=(404, 409),
)
async def remove_user(services: Services, call: Call[Named, Nothing]) -> Done:
    """Remove an account; its sessions and tokens end with it."""
    name = call.query.username
    if services.accounts().find(name) is None:
        raise unknown("user", name, "username")

    def edit(document: Document) -> None:
        _refuse_built_in(services, name)
        section(document, "users").pop(name, None)
        _check_superadmins(services, {name: None})
        remove_tokens_of(document, name)

    return Done(notes=await changed(services, call, edit, action=Action.CHANGE_USERS, subject=name))


def user_named(services: Services, name: str) -> User:
    """The account of that name; raises ``Unfit``."""
    account = services.accounts().find(name)
    if account is None:
        raise unknown("user", name, "username")
    config = services.config()
    return _user_of(account, config.users, config.admin_user)


def why_kept(services: Services, name: str) -> str:
    """Why an account can be neither removed nor given a lesser role; "" when it can."""
    try:
        _refuse_built_in(services, name)
        _check_superadmins(services, {name: None})
    except (Unfit, Conflict) as error:
        return str(error)
    return ""


def _change(
    services: Services,
    document: Document,
    call: Call[Named, ChangedUser],
    password: str | None,
    mounts: dict[str, str] | None,
) -> None:
    name, said = call.query.username, call.body
    if name == services.config().admin_user:
        if said.role not in (UNSET, "superadmin") or mounts is not None:
            _refuse_built_in(services, name)
        if password is not None:
            document["admin_password"] = password
        return
    user = section(document, "users").get(name)
    if not isinstance(user, dict):
        raise unknown("user", name, "username")
    if password is not None:
        user["password"] = password
    if not isinstance(said.role, UnsetType):
        _check_superadmins(services, {name: said.role})
        user["role"] = said.role
    if mounts is not None:
        user["mounts"] = mounts


def _check_superadmins(services: Services, changes: dict[str, str | None]) -> None:
    """Raise Conflict when nobody would be left who may do everything."""
    left: list[Account] = []
    for account in services.accounts().by_name.values():
        role = changes.get(account.name, account.role.name.lower())
        if role is not None:
            left.append(
                Account(account.name, Role[role.upper()], account.password_hash, account.mounts)
            )
    leaves_no_superadmin(left)


def _refuse_built_in(services: Services, name: str) -> None:
    if name == services.config().admin_user:
        raise Unfit(409, "built-in", "this account is the admin_user of the configuration")


async def _hash(services: Services, password: str, field: str) -> str:
    fault = password_fault(password)
    if fault is not None:
        raise Unfit(422, "invalid", fault, field)
    return await services.hash_password(password)


async def _hashed(
    services: Services, given: dict[str, str | None], before: dict[str, str]
) -> dict[str, str]:
    hashed = {}
    for path, password in given.items():
        known = before.get(path, "")
        hashed[path] = known if password is None else await _hash(services, password, "mounts")
    return hashed


def _user_of(account: Account, users: Any, admin: str) -> User:  # noqa: ANN401
    known = users.get(account.name)
    passwords = known.mounts if known is not None else {}
    return User(
        username=account.name,
        role=account.role.name.lower(),  # type: ignore[arg-type]  # accounts have these three
        mounts=tuple(sorted(account.mounts)),
        feeds=tuple(sorted(path for path, hashed in passwords.items() if hashed)),
        built_in=account.name == admin,
    )
