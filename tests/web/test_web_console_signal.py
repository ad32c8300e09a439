"""Where a mount's sound comes from, how it is, and how figures are written."""

from dataclasses import replace
from datetime import timedelta

import pytest
from web_support import IDLE, STARTED, mount

from tinyice.core.clients import Client
from tinyice.core.latest import Lost
from tinyice.core.snapshots import ChainLink, LinkState
from tinyice.web.console.figures import bit_rate, clock, count, elapsed
from tinyice.web.console.signal import (
    LATELY,
    Health,
    Node,
    chain_of,
    health_of,
    is_missed,
    tally_of,
)

LOST = Lost(STARTED, "client", Client("192.0.2.7", "BUTT/0.1"), "connection lost")
SOON = STARTED + timedelta(seconds=42)


class TestMissed:
    """A source that went and should not have."""

    def test_for_a_while(self) -> None:
        """Then the mount is idle like others."""
        assert is_missed(IDLE, LOST, SOON)
        assert not is_missed(IDLE, LOST, STARTED + LATELY)

    def test_not_when_another_came_or_somebody_meant_it(self) -> None:
        """Nor where there was none."""
        assert not is_missed(mount(), LOST, SOON)
        assert not is_missed(IDLE, None, SOON)
        assert not is_missed(replace(IDLE, disabled=True), LOST, SOON)
        assert not is_missed(IDLE, replace(LOST, reason="ended by an operator"), SOON)


class TestChain:
    """Priority downwards."""

    def test_live(self) -> None:
        """The fallback is ready, or it is not."""
        fed = mount(fallback="/loop")
        assert chain_of(fed, None, {"/live", "/loop"}, missed=False) == (
            Node("Live", "air", "connected"),
            Node("Fallback", "ready", "/loop"),
        )
        assert chain_of(fed, None, {"/live"}, missed=False)[1] == Node(
            "Fallback", "none", "/loop, off air"
        )

    def test_lost(self) -> None:
        """With since when."""
        assert chain_of(IDLE, LOST, (), missed=True) == (
            Node("Live", "lost", "lost at 06:33:26"),
            Node("Fallback", "none", "not set up"),
        )

    def test_nobody(self) -> None:
        """What was long ago is no news."""
        assert chain_of(IDLE, LOST, (), missed=False)[0] == Node("Live", "none", "nobody connected")

    def test_a_stand_in(self) -> None:
        """It is lit in another colour, and what it stands in for is not."""
        chain = chain_of(mount(source_kind="silence"), None, (), missed=False)
        assert [node.state for node in chain] == ["none", "warn"]

    def test_everything_that_could_be_heard(self) -> None:
        """As the station tells it: what is heard is lit, and what is not says why."""
        links = (
            ChainLink("live", "live", LinkState.LOST, "not there"),
            ChainLink("mount", "/day", LinkState.REFUSED, "another format"),
            ChainLink("relay", "relay", LinkState.WAITING, "heard once it was good for 5 s"),
            ChainLink("mount", "/night", LinkState.ON_AIR),
            ChainLink("file", "loop.mp3", LinkState.READY),
            ChainLink("silence", "silence", LinkState.READY),
        )
        fed = mount(source_kind="mount", on_fallback=True, chain=links)
        assert chain_of(fed, LOST, (), missed=False) == (
            Node("Live", "lost", "lost at 06:33:26"),
            Node("Fallback", "lost", "/day, another format"),
            Node("Relay", "ready", "heard once it was good for 5 s"),
            Node("Fallback", "warn", "/night"),
            Node("File", "ready", "loop.mp3"),
            Node("Silence", "ready", "ready"),
        )
        assert chain_of(fed, None, (), missed=False)[0] == Node("Live", "none", "nobody connected")
        fed = mount(chain=(ChainLink("live", "live", LinkState.ON_AIR),))
        assert chain_of(fed, None, (), missed=False) == (Node("Live", "air", "connected"),)


@pytest.mark.parametrize(
    ("changes", "bits_in", "missed", "told"),
    [
        ({}, 128000.0, False, Health("ok", "Good")),
        ({}, None, False, Health("ok", "Good")),
        ({}, 0.0, False, Health("bad", "No data")),
        ({"listeners": 0}, 0.0, False, Health("bad", "No data")),
        ({"source_kind": "autodj", "listeners": 0}, 0.0, False, Health("ok", "Ready")),
        ({"source_kind": "transcoder", "listeners": 0}, 0.0, False, Health("ok", "Ready")),
        ({"source_kind": "autodj", "listeners": 1}, 0.0, False, Health("bad", "No data")),
        ({"source_kind": "autodj", "silent": True}, 0.0, False, Health("bad", "Silent")),
        ({"silent": True}, 128000.0, False, Health("bad", "Silent")),
        ({"on_fallback": True}, 0.0, False, Health("warn", "On fallback")),
        ({"on_fallback": True, "silent": True}, 1.0, False, Health("warn", "On fallback")),
        ({"listeners_max": 3}, 1.0, False, Health("warn", "Full")),
        ({"source_kind": "silence"}, 1.0, False, Health("warn", "On fallback")),
        ({"source": None}, None, True, Health("bad", "No source")),
        ({"source": None}, None, False, Health("off", "Off air")),
        ({"source": None, "disabled": True}, None, False, Health("off", "Disabled")),
    ],
)
def test_health(
    changes: dict[str, object], bits_in: float | None, missed: bool, told: Health
) -> None:
    """What must be known first."""
    assert health_of(mount(**changes), bits_in, missed=missed) == told


def test_tallies() -> None:
    """One word."""
    assert tally_of(mount(), missed=False) == "Live"
    assert tally_of(mount(source_kind="silence"), missed=False) == "Fallback"
    assert tally_of(mount(on_fallback=True), missed=False) == "Fallback"
    assert tally_of(IDLE, missed=True) == "No signal"
    assert tally_of(IDLE, missed=False) == "Off air"
    assert tally_of(replace(IDLE, disabled=True), missed=False) == "Disabled"


def test_figures() -> None:
    """As people read them."""
    assert count(1284) == "1,284"
    assert [str(bit_rate(bits)) for bits in (0, 193_400, 999_499, 999_500, 6_100_000, 2.5e9)] == [
        *("0 kb/s", "193 kb/s", "999 kb/s", "1.0 Mb/s", "6.1 Mb/s", "2.50 Gb/s")
    ]
    assert [elapsed(seconds) for seconds in (-1, 7.9, 238, 8047, 86400 * 11 + 15000)] == [
        *("0:00", "0:07", "3:58", "2:14:07", "11 d 4:10")
    ]
    assert clock(SOON) == "06:34:08"


def test_slow_listeners() -> None:
    """They are told when nothing worse is."""
    assert health_of(mount(), 1.0, missed=False, loses=True) == Health("warn", "Slow listeners")
    assert health_of(mount(), 0.0, missed=False, loses=True) == Health("bad", "No data")
