"""ICY streams: the grid, the titles, and what a joiner is told first."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.deicy import deinterleave
from core.fakes import Rig
from core.units import Programme, UnitFramer, gaps, numbers
from formats.synthetic_frames import mpeg_frame
from tinyice.core.feeds import UNUSED_S
from tinyice.core.icygrid import IcyGrid
from tinyice.core.icytitles import IcyTitles
from tinyice.core.settings import MountSettings
from tinyice.core.tags import Tags
from tinyice.wire.icy import EMPTY_BLOCK, metadata_block


def titles_of(got: bytes, metaint: int) -> list[str]:
    return deinterleave(bytes(got), metaint).titles


@given(
    metaint=st.integers(1, 50),
    start=st.integers(0, 100),
    blocks=st.lists(st.integers(1, 20), max_size=20),
    lost=st.integers(0, 300),
)
def test_offsets_correspond(metaint: int, start: int, blocks: list[int], lost: int) -> None:
    """Each byte of the audio is found in the interleaved stream, and back."""
    grid = IcyGrid(audio=start, icy=1000)
    places: list[tuple[int, int]] = []
    """For each byte of the interleaved stream: the audio behind it, and how far behind."""
    audio = start
    for length in blocks:
        whole = metaint - audio % metaint
        places += [(audio + step, 0) for step in range(whole)]
        audio += whole
        places += [(audio, rest) for rest in range(length, 0, -1)]
        grid.begin_segment(audio, 1000 + len(places))
    grid.forget(1000 + lost)
    for icy, (at, rest) in list(enumerate(places, 1000))[lost:]:
        assert grid.to_audio(icy) == (at, rest)
        assert grid.to_icy(at) == icy + rest


def test_the_blocks_of_a_stream() -> None:
    """A full one when something is new or somebody needs it, else an empty one."""
    titles = IcyTitles(b"A")
    assert [titles.block_at(at) for at in (10, 20)] == [b"A", EMPTY_BLOCK]
    titles.repeat()
    assert [titles.block_at(at) for at in (30, 40)] == [b"A", EMPTY_BLOCK]
    titles.change(b"B")
    assert titles.first_for(40) == b"B"
    titles.change(b"C")
    assert [titles.block_at(at) for at in (50, 60)] == [b"C", EMPTY_BLOCK]
    titles.change(b"D")
    assert titles.block_at(70) == b"D"
    assert [titles.first_for(at) for at in (0, 10, 29, 30, 50, 70, 99)] == [
        b"A",
        b"A",
        b"A",
        b"C",
        b"D",
        b"D",
        b"D",
    ]
    titles.forget(50)
    assert [titles.first_for(at) for at in (50, 70)] == [b"D", b"D"]


def test_the_first_block_is_the_title_that_plays() -> None:
    """Whether its place has passed already, at join, or is still to come."""
    rig = Rig(settings=MountSettings("", burst_bytes=30_000))
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(source, programme.units(*[500] * 100))
    mount.set_tags(Tags("Кино", "Группа крови", "http://a.example/"), "admin")
    for _ in range(40):
        _, player = rig.listen(mount, 16000)
        mount.take(source, programme.units(*[500] * 64))
        rig.mounts.deliver()
        blocks = deinterleave(bytes(player.got), 16000).blocks
        assert blocks[0] == metadata_block("Кино - Группа крови", "http://a.example/")[1:]


def test_a_title_that_is_news_reaches_everyone_once() -> None:
    """In the next block of all who listen; the blocks after it are empty."""
    rig = Rig(settings=MountSettings("", burst_bytes=0))
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(source, programme.units(*[500] * 100))
    mount.set_tags(Tags(title="one"), "admin")
    players = [(rig.listen(mount, metaint)[1], metaint) for metaint in (256, 256, 4096, 16000)]
    mount.take(source, programme.units(*[500] * 100))
    mount.set_tags(Tags(title="two"), "admin")
    mount.set_tags(Tags(title="two"), "admin")
    mount.take(source, programme.units(*[500] * 100))
    rig.mounts.deliver()
    for player, metaint in players:
        titles = titles_of(bytes(player.got), metaint)
        assert titles == ["one"] * titles.count("one") + ["two"]


def test_titles_that_changed_within_the_burst_stay_in_order() -> None:
    """Who begins in the past hears the titles of the past, and the newest in the end."""
    rig = Rig()
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    for number in range(20):
        mount.set_tags(Tags(title=str(number)), "admin")
        mount.take(source, programme.units(*[500] * 15))
        players = [(rig.listen(mount, metaint)[1], metaint) for metaint in (256, 4096, 16000)]
        mount.take(source, programme.units(*[500] * 40))
        rig.mounts.deliver()
        for player, metaint in players:
            told = [int(title) for title in titles_of(bytes(player.got), metaint)]
            assert told == sorted(told)
            assert told[-1] == number


def test_charset_of_the_players() -> None:
    """Old players read what the operator says."""
    rig = Rig(settings=MountSettings("", charset="cp1251"))
    mount, source = rig.on_air(framer=UnitFramer())
    mount.set_tags(Tags(title="Кино"), "admin")
    _, player = rig.listen(mount, 256)
    mount.take(source, Programme().units(*[500] * 4))
    rig.mounts.deliver()
    assert "StreamTitle='Кино';".encode("cp1251") in player.got


def test_those_with_one_interval_share_one_feed() -> None:
    """It is made for the first, serves all alike, and goes some time after the last."""
    rig = Rig()
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(source, programme.units(*[500] * 4))
    listeners = [rig.listen(mount, 16000) for _ in range(3)]
    other, _ = rig.listen(mount, 8000)
    assert [len(feed) for feed in mount.feeds] == [0, 3, 1]
    rig.mounts.deliver()
    mount.take(source, programme.units(*[500] * 100))
    rig.mounts.deliver()
    assert len({bytes(player.got) for _, player in listeners}) == 1
    sent = mount.bytes_out
    for listener, _ in listeners:
        rig.mounts.leave(mount, listener)
    mount.sweep(100.0)
    assert [len(feed) for feed in mount.feeds] == [0, 0, 1]
    mount.sweep(100.0 + UNUSED_S - 1)
    assert [len(feed) for feed in mount.feeds] == [0, 0, 1]
    mount.sweep(100.0 + UNUSED_S)
    assert [len(feed) for feed in mount.feeds] == [0, 1]
    assert mount.bytes_out == sent
    rig.mounts.leave(mount, other)
    mount.sweep(200.0)
    rig.listen(mount, 8000)
    mount.sweep(300.0)
    assert [len(feed) for feed in mount.feeds] == [0, 1]


@pytest.mark.parametrize("metaint", [256, 1000, 16000, 65536])
def test_real_frames_at_many_moments(metaint: int) -> None:
    """Through the framer of MPEG audio: one unbroken piece from a frame on, at 50 joins."""
    dice = Random(metaint)
    frames = [mpeg_frame(filling=b"%06d" % number) for number in range(2500)]
    sent = b"".join(frames)
    rig = Rig(settings=MountSettings("", queue_bytes=2 << 20))
    mount, source = rig.on_air()
    players = []
    at = 0
    while at < len(sent):
        size = dice.randint(1, 40_000)
        mount.take(source, sent[at : at + size])
        at += size
        if at > 3000 and len(players) < 50:
            players.append(rig.listen(mount, metaint, room=dice.choice((0, 1000, 1 << 40)))[1])
        rig.mounts.deliver()
    for player in players:
        player.give()
    rig.mounts.deliver()
    for player in players:
        payload = deinterleave(bytes(player.got), metaint).payload
        payload = payload[payload.index(b"\xff\xfb") :]
        assert len(payload) >= 417
        assert sent.endswith(payload)
        assert sent.index(payload) % len(frames[0]) == 0


def test_growth_leaves_the_interleaved_streams_in_step() -> None:
    """When the queue grows, so does every feed; nobody loses a byte or a place."""
    rig = Rig(settings=MountSettings("", queue_bytes=65536, burst_bytes=1 << 20))
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(source, programme.units(*[700] * 80))
    players = [rig.listen(mount, 256, room=9)[1]]
    for _ in range(20):
        rig.clock.advance(0.5)
        rig.mounts.sweep()
        mount.take(source, programme.units(*[700] * 60))
        players.append(rig.listen(mount, 256, room=9)[1])
    for player in players:
        player.give()
    rig.mounts.deliver()
    for player in players:
        assert gaps(numbers(deinterleave(bytes(player.got), 256).payload)) <= 1
    assert mount.queue_bytes > 400_000


def test_no_listener_begins_in_audio_that_its_feed_has_lost() -> None:
    """Long titles at short intervals take the room of audio: the burst is shorter then."""
    rig = Rig(settings=MountSettings("", queue_bytes=65536, burst_bytes=65536))
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    rig.listen(mount, 256)
    for number in range(300):
        mount.set_tags(Tags(title=f"{number:04000}"), "admin")
        mount.take(source, programme.units(256))
    _, player = rig.listen(mount, 256)
    rig.mounts.deliver()
    assert numbers(deinterleave(bytes(player.got), 256).payload)[-1] == 299
