"""The one permission table: which role may do what, and on whose mounts.

Every route of the web, every command, every protocol of sources names its
action here and asks ``permits``. Nothing else in the house decides about
permissions. Rules:

- an action about a mount (``Scope.MOUNT``) needs the role, and the mount must
  be one's own; only a superadmin reaches over to others' mounts;
- an action about the server (``Scope.SERVER``) needs the role alone;
- an action about oneself (``Scope.SELF``) needs the role, and touches nobody else;
- a list (``Scope.LISTED``) needs the role, and shows only what is one's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.errors import Challenge, NotPermitted


class Action(Enum):
    """What can be asked for. The values are names in the audit and in the API's errors."""

    # open to everybody
    SEE_PUBLIC = "public.see"
    LISTEN = "mount.listen"
    LOG_IN = "session.log-in"

    # about oneself
    LOG_OUT = "session.log-out"
    SEE_SELF = "account.see"
    CHANGE_OWN_PASSWORD = "account.change-password"  # noqa: S105 (a name)
    SEE_OWN_TOKENS = "tokens.see"
    MAKE_TOKEN = "tokens.make"  # noqa: S105 (a name)
    REVOKE_TOKEN = "tokens.revoke"  # noqa: S105 (a name)

    # about a mount
    FEED = "mount.feed"
    SET_TAGS = "mount.set-tags"
    SEE_MOUNT = "mount.see"
    SEE_LISTENERS = "listeners.see"
    KICK_LISTENER = "listeners.kick"
    MOVE_LISTENERS = "listeners.move"
    KICK_SOURCE = "source.kick"
    SET_FALLBACK = "mount.set-fallback"
    CHANGE_LISTENER_ACCOUNTS = "mount.change-listener-accounts"
    SEE_MOUNT_SETTINGS = "mount.see-settings"
    CHANGE_MOUNT = "mount.change"
    SEE_AUTODJ = "autodj.see"
    RUN_AUTODJ = "autodj.run"
    CHANGE_AUTODJS = "autodjs.change"

    # lists of what is one's own
    LIST_MOUNTS = "mounts.list"
    LIST_LISTENERS = "listeners.list"
    LIST_AUTODJS = "autodjs.list"
    SEE_AUDIT = "audit.see"

    # about the server
    LIST_STREAMS = "mounts.list-for-relays"
    SEE_SERVER = "server.see"
    SEE_METRICS = "server.see-metrics"
    MAKE_MOUNT = "mounts.make"
    REMOVE_MOUNT = "mounts.remove"
    SEE_USERS = "users.see"
    CHANGE_USERS = "users.change"
    SEE_ALL_TOKENS = "tokens.see-all"
    REVOKE_ANY_TOKEN = "tokens.revoke-any"  # noqa: S105 (a name)
    SEE_BANS = "bans.see"
    CHANGE_BANS = "bans.change"
    SEE_LOCKOUTS = "lockouts.see"
    CLEAR_LOCKOUT = "lockouts.clear"
    SEE_SETTINGS = "settings.see"
    CHANGE_SETTINGS = "settings.change"
    SEE_RELAYS = "relays.see"
    CHANGE_RELAYS = "relays.change"
    SEE_TRANSCODERS = "transcoders.see"
    CHANGE_TRANSCODERS = "transcoders.change"
    CHANGE_COMMANDS = "autodjs.change-commands"
    BROWSE_FOLDERS = "folders.browse"
    RELOAD = "server.reload"
    UPGRADE = "server.upgrade"


