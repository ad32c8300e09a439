"""Deadlines, and what is done again and again: both survive what goes wrong."""

from dataclasses import dataclass, field

import pytest
from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher

from tinyice.net.front import Waiting
from tinyice.net.periodic import Periodic


@dataclass(eq=False)
class Late:
    """Notes that its time is over, and does ``then``."""

    told: list["Late"]
    then: list[object] = field(default_factory=list)

    def out_of_time(self) -> None:
        self.told.append(self)
        for act in self.then:
            act()


def test_sweep() -> None:
    """Who is out of time is told once, the others not at all."""
    waiting, told = Waiting(), []
    first, second = Late(told), Late(told)
    waiting.expect(first, 10, newcomer=True)
    waiting.expect(second, 20, newcomer=False)
    waiting.sweep(9.9)
    assert told == []
    waiting.sweep(10)
    waiting.sweep(11)
    assert told == [first]
    assert waiting.newcomers == set()
    waiting.remove(second)
    waiting.remove(second)
    waiting.sweep(30)
    assert told == [first]


def test_new_time() -> None:
    """A new deadline replaces the old one; nobody is a newcomer for ever."""
    waiting, told = Waiting(), []
    one = Late(told)
    waiting.expect(one, 10, newcomer=True)
    waiting.expect(one, 30, newcomer=False)
    assert waiting.newcomers == set()
    waiting.sweep(20)
    assert told == []


def test_changes_while_sweeping() -> None:
    """Whoever is let off, or given more time, by another's end is not told."""
    waiting, told = Waiting(), []
    let_off, given_time = Late(told), Late(told)
    first = Late(
        told,
        [
            lambda: waiting.remove(let_off),
            lambda: waiting.expect(given_time, 99, newcomer=False),
        ],
    )
    for one in (first, let_off, given_time):
        waiting.expect(one, 10, newcomer=False)
    waiting.sweep(10)
    assert told == [first]


def test_end() -> None:
    """At the end everyone is told, also who is given a last moment; that one is kept."""
    waiting, told = Waiting(), []
    lingering = Late(told)
    lingering.then.append(lambda: waiting.expect(lingering, 99, newcomer=False))
    waiting.expect(lingering, 10, newcomer=False)
    waiting.expect(Late(told), 10, newcomer=True)
    waiting.end()
    assert len(told) == 2
    assert list(waiting.deadlines) == [lingering]


class TestPeriodic:
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    def test_again_and_again(self, clock: Clock) -> None:
        """The work is done once an interval, from one interval after the start on."""
        times: list[float] = []
        periodic = Periodic("work", clock, 2, lambda: times.append(clock.seconds()))
        periodic.startService()
        clock.pump([1] * 7)
        assert times == [2, 4, 6]
        periodic.stopService()
        clock.pump([1] * 7)
        assert times == [2, 4, 6]
        assert clock.getDelayedCalls() == []

    def test_counts_from_completion(self, clock: Clock) -> None:
        """Slow work is not done twice in a row to catch up."""
        times: list[float] = []

        def work() -> None:
            times.append(clock.seconds())
            clock.rightNow += 5

        Periodic("work", clock, 2, work).startService()
        clock.pump([2] * 3)
        assert times == [2, 9, 16]

    def test_survives(self, clock: Clock) -> None:
        """An error is logged, and the work goes on."""
        failures: list[object] = []

        def note(event: dict[str, object]) -> None:
            failures.append(event["log_failure"].value)

        error = RuntimeError("on purpose")

        def work() -> None:
            raise error

        globalLogPublisher.addObserver(note)
        try:
            Periodic("work", clock, 1, work).startService()
            clock.pump([1] * 3)
        finally:
            globalLogPublisher.removeObserver(note)
        assert failures == [error] * 3

    def test_stops_itself(self, clock: Clock) -> None:
        """Work that ends the service is the last that is done."""
        services: list[Periodic] = []

        def work() -> None:
            services[0].stopService()

        services.append(Periodic("work", clock, 1, work))
        services[0].startService()
        clock.pump([1] * 3)
        assert clock.getDelayedCalls() == []
