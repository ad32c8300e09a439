"""What following costs: an idle dashboard next to nothing, and many about as much as one."""

import random
from dataclasses import dataclass, replace

import pytest
from live_support import Follower, of
from web_support import ADMIN, STARTED, Web, mount, new_chronicle

from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web.live.live import PICTURE_S, Bounds
from tinyice.web.live.picture import Pictures

MOUNTS = 20
BUDGET = 3000
"""Bytes a second, for a dashboard of that many mounts on which little happens."""

MINUTE_S = 60
BYTES_A_SECOND = 16_000
CHANGE_S = 10
"""About so often somebody comes to a mount, or goes."""


@dataclass
class Mount:
    """A mount whose bytes and listeners are counted."""

    path: str
    count: int = 40
    bytes_in: int = 0
    bytes_out: int = 0
    bytes_skipped: int = 0

    @property
    def listeners(self) -> range:
        return range(self.count)

    @property
    def listener_peak(self) -> int:
        return 60

    @property
    def snapshot(self) -> MountSnapshot:
        on_air = mount(self.path, listeners=self.count, listener_peak=60)
        return replace(on_air, bytes_in=self.bytes_in, bytes_out=self.bytes_out)


class Quiet:
    """A station on which audio flows and people come and go."""

    def __init__(self) -> None:
        self.web = Web()
        self.mounts = [Mount(f"/channel-{number}") for number in range(MOUNTS)]
        self.chronicle = new_chronicle(self.web.clock, self.mounts)
        self.web.live._pictures = Pictures(self.look, self.chronicle, lambda: STARTED)
        self._chance = random.Random(7)

    def look(self) -> StationSnapshot:
        """The station now."""
        self.web.station.mounts = tuple(one.snapshot for one in self.mounts)
        uptime = 100 + self.web.clock.seconds()
        return replace(self.web.station.snapshot(), uptime_seconds=uptime)

    def go_on(self, seconds: int) -> None:
        """Let time pass."""
        for second in range(seconds):
            for one in self.mounts:
                # pulses and bursts: no second brings exactly what it should
                came = round(BYTES_A_SECOND * self._chance.uniform(0.8, 1.2))
                one.bytes_in += came
                one.bytes_out += came * one.count
                if self._chance.random() < 1 / CHANGE_S:
                    one.count += self._chance.choice((-1, 1))
            self.chronicle.flow.sample()
            if second % 10 == 0:
                self.chronicle.trends.sample()
            self.web.clock.pump([PICTURE_S, PICTURE_S])


@pytest.mark.parametrize("target", ["/events", "/admin/events"])
def test_an_idle_dashboard_costs_little(target: str) -> None:
    """Rates that tremble are no news."""
    quiet = Quiet()
    quiet.go_on(15 * MINUTE_S)
    follower = Follower(quiet.web, target, ADMIN.decode().strip())
    first = len(follower.raw())
    assert first < 20 * BUDGET
    quiet.go_on(MINUTE_S)
    body = follower.raw()
    told = of(follower.read(body), "mount")
    assert len(told) > MOUNTS, "nothing changed, so this says nothing"
    assert len(body) / MINUTE_S < BUDGET


def test_what_is_told_is_near_the_truth() -> None:
    """Nobody sees a figure that is off by more than a tenth."""
    quiet = Quiet()
    follower = Follower(quiet.web, "/admin/events", ADMIN.decode().strip())
    quiet.go_on(MINUTE_S)
    believed = {data["mount"]: data for data in of(follower.take(), "mount")}
    for one in quiet.mounts:
        rates = quiet.chronicle.flow.of(one.path)
        assert believed[one.path]["listeners"] == one.count
        assert believed[one.path]["in_rate"] == pytest.approx(rates.bits_in, rel=0.12)
        assert believed[one.path]["out_rate"] == pytest.approx(rates.bits_out, rel=0.12)


def test_slow_listeners_are_told() -> None:
    """Whoever looks after the mount sees it."""
    quiet = Quiet()
    follower = Follower(quiet.web, "/admin/events", ADMIN.decode().strip())
    quiet.go_on(3)
    follower.take()
    quiet.mounts[0].bytes_skipped = 5000
    quiet.go_on(2)
    told = [
        data["health"] for data in of(follower.take(), "mount") if data["mount"] == "/channel-0"
    ]
    assert told[-1] == {"state": "warn", "words": "Slow listeners"}


def test_many_cost_as_many_events_as_one() -> None:
    """Five hundred dashboards are told the same bytes."""
    one, many = Quiet(), Quiet()
    many.web.live._bounds = Bounds(from_address=500)
    for quiet, count in ((one, 1), (many, 500)):
        followers = [
            Follower(quiet.web, "/admin/events", ADMIN.decode().strip()) for _ in range(count)
        ]
        quiet.go_on(3)
        bodies = {follower.raw() for follower in followers}
        assert len(bodies) == 1
    assert many.web.live.board.rendered == one.web.live.board.rendered
