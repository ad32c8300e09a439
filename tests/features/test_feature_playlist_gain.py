"""Saved playlists with gains of their own, as listeners of a whole server hear them."""

from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from codec.playing import write
from features.api_talk import Api, accounts, secret_of
from features.conftest import Serve
from features.measured import rms, samples
from features.music import RATE, Samples, put, tone
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until
from tinyice.codec.analysis import measure

TRACK_S = 3.0
WINDOW_S = 0.25
HEARD_S = 4 * TRACK_S
GAINS = {"plain": 0.0, "soft": -6.0, "loud": 12.0}
SILENT_DB = -60.0
WAIT_S = 60.0

pytestmark = [pytest.mark.timeout(120), pytest.mark.needs_program("ffmpeg")]


def fill(station: Station, mount: str) -> None:
    """One tone from three playlists with different gains, one behind the other."""
    api = Api(station, secret_of("root"))
    for number, (name, gain) in enumerate(GAINS.items()):
        told = {"gain": gain}
        changed = api.ask("PATCH", "/api/autodjs/playlists", told, mount=mount, name=name)
        assert changed.status == 200, changed.body
        method = "POST" if number else "PUT"
        put_in = api.ask(method, "/api/autodjs/playlist", {"saved": name}, mount=mount)
        assert len(put_in.document["entries"]) == 1
    found = api.ask("GET", "/api/autodjs/playlists", mount=mount).document["items"]
    assert {one["name"]: one["gain"] for one in found} == GAINS


def levels(wave: Samples) -> list[float]:
    """Which levels tracks had, in dB of full scale, the softest first; silence is none."""
    size = round(WINDOW_S * RATE)
    windows = [wave[at : at + size] for at in range(0, len(wave) - size, size)]
    found = [20 * float(np.log10(max(rms(part), 1.0) / 32768)) for part in windows]
    runs = [list(run) for _, run in groupby(found, key=lambda level: round(level * 4))]
    long = [float(np.median(run)) for run in runs if len(run) * WINDOW_S > TRACK_S / 2]
    return sorted({round(level): level for level in long if level > SILENT_DB}.values())


@pytest.mark.parametrize(("gain", "plain_db"), [("off", -15.05), ("track", -19.0)])
def test_a_playlist_is_heard_at_its_gain(
    serve: Serve, tmp_path: Path, gain: str, plain_db: float
) -> None:
    """On top of what levels the tracks, and where nothing does; peaks stay below -1 dBTP."""
    playlists = tmp_path / "data" / "playlists" / "dj"
    playlists.mkdir(parents=True)
    for name in GAINS:
        put(tmp_path / "music" / f"{name}.flac", tone(TRACK_S, 1000.0), title=name, artist=name)
        (playlists / f"{name}.m3u8").write_text(f"{name}.flac\n")
    dj = {"mount": "/dj", "music_dir": str(tmp_path / "music"), "format": "flac", "gain": gain}
    more = {"shuffle": False, "crossfade": 0.0, "last_playlist": "plain"}
    folder = str(tmp_path / "data")
    station = serve(autodjs=[{**dj, **more}], data_dir=folder, api_rate=0, **accounts())
    until(lambda: station.plays("/dj"), within=WAIT_S, what="it plays")
    fill(station, "/dj")
    recorder = Recorder(station.port, "/dj")
    until(lambda: recorder.listened_s > HEARD_S, within=WAIT_S, what="all tracks are heard")
    wave = samples(recorder.stop().audio, "ogg")
    soft, plain, loud = levels(wave)
    assert abs(plain - soft - 6.0) < 0.1
    assert loud > plain + 6.0
    assert abs(plain - plain_db) < 0.1
    both = np.stack([wave, wave], axis=1)
    heard = measure(write(tmp_path / "heard.wav", both, RATE, "pcm_s16le")).loudness
    assert heard.peak_db < -0.99
