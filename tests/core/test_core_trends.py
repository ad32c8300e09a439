"""How many listened lately."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.fakes import NOON
from tinyice.core.trends import SAMPLE_S, SAMPLES, Peak, Trends


@dataclass
class Stream:
    """A mount that so many listen to."""

    path: str
    count: int = 0
    listener_peak: int = 0

    @property
    def listeners(self) -> range:
        return range(self.count)


@dataclass
class Station:
    """A few mounts, and a clock that goes on by a sample."""

    mounts: list[Stream] = field(default_factory=lambda: [Stream("/a"), Stream("/b")])
    at: datetime = NOON

    def __post_init__(self) -> None:
        self.trends = Trends(self.mounts, now=lambda: self.at)

    def hear(self, *counts: int) -> None:
        """Another sample, with so many on each mount."""
        for stream, count in zip(self.mounts, counts, strict=True):
            stream.count = count
            stream.listener_peak = max(count, stream.listener_peak)
        self.at += timedelta(seconds=SAMPLE_S)
        self.trends.sample()


def test_each_mount_has_its_line() -> None:
    """Oldest first; the whole station has one too."""
    station = Station()
    for counts in ((1, 5), (2, 4), (3, 3)):
        station.hear(*counts)
    assert station.trends.of("/a") == (1, 2, 3)
    assert station.trends.of("/b") == (5, 4, 3)
    assert station.trends.of_all() == (6, 6, 6)
    assert station.trends.of("/nowhere") == ()


def test_nothing_is_known_before_the_first_sample() -> None:
    """No line, no peak, and no fault."""
    trends = Station().trends
    assert trends.of("/a") == trends.of_all() == trends.among(["/a"]) == trends.among([]) == ()
    assert trends.peak_of("/a") is trends.peak_of_all() is None


def test_half_an_hour_is_kept() -> None:
    """However long the server runs."""
    station = Station()
    for number in range(SAMPLES + 5):
        station.hear(number, 0)
    assert SAMPLES * SAMPLE_S == 1800
    assert station.trends.of("/a") == tuple(range(5, SAMPLES + 5))
    assert len(station.trends.of_all()) == SAMPLES


def test_a_mount_that_is_gone_takes_its_line_along() -> None:
    """Encoders can make up any number of mounts; a new one of the name begins anew."""
    station = Station()
    station.hear(1, 2)
    gone = station.mounts.pop()
    station.hear(1)
    assert station.trends.of("/b") == ()
    assert station.trends.peak_of("/b") is None
    station.mounts.append(gone)
    station.hear(1, 7)
    assert station.trends.of("/b") == (7,)
    assert station.trends.of_all() == (3, 1, 8)


def test_some_mounts_together() -> None:
    """Lines end at the same moment, however old they are."""
    station = Station()
    station.hear(1, 10)
    station.mounts.append(Stream("/c"))
    station.hear(2, 20, 100)
    assert station.trends.among(["/a", "/b"]) == (11, 22)
    assert station.trends.among(["/a", "/c"]) == (1, 102)
    assert station.trends.among(["/c", "/nowhere"]) == (100,)


def test_a_peak_has_its_time() -> None:
    """Of a mount the true one, though it fell between two samples; it only grows."""
    station = Station()
    station.hear(3, 1)
    station.mounts[0].listener_peak = 9
    station.hear(2, 1)
    then = station.at
    station.hear(4, 1)
    assert station.trends.peak_of("/a") == Peak(9, then)
    assert station.trends.peak_of_all() == Peak(5, station.at)
