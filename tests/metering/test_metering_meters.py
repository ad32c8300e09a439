"""Meters and ears on mounts: what is measured, and when, and what comes of it."""

from collections.abc import Callable
from dataclasses import replace

from core.fakes import Rig
from core.stage import Show, Stage, pieces
from core.units import Programme
from metering.measuring import LOUD, QUIET, FakeLink, Room
from tinyice.core.events import FallbackEngaged, MountRecovered, MountSilent
from tinyice.core.levels import Level
from tinyice.core.settings import MountSettings
from tinyice.core.station import mount_snapshot
from tinyice.core.wanting import is_wanted
from tinyice.metering.ear import UNKNOWN_AFTER_S
from tinyice.metering.meters import WATCHED_MAX, Meters
from tinyice.metering.pacing import CUSHION_S

PLAIN = MountSettings("/live", configured=True, source_timeout_s=0)
WATCHED = replace(PLAIN, chain=("/night",), silence_after_s=5, return_after_s=3)
NIGHT = MountSettings("/night", configured=True)


class House:
    """A stage with meters; the processes find what they are told to."""

    def __init__(self, *settings: MountSettings) -> None:
        self.stage = Stage(*settings)
        self.rig: Rig = self.stage.rig
        self.room = Room(self.rig.clock)
        self.meters = Meters(self.rig.mounts, self.room.crew, self.rig.clock)

    def connect(self, path: str = "/live", first: int = 1000) -> Show:
        """An encoder, of which the meters are told as of any."""
        before = len(self.rig.events)
        show = self.stage.show(path, first)
        for event in self.rig.events[before:]:
            self.meters.happened(event)
        return show

    def run(self, seconds: float, level: Level | None = None) -> None:
        """Let time pass, in which streams sound like that; None: nothing can be measured."""
        for _ in range(round(seconds * 4)):
            self.stage.run(0.25)
            self.meters.sweep()
            if level is not None:
                for one in self.measured:
                    one.sounds(0.25, level)

    @property
    def measured(self) -> list:  # type: ignore[type-arg]
        return [one for link in self.room.running for one in link.now]

    @property
    def link(self) -> FakeLink:
        (found,) = self.room.running
        return found


class TestMeters:
    """For those who look."""

    def test_nothing_is_measured_for_nobody(self) -> None:
        """No process, no tap."""
        house = House(PLAIN)
        house.connect()
        house.run(5)
        assert house.room.links == []
        assert house.stage.live.air.taps == []

    def test_what_goes_out_is_measured_while_somebody_looks(self) -> None:
        """For two of them once, and the last one ends it."""
        house = House(PLAIN)
        house.connect()
        one, other = house.meters.watch(["/live"]), house.meters.watch(["/live", "/none"])
        house.run(1, LOUD)
        assert len(house.measured) == 1
        assert house.meters.snapshot().streams == 2
        house.rig.clock.advance(CUSHION_S)
        assert house.meters.levels() == {"/live": (LOUD, LOUD)}
        one()
        house.run(1)
        assert len(house.measured) == 1
        other()
        assert house.measured == []
        assert house.stage.live.air.taps == []

    def test_a_meter_is_nobody_who_listens(self) -> None:
        """Else looking at a page would have everything encoded."""
        house = House(PLAIN)
        house.connect()
        house.meters.watch(["/live"])
        assert not is_wanted(house.stage.live)

    def test_who_works_in_a_studio_is_somebody(self) -> None:
        """Their mount is kept awake, as long as they are there."""
        house = House(PLAIN)
        house.connect()
        end = house.meters.watch(["/live", "/two"], ["/live"])
        assert is_wanted(house.stage.live)
        other = house.meters.watch(["/live"])
        end()
        assert not is_wanted(house.stage.live)
        other()

    def test_what_is_no_mount_leaves_nothing(self) -> None:
        """Somebody asks for levels of many paths that there are not."""
        house = House(PLAIN)
        for number in range(50):
            house.meters.watch([f"/no{number}"])()
        assert list(house.rig.mounts._chains._on) == ["/live"]

    def test_a_mount_that_ends_has_no_level(self) -> None:
        """And one that begins again has, without anybody asking anew."""
        house = House(PLAIN)
        show = house.connect()
        house.meters.watch(["/live"])
        house.run(1, LOUD)
        show.end()
        house.rig.clock.advance(5)
        assert (house.meters.levels(), house.measured) == ({}, [])
        house.connect(first=2000)
        house.run(1, QUIET)
        house.rig.clock.advance(CUSHION_S)
        assert house.meters.levels() == {"/live": (QUIET, QUIET)}

    def test_so_many_and_no_more(self) -> None:
        """Who comes later has the place of who goes."""
        house = House(PLAIN)
        ends: list[Callable[[], None]] = [
            house.meters.watch([f"/m{number}"]) for number in range(WATCHED_MAX + 5)
        ]
        assert house.meters.snapshot().streams == WATCHED_MAX
        ends[0]()
        assert house.meters.snapshot().streams == WATCHED_MAX
        for end in ends[1:]:
            end()
        assert house.meters.snapshot().streams == 0

    def test_the_process_gets_whole_units(self) -> None:
        """What listeners get, from where they may begin."""
        house = House(PLAIN)
        house.connect()
        house.run(1)
        house.meters.watch(["/live"])
        house.run(1)
        (given,) = house.measured
        assert given.kind == "mpeg"
        assert given.data.startswith(Programme().units(500)[:4])

    def test_the_end(self) -> None:
        """Nothing is left behind on a mount."""
        house = House(replace(WATCHED, chain=()))
        show = house.connect()
        end = house.meters.watch(["/live"])
        house.run(1)
        assert house.meters.stop().called
        entry = house.stage.live.air.inputs.of(show.source)
        assert entry is not None
        assert (entry.ear, house.stage.live.air.taps) == (None, [])
        end()


