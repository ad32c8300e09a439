"""A live input that falls silent: when that is so, and what becomes of it on a mount."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.stage import UNITS_A_SECOND, Show, Stage, pieces
from tinyice.core.changeover import decide
from tinyice.core.events import FallbackEnded, FallbackEngaged, MountRecovered, MountSilent
from tinyice.core.hearing import hear, stop_hearing
from tinyice.core.settings import MountSettings
from tinyice.core.silence import PAUSE_S, Silence, Turn
from tinyice.core.station import mount_snapshot

LIVE = MountSettings(
    "/live",
    chain=("/night",),
    source_timeout_s=0,
    configured=True,
    silence_after_s=5,
    return_after_s=3,
)
NIGHT = MountSettings("/night", configured=True)

Piece = tuple[float, bool]


def told(
    pieces_heard: list[Piece], after_s: float = 5, return_after_s: float = 3
) -> list[tuple[float, Turn]]:
    """What changes, and at which second."""
    silence, at, turns = Silence(), 0.0, []
    for seconds, is_loud in pieces_heard:
        at += seconds
        turn = silence.hear(
            seconds, is_loud=is_loud, after_s=after_s, return_after_s=return_after_s
        )
        if turn is not None:
            turns.append((round(at, 3), turn))
    return turns


def windows(seconds: float, *, is_loud: bool) -> list[Piece]:
    """As a meter tells them."""
    return [(0.05, is_loud)] * round(seconds / 0.05)


@pytest.mark.parametrize(
    ("heard", "turns"),
    [
        (windows(4.9, is_loud=False), []),
        (windows(5, is_loud=False), [(5.0, Turn.SILENT)]),
        (
            windows(4.9, is_loud=False) + windows(0.05, is_loud=True) + windows(4.9, is_loud=False),
            [],
        ),
        (
            windows(6, is_loud=False) + windows(4, is_loud=True),
            [(5.0, Turn.SILENT), (6.05, Turn.SOUNDS), (9.0, Turn.RECOVERED)],
        ),
        (
            # words, and pauses between them
            windows(5, is_loud=False)
            + windows(1, is_loud=True)
            + windows(1, is_loud=False)
            + windows(1, is_loud=True),
            [(5.0, Turn.SILENT), (5.05, Turn.SOUNDS), (8.0, Turn.RECOVERED)],
        ),
        (
            # one click is no programme
            windows(5, is_loud=False) + windows(0.05, is_loud=True) + windows(3, is_loud=False),
            [(5.0, Turn.SILENT), (5.05, Turn.SOUNDS), (5.05 + PAUSE_S, Turn.SILENT)],
        ),
    ],
)
def test_what_is_told_of_an_input(heard: list[Piece], turns: list[tuple[float, Turn]]) -> None:
    """Silence counts in audio, and sound must last before it counts again."""
    assert told(heard) == turns


def test_sound_counts_at_once_where_nothing_is_waited_for() -> None:
    """With ``return_after`` 0 the first sound is enough."""
    heard = [(5.0, False), (0.1, True)]
    assert told(heard, return_after_s=0) == [(5.0, Turn.SILENT), (5.1, Turn.RECOVERED)]


heard_pieces = st.lists(st.tuples(st.floats(0.01, 3, allow_nan=False), st.booleans()), max_size=200)


@given(heard_pieces, st.floats(0.1, 20), st.floats(0, 20))
def test_whatever_is_heard(heard: list[Piece], after_s: float, return_after_s: float) -> None:
    """Each silence recovers before the next one, and none comes before its time."""
    at, quiet_s = 0.0, 0.0
    silence = Silence()
    last: Turn | None = None
    for seconds, is_loud in heard:
        at += seconds
        quiet_s = 0.0 if is_loud else quiet_s + seconds
        turn = silence.hear(
            seconds, is_loud=is_loud, after_s=after_s, return_after_s=return_after_s
        )
        if turn is Turn.SILENT:
            assert quiet_s >= min(after_s, PAUSE_S) - 1e-3
            assert silence.is_quiet
            assert silence.is_lasting
            assert last is not Turn.SILENT
        elif turn is not None:
            assert is_loud or turn is Turn.RECOVERED
            assert last in (Turn.SILENT, Turn.SOUNDS)
            assert not silence.is_quiet
        last = turn or last
        again = Silence()
        again.thaw(silence.freeze())
        assert again.freeze() == silence.freeze()
    silence.forget()
    assert silence.freeze() == Silence().freeze()


class Studio:
    """A stage on whose /live somebody listens to the encoder."""

    def __init__(self, *settings: MountSettings) -> None:
        self.stage = Stage(*settings)
        self.live: Show | None = None

    def begin(self) -> None:
        self.live = self.stage.show("/live", 1000)

    def run(self, seconds: float, *, is_loud: bool) -> None:
        """Let time pass, in which the encoder sends sound or silence."""
        for _ in range(round(seconds * UNITS_A_SECOND)):
            self.stage.run(1 / UNITS_A_SECOND)
            mount = self.stage.live
            entry = None if self.live is None else mount.air.inputs.of(self.live.source)
            if entry is not None and hear(mount, entry, 1 / UNITS_A_SECOND, is_loud=is_loud):
                decide(mount, mount.now())


def test_who_falls_silent_gives_way_and_is_back_when_it_has_sounded() -> None:
    """As one that brings nothing; the listeners stay, and hear every piece once."""
    studio = Studio(LIVE, NIGHT)
    stage = studio.stage
    stage.show("/night", 5000)
    studio.begin()
    studio.run(2, is_loud=True)
    _, player = stage.rig.listen(stage.live)
    studio.run(4.75, is_loud=False)
    assert pieces(player) == [1]
    studio.run(0.5, is_loud=False)
    assert pieces(player) == [1, 5]
    assert stage.of(FallbackEngaged, MountSilent) == [
        MountSilent("/live", 5.0),
        FallbackEngaged("/live", "/night", "the source is silent"),
    ]
    assert stage.links == [("live", "silent"), ("/night", "on-air")]
    assert mount_snapshot(stage.live).silent
    studio.run(30, is_loud=False)
    studio.run(2.5, is_loud=True)
    assert pieces(player) == [1, 5]
    assert stage.links == [("live", "waiting"), ("/night", "on-air")]
    studio.run(1.5, is_loud=True)
    assert pieces(player) == [1, 5, 1]
    assert [type(event) for event in stage.of(MountRecovered, FallbackEnded)] == [
        MountRecovered,
        FallbackEnded,
    ]
    assert not mount_snapshot(stage.live).silent


def test_a_pause_after_the_return_begins_the_wait_anew() -> None:
    """A click, or one word, is not put on air."""
    studio = Studio(LIVE, NIGHT)
    stage = studio.stage
    stage.show("/night", 5000)
    studio.begin()
    _, player = stage.rig.listen(stage.live)
    studio.run(6, is_loud=False)
    for _ in range(5):
        studio.run(0.25, is_loud=True)
        studio.run(2.5, is_loud=False)
    assert pieces(player)[-1] == 5
    assert stage.links == [("live", "silent"), ("/night", "on-air")]
    assert len(stage.of(MountSilent)) == 1


def test_without_a_fallback_it_is_told_and_nothing_else_happens() -> None:
    """Dead air: who listens hears on what there is."""
    studio = Studio(replace(LIVE, chain=()))
    stage = studio.stage
    studio.begin()
    _, player = stage.rig.listen(stage.live)
    studio.run(8, is_loud=False)
    assert stage.of(MountSilent, MountRecovered, FallbackEngaged) == [MountSilent("/live", 5.0)]
    assert (mount_snapshot(stage.live).silent, pieces(player)) == (True, [1])
    studio.run(4, is_loud=True)
    assert stage.of(MountRecovered) == [MountRecovered("/live", 11.0)]


def test_what_is_silent_is_better_than_nothing() -> None:
    """When the fallback ends, the silent encoder is heard again, and nobody is let go."""
    studio = Studio(LIVE, NIGHT)
    stage = studio.stage
    night = stage.show("/night", 5000)
    studio.begin()
    listener, player = stage.rig.listen(stage.live)
    studio.run(7, is_loud=False)
    night.end()
    studio.run(2, is_loud=False)
    assert stage.links == [("live", "on-air"), ("/night", "lost")]
    assert (player.finished, stage.live.listeners) == (0, {listener.id: listener})


def test_an_encoder_that_connects_again_is_silent_still() -> None:
    """Another session of the same input is no sound."""
    studio = Studio(LIVE, NIGHT)
    stage = studio.stage
    stage.show("/night", 5000)
    studio.begin()
    studio.run(7, is_loud=False)
    assert studio.live is not None
    studio.live.end()
    studio.begin()
    studio.run(20, is_loud=False)
    assert stage.links == [("live", "silent"), ("/night", "on-air")]


@pytest.mark.parametrize("how", ["by the settings", "by nobody"])
def test_who_is_not_listened_to_any_more_counts_as_one_that_sounds(how: str) -> None:
    """When the operator switches it off, or nobody can measure it."""
    studio = Studio(LIVE, NIGHT)
    stage = studio.stage
    stage.show("/night", 5000)
    studio.begin()
    studio.run(7, is_loud=False)
    if how == "by the settings":
        stage.decide(replace(LIVE, silence_after_s=0), NIGHT)
    else:
        stop_hearing(stage.live)
        assert len(stage.of(MountRecovered)) == 1
    stage.run(5)
    assert stage.links == [("live", "on-air"), ("/night", "ready")]


def test_it_is_known_to_another_process() -> None:
    """What goes over at an upgrade goes on where it was."""
    studio = Studio(LIVE, NIGHT)
    studio.stage.show("/night", 5000)
    studio.begin()
    studio.run(7, is_loud=False)
    other = Stage(LIVE, NIGHT)
    other.live.thaw(studio.stage.live.freeze())
    assert other.live.air.silence.is_quiet
