"""Connections of MPD clients that another process goes on with: nobody notices."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from autodj.mpd_station import MemoryStation
from autodj.mpd_wire import Wire
from tinyice.autodj.mpd.connected import QUIET_S, Connected
from tinyice.autodj.mpd.needs import NOTHING, Subsystem
from tinyice.autodj.mpd.server import MpdServer
from tinyice.core.clients import Client
from tinyice.core.tracks import Track
from tinyice.wire.mpd import GREETING

SOMEBODY = IPv4Address("TCP", "192.0.2.1", 1234)

TALK = (
    b'password "open sesame"\ntagtypes clear\ntagtypes enable Title\nbinarylimit 64\n'
    b'subscribe news\nsendmessage news "it rains"\naddid top.opus\ncommand_list_ok_begin\n'
    b"status\naddid odd/caf\xe9.ogg\ncommand_list_end\nplaylistinfo\nidle mixer\nnoidle\n"
    b"command_list_begin\nplay 500\ncommand_list_end\nreadmessages\nsetvol 30\nidle\nidle\nping\n"
)  # fmt: skip


class Hall:
    """Two processes in turn, with one AutoDJ."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.memory = MemoryStation(self.clock.seconds, free=NOTHING)
        self.said = b""
        self._take_over()
        connected = self.server.buildProtocol(SOMEBODY)
        assert connected is not None
        self.connected: Connected = connected
        self._plug()
        assert self.hear() == GREETING

    def _take_over(self) -> None:
        self.server = MpdServer(
            self.memory.station, clock=self.clock, client_for=lambda at: Client(at.host)
        )
        self.memory.player.tell = self.server.changed

    def _plug(self) -> None:
        self.wire = Wire()
        self.connected.makeConnection(self.wire)

    def hear(self) -> bytes:
        """What the client is told by now."""
        self.clock.pump([0.0] * 3)
        return self.wire.said()

    def say(self, data: bytes) -> None:
        """Something the client says; answers are collected."""
        if not self.wire.is_closing:
            self.connected.dataReceived(data)
        self.said += self.hear()

    def move(self, unsent: bytes = b"") -> None:
        """Another process takes over."""
        still: list[None] = []
        self.server.halt().addCallback(still.append)
        assert still == [None]
        frozen = self.connected.freeze(unsent)
        self.connected.forsake()
        assert len(self.server) == 0
        if frozen is None:
            return
        self._take_over()
        heir = self.server.resume(SOMEBODY, json.loads(json.dumps(frozen)))
        assert heir is not None
        self.connected = heir
        self._plug()


@settings(deadline=None, max_examples=300)
@given(st.lists(st.integers(1, len(TALK) - 1), min_size=1, max_size=4, unique=True))
def test_a_talk_that_moves_between_any_two_bytes(cuts: Sequence[int]) -> None:
    """It is answered as one that stays."""
    stays, moves = Hall(), Hall()
    at = 0
    for cut in [*sorted(cuts), len(TALK)]:
        stays.say(TALK[at:cut])
        moves.say(TALK[at:cut])
        if cut < len(TALK):
            moves.move()
            moves.said += moves.hear()
        at = cut
    assert moves.said == stays.said
    assert moves.wire.is_closing, "who waits may not say ping"


def test_who_waits_goes_on_waiting() -> None:
    """And hears of what changes there; with what was not sent before in front of it."""
    hall = Hall()
    hall.say(b'password "open sesame"\nidle player mixer\n')
    hall.move(unsent=b"before")
    assert hall.hear() == b"before"
    hall.clock.advance(QUIET_S * 2)
    hall.server.changed(Subsystem.OPTIONS)
    assert hall.hear() == b""
    hall.memory.player.set_volume(10)
    assert hall.hear() == b"changed: mixer\nOK\n"
    hall.say(b"idle\n")
    assert hall.hear() == b""
    assert hall.said.endswith(b"changed: options\nOK\n")
    hall.clock.advance(QUIET_S + 1)
    assert hall.wire.disconnected


def test_what_is_under_way_comes_to_its_end_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing more is heard, until it moves, or does not."""
    hall = Hall()
    hall.say(b'password "open sesame"\n')
    asked: list[Deferred[Sequence[Track | None]]] = []

    async def slow(_paths: Sequence[str]) -> Sequence[Track | None]:
        asked.append(Deferred())
        return await asked[-1]

    monkeypatch.setattr(hall.memory.library, "tracks", slow)
    hall.said = b""
    hall.say(b"readcomments top.opus\nping\nping\n")
    still: list[None] = []
    hall.server.halt().addCallback(still.append)
    assert not still
    assert hall.connected.freeze(b"") is None
    asked[0].callback([None])
    assert still == [None]
    assert hall.hear() == b"ACK [50@0] {readcomments} No such song\n"
    hall.server.go_on()
    assert hall.hear() == b"OK\nOK\n"
    hall.server.halt()
    hall.say(b"ping\n")
    assert hall.hear() == b""
    hall.move()
    assert hall.hear() == b"OK\n"
