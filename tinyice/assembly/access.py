"""Who gets in, made from the configuration in force."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from tinyice.config.accounts import accounts_of, tokens_of
from tinyice.config.model import Config
from tinyice.config.mounts import settings_for
from tinyice.core.access.accounts import Accounts
from tinyice.core.access.gatekeeper import Gatekeeper
from tinyice.core.access.lockouts import LockoutRules, Lockouts, LockoutShelf
from tinyice.core.access.sessions import SessionRules, Sessions, SessionShelf
from tinyice.core.access.tokens import Token, Tokens
from tinyice.core.clients import Client
from tinyice.core.events import Event
from tinyice.core.networks import Networks
from tinyice.work.jobs import Work
from tinyice.work.passwords import Passwords

T = TypeVar("T")


class Derived(Generic[T]):
    """What follows from the configuration in force, made once for each configuration."""

    def __init__(self, config: Callable[[], Config], make: Callable[[Config], T]) -> None:
        self._config = config
        self._make = make
        self._made_of = config()
        self._made = make(self._made_of)

    def __call__(self) -> T:
        """What follows from the configuration of now."""
        config = self._config()
        if config is not self._made_of:
            self._made_of, self._made = config, self._make(config)
        return self._made


@dataclass(frozen=True, slots=True)
class Shelves:
    """What outlives the process; None: nothing does. ``token_used`` hears of uses of tokens."""

    sessions: SessionShelf | None
    lockouts: LockoutShelf | None
    token_used: Callable[[str, Client], None]


@dataclass(frozen=True, slots=True)
class Access:
    """The gatekeeper, and what it keeps."""

    gatekeeper: Gatekeeper
    lockouts: Lockouts
    sessions: Sessions
    passwords: Passwords
    accounts: Callable[[], Accounts]
    tokens: Callable[[], Iterable[Token]]

    def reap(self) -> None:
        """End the sessions whose time is over, and those of users who are gone; now and then."""
        accounts = self.accounts()
        self.sessions.reap(lambda user: accounts.find(user) is not None)


def make_access(
    config: Callable[[], Config],
    checkers: Sequence[Work],
    shelves: Shelves,
    *,
    key: bytes,
    random: Callable[[int], bytes],
    now: Callable[[], datetime],
    publish: Callable[[Event], None],
) -> Access:
    """Make them. ``config`` gives the configuration of now: nothing here keeps an old one."""
    passwords = Passwords(checkers, key=key, hashes=Derived(config, hashes_in))
    allowed = Derived(config, _allowed)
    accounts, tokens = Derived(config, accounts_of), Derived(config, tokens_of)
    sessions = Sessions(
        lambda: now().timestamp(), random, Derived(config, _session_rules), shelves.sessions
    )
    lockouts = Lockouts(
        lambda: now().timestamp(),
        Derived(config, _lockout_rules),
        publish,
        shelf=shelves.lockouts,
        allowed=lambda address: address in allowed(),
        local_time=lambda seconds: datetime.fromtimestamp(seconds).astimezone(),
    )
    gatekeeper = Gatekeeper(
        accounts,
        lambda path: settings_for(config(), path),
        passwords,
        lockouts=lockouts,
        tokens=Tokens(tokens, now, shelves.token_used),
        sessions=sessions,
        shoutcast_mount=lambda: config().shoutcast_mount,
        publish=publish,
    )
    return Access(gatekeeper, lockouts, sessions, passwords, accounts, tokens)


def hashes_in(config: Config) -> tuple[str, ...]:
    """Every hash that a login can be held against."""
    users = config.users.values()
    return (
        config.admin_password,
        config.default_source_password,
        config.relay_password,
        *config.mounts.values(),
        *(mount.password for mount in config.advanced_mounts.values()),
        *(autodj.mpd_password for autodj in config.autodjs),
        *(
            hashed
            for mount in config.advanced_mounts.values()
            for hashed in mount.listener_accounts.values()
        ),
        *(user.password for user in users),
        *(hashed for user in users for hashed in user.mounts.values()),
    )


def _allowed(config: Config) -> Networks:
    return Networks(config.whitelisted_ips)


def _session_rules(config: Config) -> SessionRules:
    return SessionRules(idle_s=config.session_idle, absolute_s=config.session_lifetime)


def _lockout_rules(config: Config) -> LockoutRules:
    return LockoutRules(
        failures=config.lockout_failures,
        window_s=config.lockout_window,
        lockout_s=config.lockout_time,
        scan_paths=config.scan_paths,
    )
