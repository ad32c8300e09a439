"""A gatekeeper in memory, on a clock that the test turns: accounts, passwords that are counted."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from twisted.internet.defer import Deferred

from tinyice.core.access.accounts import Account, Accounts
from tinyice.core.access.gatekeeper import Gatekeeper, SourceLogin
from tinyice.core.access.lockouts import Lockout, LockoutKind, LockoutRules, Lockouts
from tinyice.core.access.principal import Principal, Role
from tinyice.core.access.sessions import (
    OpenedSession,
    SessionRecord,
    SessionRules,
    Sessions,
)
from tinyice.core.access.tokens import Token, Tokens
from tinyice.core.clients import Client
from tinyice.core.errors import Overloaded
from tinyice.core.events import AuthFailed, Event
from tinyice.core.settings import MountSettings
from tinyice.wire.basic import Credentials
from tinyice.wire.shoutcast import PasswordLine

CLIENT = Client("203.0.113.9")
ELSEWHERE = Client("198.51.100.7")
START = 1_800_000_000.0
OWN = MountSettings(
    "/own", password_hash="#mount", user_passwords={"dj": "#dj", "guest": "", "admin": "#adj"}
)
PLAIN = MountSettings("/plain", user_passwords={"dj": "#dj"})
MOUNTS = {"/own": OWN, "/plain": PLAIN, "/sc": MountSettings("/sc")}
ACCOUNTS = (
    Account("admin", Role.SUPERADMIN, "#admin"),
    Account("boss", Role.ADMIN, "#boss", frozenset({"/own", "/plain"})),
    Account("dj", Role.DJ, "#djlogin", frozenset({"/own"})),
    Account("guest", Role.DJ, ""),
)

T = TypeVar("T")


def done(work: Awaitable[T]) -> T:
    """What ``work`` gives, which must not wait."""
    results: list[T] = []
    failures: list[BaseException] = []
    Deferred.fromCoroutine(work).addCallbacks(  # type: ignore[arg-type]
        results.append, lambda failure: failures.append(failure.value)
    )
    if failures:
        raise failures[0]
    return results[0]


@dataclass
class Wall:
    """The time of day."""

    seconds: float = START

    def __call__(self) -> float:
        return self.seconds

    def moment(self) -> datetime:
        return utc(self.seconds)

    def pass_time(self, seconds: float) -> None:
        self.seconds += seconds


def utc(seconds: float) -> datetime:
    """The time that ``seconds`` since 1970 are."""
    return datetime.fromtimestamp(seconds, UTC)


@dataclass
class Checks:
    """Passwords whose hash is ``#`` and themselves; counts the work."""

    work: int = 0
    is_busy: bool = False
    asked: list[str] = field(default_factory=list)
    remembered: set[tuple[bytes, str]] = field(default_factory=set)
    waiting: list[Deferred[None]] | None = None

    async def verify(self, password: bytes, hashed: str) -> bool:
        if self.remembers(password, hashed):
            return True
        await self._count()
        self.asked.append(hashed)
        return hashed == "#" + password.decode()

    def remembers(self, password: bytes, hashed: str) -> bool:
        return (password, hashed) in self.remembered

    async def equal_cost_miss(self, password: bytes) -> bool:
        await self._count()
        return False

    def hold(self) -> None:
        """From now on nothing is decided before ``decide``."""
        self.waiting = []

    def decide(self) -> None:
        """Give all the answers that were held back."""
        waiting, self.waiting = self.waiting or [], None
        for one in waiting:
            one.callback(None)

    async def _count(self) -> None:
        if self.is_busy:
            raise Overloaded(2)
        self.work += 1
        if self.waiting is not None:
            held: Deferred[None] = Deferred()
            self.waiting.append(held)
            await held


@dataclass
class SessionFile:
    """A shelf of sessions, and how often something was written."""

    kept: dict[str, SessionRecord] = field(default_factory=dict)
    writes: int = 0

    def keep(self, record: SessionRecord) -> None:
        self.kept[record.digest] = record
        self.writes += 1

    def forget(self, digest: str) -> None:
        del self.kept[digest]


@dataclass
class LockoutFile:
    """A shelf of lockouts."""

    kept: dict[tuple[str, LockoutKind], Lockout] = field(default_factory=dict)

    def keep(self, lockout: Lockout) -> None:
        self.kept[lockout.address, lockout.kind] = lockout

    def forget(self, lockout: Lockout) -> None:
        del self.kept[lockout.address, lockout.kind]


class Chance:
    """Random bytes that are never the same, and always the same."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, length: int) -> bytes:
        self._count += 1
        return self._count.to_bytes(4, "big") * (length // 4)


class Gate:
    """A gatekeeper, all that it asks, and the events that it published."""

    def __init__(
        self,
        default: str = "#default",
        *,
        accounts: tuple[Account, ...] = ACCOUNTS,
        relay: str = "#relay",
        mounts: Mapping[str, MountSettings] | None = None,
    ) -> None:
        self.wall = Wall()
        self.checks = Checks()
        self.events: list[Event] = []
        self.allowed: set[str] = set()
        self.rules = LockoutRules()
        self.all_tokens: list[Token] = []
        self.uses: list[tuple[str, str]] = []
        self.accounts = Accounts({one.name: one for one in accounts}, default, "relay", relay)
        self.session_file = SessionFile()
        self.lockout_file = LockoutFile()
        self.sessions = Sessions(
            self.wall, Chance(), lambda: SessionRules(per_user=3), self.session_file
        )
        self.lockouts = Lockouts(
            self.wall,
            lambda: self.rules,
            self.events.append,
            shelf=self.lockout_file,
            allowed=self.allowed.__contains__,
            local_time=utc,
        )
        self.keeper = Gatekeeper(
            lambda: self.accounts,
            (MOUNTS if mounts is None else mounts).__getitem__,
            self.checks,
            lockouts=self.lockouts,
            tokens=Tokens(
                lambda: self.all_tokens,
                self.wall.moment,
                lambda token, client: self.uses.append((token, client.address)),
            ),
            sessions=self.sessions,
            shoutcast_mount=lambda: "/sc",
            publish=self.events.append,
        )

    @property
    def reasons(self) -> list[str]:
        """Why logins failed, as the log of failed logins has it."""
        return [event.reason for event in self.events if isinstance(event, AuthFailed)]

    def source(self, user: str, password: str, mount: str, client: Client = CLIENT) -> SourceLogin:
        credentials = Credentials(user, password.encode())
        return done(self.keeper.admit_source(credentials, mount, client))

    def shoutcast(self, line: PasswordLine, client: Client = CLIENT) -> SourceLogin:
        return done(self.keeper.admit_shoutcast(line, client))

    def identify(
        self, user: str, password: str, mount: str = "", client: Client = CLIENT
    ) -> Principal:
        credentials = Credentials(user, password.encode())
        return done(self.keeper.identify(credentials, client, mount))

    def log_in(
        self, user: str, password: str, client: Client = CLIENT, previous: str = ""
    ) -> OpenedSession:
        return done(self.keeper.log_in(user, password.encode(), client, previous))


def line(text: str, mount: str | None = None) -> PasswordLine:
    """The password line of a Shoutcast source."""
    user, colon, password = text.partition(":")
    if not colon:
        return PasswordLine("", text.encode(), mount, whole=text.encode())
    return PasswordLine(user, password.encode(), mount, whole=text.encode())
