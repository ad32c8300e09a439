"""How loud tracks are and what they look like: measured once, those first that are to play."""

from collections.abc import Callable

import pytest
from twisted.internet.defer import Deferred, fail

from tinyice.autodj.loudnesses import Loudnesses
from tinyice.codec.analysis_messages import Measured
from tinyice.codec.measuring import NotNow, Unmeasured
from tinyice.core.errors import DomainError
from tinyice.core.loudness import Loudness, Measurement
from tinyice.core.tracks import Track
from tinyice.core.waveform import COLUMNS, Waveform
from tinyice.work.jobs import Busy

TRACKS = [Track(f"{n}.mp3") for n in range(5)]
LOOKS = Waveform(bytes(COLUMNS), bytes(COLUMNS))
LOUD = Loudness(-10.0, -1.0)
MEASURED = Measured(LOUD, LOOKS)


class Kept:
    """A database."""

    def __init__(self) -> None:
        self.noted: dict[str, Measurement] = {}
        self.is_broken = False

    async def measurement(self, root: str, track: Track) -> Measurement | None:
        self._check()
        return self.noted.get(track.path)

    async def note_measurement(self, root: str, track: Track, measured: Measurement) -> None:
        self._check()
        self.noted[track.path] = measured

    def _check(self) -> None:
        if self.is_broken:
            raise DomainError("there is no database")


class Child:
    """Keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool, Deferred[Measured]]] = []

    def measure(self, path: str, _folders: object, *, can_wait: bool = False) -> Deferred[Measured]:
        self.asked.append((path, can_wait, Deferred()))
        return self.asked[-1][2]

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    def answer(self, result: Measured | Exception, at: int = -1) -> None:
        waiting = self.asked[at][2]
        if isinstance(result, Measured):
            waiting.callback(result)
        else:
            waiting.errback(result)


class Looked:
    """What came of looking at a track."""

    def __init__(self, ears: Loudnesses, track: Track) -> None:
        self.found: list[object] = []
        looking = Deferred.fromCoroutine(ears.waveform("/m", track))
        looking.addCallbacks(self.found.append, lambda told: self.found.append(told.value))


@pytest.fixture
def child() -> Child:
    return Child()


@pytest.fixture
def kept() -> Kept:
    return Kept()


def nobody() -> None:
    """Nobody is told."""


def test_what_comes_next_is_measured_ahead(child: Child, kept: Kept) -> None:
    """Once; it is loaded again with the right gain, and kept."""
    heard: list[str] = []
    ears = Loudnesses(kept, child.measure, tuple)
    tell: Callable[[], None] = lambda: heard.append("known")  # noqa: E731 - one and the same
    assert ears.of("/m", TRACKS[0], tell) is None
    assert ears.of("/m", TRACKS[0], tell) is None
    assert ears.of("/m", TRACKS[1], tell) is None
    assert child.paths == ["/m/0.mp3", "/m/1.mp3"]
    assert not any(can_wait for _, can_wait, _ in child.asked)
    child.answer(MEASURED, 0)
    child.answer(Unmeasured("it is broken"), 1)
    assert heard == ["known", "known"]
    assert ears.of("/m", TRACKS[0], tell) == LOUD
    assert ears.of("/m", TRACKS[1], tell) is None
    assert len(child.asked) == 2
    assert kept.noted == {"0.mp3": Measurement(LOUD, waveform=LOOKS)}
    again = Loudnesses(kept, child.measure, tuple)
    assert again.of("/m", TRACKS[0], tell) == LOUD


def test_what_is_looked_at_can_wait(child: Child, kept: Kept) -> None:
    """All that look share one measurement, which the AutoDJ has use for as well."""
    ears = Loudnesses(kept, child.measure, tuple)
    looks = [Looked(ears, TRACKS[0]), Looked(ears, TRACKS[0])]
    assert [(path, can_wait) for path, can_wait, _ in child.asked] == [("/m/0.mp3", True)]
    heard: list[str] = []
    ears.of("/m", TRACKS[0], lambda: heard.append("known"))
    child.answer(MEASURED)
    assert [each.found for each in looks] == [[LOOKS], [LOOKS]]
    assert heard == ["known"]
    assert ears.of("/m", TRACKS[0], nobody) == LOUD
    assert Looked(ears, TRACKS[0]).found == [LOOKS]
    assert Looked(Loudnesses(kept, child.measure, tuple), TRACKS[0]).found == [LOOKS]
    assert len(child.asked) == 1


def test_without_a_database(child: Child, kept: Kept) -> None:
    """It is measured, and known for a while."""
    kept.is_broken = True
    ears = Loudnesses(kept, child.measure, tuple)
    first = Looked(ears, TRACKS[0])
    child.answer(MEASURED)
    assert first.found == Looked(ears, TRACKS[0]).found == [LOOKS]
    assert len(child.asked) == 1


def test_what_is_no_music_has_no_waveform(child: Child, kept: Kept) -> None:
    """It is tried once."""
    ears = Loudnesses(kept, child.measure, tuple)
    first = Looked(ears, TRACKS[0])
    child.answer(Unmeasured("it is broken"))
    assert first.found == Looked(ears, TRACKS[0]).found == [None]
    assert len(child.asked) == 1


def test_what_an_earlier_version_measured_is_measured_again(child: Child, kept: Kept) -> None:
    """When somebody looks, not before."""
    kept.noted["0.mp3"] = Measurement(LOUD)
    ears = Loudnesses(kept, child.measure, tuple)
    assert ears.of("/m", TRACKS[0], nobody) == LOUD
    assert not child.asked
    look = Looked(ears, TRACKS[0])
    child.answer(MEASURED)
    assert look.found == [LOOKS]
    assert kept.noted["0.mp3"].waveform == LOOKS


def test_what_was_not_tried_is_tried_again(kept: Kept) -> None:
    """Where too many wait nobody is told, and nothing is remembered."""
    asked: list[str] = []

    def measure(path: str, _folders: object, *, can_wait: bool = False) -> Deferred[Measured]:
        asked.append(path)
        return fail(NotNow("too many files wait"))

    ears = Loudnesses(kept, measure, tuple)
    told: list[str] = []
    for _ in range(2):
        assert ears.of("/m", TRACKS[0], lambda: told.append("known")) is None
    (found,) = Looked(ears, TRACKS[0]).found
    assert isinstance(found, Busy)
    assert len(asked) == 3
    assert not told
