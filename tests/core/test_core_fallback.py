"""Fallbacks: listeners stay, and what feeds their mount changes."""

from dataclasses import replace

import pytest

from core.fakes import Encoder
from core.stage import UNIT, Loop, Stage, pieces
from core.units import numbers
from tinyice.core.changeover import CHAIN_HOLD_S
from tinyice.core.errors import MountIdle, TooManyListeners
from tinyice.core.events import (
    DropReason,
    FallbackDiffers,
    FallbackEnded,
    FallbackEngaged,
    FallbackRefused,
    HoldBegan,
    HoldEnded,
    ListenerLeft,
    SourceConnected,
    TagsChanged,
)
from tinyice.core.settings import MountSettings
from tinyice.core.tags import Tags
from tinyice.formats.base import AudioInfo, FormatKind

LIVE = MountSettings("/live", chain=("/night",), source_timeout_s=0, configured=True)
NIGHT, DAY = MountSettings("/night", configured=True), MountSettings("/day", configured=True)


def test_listeners_stay_when_the_source_is_lost_and_when_it_returns() -> None:
    """The fallback at once, from what it plays now; the source again once it has been good."""
    stage = Stage(LIVE, NIGHT)
    night, first = stage.show("/night", 5000), stage.show("/live", 1000)
    stage.run(2)
    listener, player = stage.rig.listen(stage.live)
    stage.run(20)
    first.end()
    stage.rig.mounts.deliver()
    assert numbers(bytes(player.got))[-1] == night.programme.number - 1
    assert pieces(player) == [1, 5], "the newest unit is heard at once"
    stage.run(10)
    stage.show("/live", 2000)
    stage.run(9)
    assert pieces(player) == [1, 5]
    stage.run(5)
    assert pieces(player) == [1, 5, 2]
    assert (player.finished, stage.live.listeners) == (0, {listener.id: listener})
    assert stage.of(FallbackEngaged, FallbackEnded) == [
        FallbackEngaged("/live", "/night", "the source ended"),
        FallbackEnded("/live", "live", 20.25),
    ]
    assert [event.mount for event in stage.of(SourceConnected)] == ["/night", "/live", "/live"]


def test_a_source_that_stalls_gives_way_and_is_back_when_it_was_good_for_long_enough() -> None:
    """What it had missed to say while it stalled is not heard later."""
    stage = Stage(replace(LIVE, stall_after_s=2, return_after_s=5), NIGHT)
    stage.show("/night", 5000)
    live = stage.show("/live", 1000)
    stage.run(5)
    _, player = stage.rig.listen(stage.live)
    stage.run(5)
    live.plays = False
    stage.run(2)
    assert pieces(player) == [1]
    stage.run(0.5)
    assert pieces(player) == [1, 5]
    assert stage.of(FallbackEngaged) == [
        FallbackEngaged("/live", "/night", "the source brings nothing")
    ]
    assert stage.links == [("live", "lost"), ("/night", "on-air")]
    live.plays = True
    stage.run(4)
    assert stage.links == [("live", "waiting"), ("/night", "on-air")]
    stage.run(3)
    assert pieces(player) == [1, 5, 1]
    assert stage.links == [("live", "on-air"), ("/night", "ready")]


def test_a_source_alone_may_stall() -> None:
    """Without anything else to hear, nothing is better than what may come."""
    stage = Stage(LIVE, NIGHT)
    live = stage.show("/live", 1000)
    stage.run(5)
    _, player = stage.rig.listen(stage.live)
    live.plays = False
    stage.run(60)
    live.plays = True
    stage.run(2)
    assert (pieces(player), player.finished) == ([1], 0)
    assert stage.of(FallbackEngaged) == []


def test_at_a_switch_no_more_is_heard_than_was_missed() -> None:
    """Old audio would put everybody behind the programme; a unit more than was missed is given."""
    stage = Stage(replace(LIVE, stall_after_s=3), NIGHT)
    night, live = stage.show("/night", 5000), stage.show("/live", 1000)
    stage.run(30)
    _, player = stage.rig.listen(stage.live)
    live.plays = False
    stage.run(3.25)
    heard = [number for number in numbers(bytes(player.got)) if number >= 5000]
    assert heard == list(range(night.programme.number - len(heard), night.programme.number))
    assert 3 * 4 <= len(heard) <= 3 * 4 + 3


