"""Tracks are measured before they play: one at a time, and not all the time."""

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from tinyice.autodj.ahead import AT_ONCE, NOT_NOW_S, Ahead
from tinyice.autodj.entries import EntryIds
from tinyice.autodj.gains import GainRules, Levelling
from tinyice.autodj.playlist import Playlist
from tinyice.codec.measuring import NotNow
from tinyice.core.tracks import Gains, Track
from tinyice.core.waveform import Waveform


class Bench:
    """Measures when it is told to, each in so many seconds."""

    def __init__(self, count: int, rules: GainRules | None = None) -> None:
        self.clock = Clock()
        self.playlist = Playlist(EntryIds())
        self.playlist.add(Track(f"{number}.mp3") for number in range(count))
        self.rules = rules or GainRules()
        self.asked: list[str] = []
        self.takes_s = 0.0
        self.is_busy = False
        self.ahead = Ahead("/music", self.playlist, self.measure, lambda: self.rules, self.clock)

    async def measure(self, _root: str, track: Track) -> Waveform | None:
        if self.is_busy:
            raise NotNow("too many files wait")
        self.asked.append(track.path)
        if self.takes_s:
            done: Deferred[None] = Deferred()
            self.clock.callLater(self.takes_s, done.callback, None)
            await done
        return None

    def sweep(self, times: int = 1) -> None:
        for _ in range(times):
            self.ahead.sweep()
            self.clock.advance(1.0)


def test_what_is_known_is_passed_over_quickly() -> None:
    bench = Bench(AT_ONCE + 5)
    bench.sweep()
    assert len(bench.asked) == AT_ONCE
    bench.sweep(5)
    assert bench.asked == [f"{number}.mp3" for number in range(AT_ONCE + 5)]


def test_half_of_the_time_at_most() -> None:
    bench = Bench(50)
    bench.takes_s = 3.0
    bench.sweep(60)
    assert 8 <= len(bench.asked) <= 10


def test_each_is_measured_once_and_new_ones_too() -> None:
    bench = Bench(3)
    bench.sweep(3)
    bench.playlist.add([Track("new.mp3")])
    bench.playlist.move(0, 1, 2)
    bench.sweep(3)
    assert sorted(bench.asked) == ["0.mp3", "1.mp3", "2.mp3", "new.mp3"]
    bench.playlist.update(bench.playlist.at(0).id, Track("1.mp3", mtime_ns=5))
    bench.sweep(3)
    assert bench.asked[4:] == ["1.mp3"]


def test_who_has_no_time_is_asked_later() -> None:
    bench = Bench(2)
    bench.is_busy = True
    bench.sweep(3)
    bench.is_busy = False
    bench.sweep(round(NOT_NOW_S) - 4)
    assert bench.asked == []
    bench.sweep(5)
    assert bench.asked == ["0.mp3", "1.mp3"]


def test_what_needs_no_measurement_is_left_alone() -> None:
    bench = Bench(0, GainRules(Levelling.OFF))
    bench.playlist.add([Track("off.mp3")])
    bench.sweep(2)
    assert bench.asked == []
    bench = Bench(0)
    bench.playlist.add([Track("told.mp3", gains=Gains(track_db=-3.0)), Track("x", fault="broken")])
    bench.sweep(2)
    assert bench.asked == []


def test_nothing_is_begun_after_the_end() -> None:
    bench = Bench(3)
    bench.ahead.stop()
    bench.sweep(3)
    assert bench.asked == []
