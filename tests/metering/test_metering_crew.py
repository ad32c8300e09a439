"""The processes that measure: how many there are, and what becomes of their streams."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from metering.measuring import Room
from tinyice.core.codec_events import MeterLost
from tinyice.formats.base import Chunk, FormatKind
from tinyice.metering.crew import LINGER_S
from tinyice.metering.stream import Stream

CHUNK = Chunk(b"audio", (0,), 0.1)


def stream(mount: str = "/live") -> Stream:
    """One that begins with the next chunk."""
    made = Stream(mount, lambda _windows: None)
    made.begin(FormatKind.MPEG, b"")
    return made


def test_one_process_for_all_and_none_for_nothing() -> None:
    """It is begun with the first, and ends a while after the last."""
    clock = Clock()
    room = Room(clock.seconds)
    assert room.links == []
    streams = [stream(f"/{number}") for number in range(5)]
    for one in streams:
        room.crew.add(one)
        one.take(CHUNK)
    assert (len(room.links), len(room.links[0].now)) == (1, 5)
    assert room.crew.snapshot().streams == 5
    for one in streams:
        room.crew.remove(one)
    assert room.links[0].now == []
    clock.advance(LINGER_S - 1)
    room.crew.sweep(clock.seconds())
    assert len(room.running) == 1
    clock.advance(1)
    room.crew.sweep(clock.seconds())
    assert room.running == []
    assert room.crew.snapshot().processes == 0


def test_who_comes_back_soon_finds_it_there() -> None:
    """Somebody goes from page to page."""
    clock = Clock()
    room = Room(clock.seconds)
    for _ in range(5):
        one = stream()
        room.crew.add(one)
        clock.advance(60)
        room.crew.sweep(clock.seconds())
        room.crew.remove(one)
        clock.advance(LINGER_S / 2)
        room.crew.sweep(clock.seconds())
    assert len(room.links) == 1


def test_after_a_death_it_goes_on_with_the_next_chunk() -> None:
    """And it is told, with the mount where there is only one."""
    clock = Clock()
    room = Room(clock.seconds)
    one = stream()
    room.crew.add(one)
    one.take(CHUNK)
    room.links[0].die()
    assert room.events == [MeterLost("/live", "killed by signal 9", 0.5)]
    one.take(CHUNK)
    assert [given.data for given in room.links[0].now] == [b"audio", b"audio"]
    assert room.crew.snapshot().restarts == 1


@given(st.integers(2, 40), st.data())
def test_the_one_that_no_decoder_survives_is_soon_alone(count: int, data: st.DataObject) -> None:
    """Few processes are enough for that, and in the end nobody else is disturbed."""
    clock = Clock()
    room = Room(clock.seconds)
    streams = [stream(f"/{number}") for number in range(count)]
    for one in streams:
        room.crew.add(one)
    poison = data.draw(st.sampled_from(streams))
    deaths, is_alone = 0, False
    while not is_alone:
        is_alone = sum(one.link is poison.link for one in streams) == 1
        for one in streams:
            one.take(CHUNK)
        next(link for link in room.links if link is poison.link).die()
        deaths += 1
    assert deaths <= 7
    assert len(room.running) <= 7
    late = stream("/late")
    room.crew.add(late)
    assert late.link is not poison.link


def test_the_one_that_hangs_is_alone_at_once() -> None:
    """The others stay together."""
    clock = Clock()
    room = Room(clock.seconds)
    streams = [stream(f"/{number}") for number in range(9)]
    for one in streams:
        room.crew.add(one)
        one.take(CHUNK)
    room.links[0].die(hung=streams[3].number)
    assert {one.link for one in streams if one is not streams[3]} == {room.links[0]}
    assert streams[3].link is room.links[1]


def test_a_process_that_dies_with_nothing_to_do_is_not_begun_again() -> None:
    """Nobody needs it."""
    clock = Clock()
    room = Room(clock.seconds)
    one = stream()
    room.crew.add(one)
    room.crew.remove(one)
    room.links[0].die()
    assert room.running == []


def test_the_end() -> None:
    """Everything is let go, and what was left out stays counted."""
    clock = Clock()
    room = Room(clock.seconds)
    one = stream()
    room.crew.add(one)
    room.links[0].left_out = 77
    assert room.crew.stop().called
    one.take(CHUNK)
    assert room.running == []
    assert room.crew.snapshot().left_out == 77


class TestStream:
    """What goes to the process, and from where on."""

    def test_it_begins_where_a_listener_could(self) -> None:
        """With the headers in force."""
        room = Room(Clock().seconds)
        one = Stream("/live", lambda _windows: None)
        room.crew.add(one)
        one.begin(FormatKind.OGG, b"HEAD")
        one.take(Chunk(b"rest of a page", (), 0.1))
        one.take(Chunk(b"xxxxpage", (4,), 0.1))
        one.take(Chunk(b"more", (), 0.1))
        assert [(each.kind, each.data) for each in room.links[0].now] == [("ogg", b"HEADpagemore")]

    def test_headers_that_come_later(self) -> None:
        """They are in force for what begins behind them."""
        room = Room(Clock().seconds)
        one = Stream("/live", lambda _windows: None)
        one.begin(FormatKind.OGG, b"")
        one.take(Chunk(b"NEW", (), 0.0, headers=b"NEW"))
        room.crew.add(one)
        one.take(Chunk(b"page", (0,), 0.1))
        assert room.links[0].now[0].data == b"NEWpage"

    def test_what_there_is_no_room_for_is_left_out(self) -> None:
        """Then it begins anew."""
        room = Room(Clock().seconds)
        one = stream()
        room.crew.add(one)
        one.take(CHUNK)
        room.links[0].has_room = False
        one.take(CHUNK)
        room.links[0].has_room = True
        one.take(CHUNK)
        assert [each.data for each in room.links[0].streams.values()] == [b"audio", b"audio"]
        assert len(room.links[0].now) == 1

    def test_a_matroska_stream_in_the_middle(self) -> None:
        """A decoder does not read on over a second beginning."""
        room = Room(Clock().seconds)
        one = Stream("/live", lambda _windows: None)
        room.crew.add(one)
        one.begin(FormatKind.MATROSKA, b"H1")
        one.take(Chunk(b"c1", (0,), 0.1))
        one.take(Chunk(b"H2", (), 0.0, headers=b"H2"))
        one.take(Chunk(b"c2", (0,), 0.1))
        assert [each.data for each in room.links[0].streams.values()] == [b"H1c1", b"H2c2"]

    def test_what_nobody_understands_is_not_measured(self) -> None:
        """No decoder is asked."""
        room = Room(Clock().seconds)
        one = Stream("/live", lambda _windows: None)
        room.crew.add(one)
        one.begin(FormatKind.RAW, b"")
        one.take(CHUNK)
        assert room.links[0].streams == {}
