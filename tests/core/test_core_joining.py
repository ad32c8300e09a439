"""Where a listener begins: burst, freshness, headers, intro."""

from itertools import pairwise

import pytest

from core.deicy import deinterleave
from core.fakes import Rig
from core.units import Programme, UnitFramer, numbers
from tinyice.core.errors import MountIdle
from tinyice.core.listener import Listener
from tinyice.core.settings import MountSettings
from tinyice.core.tags import Tags
from tinyice.formats.base import FormatKind
from tinyice.formats.raw import RawFramer

METAINTS = (None, 256, 4096, 16000, 65536)


def heard(got: bytes, metaint: int | None) -> bytes:
    """The stream that a player makes of what it got."""
    return bytes(got) if metaint is None else deinterleave(bytes(got), metaint).payload


@pytest.mark.parametrize("metaint", METAINTS)
@pytest.mark.parametrize("burst", [0, 1, 5000, 65536, 262_144])
def test_the_burst_is_what_was_asked_for(burst: int, metaint: int | None) -> None:
    """Whole units, at most ``burst`` bytes of them, and nearly that many."""
    rig = Rig(settings=MountSettings("", burst_bytes=burst))
    mount, source = rig.on_air(framer=UnitFramer())
    mount.take(source, Programme().units(*[1000] * 500))
    _, player = rig.listen(mount, metaint)
    found = numbers(heard(player.got, metaint))
    assert found == list(range(500 - len(found), 500))
    slack = 1 if metaint is None else metaint // 1000 + 2
    assert max(1, burst // 1000 - slack) <= len(found) <= max(2, burst // 1000)


@pytest.mark.parametrize("metaint", METAINTS)
def test_the_burst_is_at_most_half_the_queue(metaint: int | None) -> None:
    """Somebody new is not behind at once."""
    rig = Rig(settings=MountSettings("", burst_bytes=1 << 20, queue_bytes=200_000))
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(source, programme.units(*[1000] * 500))
    listener, player = rig.listen(mount, metaint, room=0)
    mount.take(source, programme.units(*[1000] * 90))
    assert listener.jumps == 0
    player.give()
    rig.mounts.deliver()
    found = numbers(heard(player.got, metaint))
    assert found == list(range(590 - len(found), 590))


@pytest.mark.parametrize("metaint", METAINTS)
def test_no_burst_after_a_silence(metaint: int | None) -> None:
    """What came before a gap of more than 2 s is old: at most one unit of it is given."""
    rig = Rig()
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(source, programme.units(*[1000] * 100))
    rig.clock.advance(2.1)
    _, player = rig.listen(mount, metaint)
    assert numbers(heard(player.got, metaint))[0] >= 98
    mount.take(source, programme.units(*[1000] * 3))
    _, player = rig.listen(mount, metaint)
    rig.mounts.deliver()
    assert numbers(heard(player.got, metaint))[0] >= 99


def test_a_source_that_is_ahead_of_time_is_not_silent() -> None:
    """Some seconds of audio at once, and then none for as long, are no gap."""
    rig = Rig()
    mount, source = rig.on_air(framer=UnitFramer(seconds_per_byte=1 / 16000))
    mount.take(source, Programme().units(*[1000] * 80))
    rig.clock.advance(6.9)
    _, player = rig.listen(mount)
    assert len(numbers(bytes(player.got))) == 65
    rig.clock.advance(0.2)
    _, player = rig.listen(mount)
    assert len(numbers(bytes(player.got))) == 1


def test_nobody_is_ahead_for_ever() -> None:
    """An hour of audio sent in a minute is old all the same when the source falls silent."""
    rig = Rig()
    mount, source = rig.on_air(framer=UnitFramer(seconds_per_byte=1.0))
    mount.take(source, Programme().units(*[1000] * 80))
    rig.clock.advance(12.1)
    _, player = rig.listen(mount)
    assert len(numbers(bytes(player.got))) == 1


@pytest.mark.parametrize("metaint", METAINTS)
def test_a_new_session_gives_nothing_of_the_old_one(metaint: int | None) -> None:
    """Who joins after an encoder came back hears only what it sent since."""
    rig = Rig()
    mount, source = rig.on_air(framer=UnitFramer())
    early = rig.listen(mount, metaint)[1]
    programme = Programme()
    mount.take(source, programme.units(*[1000] * 100))
    rig.clock.advance(30)
    again, source = rig.claim("/live", rig.source(framer=UnitFramer()))
    assert again is mount
    players = [rig.listen(mount, metaint)[1]]
    mount.take(source, programme.units(700, 800))
    players.append(rig.listen(mount, metaint)[1])
    rig.mounts.deliver()
    for player in players:
        assert numbers(heard(player.got, metaint)) in ([100, 101], [101])
    assert numbers(heard(early.got, metaint)) == list(range(102))


def test_nobody_joins_before_the_headers_are_known() -> None:
    """A stream with headers can be heard only after them."""
    rig = Rig()
    framer = UnitFramer(FormatKind.OGG, headers=b"HEADERS")
    mount, source = rig.on_air(framer=framer)
    with pytest.raises(MountIdle):
        rig.listen(mount)
    mount.take(source, b"HEAD")
    with pytest.raises(MountIdle):
        rig.listen(mount)
    programme = Programme()
    mount.take(source, b"ERS" + programme.units(*[1000] * 90))
    assert not mount.carries_icy
    _, player = rig.listen(mount)
    assert player.got.startswith(b"HEADERS")
    assert numbers(bytes(player.got[7:])) == list(range(25, 90))


def test_the_headers_are_those_of_the_place() -> None:
    """In a chained stream, who begins in an earlier link gets that link's headers."""
    rig = Rig(settings=MountSettings("", burst_bytes=5000))
    mount, source = rig.on_air(framer=UnitFramer(FormatKind.OGG, headers=b"HEADERS-1"))
    programme = Programme()
    mount.take(source, b"HEADERS-1" + programme.units(*[1000] * 9))
    source.framer = UnitFramer(FormatKind.OGG, headers=b"HEADERS-2")
    mount.take(source, b"HEADERS-2" + programme.units(*[1000] * 2))
    _, player = rig.listen(mount)
    assert player.got.startswith(b"HEADERS-1")
    assert player.got.count(b"HEADERS") == 2
    mount.take(source, programme.units(*[1000] * 9))
    _, player = rig.listen(mount)
    assert player.got.startswith(b"HEADERS-2")
    assert numbers(bytes(player.got[9:])) == [15, 16, 17, 18, 19]


@pytest.mark.parametrize("metaint", METAINTS)
@pytest.mark.parametrize("size", [1, 999, 4096, 16000, 40_000, 65536])
def test_the_intro_comes_first(size: int, metaint: int | None) -> None:
    """Then the stream, from a unit on; metadata stand at their places all the while."""
    rig = Rig(settings=MountSettings("", burst_bytes=10_000))
    rig.mounts.set_intro("/live", b"i" * size)
    mount, source = rig.on_air(framer=UnitFramer())
    mount.set_tags(Tags(title="now"), "admin")
    programme = Programme()
    mount.take(source, programme.units(*[700] * 200))
    _, player = rig.listen(mount, metaint)
    mount.take(source, programme.units(*[700] * 200))
    rig.mounts.deliver()
    stream = heard(player.got, metaint)
    assert stream.startswith(b"i" * size)
    found = numbers(stream[size:])
    assert found == list(range(found[0], 400))
    assert found[0] >= 185
    if metaint is not None:
        assert set(deinterleave(bytes(player.got), metaint).titles) == {"now"}
        assert deinterleave(bytes(player.got), metaint).blocks[0]


@pytest.mark.parametrize("metaint", [None, 16000])
def test_a_long_intro_ends_in_the_present(metaint: int | None) -> None:
    """While it plays, the stream runs on: no jump is counted, nothing old follows."""
    rig = Rig(settings=MountSettings("", queue_bytes=100_000, burst_bytes=5000))
    rig.mounts.set_intro("/live", b"i" * 100_000)
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(source, programme.units(*[1000] * 100))
    listener, player = rig.listen(mount, metaint, room=1)
    for _ in range(20):
        mount.take(source, programme.units(*[1000] * 100))
        player.give(2500)
    assert listener.jumps == 0
    assert sum(map(len, listener.pending)) <= 100_100
    player.give()
    rig.mounts.deliver()
    found = numbers(heard(player.got, metaint)[100_000:])
    assert found == list(range(found[0], 2100))
    assert found[0] >= 2070


def test_who_does_not_take_the_intro_is_dropped() -> None:
    """A player that stands still during its intro is as slow as any other."""
    rig = Rig(settings=MountSettings("", queue_bytes=100_000))
    rig.mounts.set_intro("/live", b"i" * 100_000)
    mount, source = rig.on_air(framer=UnitFramer())
    programme = Programme()
    mount.take(source, programme.units(*[1000] * 100))
    _, player = rig.listen(mount, room=500)
    for _ in range(20):
        mount.take(source, programme.units(*[1000] * 100))
    assert player.aborted == 1
    assert mount.slow_listeners == 1


@pytest.mark.parametrize("metaint", [256, 4096, 16000, 65536])
def test_an_unknown_format_is_one_piece_too(metaint: int) -> None:
    """Where units are not known, a listener may begin anywhere, in step with its metadata."""
    rig = Rig()
    mount, source = rig.on_air(framer=RawFramer())
    content = b"".join(b"%07d," % at for at in range(60_000))
    for at, end in pairwise(range(0, len(content), 4000)):
        mount.take(source, content[at:end])
        if at == 200_000:
            _, player = rig.listen(mount, metaint)
    rig.mounts.deliver()
    stream = heard(player.got, metaint)
    if stream.startswith(b"ID3"):
        size = int.from_bytes(bytes(stream[6:10]))
        stream = stream[10 + (size >> 3 & 0x1FC000 | size >> 2 & 0x3F80 | size & 0x7F) :]
    assert len(stream) > 240_000
    assert stream in content


def test_everyone_gets_a_number_of_his_own() -> None:
    """Numbers are never given twice."""
    rig = Rig()
    assert len({rig.mounts.next_listener_id() for _ in range(100)}) == 100


def test_a_listener_without_a_stream_lags_by_nothing() -> None:
    """Before it joins and after it left."""
    rig = Rig()
    mount, source = rig.on_air(framer=UnitFramer())
    mount.take(source, Programme().units(*[1000] * 50))
    listener, player = rig.listen(mount, room=0)
    assert isinstance(listener, Listener)
    assert listener.lag == 50_000
    player.give(20_000)
    assert (listener.lag, listener.bytes_out) == (30_000, 20_000)
    rig.mounts.leave(mount, listener)
    assert listener.lag == 0
    player.give()
    assert (listener.bytes_out, mount.bytes_out) == (20_000, 20_000)
