"""What listeners of AutoDJs hear, measured: joints, levels, fades, pace, titles, formats.

One server plays all of it at the same time, and every test looks at one recording.
"""

import json
import math
import time
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from mutagen.flac import FLAC
from numpy.typing import NDArray

from autodj.files import PNG
from codec.playing import write
from features.api_talk import Api, accounts, secret_of
from features.conftest import Serve
from features.measured import (
    Known,
    corner,
    icy_titles,
    known,
    links,
    pitches,
    place_of,
    rms,
    samples,
    softest_db,
)
from features.music import RATE, Samples, album, noise, put, sweep, tone
from programs.raw import Answer, Recorder
from programs.station import Station
from programs.waiting import until
from tinyice.codec.analysis import measure

HEARD_S = 22.0
TARGET_LUFS = -16.0
PITCH = 441.0
FADE_S = 1.5
NOTES = {"Low": (400.0, 4.0), "Middle": (650.0, 5.0), "High": (1000.0, 3.6)}
CUTS = (2.1, 3.37, 1.9, 2.75, 3.03, 2.2, 3.9, 2.6, 1.7, 3.3, 2.9, 3.1, 2.45, 3.6)
WHOLE_S = 60.0
LONG_S = 120.0
PAUSED_AT_S, RESUMED_AT_S, SOUGHT_AT_S, SOUGHT_S = 5.0, 8.5, 14.0, 90.0
KINDS = {"mp3": "mpeg", "aac": "adts", "opus": "ogg", "flac": "ogg"}
WAIT_S = 60.0

pytestmark = [pytest.mark.timeout(180), pytest.mark.needs_program("ffmpeg")]


def entry(music: Path, mount: str, encoding: str, **more: object) -> dict[str, object]:
    """An AutoDJ that plays the folder of its mount's name in order."""
    told = {"mount": mount, "music_dir": str(music / mount.strip("/")), "format": encoding}
    return {**told, "shuffle": False, "gain": "off", "crossfade": 0.0, "bitrate": 192, **more}


def fill(music: Path) -> None:
    """Everything that is played."""
    album(music / "flac-joint", sweep(WHOLE_S), CUTS, ".flac")
    album(music / "mp3-joint", tone(WHOLE_S, PITCH), CUTS, ".mp3")
    for number, (pitch, level) in enumerate(((PITCH, 0.25), (2 * PITCH, 0.2)), 1):
        path = music / "fade" / f"{number}.flac"
        put(path, tone(6.0, pitch, level), artist=f"A{number}", title=f"T{number}")
    for number, (title, (pitch, seconds)) in enumerate(NOTES.items(), 1):
        path = music / "titles" / f"{number}.flac"
        put(path, tone(seconds, pitch), artist=f"Ä{number}", title=title)
    (music / "titles" / "Cover.png").write_bytes(PNG)
    put(music / "steered" / "1.flac", sweep(LONG_S), artist="A", title="T")
    for number, (title, level) in enumerate((("Loud", 0.9), ("Quiet", 0.12)) * 2, 1):
        wave = noise(5.0, level, number)
        put(music / "measured" / f"{number}.flac", wave, artist=f"A{number}", title=title)
        path = put(music / "tagged" / f"{number}.flac", wave, artist=f"A{number}", title=title)
        told = FLAC(path)
        # ReplayGain's own reference
        told["replaygain_track_gain"] = [f"{-18.0 - measure(path).loudness.lufs:.2f} dB"]
        told.save()


ENTRIES = {
    "/flac-joint": ("flac", {}),
    "/mp3-joint": ("mp3", {}),
    "/fade": ("flac", {"crossfade": FADE_S}),
    "/titles": ("mp3", {"bitrate": 320}),
    "/measured": ("aac", {"gain": "track"}),
    "/tagged": ("opus", {"gain": "track"}),
    "/steered": ("flac", {}),
}


