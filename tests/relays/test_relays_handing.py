"""Relays that go on in another process: the stream from any byte on, and the real connection."""

import os
import random
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from core.fakes import NOON
from features.sounding import sound
from outbound.webserver import HOST, Net, Talker, Talking
from relays.test_relays_mirror import HUB, Hub, named
from relays.test_relays_mirror import relays_of as mirrored
from relays.upstreams import BEST, OK, Station, frames, upstream
from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.outbound.client import Outbound
from tinyice.relays.adopting import adopt
from tinyice.relays.connection import UpstreamConnection
from tinyice.relays.frozen import FrozenRelay
from tinyice.relays.overlap import TAIL_BYTES
from tinyice.relays.relay import World
from tinyice.relays.relays import Inherited, Relays
from tinyice.relays.settings import RelaySettings
from tinyice.relays.stream import Stream
from tinyice.relays.terms import Terms
from tinyice.wire.response import ResponseParser

HEADS = (
    b"HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\nicy-metaint: 500\r\nicy-name: A\r\n\r\n",
    b"ICY 200 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nicy-metaint: 300\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n",
)


def written(head: bytes) -> bytes:
    """A body for that head: audio, with titles where it announces some."""
    audio, body = random.Random(7).randbytes(3500), b""
    metaint = 500 if b": 500" in head else 300 if b": 300" in head else 0
    for number, at in enumerate(range(0, len(audio), metaint or len(audio))):
        body += audio[at : at + (metaint or len(audio))]
        if metaint:
            body += b"\x02" + b"StreamTitle='%d';".ljust(32, b"\0") % number
    if b"chunked" not in head:
        return body
    return b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in (body[:999], body[999:])) + b"0\r\n\r\n"


def stream_of(head: bytes) -> Stream:
    parser = ResponseParser(1000)
    found = parser.receive(head)
    assert found is not None
    return Stream.after(found)


@pytest.mark.parametrize("head", HEADS)
@given(cut=st.integers(0, 4000), step=st.integers(1, 700))
def test_a_stream_goes_on_from_any_byte(head: bytes, cut: int, step: int) -> None:
    """Frozen and thawed anywhere, it gives what it would have given."""
    whole, split, body = stream_of(head), stream_of(head), written(head)
    expected, tags = whole.feed(body, "")
    cut = min(cut, len(body))
    got, newest = split.feed(body[:cut], "")
    split = Stream.thawed(split.freeze())
    assert (split.content_type, split.station) == (whole.content_type, whole.station)
    for at in range(cut, len(body), step):
        audio, told = split.feed(body[at : at + step], "")
        got += audio
        newest = told or newest
    assert (got, newest, split.is_complete) == (expected, tags, whole.is_complete)


def test_what_is_not_on_air_is_not_given() -> None:
    station, hub = Station(), Hub()
    relays = mirrored(station, hub)
    relays.apply(named(RelaySettings("/r", (upstream(BEST),))), ())
    station.net.next().accept().say(OK)
    assert relays.leaving() == []
    relays.stop()


def test_what_can_not_be_given_goes_on() -> None:
    """As over TLS, whose state no other process can have."""
    station, hub = Station(), Hub()
    relays = mirrored(station, hub)
    relays.apply(named(RelaySettings("/r", (upstream(BEST),))), ())
    call = station.net.next().stream()
    assert relays.leaving() == []
    station.play(call, 2)
    assert station.mounts.known("/r").source is not None
    relays.stop()


def test_what_listeners_had_last_is_known() -> None:
    """Of a relay that must dial anew: the burst of its upstream repeats that."""
    station, other = Station(), Station()
    relays, successor = mirrored(station, Hub()), mirrored(other, Hub())
    relays_named = {"/r": RelaySettings("/r", (upstream(BEST),))}
    relays.apply(relays_named, ())
    call = station.net.next().stream(seconds=1)
    last = frames(2)[-TAIL_BYTES:]
    station.pass_time(1, lambda: call.play(0.1))
    assert relays.tails() == {"/r": last}
    successor.apply(relays_named, (), Inherited({}, {}, relays.tails(), nobody, nobody))
    assert successor.tails() == {"/r": last}
    relays.stop()
    successor.stop()


