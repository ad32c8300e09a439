"""Upstreams that come and go all day: nothing is left behind of any of them."""

import gc

import pytest
from twisted.internet.error import ConnectionLost

from relays.upstreams import BEST, SECOND, Station
from tinyice.core.relay_events import RelayConnected, RelayUpstreamChanged
from tinyice.core.source import Source
from tinyice.relays.connection import UpstreamConnection
from tinyice.relays.session import Session

KINDS = (Session, UpstreamConnection, Source)


def alive() -> dict[str, int]:
    """How many objects there are of what a session is made of."""
    gc.collect()
    found = gc.get_objects()
    return {kind.__name__: sum(type(one) is kind for one in found) for kind in KINDS}


def flap(station: Station, times: int) -> None:
    """Lose the stream again and again, each time in another way."""
    ways = (
        lambda call: call.hang_up(ConnectionLost()),
        lambda call: call.say(b"\xff" * 10) or call.hang_up(),
        lambda _call: station.mounts.kick_source("/r"),
        lambda _call: station.pass_time(9),
    )
    for number in range(times):
        while not station.net.new:
            station.pass_time(1)
        call = station.net.next()
        if number % 5 == 4:
            call.refuse()
            continue
        call.stream(seconds=1)
        station.pass_time(0.3, lambda call=call: call.play(0.1))
        ways[number % len(ways)](call)
        station.net.calls.clear()


@pytest.mark.parametrize("times", [500, pytest.param(5000, marks=pytest.mark.soak)])
@pytest.mark.timeout(600)
def test_nothing_is_left_of_lost_streams(times: int) -> None:
    """Objects and timers are as many after hundreds of losses as after a few."""
    station = Station()
    relay = station.relay(BEST, SECOND)
    _flap_and_forget(station, 20)
    before, timers = alive(), len(station.clock.getDelayedCalls())
    connected = _flap_and_forget(station, times)
    assert connected >= times * 3 // 4
    after = alive()
    assert all(after[name] <= before[name] + 3 for name in before), (before, after)
    assert len(station.clock.getDelayedCalls()) <= timers + 3
    relay.stop("the end")
    assert not station.clock.getDelayedCalls()


def _flap_and_forget(station: Station, times: int) -> int:
    """Lose so many; how often a stream was had."""
    flap(station, times)
    connected = len(station.told(RelayConnected, RelayUpstreamChanged))
    station.events.clear()
    station.net.calls.clear()
    return connected