@pytest.mark.parametrize("return_after_s", [0, 2, 10])
def test_a_source_that_comes_and_goes_is_heard_seldom(return_after_s: float) -> None:
    """Up and down every 5 seconds: at most one change in any 30 seconds, and a first return."""
    stage = Stage(replace(LIVE, return_after_s=return_after_s), NIGHT)
    stage.show("/night", 5_000_000)
    stage.run(1)
    _, player = stage.rig.listen(stage.live)
    changes: list[float] = []
    for turn in range(60):
        live = stage.show("/live", 10_000_000 + turn * 1000)
        for quarter in range(40):
            heard = stage.live.source
            if quarter == 20:
                live.end()
            stage.run(0.25)
            if stage.live.source is not heard:
                changes.append(stage.rig.clock())
    settled = changes[2:]
    assert len(changes) <= 4
    for at, moment in enumerate(settled):
        assert sum(other < moment + 30 for other in settled[at:]) <= 1
    assert not player.finished


def test_with_both_down_listeners_end_and_with_both_back_others_hear_the_better_one() -> None:
    """Nobody hangs for long on a mount that nothing feeds."""
    stage = Stage(LIVE, NIGHT)
    night, live = stage.show("/night", 5000), stage.show("/live", 1000)
    stage.run(5)
    _, player = stage.rig.listen(stage.live)
    live.end()
    stage.run(2)
    night.end()
    assert pieces(player) == [1, 5]
    stage.run(CHAIN_HOLD_S - 0.5)
    assert not player.finished
    stage.run(1)
    assert player.finished == 1
    assert stage.of(FallbackEnded) == [FallbackEnded("/live", "", 2.0 + CHAIN_HOLD_S)]
    with pytest.raises(MountIdle):
        stage.rig.listen(stage.live)
    stage.show("/night", 6000)
    stage.run(1)
    _, again = stage.rig.listen(stage.live)
    stage.show("/live", 2000)
    stage.run(12)
    assert pieces(again) == [6, 2]


def test_what_is_ready_a_moment_after_the_loss_is_heard_at_once() -> None:
    """By those who listened: an AutoDJ may just be beginning."""
    stage = Stage(LIVE, NIGHT)
    live = stage.show("/live", 1000)
    stage.run(5)
    _, player = stage.rig.listen(stage.live)
    live.end()
    stage.run(0.5)
    stage.show("/night", 5000)
    stage.run(0.25)
    assert stage.of(HoldBegan, HoldEnded) == [
        HoldBegan("/live", CHAIN_HOLD_S),
        HoldEnded("/live", "/night is on air"),
    ]
    stage.run(2 * CHAIN_HOLD_S)
    assert pieces(player) == [1, 5]
    assert not player.finished


def test_a_chain_is_gone_down_and_up_in_its_order() -> None:
    """Each element stands in for those before it; a fallback is heard while there is no source."""
    stage = Stage(replace(LIVE, chain=("/day", "/night", "silence")), NIGHT, DAY)
    silence = Loop(stage, "/live", "silence", 9000)
    assert silence.told == ["begin"]
    stage.run(2)
    _, player = stage.rig.listen(stage.live)
    night = stage.show("/night", 5000)
    stage.run(12)
    day = stage.show("/day", 4000)
    stage.run(12)
    assert pieces(player) == [9, 5, 4]
    night.end()
    day.end()
    assert silence.told == ["begin", "end", "begin"]
    stage.run(1)
    assert pieces(player) == [9, 5, 4, 9]
    assert [name for name, state in stage.links if state == "on-air"] == ["silence"]
    assert stage.live.air.inputs.at("live") is None


def test_a_chain_over_several_mounts() -> None:
    """What a mount plays in the place of its source, others play that have it in their chains."""
    stage = Stage(LIVE, replace(NIGHT, chain=("/day",)), DAY)
    day, night = stage.show("/day", 4000), stage.show("/night", 5000)
    live = stage.show("/live", 1000)
    stage.run(5)
    _, player = stage.rig.listen(stage.live)
    live.end()
    stage.run(5)
    night.end()
    stage.run(5)
    assert pieces(player) == [1, 5, 4]
    day.end()
    stage.run(CHAIN_HOLD_S + 1)
    assert player.finished == 1


def test_a_short_loss_is_waited_for() -> None:
    """Within the hold time nothing else is heard, and who listens stays."""
    stage = Stage(replace(LIVE, hold_s=4), NIGHT)
    stage.show("/night", 5000)
    live = stage.show("/live", 1000)
    stage.run(5)
    _, player = stage.rig.listen(stage.live)
    live.end()
    stage.run(3)
    with pytest.raises(MountIdle):
        stage.rig.listen(stage.live)
    live = stage.show("/live", 2000)
    stage.run(5)
    assert pieces(player) == [1, 2]
    assert stage.of(HoldBegan, HoldEnded, FallbackEngaged) == [
        HoldBegan("/live", 4),
        HoldEnded("/live", "live is on air"),
    ]
    live.end()
    stage.run(4.25)
    assert pieces(player) == [1, 2, 5]
    assert player.finished == 0


