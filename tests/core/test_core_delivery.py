"""What listeners get, whatever happens, against what was sent."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.stories import Step, Story, random_step, steps

QUEUES = (16384, 65536, 200_000, 524_288)
BURSTS = (0, 5000, 65536, 500_000)


@given(
    queue_bytes=st.sampled_from(QUEUES),
    burst_bytes=st.sampled_from(BURSTS),
    story=st.lists(steps, min_size=3, max_size=40),
)
def test_whatever_happens(queue_bytes: int, burst_bytes: int, story: list[Step]) -> None:
    """Each player gets the stream from a unit of the newest session on, unbroken.

    Save for jumps, which are counted, few in a row, and from unit to unit.
    Blocks of metadata stand where the player looks for them, the first is a
    full one, titles come in order, the newest last. Every byte is counted once.
    """
    told = Story(queue_bytes, burst_bytes)
    for step in story:
        told.perform(step)
    told.end()


@pytest.mark.parametrize("seed", range(50))
def test_whatever_happens_for_long(seed: int) -> None:
    """The same, in stories long enough for queues to run over, jumps and drops."""
    dice = Random(seed)
    told = Story(dice.choice(QUEUES), dice.choice(BURSTS))
    for _ in range(dice.randint(20, 120)):
        told.perform(random_step(dice))
    told.end()
