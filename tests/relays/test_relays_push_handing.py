"""Pushes that go on in another process: with what waits, and on the real connection."""

import os
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from core.fakes import NOON
from features.sounding import sound
from outbound.webserver import HOST, Net, Talker, Talking
from relays.targets import Studio
from tinyice.config.items import Push as PushItem
from tinyice.core.clients import Client
from tinyice.core.mounts import Mounts
from tinyice.core.pace import Pace
from tinyice.core.pushing import PushState
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.source import Source
from tinyice.formats.base import Chunk
from tinyice.relays.adopting import adopt
from tinyice.relays.outflow import Outflow
from tinyice.relays.push import Surroundings
from tinyice.relays.push_frozen import FrozenFlow, FrozenPush
from tinyice.relays.push_session import Ways
from tinyice.relays.push_settings import settings_of
from tinyice.relays.pushes import InheritedPushes, Pushes
from tinyice.relays.target import TargetConnection
from tinyice.wire.station import StationFields

STEPS = st.lists(
    st.one_of(st.just("pause"), st.just("go on"), st.integers(1, 400), st.just("headers")),
    max_size=40,
)


@given(STEPS, st.integers(0, 40))
def test_an_outflow_goes_on_from_any_step(steps: list[object], cut: int) -> None:
    """Frozen and thawed anywhere, as much goes out as would have gone out."""
    whole: list[bytes] = []
    split: list[bytes] = []
    one, two = Outflow(whole.append), Outflow(split.append)
    headers = b"H"
    for number, step in enumerate(steps):
        if number == cut:
            state = msgspec.msgpack.decode(msgspec.msgpack.encode(two.freeze(b"")), type=FrozenFlow)
            two = Outflow(split.append)
            two.thaw(state)
            one.go_on()
        for flow in (one, two):
            if step == "pause":
                flow.pause()
            elif step == "go on":
                flow.go_on()
            elif step == "headers":
                flow.take(Chunk(b"H%d" % number, headers=b"H%d" % number), headers, 1000)
            elif isinstance(step, int):
                flow.take(Chunk(b"%06d" % number * step, (0,)), headers, 1000)
        headers = b"H%d" % number if step == "headers" else headers
    for flow in (one, two):
        flow.go_on()
    assert b"".join(split) == b"".join(whole)
    assert (two.bytes_out, two.left_out) == (one.bytes_out, one.left_out)


def test_what_is_not_taken_is_not_given() -> None:
    """Nor what can't be, as over TLS."""
    studio = Studio()
    studio.push()
    assert studio.pushes.leaving() == []
    encoder = studio.on_air()
    assert studio.pushes.leaving() == []
    call = studio.taken(encoder)
    assert studio.pushes.leaving() == []
    assert call.is_open


class Side:
    """Pushes with a mount of their own, as one of two processes has them."""

    def __init__(self, net: Net) -> None:
        self.mounts = Mounts(
            ["/here"],
            lambda path: replace(MountSettings(path), configured=True),
            StationSettings(),
            publish=lambda _: None,
            clock=reactor.seconds,
            recorder_for=lambda _: None,
        )
        world = Surroundings(
            ways=Ways(net.client().dial(), reactor),
            publish=lambda _: None,
            random=lambda: 0.5,
            now=lambda: NOON,
            agent="tinyice test",
        )
        self.pushes = Pushes(self.mounts, world)
        self.source = Source(
            kind="client",
            client=Client("203.0.113.4"),
            user="source",
            credential="x",
            content_type="audio/mpeg",
            station=StationFields(),
            control=self,
            pace=Pace(0),
            connected_at=NOON,
            now=reactor.seconds(),
        )
        self.mount = self.mounts.claim("/here", self.source)

    def hold(self, seconds: float) -> None: ...

    def close(self, reason: str) -> None: ...

    def send(self, data: bytes) -> None:
        self.mount.take(self.source, data)


class HandingTests(TestCase):
    timeout = 20

    def setUp(self) -> None:
        self.net = Net()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.net.close()))
        self.server = Talking(self.answer)
        self.port = self.net.listen(self.server)
        push = PushItem(id="hub", mount="/here", url=f"http://{HOST}:{self.port}/there")
        self.settings = {"hub": settings_of(push)}

    @staticmethod
    def answer(talker: Talker) -> None:
        talker.transport.write(b"HTTP/1.0 200 OK\r\n\r\n")

    async def until(self, condition: object) -> None:
        while not condition():  # type: ignore[operator]
            await deferLater(reactor, 0.01)

    @property
    def heard(self) -> bytes:
        return b"".join(self.server.heard).partition(b"\r\n\r\n")[2]

    async def handed_over(self, first: Side, second: Side) -> InheritedPushes:
        """Let the push of ``first`` go on at ``second``."""
        (leaving,) = first.pushes.leaving()
        packed = msgspec.msgpack.encode(leaving.frozen)
        descriptor = os.dup(leaving.descriptor)
        leaving.let_go()
        state = msgspec.msgpack.decode(packed, type=FrozenPush)

        def connect(_called: str, protocol: TargetConnection) -> None:
            adopt(reactor, descriptor, protocol)

        inherited = InheritedPushes({"hub": state}, connect)
        second.pushes.apply(self.settings, inherited)
        if inherited.pushes:
            os.close(descriptor)
        return inherited

    async def test_a_connection_goes_on_elsewhere(self) -> None:
        """The other server notices nothing, and gets every frame once."""
        audio = sound("/here", 0, 90)
        first, second = Side(self.net), Side(self.net)
        first.pushes.apply(self.settings)
        first.send(audio[: 417 * 3])
        await self.until(lambda: first.pushes.find("hub").snapshot().state is PushState.SENDING)
        first.send(audio[417 * 3 : 417 * 30])
        second.send(audio[: 417 * 30])
        inherited = await self.handed_over(first, second)
        assert not inherited.pushes
        assert first.pushes.find("hub").snapshot().state is PushState.IDLE
        second.send(audio[417 * 30 :])
        await self.until(lambda: len(self.heard) >= 417 * 80)
        assert self.heard in audio
        assert len(self.server.connections) == 1
        assert second.pushes.find("hub").snapshot().connected_at == NOON
        first.pushes.stop()
        second.pushes.stop()
        await self.until(lambda: not self.server.connections[0].transport.connected)

    async def test_what_is_another_push_now_begins_anew(self) -> None:
        """As after the file was changed."""
        first, second = Side(self.net), Side(self.net)
        first.pushes.apply(self.settings)
        first.send(sound("/here", 0, 10))
        await self.until(lambda: first.pushes.find("hub").snapshot().state is PushState.SENDING)
        (talker,) = self.server.connections
        push = PushItem(id="hub", mount="/here", url=f"http://{HOST}:{self.port}/elsewhere")
        self.settings = {"hub": settings_of(push)}
        inherited = await self.handed_over(first, second)
        assert list(inherited.pushes) == ["hub"]
        await self.until(lambda: not talker.transport.connected)
        second.send(sound("/here", 10, 10))
        await self.until(lambda: len(self.server.connections) == 2)
        for side in (first, second):
            side.pushes.stop()
        await self.until(lambda: not self.server.connections[1].transport.connected)
