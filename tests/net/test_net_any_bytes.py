"""Any bytes in any split give answers, events or a close, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.logger import globalLogPublisher

from net.net_station import RIGHT, WRONG, MemoryStation

FRAGMENTS = [
    b"GET ",
    b"SOURCE ",
    b"PUT ",
    b"POST ",
    b"HEAD ",
    b"OPTIONS ",
    b"/",
    b"/live ",
    b"/slow ",
    b"/idle ",
    b"* ",
    b"%",
    b"HTTP/1.1\r\n",
    b"HTTP/1.0\r\n",
    b"ICE/1.0\r\n",
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 0\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Type: audio/mpeg\r\n",
    b"Content-Type: multipart/form-data; boundary=x\r\n",
    b"Content-Type: application/ogg\r\n",
    b"Expect: 100-continue\r\n",
    b"Connection: close\r\n",
    b"Connection: Upgrade\r\n",
    b"Icy-MetaData: 1\r\n",
    b"icy-metaint: 3\r\n",
    b"Cookie: a=b; c\r\n",
    RIGHT,
    WRONG,
    b"5\r\nabcde\r\n",
    b"0\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET /live HTTP/1.0\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
    b"SOURCE /live HTTP/1.0\r\n" + RIGHT + b"\r\n",
    b"hackme\r\n",
    b"/other:hackme\r\n",
    b"!POKE\r\n",
    b"icy-name:x\r\n",
    b"OggS",
    b"\xff\xfb\x90\x00",
    b"\x1a\x45\xdf\xa3",
    b"ID3",
]
TALK = st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=20), max_size=25).map(b"".join)
SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=20)
ACTS = st.sampled_from(["hang_up", "abortConnection", "time", "stop", "end"])


def pieces_of(data: bytes, sizes: list[int]) -> list[bytes]:
    """``data`` in pieces of these sizes, over and over."""
    pieces, at, turn = [], 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        pieces.append(data[at : at + size])
        at += size
        turn += 1
    return pieces


def end(station: MemoryStation, act: str) -> None:
    """Somebody or something ends it all."""
    if act == "time":
        station.pass_time(200)
    elif act == "stop":
        station.mounts.stop()
        station.front.waiting.end()
        station.settle()
    elif act == "end":
        station.front.waiting.end()


def survives(talk: bytes, sizes: list[int], act: str, room: int, *, shoutcast: bool) -> None:
    """The conversation raises and logs nothing, and leaves nothing when it is over."""
    failures: list[object] = []

    def note(event: dict[str, object]) -> None:
        if "log_failure" in event:
            failures.append(event["log_failure"])

    station = MemoryStation()
    globalLogPublisher.addObserver(note)
    try:
        station.say(station.source("/idle"), b"audio")
        peer = station.connect(shoutcast=shoutcast, room=room)
        station.say(peer, *pieces_of(talk, sizes))
        station.pulse()
        if hasattr(peer, act):
            getattr(peer, act)()
        end(station, act)
        station.settle()
        peer.resumeProducing()
        peer.hang_up()
        peer.abortConnection()
        station.pass_time(200)
    finally:
        globalLogPublisher.removeObserver(note)
    assert failures == []
    assert not peer.is_open
    assert station.traces == (0, 0, 0)
    assert station.clock.getDelayedCalls() == []


ROOM = st.sampled_from([0, 100, 1 << 30])


@given(TALK, SIZES, ACTS, ROOM)
def test_door(talk: bytes, sizes: list[int], act: str, room: int) -> None:
    """At the door."""
    survives(talk, sizes, act, room, shoutcast=False)


@given(TALK, SIZES, ACTS, ROOM)
def test_shoutcast_door(talk: bytes, sizes: list[int], act: str, room: int) -> None:
    """On the Shoutcast port."""
    survives(talk, sizes, act, room, shoutcast=True)