class Captured:
    """What listeners got, and how it came."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.recorders = {mount: self._recorder(mount) for mount in ENTRIES}
        self.sizes: list[tuple[float, int]] = []
        self.steered: dict[str, float] = {}
        watched = self.recorders["/titles"]
        until(lambda: watched.listened_s > 1.0, within=WAIT_S, what="sound comes")
        steps = [
            (PAUSED_AT_S, "pause", None),
            (RESUMED_AT_S, "play", None),
            (SOUGHT_AT_S, "seek", {"seconds": SOUGHT_S}),
        ]
        while watched.listened_s < HEARD_S:
            if steps and watched.listened_s >= steps[0][0]:
                self._steer(*steps.pop(0)[1:])
            assert not watched.ended
            self.sizes.append((time.monotonic(), watched.size))
            time.sleep(0.1)
        self.answers: dict[str, Answer] = {
            mount: recorder.stop() for mount, recorder in self.recorders.items()
        }

    def _recorder(self, mount: str) -> Recorder:
        until(lambda: self.station.plays(mount), within=WAIT_S, what=f"{mount} plays")
        return Recorder(self.station.port, mount)

    def _steer(self, command: str, body: object) -> None:
        api = Api(self.station, secret_of("root"))
        reply = api.ask("POST", f"/api/autodjs/{command}", body, mount="/steered")
        assert reply.status == 200, reply.body
        self.steered[command] = time.monotonic()

    def heard(self, mount: str) -> Samples:
        """What was heard there, one channel."""
        audio, kind = self.answers[mount].audio, KINDS[ENTRIES[mount][0]]
        return samples(b"".join(links(audio)) if kind == "ogg" else audio, kind)


def lufs(wave: Samples, samplerate: int, folder: Path) -> float:
    """How loud it is by EBU R128."""
    both = np.stack([wave, wave], axis=1)
    return measure(write(folder / "heard.wav", both, samplerate, "pcm_s16le")).loudness.lufs


@pytest.fixture(scope="module")
def captured(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    music = tmp_path_factory.mktemp("music")
    fill(music)
    entries = [entry(music, mount, kind, **more) for mount, (kind, more) in ENTRIES.items()]
    return Captured(serve(autodjs=entries, api_rate=0, **accounts()))


def test_no_sample_is_missing_or_repeated_on_flac(captured: Captured) -> None:
    """A sweep that was cut into files of an album comes out as it was, bit for bit."""
    # Where there was nothing before the edge is rounded.
    found = captured.heard("/flac-joint")[RATE // 10 :]
    whole = sweep(WHOLE_S)[:, 0]
    first = place_of(found[:2000], whole)
    assert first >= 0
    assert len(found) > (HEARD_S - 3) * RATE
    assert np.array_equal(found, whole[first : first + len(found)])


def test_no_window_falls_on_mp3(captured: Captured) -> None:
    """A tone that was cut into MP3 files stays as loud as it was: 10 ms fall less than 1 dB."""
    found = captured.heard("/mp3-joint")
    assert len(found) > (HEARD_S - 3) * RATE
    assert softest_db(found[RATE // 5 : -RATE // 5], RATE) > -1.0
    titles = [title for _, title in icy_titles(captured.answers["/mp3-joint"])]
    assert len(titles) >= 5


def test_a_crossfade_has_no_click(captured: Captured) -> None:
    """Both sound together for as long as they are to, and the wave has no corner."""
    found = captured.heard("/fade")
    assert corner(found, RATE, PITCH, 2 * PITCH) < 40
    step = round(0.02 * RATE)
    turns = np.exp(-2j * np.pi * PITCH * np.arange(step) / RATE)
    parts = found[: len(found) // step * step].reshape(-1, step).astype(np.float64)
    one, two = (np.abs(parts @ turns**each) / step * 2 / 32767 for each in (1, 2))
    together_s = 0.02 * float(((one > 0.01) & (two > 0.01)).sum())
    joints = len(links(captured.answers["/fade"].audio)) - 1
    assert joints >= 3
    assert abs(together_s / joints - FADE_S) < 0.4


def test_titles_come_with_their_music(captured: Captured) -> None:
    """ICY metadata stands where the pitch changes, as near as its interval lets it."""
    answer = captured.answers["/titles"]
    found = pitches(captured.heard("/titles"), RATE)
    told = [(at * 8 / 320_000, title) for at, title in icy_titles(answer)]
    assert len(told) >= 4
    interval_s = answer.metaint * 8 / 320_000
    for at_s, title in told[1:]:
        note = NOTES[title.partition(" - ")[2]][0]
        heard_at = next(
            0.02 * number
            for number in range(max(0, round((at_s - 1.5) / 0.02)), len(found))
            if abs(found[number] - note) < 10
        )
        assert -0.1 < at_s - heard_at < interval_s + 0.2
    assert {title.partition(" - ")[0] for _, title in told} <= {"Ä1", "Ä2", "Ä3"}


def test_tracks_of_which_nothing_is_known_are_measured(captured: Captured, tmp_path: Path) -> None:
    """Loud and soft ones are heard at one level."""
    answer, found = captured.answers["/measured"], captured.heard("/measured")
    told = icy_titles(answer)
    rate = len(found) / len(answer.audio)
    edges = [round(at * rate) for at, _ in told] + [len(found)]
    assert len(told) >= 4
    for begin, end in pairwise(edges[1:]):
        if end - begin > 3 * RATE:
            part = found[begin + RATE : end - RATE]
            assert abs(lufs(part, RATE, tmp_path) - TARGET_LUFS) < 1.0


def test_replaygain_is_believed(captured: Captured, tmp_path: Path) -> None:
    """Each track is heard at the level that its tags lead to, from its first second on."""
    found = [samples(link, "ogg") for link in links(captured.answers["/tagged"].audio)]
    assert len(found) >= 4
    for wave in found:
        if len(wave) > 3 * 48000:
            assert abs(lufs(wave, 48000, tmp_path) - TARGET_LUFS) < 1.0


def test_links_of_ogg_are_as_long_as_their_tracks(captured: Captured) -> None:
    """A title begins where its track does, and nothing is lost between two."""
    found = [len(samples(link, "ogg")) / 48000 for link in links(captured.answers["/tagged"].audio)]
    assert all(abs(seconds - 5.0) < 0.05 for seconds in found[1:-1])
    whole = len(captured.heard("/tagged")) / 48000
    assert math.isclose(sum(found), whole, abs_tol=0.1)


def longest_silence(wave: NDArray[np.int16]) -> tuple[int, int]:
    """Where it begins and ends."""
    sounds = np.flatnonzero(wave)
    longest = int(np.diff(sounds).argmax())
    return int(sounds[longest]) + 1, int(sounds[longest + 1])


def test_a_pause_resumes_in_place_and_a_seek_is_exact(captured: Captured) -> None:
    """Silence while it lasts; what comes then is the next sample, or the one that is wanted."""
    found, whole = captured.heard("/steered"), sweep(LONG_S)[:, 0]
    begin, end = longest_silence(found)
    paused_s = captured.steered["play"] - captured.steered["pause"]
    assert abs((end - begin) / RATE - paused_s) < 0.5
    edge, probe = RATE // 20, 1000
    before = place_of(found[begin - edge - probe : begin - edge], whole) + probe + edge
    after = place_of(found[end + edge : end + edge + probe], whole) - edge
    assert before >= edge + probe
    assert abs(after - before) < 0.01 * RATE
    last = place_of(found[-probe:], whole) - (len(found) - probe)
    first_heard = round(SOUGHT_S * RATE) - last
    assert end < first_heard < len(found)
    # Until there the track went on without a break, but for the edges.
    middle = place_of(found[first_heard - RATE : first_heard - RATE + probe], whole)
    assert middle - (first_heard - RATE) == after - end


def test_everybody_sees_the_cover_of_what_plays(captured: Captured) -> None:
    """Widgets are told its address, which has its kind and tag; a seek bar is told its levels."""
    station = captured.station
    now = Api(station, secret_of("root")).get("/api/nowplaying/titles")["now_playing"]
    art = urlsplit(now["song"]["art"])
    assert art.path == "/cover/titles"
    assert station.get(art.path) == PNG
    listed = Api(station, secret_of("root")).get("/api/autodjs/library/tracks", mount="/titles")
    waveform = f"/admin/studio-waveform?mount=/titles&track={listed['items'][0]['id']}"
    looks = json.loads(station.get(waveform, user="admin"))
    assert all(abs(peak - 64) <= 2 for peak in looks["peaks"][10:-10])
    assert all(abs(level - 45) <= 2 for level in looks["levels"][10:-10])


def test_the_pace_is_that_of_the_clock(captured: Captured) -> None:
    """As much sound comes as time passes."""
    times, sizes = (np.array(each, np.float64) for each in zip(*captured.sizes, strict=True))
    late = times > times[0] + 3.0
    slope = np.polyfit(times[late], sizes[late] * 8 / 320_000, 1)[0]
    assert abs(slope - 1.0) < 0.02


@pytest.mark.parametrize(
    ("mount", "what"),
    [
        ("/titles", Known("mp3", "mp3", 44100, 2)),
        ("/measured", Known("aac", "aac", 44100, 2)),
        ("/tagged", Known("opus", "ogg", 48000, 2)),
        ("/fade", Known("flac", "ogg", 44100, 2)),
    ],
)
def test_formats_are_what_they_are_called(captured: Captured, mount: str, what: Known) -> None:
    """By their bytes, not by their labels; and there is sound in them."""
    answer = captured.answers[mount]
    assert known(answer.audio) == what
    assert rms(captured.heard(mount)) > 500


def test_the_first_track_of_all_is_as_loud_as_it_is_to_be(serve: Serve, tmp_path: Path) -> None:
    """On a library that nobody has heard: there is silence until its level is known."""
    put(tmp_path / "music" / "1.flac", noise(8.0, 0.9, 1), artist="A", title="Loud")
    entry = {"mount": "/first", "music_dir": str(tmp_path / "music"), "format": "flac"}
    station = serve(autodjs=[entry])
    until(lambda: station.plays("/first"), within=WAIT_S, what="it plays")
    listener = Recorder(station.port, "/first")

    def sounding() -> Samples:
        return np.trim_zeros(samples(listener.answer.audio, "ogg"), "f")

    until(lambda: len(sounding()) > 3 * RATE, within=WAIT_S, what="three seconds are heard")
    assert abs(lufs(sounding()[: 3 * RATE], RATE, tmp_path) - TARGET_LUFS) < 1.0
