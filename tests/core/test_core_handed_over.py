"""Stories of a mount that is handed over to another process in the middle, again and again."""

from dataclasses import replace
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fakes import Encoder, Rig
from core.stories import Step, Story, random_step, steps
from core.units import UnitFramer
from tinyice.core.frozen import FrozenListener, FrozenSource
from tinyice.core.listener import Listener
from tinyice.core.pace import Pace
from tinyice.core.source import Source

QUEUES = (65_536, 200_000)


def carried(state: Any, kind: Any) -> Any:  # noqa: ANN401 - of each kind
    """``state`` as it arrives on the other side."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=kind)


class HandedOver(Story):
    """A story in which everything may go over to another station; the sockets stay."""

    def hand_over(self) -> None:
        """Everything goes over, by values alone."""
        before, source = self.mount, self.source
        entry = before.air.inputs.of(source)
        assert entry is not None
        mount_state = carried(before.freeze(), dict[str, Any])
        entry_state = carried(entry.freeze(), dict[str, Any])
        source_state = carried(source.freeze(), FrozenSource)
        listeners = {
            number: carried(listener.freeze(listener.feed.metaint), FrozenListener)
            for number, listener in before.listeners.items()
        }
        old, self.rig = self.rig, self._other_rig()
        self.mount = self.rig.mounts.provide("/live")
        self.mount.thaw(mount_state)
        self.rig.mounts.last_listener = old.mounts.last_listener
        self.source = Source.thawed(replace(source_state, framer=None), Encoder(), Pace(0))
        framer = self.source.framer = UnitFramer()
        framer.thaw(source_state.framer)
        on_air = entry is before.air.on_air
        self.rig.mounts.continue_with("/live", self.source, entry_state, on_air=on_air)
        self._keep_source()
        for ear in self.ears:
            frozen = listeners.get(ear.listener.id)
            if frozen is not None:
                ear.listener = self._other_listener(ear.listener, frozen)
        self.rig.mounts.expect(30.0)
        assert len(self.mount.listeners) == len(listeners)
        self.check_books()

    def _other_rig(self) -> Rig:
        rig = Rig(self.rig.mounts._station, settings=self.rig._plain)
        rig.clock.now = self.rig.clock.now
        return rig

    def _keep_source(self) -> None:
        control, mount, source = self.source.control, self.mount, self.source
        assert isinstance(control, Encoder)
        control.at_close = lambda reason: self.rig.mounts.release(mount, source, reason)

    def _other_listener(self, before: Listener, frozen: FrozenListener) -> Listener:
        player = before.outlet
        other = Listener(frozen.id, frozen.client, player, frozen.joined_at)
        player.listener = other  # type: ignore[attr-defined]
        player.waits = False  # type: ignore[attr-defined]
        self.mount.receive(other)
        other.thaw(frozen, self.mount.feed_for(frozen.metaint))
        return other


@given(
    queue_bytes=st.sampled_from(QUEUES),
    story=st.lists(st.tuples(steps, st.booleans()), max_size=40),
)
def test_whatever_happens(queue_bytes: int, story: list[tuple[Step, bool]]) -> None:
    """What holds for a mount that stays where it is holds for one that goes over at any time."""
    told = HandedOver(queue_bytes, 30_000)
    for step, is_handed_over in story:
        told.perform(step)
        if is_handed_over:
            told.hand_over()
    told.end()


@pytest.mark.parametrize("seed", range(30))
def test_whatever_happens_for_long(seed: int) -> None:
    """The same, in stories long enough for queues to run over, jumps and drops."""
    dice = Random(seed)
    told = HandedOver(dice.choice(QUEUES), dice.choice((0, 30_000)))
    for _ in range(dice.randint(20, 120)):
        told.perform(random_step(dice))
        if dice.random() < 0.3:
            told.hand_over()
    told.end()
