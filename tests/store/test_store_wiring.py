"""The store in the station: changes become its audit, logins outlive a restart."""

from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from twisted.internet.defer import Deferred

from net.loopback import Loopback
from tinyice.assembly.storage import Storage, make_storage
from tinyice.config.model import Config
from tinyice.core.access.lockouts import LockoutRules, Lockouts
from tinyice.core.access.sessions import SessionRules, Sessions
from tinyice.core.clients import Client
from tinyice.core.events import ChangeMade
from tinyice.core.hub import Hub

T = TypeVar("T")

NOW = 1_800_000_000.0
CLIENT = Client("203.0.113.9", agent="Firefox")


class Wired:
    """A station's store, with the keepers of sessions and lockouts that the station has."""

    def __init__(self, folder: Path, loopback: Loopback) -> None:
        self.loopback = loopback
        self.config = Config(data_dir=str(folder))
        self.hub = Hub()
        self.storage: Storage = make_storage(
            lambda: self.config,
            loopback.reactor,
            self.hub,
            lambda: datetime.fromtimestamp(NOW, UTC),
        )
        shelves = self.storage.store
        self.sessions = Sessions(lambda: NOW, bytes, SessionRules, shelves.sessions)
        self.lockouts = Lockouts(
            lambda: NOW,
            LockoutRules,
            self.hub.publish,
            shelf=shelves.lockouts,
            allowed=lambda _: False,
            local_time=lambda seconds: datetime.fromtimestamp(seconds, UTC),
        )

    def settle(self, story: Coroutine[Deferred[Any], Any, T]) -> T:
        """Let the reactor run until ``story`` is over."""
        outcome: list[T] = []
        Deferred.fromCoroutine(story).addCallback(outcome.append)
        self.loopback.until(lambda: outcome)
        return outcome[0]

    def change(self, subject: str) -> None:
        """Somebody changes something."""
        change = ChangeMade("anna", "session", CLIENT, "bans.change", subject, "", {}, {"n": 1})
        self.hub.publish(change)

    def subjects(self) -> list[str]:
        """What the API finds in the audit."""
        page = self.settle(
            self.storage.page(
                user="", action="", mount="", mounts=None, text="", before=None, limit=50
            )
        )
        return [entry.subject for entry in page.entries]


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[Callable[[], Wired]]:
    loopback = Loopback()
    yield lambda: Wired(tmp_path, loopback)
    loopback.close()


def test_logins_and_lockouts_outlive_a_restart(wired: Callable[[], Wired]) -> None:
    """A cookie of before opens its session again, and who was locked out still is."""
    first = wired()
    first.settle(first.storage.restore(first.sessions, first.lockouts))
    opened = first.sessions.open("anna", CLIENT)
    for _ in range(5):
        first.lockouts.failed("198.51.100.7", "invalid password")
    first.storage.store.token_uses.note("t1", CLIENT)
    first.settle(first.storage.stop())

    second = wired()
    assert second.sessions.find(opened.cookie) is None
    second.settle(second.storage.restore(second.sessions, second.lockouts))
    assert second.sessions.find(opened.cookie) == opened.session
    assert second.lockouts.listed() == first.lockouts.listed() != ()
    assert list(second.settle(second.storage.token_uses())) == ["t1"]
    second.settle(second.storage.stop())


def test_changes_become_the_audit(wired: Callable[[], Wired]) -> None:
    """What somebody changed is found by the API at once, while the audit is wanted."""
    station = wired()
    station.change("first")
    assert station.subjects() == ["first"]
    station.config = Config(data_dir=station.config.data_dir, audit_enabled=False)
    station.change("second")
    assert station.subjects() == ["first"]
    station.settle(station.storage.stop())


def test_the_file_lies_in_the_data_folder(tmp_path: Path, wired: Callable[[], Wired]) -> None:
    """Operators find everything that the server writes in one place."""
    station = wired()
    station.change("first")
    station.settle(station.storage.stop())
    assert [each.name for each in tmp_path.iterdir()] == ["tinyice.db"]
