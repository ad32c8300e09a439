"""Whatever upstreams, listeners and operators do, in any order: a relay keeps its rules."""

from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from relays.upstreams import BEST, OK, SECOND, THIRD, Call, Station, frames
from tinyice.core.errors import DomainError
from tinyice.core.listener import Listener
from tinyice.core.relaying import RelayState
from tinyice.core.settings import MountSettings
from tinyice.relays.relay import Relay

HEADS = (
    b"",
    OK + b"\r\n",
    OK + b"icy-metaint: 7\r\n\r\n",
    b"ICY 200 OK\r\n\r\n",
    b"HTTP/1.1 302 x",
)
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@given(
    st.sampled_from((*HEADS, CHUNKED)),
    st.one_of(st.binary(max_size=600), st.just(frames(1)), st.just(b"5\r\n" + frames(1))),
    st.integers(1, 97),
)
@settings(max_examples=200)
@example(CHUNKED, b"1a1\r\n" + frames(1)[:417] + b"\r\n0\r\n\r\n", 3)
def test_any_bytes(head: bytes, rest: bytes, step: int) -> None:
    """They are a stream, or they are refused in words; nothing else comes of them."""
    station = Station()
    relay = station.relay()
    call = station.net.next().accept()
    data = head + rest
    for at in range(0, len(data), step):
        call.say(data[at : at + step])
    call.hang_up()
    station.pass_time(1)
    assert relay.snapshot().error or relay.snapshot().state is RelayState.CONNECTING
    relay.stop("the end")
    assert not station.clock.getDelayedCalls()


class Story:
    """One relay with three upstreams, and all that may happen to it."""

    def __init__(self, *, on_demand: bool) -> None:
        self.station = Station(r=MountSettings("/r", configured=True))
        self.relay: Relay = self.station.relay(BEST, SECOND, THIRD, on_demand=on_demand, linger_s=3)
        self.here: list[Listener] = []

    def call(self, act: Callable[[Call], object]) -> None:
        """Do something with the newest connection, if there is one that is open."""
        opened = [call for call in self.station.net.calls if call.is_open]
        if opened:
            if opened[-1].wire is None:
                opened[-1].accept()
            act(opened[-1])

    def refuse(self) -> None:
        waiting = [c for c in self.station.net.calls if c.is_open and c.wire is None]
        if waiting:
            waiting[0].refuse()

    def listen(self) -> None:
        try:
            self.here.append(self.station.listen()[0])
        except DomainError:
            self.relay.demand()

    def leave(self) -> None:
        if self.here:
            self.station.mounts.leave(self.station.mounts.known("/r"), self.here.pop())

    def kick(self) -> None:
        if self.station.mounts.known("/r").source is not None:
            self.station.mounts.kick_source("/r")

    def switch(self) -> None:
        off = not self.station.settings["/r"].disabled
        self.station.settings["/r"] = MountSettings("/r", configured=True, disabled=off)
        if off:
            self.station.mounts.configure(
                ["/r"], lambda path: self.station.settings[path], self.station.mounts._station
            )
        else:
            self.relay.hurry()

    @property
    def acts(self) -> dict[str, Callable[[], object]]:
        return {
            "head": lambda: self.call(lambda call: call.say(OK + b"\r\n")),
            "audio": lambda: self.call(lambda call: call.play(1)),
            "noise": lambda: self.call(lambda call: call.say(b"\0" * 999)),
            "hang up": lambda: self.call(lambda call: call.hang_up()),
            "redirect": lambda: self.call(
                lambda call: call.say(b"HTTP/1.0 302 x\r\nLocation: /x\r\n\r\n")
            ),
            "refuse": self.refuse,
            "second": lambda: self.station.pass_time(1),
            "minute": lambda: self.station.pass_time(31),
            "listen": self.listen,
            "leave": self.leave,
            "kick": self.kick,
            "switch": self.switch,
            "hurry": self.relay.hurry,
        }

    def check(self) -> None:
        """The rules that always hold."""
        relay, mount = self.relay, self.station.mounts.known("/r")
        opened = [call for call in self.station.net.calls if call.is_open]
        assert len(opened) <= 2
        alive = [one for one in (relay._current, relay._attempt) if one and not one.is_over]
        assert len(opened) == len(alive)
        found = relay.snapshot()
        if found.state is RelayState.ON_AIR:
            assert mount.source is not None
            assert found.upstream
        if found.state is RelayState.WAITING:
            assert found.next_try_s is not None
        if found.state is RelayState.IDLE:
            assert not opened
        assert len(mount.air.inputs) <= 1


ACTS = tuple(Story(on_demand=False).acts)


@given(st.lists(st.sampled_from(ACTS), max_size=40), st.booleans())
@settings(max_examples=200)
@example(["head", "audio", "listen", "hang up", "head", "audio", "minute", "head", "audio"], False)
def test_any_order(acts: list[str], on_demand: bool) -> None:
    """Two connections at most, each accounted for; nothing is left in the end."""
    story = Story(on_demand=on_demand)
    for act in acts:
        story.acts[act]()
        story.check()
    story.relay.stop("the end")
    assert not any(call.is_open for call in story.station.net.calls)
    assert not story.station.clock.getDelayedCalls()
    assert len(story.station.mounts.known("/r").air.inputs) == 0
