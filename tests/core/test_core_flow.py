"""How fast bytes come in and go out."""

from dataclasses import dataclass

from core.fakes import Clock
from tinyice.core.flow import LATELY_S, Flow, Rates


@dataclass
class Stream:
    """A mount that counts."""

    path: str
    bytes_in: int = 0
    bytes_out: int = 0
    bytes_skipped: int = 0


def run(flow: Flow, clock: Clock, stream: Stream, *steps: tuple[int, int]) -> None:
    """A second for each step, in which so many bytes came and went."""
    for came, went in steps:
        clock.advance(1.0)
        stream.bytes_in += came
        stream.bytes_out += went
        flow.sample()


def test_rates_are_bits_a_second() -> None:
    """Over a few seconds: bursts do not show."""
    clock, stream = Clock(), Stream("/live")
    flow = Flow([stream], clock=clock)
    flow.sample()
    run(flow, clock, stream, (0, 100), (4000, 300))
    assert flow.of("/live") == Rates(16000.0, 1600.0)


def test_what_was_long_ago_does_not_count() -> None:
    """A source that stopped shows nothing after a few seconds."""
    clock, stream = Clock(), Stream("/live")
    flow = Flow([stream], clock=clock)
    run(flow, clock, stream, (9000, 0), *[(0, 0)] * 6)
    assert flow.of("/live") == Rates(0.0, 0.0)


def test_one_look_is_no_rate() -> None:
    """Of a mount that is new, or not there, nothing is said."""
    clock, stream = Clock(), Stream("/live")
    flow = Flow([stream], clock=clock)
    assert flow.of("/live") is None
    flow.sample()
    flow.sample()
    assert flow.of("/live") is None
    assert flow.among(["/live", "/nowhere"]) == Rates(0, 0)


def test_a_mount_that_is_gone_is_forgotten() -> None:
    """One of the same name begins anew, with smaller counters."""
    clock, stream = Clock(), Stream("/live", 5000)
    mounts = [stream]
    flow = Flow(mounts, clock=clock)
    run(flow, clock, stream, (100, 0), (100, 0))
    mounts.clear()
    flow.sample()
    assert flow.of("/live") is None


def test_some_together() -> None:
    """The sum of what is known."""
    clock, one, two = Clock(), Stream("/a"), Stream("/b")
    flow = Flow([one, two], clock=clock)
    flow.sample()
    two.bytes_out = 50
    run(flow, clock, one, (100, 200))
    assert flow.among(["/a", "/b"]) == Rates(800.0, 2000.0)


def test_losses_are_remembered_for_a_minute() -> None:
    """Whoever looks later sees that slow listeners lost something, and that it is over."""
    clock, stream = Clock(), Stream("/live", bytes_skipped=500)
    flow = Flow([stream], clock=clock)
    flow.sample()
    assert not flow.loses("/live")
    stream.bytes_skipped += 1
    flow.sample()
    clock.advance(LATELY_S - 1)
    flow.sample()
    assert flow.loses("/live")
    clock.advance(1)
    assert not flow.loses("/live")
    assert not flow.loses("/nowhere")


def test_a_mount_of_the_same_name_has_lost_nothing() -> None:
    """Its counter begins at nothing again."""
    clock, stream = Clock(), Stream("/live", bytes_skipped=500)
    flow = Flow([stream], clock=clock)
    flow.sample()
    stream.bytes_skipped = 0
    flow.sample()
    assert not flow.loses("/live")
