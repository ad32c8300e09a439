"""Whatever comes, stalls and goes: listeners get whole pieces of what is there, never one twice."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.deicy import deinterleave
from core.stage import Loop, Show, Stage
from core.units import numbers
from tinyice.core.changeover import CHAIN_HOLD_S
from tinyice.core.events import DropReason
from tinyice.core.settings import MountSettings
from tinyice.formats.base import FormatKind

PATHS = ("/live", "/night", "/day")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(PATHS),
        st.sampled_from(("come", "come", "go", "stall", "go on", "burst")),
        st.integers(0, 24),
    ),
    max_size=40,
)


class Adventure:
    """Three encoders that come and go, and a listener of each kind on the first mount."""

    def __init__(self, *, hold_s: float, return_after_s: float, kind: FormatKind) -> None:
        live = MountSettings(
            "/live",
            chain=("/night", "/day", "silence"),
            configured=True,
            hold_s=hold_s,
            return_after_s=return_after_s,
        )
        night = replace(live, path="/night", chain=("/day",))
        self.stage = Stage(live, night, MountSettings("/day", configured=True))
        self.kind = kind
        self.silence = Loop(self.stage, "/live", "silence", 1_000_000_000)
        self.silence.source.framer = None
        self.shows: dict[str, Show] = {}
        self.count = 0
        self.stage.run(0.5)
        self.plain = self.stage.rig.listen(self.stage.live)
        self.titled = self.stage.rig.listen(self.stage.live, 512)

    def step(self, path: str, what: str, quarters: int) -> None:
        show = self.shows.get(path)
        if show is not None and show not in self.stage.shows:
            show = None
        if show is None and what == "come":
            self.count += 1
            self.shows[path] = self.stage.show(path, self.count * 1_000_000, self.kind)
            control = self.shows[path].source.control
            control.at_close = lambda _reason: self.gone(path)  # type: ignore[attr-defined]
        elif show is not None and what == "go":
            show.end()
        elif show is not None and what == "burst":
            show.send(quarters)
        elif show is not None:
            show.plays = what != "stall"
        self.stage.run(quarters / 4)

    def gone(self, path: str) -> None:
        if self.shows[path] in self.stage.shows:
            self.shows[path].end()


@given(STEPS, st.sampled_from((0.0, 2.0)), st.sampled_from((0.0, 3.0, 10.0)))
def test_what_is_heard_is_whole_and_in_order(
    steps: list[tuple[str, str, int]], hold_s: float, return_after_s: float
) -> None:
    """Nobody is let go while there is silence to be heard, and nothing is heard twice."""
    adventure = Adventure(hold_s=hold_s, return_after_s=return_after_s, kind=FormatKind.MPEG)
    for step in steps:
        adventure.step(*step)
    stage = adventure.stage
    for (listener, player), metaint in ((adventure.plain, None), (adventure.titled, 512)):
        assert listener.drop_reason is DropReason.LEFT
        assert not player.finished
        got = bytes(player.got)
        heard = numbers(got if metaint is None else deinterleave(got, metaint).payload)
        assert len(set(heard)) == len(heard)
        newest: dict[int, int] = {}
        for number in heard:
            assert number > newest.get(number // 1_000_000, -1), "older audio after newer"
            newest[number // 1_000_000] = number
    stage.run(30)
    assert stage.live.source is not None


@given(STEPS)
def test_nothing_of_what_has_gone_is_kept(steps: list[tuple[str, str, int]]) -> None:
    """When everybody has left, there are no inputs, no taps that play and no backlog."""
    adventure = Adventure(hold_s=0, return_after_s=3, kind=FormatKind.MPEG)
    for step in steps:
        adventure.step(*step)
    for show in list(adventure.stage.shows):
        if isinstance(show, Show):
            show.end()
    rig = adventure.stage.rig
    rig.mounts.release(adventure.stage.live, adventure.silence.source, "over")
    adventure.stage.run(CHAIN_HOLD_S + 1)
    assert [len(mount.air.inputs) for mount in rig.mounts] == [0, 0, 0]
    assert adventure.plain[1].finished == 1