def test_the_list_of_a_mirrored_server_is_known_at_once() -> None:
    """Before it was read again: its mounts must not be without their relays meanwhile."""
    station, hub = Station(), Hub()
    hub.streamlist("/a", "/b")
    relays = mirrored(station, hub)
    relays.apply({}, (HUB,))
    lists = relays.lists()
    assert lists == {HUB.name: ["/a", "/b"]}
    other, silent = Station(), Hub()
    silent.silent = True
    successor = mirrored(other, silent)
    successor.apply({}, (HUB,), Inherited({}, lists, {}, nobody, nobody))
    assert [one.mount for one in successor.snapshot()] == ["/a", "/b"]
    relays.stop()
    successor.stop()


def nobody(*_: object) -> Mount:
    """No relay was on air."""
    raise AssertionError


class Side:
    """Relays with mounts of their own, as one of two processes has them."""

    def __init__(self, net: Net) -> None:
        self.mounts = Mounts(
            ["/r"],
            lambda path: replace(MountSettings(path), configured=True),
            StationSettings(),
            publish=lambda _: None,
            clock=reactor.seconds,
            recorder_for=lambda _: None,
        )
        outbound: Outbound = net.client()
        terms = Terms(
            mounts=self.mounts,
            dial=outbound.dial(),
            clock=reactor,
            now=lambda: NOON,
            agent="tinyice test",
            lead_s=lambda: 0.0,
            token=lambda path: path,
        )
        world = World(terms, lambda _: None, lambda: 0.5)
        self.relays = Relays(world, outbound, clock=reactor, now=lambda: NOON)

    @property
    def bytes_in(self) -> int:
        return self.mounts.known("/r").bytes_in

    def begin(self, path: str, source: Source) -> Mount:
        return self.mounts.claim(path, source)


class HandingTests(TestCase):
    timeout = 20

    def setUp(self) -> None:
        self.net = Net()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.net.close()))
        self.server = Talking(self.answer)
        self.port = self.net.listen(self.server)
        self.settings = RelaySettings("/r", (upstream(f"http://{HOST}:{self.port}/live"),))

    @staticmethod
    def answer(talker: Talker) -> None:
        talker.transport.write(OK + b"icy-metaint: 1000\r\n\r\n")

    async def until(self, condition: object) -> None:
        while not condition():  # type: ignore[operator]
            await deferLater(reactor, 0.01)

    async def test_a_connection_goes_on_elsewhere(self) -> None:
        """The upstream notices nothing; no byte is lost, not in the middle of a block."""
        audio = sound("/r", 0, 60)
        title = b"\x02" + b"StreamTitle='Before';".ljust(32, b"\0")
        body = audio[:1000] + title + audio[1000:2000] + b"\0" + audio[2000:3000] + b"\0"
        body += audio[3000:4000] + b"\x02" + b"StreamTitle='After';".ljust(32, b"\0")
        body += audio[4000:4500]
        first, second = Side(self.net), Side(self.net)
        first.relays.apply({"/r": self.settings}, ())
        await self.until(lambda: self.server.connections)
        (talker,) = self.server.connections
        await self.until(lambda: self.server.heard)
        cut = 4000 + 1 + 32 + 1 + 1 + 10
        talker.transport.write(body[:cut])
        await self.until(lambda: first.mounts.known("/r").bytes_in == 4000)
        assert first.mounts.known("/r").tags == Tags(title="Before")

        (leaving,) = first.relays.leaving()
        packed = msgspec.msgpack.encode(leaving.frozen)
        descriptor = os.dup(leaving.descriptor)
        mount = first.mounts.known("/r")
        assert leaving.source is mount.source
        mount.detach(leaving.source)
        leaving.let_go()
        state = msgspec.msgpack.decode(packed, type=FrozenRelay)

        def connect(_mount: str, protocol: UpstreamConnection) -> None:
            adopt(reactor, descriptor, protocol)

        inherited = Inherited({state.mount: state}, {}, {}, second.begin, connect)
        second.relays.apply({"/r": self.settings}, (), inherited)
        assert not inherited.relays

        talker.transport.write(body[cut:])
        await self.until(lambda: second.mounts.known("/r").tags == Tags(title="After"))
        mount = second.mounts.known("/r")
        await self.until(lambda: mount.bytes_in == 500)
        assert len(self.server.connections) == 1
        (found,) = second.relays.snapshot()
        assert found.upstream == f"http://{HOST}:{self.port}/live"
        first.relays.stop()
        second.relays.stop()
        await self.until(lambda: not talker.transport.connected)