def test_who_is_held_in_vain_is_let_go() -> None:
    """When nothing came in time, as without a hold."""
    stage = Stage(replace(LIVE, hold_s=4, chain=()))
    live = stage.show("/live", 1000)
    stage.run(5)
    listener, player = stage.rig.listen(stage.live)
    live.end()
    stage.run(3.75)
    assert player.finished == 0
    stage.run(0.5)
    assert player.finished == 1
    assert listener.drop_reason is DropReason.SOURCE_ENDED
    assert stage.of(HoldEnded) == [HoldEnded("/live", "nothing came")]


def test_who_is_held_and_can_not_follow_is_let_go() -> None:
    """Before the first byte of a source that is back in another format."""
    stage = Stage(replace(LIVE, hold_s=4, chain=()))
    live = stage.show("/live", 1000)
    stage.run(5)
    _, player = stage.rig.listen(stage.live)
    live.end()
    stage.run(1)
    stage.show("/live", 2000, FormatKind.ADTS)
    stage.run(1)
    assert (pieces(player), player.finished) == ([1], 1)
    _, other = stage.rig.listen(stage.live)
    stage.run(1)
    assert pieces(other) == [2]


def test_who_comes_after_a_silence_hears_nothing_from_before_it() -> None:
    """A burst would be old audio."""
    stage = Stage(replace(LIVE, hold_s=30, chain=()))
    live = stage.show("/live", 1000)
    stage.run(10)
    stage.rig.listen(stage.live)
    live.end()
    stage.run(10)
    stage.show("/live", 2000)
    stage.run(1)
    _, player = stage.rig.listen(stage.live)
    assert pieces(player) == [2]


def test_a_fallback_that_players_do_not_understand_is_refused() -> None:
    """It is told once, and the next one is heard."""
    stage = Stage(replace(LIVE, chain=("/day", "/night")), NIGHT, DAY)
    stage.show("/day", 4000, FormatKind.ADTS)
    stage.show("/night", 5000)
    live = stage.show("/live", 1000)
    stage.run(5)
    _, player = stage.rig.listen(stage.live)
    live.end()
    stage.run(5)
    assert pieces(player) == [1, 5]
    assert stage.of(FallbackRefused) == [
        FallbackRefused("/live", "/day", "/live plays mpeg and /day adts")
    ]
    assert stage.links == [("live", "lost"), ("/day", "refused"), ("/night", "on-air")]


def test_an_encoder_is_heard_in_any_format() -> None:
    """Those who can't follow are let go before its first byte."""
    stage = Stage(LIVE, NIGHT)
    stage.show("/night", 5000)
    stage.run(2)
    _, player = stage.rig.listen(stage.live)
    stage.show("/live", 1000, FormatKind.ADTS)
    stage.run(15)
    assert (pieces(player), player.finished) == ([5], 1)
    _, other = stage.rig.listen(stage.live)
    stage.run(1)
    assert pieces(other) == [1]


def test_another_rate_is_heard_with_a_warning() -> None:
    """Some players stumble over it, most do not."""
    stage = Stage(LIVE, NIGHT)
    night, live = stage.show("/night", 5000), stage.show("/live", 1000)
    night.framer.info, live.framer.info = AudioInfo(0, 48000, 2), AudioInfo(0, 44100, 1)
    stage.run(5)
    _, player = stage.rig.listen(stage.live)
    live.end()
    stage.run(1)
    assert pieces(player) == [1, 5]
    words = "44100 Hz with 1 channel before, 48000 Hz with 2 channels now"
    assert stage.of(FallbackDiffers) == [FallbackDiffers("/live", "/night", words)]


def test_titles_are_those_of_what_is_heard() -> None:
    """Of the fallback while that is heard; then those that the source told meanwhile."""
    stage = Stage(LIVE, NIGHT)
    night, live = stage.show("/night", 5000), stage.show("/live", 1000)
    stage.run(5)
    night.mount.set_tags(Tags(title="owls"), "admin")
    stage.rig.mounts.set_tags("/live", Tags(title="show"), "admin")
    live.end()
    assert stage.live.tags == Tags(title="owls")
    night.mount.set_tags(Tags(title="bats"), "admin")
    assert stage.live.tags == Tags(title="bats")
    stage.show("/live", 2000)
    stage.run(1)
    stage.rig.mounts.set_tags("/live", Tags(title="again"), "admin")
    assert stage.live.tags == Tags(title="bats")
    stage.run(12)
    assert stage.live.tags == Tags(title="again")
    titles = [one.tags.title for one in stage.of(TagsChanged) if one.mount == "/live"]
    assert titles == ["show", "owls", "bats", "again"]


