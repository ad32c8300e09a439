"""Who gets in follows the configuration in force, whatever it was at the start."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
import pytest
from twisted.internet.defer import Deferred

from tinyice.assembly.access import Access, Shelves, hashes_in, make_access
from tinyice.config.advanced import AdvancedMount
from tinyice.config.items import ApiToken
from tinyice.config.model import Config, User
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.access.tokens import mint
from tinyice.core.clients import Client
from tinyice.core.errors import LockedOut, Refused
from tinyice.core.events import Event
from tinyice.wire.basic import Credentials
from tinyice.wire.shoutcast import PasswordLine
from tinyice.work.passwords import hash_now
from tinyice.work.testing import MemoryWorker

HERE = Client("203.0.113.9")
HASHES = {word: hash_now(word, 4) for word in ("admin", "dj", "djmount", "default", "relay")}
CONFIG = Config(
    admin_password=HASHES["admin"],
    default_source_password=HASHES["default"],
    relay_password=HASHES["relay"],
    users={
        "dj": User(password=HASHES["dj"], role="dj", mounts={"/dj": HASHES["djmount"]}),
        "clerk": User(password=HASHES["dj"]),
    },
)

T = TypeVar("T")


@dataclass
class House:
    """What is made of a configuration, which can be replaced."""

    config: Config = CONFIG
    now: datetime = datetime(2026, 11, 20, tzinfo=UTC)
    events: list[Event] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.worker = MemoryWorker()
        self.access: Access = make_access(
            lambda: self.config,
            [self.worker],
            Shelves(None, None, lambda token, _client: self.uses.append(token)),
            key=b"k" * 32,
            random=bytes,
            now=lambda: self.now,
            publish=self.events.append,
        )

    def change(self, **changes: object) -> None:
        self.config = msgspec.structs.replace(self.config, **changes)

    def done(self, work: Awaitable[T]) -> T:
        outcome: list[T] = []
        failures: list[BaseException] = []
        Deferred.fromCoroutine(work).addCallbacks(  # type: ignore[arg-type]
            outcome.append, lambda failure: failures.append(failure.value)
        )
        while not outcome and not failures:
            assert self.worker.flush()
        if failures:
            raise failures[0]
        return outcome[0]

    def identify(self, user: str, password: str, mount: str = "") -> Principal:
        credentials = Credentials(user, password.encode())
        return self.done(self.access.gatekeeper.identify(credentials, HERE, mount))

    def fail(self, times: int) -> None:
        for _ in range(times):
            with pytest.raises(Refused):
                self.identify("admin", "wrong")


def test_the_accounts_of_the_file() -> None:
    """Each with its role; relays and sources as the file has them."""
    house = House()
    assert house.identify("admin", "admin").role is Role.SUPERADMIN
    assert house.identify("dj", "dj") == Principal("dj", Role.DJ, Via.BASIC, frozenset({"/dj"}))
    assert house.identify("clerk", "dj").role is Role.ADMIN
    assert house.identify("dj", "djmount", "/dj").via is Via.SOURCE
    assert house.identify("relay", "relay").role is Role.RELAY
    assert house.identify("x", "default", "/any").mounts == {"/any"}


def test_a_changed_file_holds_at_once() -> None:
    """An account that is gone can't log in, and its session is over."""
    house = House()
    opened = house.done(house.access.gatekeeper.log_in("dj", b"dj", HERE))
    kept = house.access.sessions
    house.change(users={})
    with pytest.raises(Refused):
        house.identify("dj", "dj")
    assert kept.of("dj")
    house.access.reap()
    assert not kept.of("dj")
    assert house.access.gatekeeper.by_session(opened.cookie) is None


def test_the_mount_of_shoutcast_encoders_is_that_of_now() -> None:
    """Also after a reload."""
    house = House()
    line = PasswordLine("", b"default", None, whole=b"default")
    assert house.done(house.access.gatekeeper.admit_shoutcast(line, HERE)).mount == "/live"
    house.change(shoutcast_mount="/sc")
    assert house.done(house.access.gatekeeper.admit_shoutcast(line, HERE)).mount == "/sc"


def test_the_rules_of_lockouts_and_the_allow_list_are_those_of_now() -> None:
    """Whoever is put on the list is let in again."""
    house = House()
    house.change(lockout_failures=2, lockout_time=60.0)
    house.fail(2)
    with pytest.raises(LockedOut) as refused:
        house.identify("admin", "admin")
    assert refused.value.retry_after == 60
    house.change(whitelisted_ips=("203.0.113.0/24",))
    house.identify("admin", "admin")
    house.change(whitelisted_ips=(), lockout_failures=0)
    house.fail(3)
    house.identify("admin", "admin")


def test_how_long_a_session_lasts_is_what_the_file_says() -> None:
    """Unused, and at all."""
    house = House()
    house.change(session_idle=60.0)
    opened = house.done(house.access.gatekeeper.log_in("dj", b"dj", HERE))
    house.now += timedelta(seconds=59)
    assert house.access.gatekeeper.by_session(opened.cookie) is not None
    house.now += timedelta(seconds=60)
    assert house.access.gatekeeper.by_session(opened.cookie) is None


def test_tokens_of_the_file() -> None:
    """They stand for their users, and their uses are told."""
    house = House()
    secret, token = mint("x", "dj", created_at=house.now, expires_at=None, random=bytes)
    with pytest.raises(Refused):
        house.access.gatekeeper.by_token(secret, HERE)
    entry = ApiToken(
        id=token.id,
        name=token.name,
        user=token.user,
        hash=token.digest,
        created_at=token.created_at.isoformat(),
    )
    house.change(api_tokens=(entry,))
    assert house.access.gatekeeper.by_token(secret, HERE).name == "dj"
    assert house.uses == [token.id]


def test_every_hash_of_the_file_is_known() -> None:
    """A wrong login costs what the dearest of them does."""
    config = msgspec.structs.replace(
        CONFIG, mounts={"/a": "A"}, advanced_mounts={"/b": AdvancedMount(password="B")}
    )
    assert {*HASHES.values(), "A", "B"} <= set(hashes_in(config))
