"""The hub: no sink disturbs another."""

import pytest
from twisted.logger import LogEvent, globalLogPublisher

from tinyice.core.events import Event, ServerStarted, ServerStopping
from tinyice.core.hub import Hub


def test_a_failing_sink_disturbs_nobody() -> None:
    """The others get every event, in order; the failure is logged; the sink stays."""
    hub, heard, logged, failed = Hub(), list[Event](), list[LogEvent](), list[Event]()

    def fails(event: Event) -> None:
        failed.append(event)
        raise RuntimeError("no disk")

    hub.subscribe(fails)
    hub.subscribe(heard.append)
    globalLogPublisher.addObserver(logged.append)
    try:
        hub.publish(ServerStopping())
        hub.publish(ServerStopping())
    finally:
        globalLogPublisher.removeObserver(logged.append)
    assert heard == failed == [ServerStopping(), ServerStopping()]
    assert [event["event_id"] for event in logged if "event_id" in event] == [ServerStopping.id] * 2


def test_a_sink_may_leave_while_an_event_is_told() -> None:
    """Each event goes to those who were there when it was published."""
    hub, heard = Hub(), list[str]()

    def first(event: Event) -> None:
        heard.append("first")
        leave()
        hub.subscribe(lambda event: heard.append("late"))

    leave = hub.subscribe(first)
    hub.subscribe(lambda event: heard.append("second"))
    hub.publish(ServerStopping())
    assert heard == ["first", "second"]
    hub.publish(ServerStopping())
    assert heard == ["first", "second", "second", "late"]


def test_the_end_of_the_world_is_not_caught() -> None:
    """Only errors are survived."""
    hub = Hub()

    def stops(event: Event) -> None:
        raise KeyboardInterrupt

    hub.subscribe(stops)
    with pytest.raises(KeyboardInterrupt):
        hub.publish(ServerStopping())


def test_who_is_succeeded_tells_of_little_more() -> None:
    """Of other kinds of events nobody hears from then on."""
    heard: list[Event] = []
    hub = Hub()
    hub.subscribe(heard.append)
    hub.narrow(ServerStopping)
    hub.publish(ServerStarted("1", ()))
    hub.publish(ServerStopping())
    assert heard == [ServerStopping()]
