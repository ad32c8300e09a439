"""Many track changes and takeovers leave a server with an AutoDJ as it was."""

from collections.abc import Callable
from pathlib import Path

import pytest

from codec.sounds import file_of
from features.conftest import Serve
from features.djs import WAIT_S, Tone, autodj, figure, put, wait_for
from features.offspring import children_with, resident_bytes
from features.sounding import Encoder
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

PLAYOUT = "codec.playout"
SHORT_S = 0.3
LIVE = file_of("mp3", "libmp3lame", seconds=1.0)
GROWTH_MAX = 8_000_000

pytestmark = pytest.mark.timeout(3600)


def flat_over(station: Station, work: Callable[[], None]) -> None:
    """Whether files, processes and memory are as they were, when ``work`` is done."""
    main = station.child.process.pid
    (playout,) = children_with(station, PLAYOUT)
    pids = (main, playout)
    files, memory = [open_files(pid) for pid in pids], [resident_bytes(pid) for pid in pids]
    processes = len(children_with(station, "tinyice."))
    work()
    until(
        lambda: all(open_files(pid) <= had for pid, had in zip(pids, files, strict=True)),
        within=WAIT_S,
        what="no file stays open",
    )
    until(
        lambda: len(children_with(station, "tinyice.")) <= processes,
        within=WAIT_S,
        what="no process stays",
    )
    grown = [resident_bytes(pid) - had for pid, had in zip(pids, memory, strict=True)]
    assert max(grown) < GROWTH_MAX
    assert children_with(station, PLAYOUT) == [playout]
    assert figure(station, "restarts_total", "/dj") == 0


def open_files(pid: int) -> int:
    """How many descriptors the process has."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.soak)])
def test_many_track_changes(serve: Serve, tmp_path: Path, count: int) -> None:
    """All of them are heard and written down, and no listener is lost."""
    endings = ("flac", "mp3", "ogg", "opus", "wav")
    tones = [Tone(f"{at}.{endings[at % 5]}", 220 * (2 + at % 4), SHORT_S) for at in range(10)]
    put(tmp_path / "music", *tones)
    station = serve(autodjs=[autodj("/dj", tmp_path / "music", gain="track", crossfade=0.1)])
    station.wait_for_mount("/dj", WAIT_S)
    listener = Recorder(station.port, "/dj")
    wait_for(station, "tracks_total", "/dj", 40)

    def changes() -> None:
        least = figure(station, "tracks_total", "/dj") + count
        until(
            lambda: figure(station, "tracks_total", "/dj") >= least,
            within=2 * count * SHORT_S + WAIT_S,
            what=f"{count} tracks are heard",
        )

    flat_over(station, changes)
    assert not listener.ended
    assert figure(station, "failures_total", "/dj") == 0


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.soak)])
def test_a_live_encoder_that_flaps(serve: Serve, tmp_path: Path, count: int) -> None:
    """It takes over once or twice, and then must be good for a while first; nobody is lost."""
    put(tmp_path / "music", *(Tone(f"{pitch}.flac", pitch) for pitch in (440, 660, 880)))
    station = serve(autodjs=[autodj("/dj", tmp_path / "music")], return_after=0)
    station.wait_for_mount("/dj", WAIT_S)
    listener = Recorder(station.port, "/dj")

    def flaps(times: int) -> None:
        for _ in range(times):
            with Encoder(station.port, "/dj") as encoder:
                encoder.send(LIVE)
        until(lambda: figure(station, "playing", "/dj"), within=WAIT_S, what="it plays again")

    flaps(10)
    flat_over(station, lambda: flaps(count))
    assert not listener.ended
    log = station.child.output()
    assert 1 <= log.count("event=mount.fallback.engaged mount=/dj") <= 5
    assert log.count("event=codec.lost") == 0