class Scope(Enum):
    """What an action is about."""

    ALL = "everybody"
    SELF = "oneself"
    MOUNT = "a mount"
    LISTED = "one's own of many"
    SERVER = "the server"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may. ``never_via``: ways of logging in that are not enough, whatever the role."""

    scope: Scope
    role: Role
    never_via: frozenset[Via] = frozenset()


_NOT_BY_TOKEN = frozenset({Via.TOKEN})


def _mount(role: Role) -> Rule:
    return Rule(Scope.MOUNT, role)


def _server(role: Role = Role.SUPERADMIN) -> Rule:
    return Rule(Scope.SERVER, role)


TABLE: Mapping[Action, Rule] = {
    Action.SEE_PUBLIC: Rule(Scope.ALL, Role.ANYBODY),
    Action.LISTEN: Rule(Scope.ALL, Role.ANYBODY),
    Action.LOG_IN: Rule(Scope.ALL, Role.ANYBODY),
    Action.LOG_OUT: Rule(Scope.SELF, Role.DJ),
    Action.SEE_SELF: Rule(Scope.SELF, Role.DJ),
    Action.CHANGE_OWN_PASSWORD: Rule(Scope.SELF, Role.DJ, _NOT_BY_TOKEN),
    Action.SEE_OWN_TOKENS: Rule(Scope.SELF, Role.DJ),
    Action.MAKE_TOKEN: Rule(Scope.SELF, Role.DJ, _NOT_BY_TOKEN),
    Action.REVOKE_TOKEN: Rule(Scope.SELF, Role.DJ),
    Action.FEED: _mount(Role.SOURCE),
    Action.SET_TAGS: _mount(Role.SOURCE),
    Action.SEE_MOUNT: _mount(Role.SOURCE),
    Action.SEE_LISTENERS: _mount(Role.SOURCE),
    Action.KICK_LISTENER: _mount(Role.SOURCE),
    Action.MOVE_LISTENERS: _mount(Role.SOURCE),
    Action.KICK_SOURCE: _mount(Role.SOURCE),
    Action.SET_FALLBACK: _mount(Role.SOURCE),
    Action.CHANGE_LISTENER_ACCOUNTS: _mount(Role.SOURCE),
    Action.SEE_MOUNT_SETTINGS: _mount(Role.ADMIN),
    Action.CHANGE_MOUNT: _mount(Role.ADMIN),
    Action.SEE_AUTODJ: _mount(Role.DJ),
    Action.RUN_AUTODJ: _mount(Role.DJ),
    Action.CHANGE_AUTODJS: _mount(Role.ADMIN),
    Action.LIST_MOUNTS: Rule(Scope.LISTED, Role.DJ),
    Action.LIST_LISTENERS: Rule(Scope.LISTED, Role.DJ),
    Action.LIST_AUTODJS: Rule(Scope.LISTED, Role.DJ),
    Action.SEE_AUDIT: Rule(Scope.LISTED, Role.ADMIN),
    Action.LIST_STREAMS: _server(Role.RELAY),
    Action.SEE_SERVER: _server(),
    Action.SEE_METRICS: _server(),
    Action.MAKE_MOUNT: _server(),
    Action.REMOVE_MOUNT: _server(),
    Action.SEE_USERS: _server(),
    Action.CHANGE_USERS: _server(),
    Action.SEE_ALL_TOKENS: _server(),
    Action.REVOKE_ANY_TOKEN: _server(),
    Action.SEE_BANS: _server(),
    Action.CHANGE_BANS: _server(),
    Action.SEE_LOCKOUTS: _server(),
    Action.CLEAR_LOCKOUT: _server(),
    Action.SEE_SETTINGS: _server(),
    Action.CHANGE_SETTINGS: _server(),
    Action.SEE_RELAYS: _server(),
    Action.CHANGE_RELAYS: _server(),
    Action.SEE_TRANSCODERS: _server(),
    Action.CHANGE_TRANSCODERS: _server(),
    Action.CHANGE_COMMANDS: _server(),
    Action.BROWSE_FOLDERS: _server(),
    Action.RELOAD: _server(),
    Action.UPGRADE: _server(),
}


def permits(principal: Principal, action: Action, mount: str = "") -> bool:
    """Whether ``principal`` may; ``mount`` is the path that an action of that scope is about."""
    rule = TABLE[action]
    if rule.scope is Scope.ALL:
        return True
    if principal.role < rule.role or principal.via in rule.never_via:
        return False
    if rule.scope is Scope.MOUNT:
        return principal.owns(mount)
    return True


def require(principal: Principal, action: Action, mount: str = "") -> None:
    """Raise ``NotPermitted`` unless ``principal`` may; ``Challenge`` for who has not logged in."""
    if permits(principal, action, mount):
        return
    if principal.role is Role.ANYBODY:
        raise Challenge
    raise NotPermitted(action.value, mount)
