"""What the station remembers of itself goes over to another process as it is."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
import pytest

from core.fakes import NOON
from tinyice.core.access.lockouts import Lockout, LockoutKind, LockoutRules, Lockouts
from tinyice.core.access.sessions import SessionRules, Sessions
from tinyice.core.clients import Client
from tinyice.core.counters import Counters
from tinyice.core.events import (
    DropReason,
    ListenerJoined,
    ListenerLeft,
    SourceConnected,
    SourceDisconnected,
    TagsChanged,
)
from tinyice.core.latest import Latest
from tinyice.core.played import Played
from tinyice.core.recent import Recent
from tinyice.core.tags import Tags
from tinyice.core.tally import Tally
from tinyice.core.trends import Trends

CLIENT = Client("192.0.2.7", "encoder/1.0")
EVENTS = (
    SourceConnected("/a", "client", CLIENT, "source", "audio/mpeg"),
    TagsChanged("/a", Tags("Somebody", "Something", "http://x"), "stream"),
    SourceConnected("/b", "client", CLIENT, "source", "audio/mpeg"),
    SourceDisconnected("/b", "client", CLIENT, "end of the body", 1.0, 5),
    ListenerJoined("/a", 1, CLIENT),
    ListenerLeft("/a", 1, CLIENT, DropReason.TOO_SLOW, 1.0, 2, 3),
)


class Memory(Protocol):
    """Something that hears events."""

    def __call__(self, event: Any) -> None:  # noqa: ANN401
        """Remember it."""

    def freeze(self) -> dict[str, Any]:
        """As values."""

    def thaw(self, state: dict[str, Any]) -> None:
        """Of values."""


def noon() -> datetime:
    return NOON


MEMORIES: dict[str, Callable[[], Memory]] = {
    "recent": lambda: Recent(now=noon),
    "latest": lambda: Latest(now=noon),
    "played": lambda: Played(now=noon),
    "tally": Tally,
}


def carried(state: dict[str, Any]) -> dict[str, Any]:
    """The state as it arrives on the other side."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=dict[str, Any])


@pytest.mark.parametrize("make", MEMORIES.values(), ids=MEMORIES)
def test_a_memory_of_events(make: Callable[[], Memory]) -> None:
    """The other one remembers the same, and says so again."""
    one, other = make(), make()
    for event in EVENTS:
        one(event)
    other.thaw(carried(one.freeze()))
    assert other.freeze() == one.freeze() != make().freeze()


def test_what_happened_before_the_hand_over_comes_first() -> None:
    """A successor's own start is told behind what it took over, with higher numbers."""
    old, new = Recent(now=noon), Recent(now=noon)
    old(EVENTS[0])
    old(EVENTS[1])
    new(EVENTS[3])
    new.thaw(carried(old.freeze()))
    assert [(one.id, one.mount) for one in new.after(0)] == [(1, "/a"), (2, "/a"), (3, "/b")]


def test_trends_and_counters() -> None:
    """Lines go on; what was counted meanwhile is added."""

    class Mount:
        path, listeners, listener_peak = "/a", (1, 2, 3), 5

    one, other = Trends([Mount()], now=noon), Trends([Mount()], now=noon)
    one.sample()
    one.sample()
    other.thaw(carried(one.freeze()))
    assert other.of("/a") == (3, 3)
    assert other.peak_of("/a") == one.peak_of("/a")
    assert other.of_all() == one.of_all()
    counted, here = Counters(connections=5, jumps=2), Counters(connections=1)
    here.thaw(carried(counted.freeze()))
    assert here == Counters(connections=6, jumps=2)


def test_sessions_and_lockouts() -> None:
    """A cookie is known on the other side, and who is locked out stays so."""

    def sessions() -> Sessions:
        return Sessions(lambda: 100.0, lambda count: b"x" * count, SessionRules, None)

    one, other = sessions(), sessions()
    cookie = one.open("admin", CLIENT).cookie
    other.thaw(carried(one.freeze()))
    assert other.find(cookie) == one.find(cookie) is not None

    def lockouts() -> Lockouts:
        return Lockouts(
            lambda: 100.0,
            LockoutRules,
            lambda _event: None,
            shelf=None,
            allowed=lambda _address: False,
            local_time=lambda seconds: datetime.fromtimestamp(seconds, UTC),
        )

    before, after = lockouts(), lockouts()
    before.put_back(
        [Lockout("192.0.2.1", LockoutKind.LOGIN, 5, 90.0, 900.0, "192.0.2.1", "wrong password")]
    )
    for _ in range(LockoutRules().failures - 1):
        before.failed("192.0.2.2", "wrong password")
    after.thaw(carried(before.freeze()))
    assert after.listed() == before.listed()
    after.failed("192.0.2.2", "wrong password")
    assert after.find("192.0.2.2") is not None