class TestSilence:
    """For mounts that are watched for it."""

    def test_an_encoder_is_listened_to_from_its_first_byte_on(self) -> None:
        """Before anything is heard of it."""
        house = House(WATCHED, NIGHT)
        show = house.connect()
        show.send()
        assert len(house.measured) == 1

    def test_it_gives_way_and_comes_back(self) -> None:
        """All the way, with what the process has found."""
        house = House(WATCHED, NIGHT)
        house.connect("/night", 5000)
        house.connect()
        house.run(2, LOUD)
        _, player = house.rig.listen(house.stage.live)
        house.run(4.5, QUIET)
        assert pieces(player) == [1]
        house.run(1, QUIET)
        assert pieces(player) == [1, 5]
        assert house.stage.of(FallbackEngaged) == [
            FallbackEngaged("/live", "/night", "the source is silent")
        ]
        house.run(60, QUIET)
        assert len(house.measured) == 1, "it is listened to while it waits"
        house.run(2.5, LOUD)
        assert pieces(player) == [1, 5]
        house.run(2, LOUD)
        assert pieces(player) == [1, 5, 1]

    def test_what_is_as_loud_as_the_level_is_silence(self) -> None:
        """The operator says what counts."""
        for level, is_silent in ((-400, True), (-399, False)):
            house = House(replace(WATCHED, silence_level_db=-40))
            house.connect()
            house.run(8, Level(level, 0))
            assert mount_snapshot(house.stage.live).silent is is_silent

    def test_without_levels_nothing_is_silent(self) -> None:
        """A process that dies again and again harms nobody."""
        house = House(WATCHED, NIGHT)
        house.connect("/night", 5000)
        house.connect()
        for _ in range(20):
            house.run(1)
            for link in house.room.running:
                link.die()
        assert house.stage.links == [("live", "on-air"), ("/night", "ready")]
        assert house.stage.of(MountSilent) == []

    def test_a_death_while_it_is_silent(self) -> None:
        """What is known stays so for a while, and then nobody knows any more."""
        house = House(WATCHED, NIGHT)
        house.connect("/night", 5000)
        house.connect()
        house.run(7, QUIET)
        house.link.die()
        house.link.is_ready = False
        house.run(UNKNOWN_AFTER_S - 1)
        assert house.stage.links == [("live", "silent"), ("/night", "on-air")]
        house.run(5)
        assert house.stage.links == [("live", "on-air"), ("/night", "ready")]
        assert len(house.stage.of(MountRecovered)) == 1

    def test_another_session_is_listened_to(self) -> None:
        """And the one that is gone no more."""
        house = House(WATCHED, NIGHT)
        show = house.connect()
        house.run(1, LOUD)
        show.end()
        house.run(1)
        assert house.measured == []
        house.connect(first=2000)
        house.run(7, QUIET)
        assert house.stage.of(MountSilent) == [MountSilent("/live", 5.0)]

    def test_the_operator_switches_it_on_and_off(self) -> None:
        """While the encoder is connected."""
        house = House(replace(WATCHED, silence_after_s=0), NIGHT)
        house.connect("/night", 5000)
        house.connect()
        house.run(10, QUIET)
        assert house.room.links == []
        house.stage.decide(WATCHED, NIGHT)
        house.run(7, QUIET)
        assert house.stage.links == [("live", "silent"), ("/night", "on-air")]
        house.stage.decide(replace(WATCHED, silence_after_s=0), NIGHT)
        house.run(5)
        assert house.measured == []
        assert house.stage.links == [("live", "on-air"), ("/night", "ready")]
        assert len(house.stage.of(MountRecovered)) == 1

    def test_a_fallback_may_be_silent(self) -> None:
        """Only encoders are listened to."""
        house = House(WATCHED, NIGHT)
        house.connect("/night", 5000)
        house.run(10, QUIET)
        assert house.measured == []
        assert not mount_snapshot(house.stage.live).silent