def test_the_chain_may_change_on_the_air() -> None:
    """Who listens hears the new one; what is not in it any more is not heard."""
    stage = Stage(replace(LIVE, chain=()), NIGHT, DAY)
    stage.show("/night", 5000)
    stage.show("/day", 4000)
    live = stage.show("/live", 1000)
    stage.run(3)
    _, player = stage.rig.listen(stage.live)
    stage.decide(LIVE, NIGHT, DAY)
    stage.run(1)
    live.end()
    stage.run(1)
    stage.decide(replace(LIVE, chain=("/day",)), NIGHT, DAY)
    stage.run(1)
    assert pieces(player) == [1, 5, 4]
    stage.decide(replace(LIVE, chain=()), NIGHT, DAY)
    assert player.finished == 1
    assert stage.rig.mounts.known("/day").air.taps == []


def test_what_a_disabled_mount_had_in_its_chain_is_not_heard() -> None:
    """It serves nobody; then again everybody."""
    stage = Stage(LIVE, NIGHT)
    stage.show("/night", 5000)
    stage.run(1)
    _, player = stage.rig.listen(stage.live)
    stage.decide(replace(LIVE, disabled=True), NIGHT)
    stage.run(2)
    assert (player.finished, stage.live.source) == (1, None)
    stage.decide(LIVE, NIGHT)
    stage.run(1)
    _, player = stage.rig.listen(stage.live)
    assert pieces(player) == [5]


def test_an_operator_ends_who_feeds_the_mount_not_its_fallback() -> None:
    """Whoever waits is ended where a fallback is heard; a fallback alone can't be."""
    stage = Stage(LIVE, NIGHT)
    stage.show("/night", 5000)
    stage.run(1)
    with pytest.raises(MountIdle):
        stage.rig.mounts.kick_source("/live")
    live = stage.show("/live", 1000)
    stage.run(1)
    stage.rig.mounts.kick_source("/live")
    assert isinstance(live.source.control, Encoder)
    assert live.source.control.closed == ["ended by an operator"]
    assert stage.rig.mounts.sources == 1


def test_who_finds_no_room_hears_the_fallback() -> None:
    """The first of the chain that has some, and asks nobody who they are."""
    full = replace(LIVE, listeners_max=1, overflows=True, chain=("/day", "/night", "silence"))
    stage = Stage(full, replace(NIGHT, listeners_max=1), replace(DAY, listener_accounts={"a": "b"}))
    for path, first in (("/day", 4000), ("/night", 5000), ("/live", 1000)):
        stage.show(path, first)
    stage.run(1)
    stage.rig.listen(stage.live)
    assert stage.rig.mounts.admit("/live").path == "/night"
    stage.rig.listen(stage.rig.mounts.known("/night"))
    with pytest.raises(TooManyListeners) as refused:
        stage.rig.mounts.admit("/live")
    assert refused.value.mount == "/live"
    stage.decide(replace(full, overflows=False), NIGHT, DAY)
    with pytest.raises(TooManyListeners):
        stage.rig.mounts.admit("/live")


def test_the_recording_is_that_of_the_source() -> None:
    """Also while something else is heard."""
    stage = Stage(replace(LIVE, dump_file="x"), NIGHT)
    stage.show("/night", 5000)
    stage.run(1)
    stage.show("/live", 1000)
    stage.run(12)
    assert len(stage.rig.tapes) == 1
    assert numbers(bytes(stage.rig.tapes[0].data)) == list(range(1000, 1048))
    assert stage.live.bytes_in == 48 * UNIT


def test_the_server_stops_and_no_fallback_is_heard() -> None:
    """Nobody is told of one, either."""
    stage = Stage(LIVE, NIGHT)
    stage.show("/night", 5000)
    live = stage.show("/live", 1000)
    assert isinstance(live.source.control, Encoder)
    live.source.control.at_close = lambda _reason: live.end()
    stage.run(1)
    stage.rig.listen(stage.live)
    stage.rig.mounts.stop()
    assert stage.of(FallbackEngaged) == []
    assert [left.reason for left in stage.of(ListenerLeft) if isinstance(left, ListenerLeft)] == [
        DropReason.SERVER_STOPPING
    ]
