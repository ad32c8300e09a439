"""AutoDJs of a real server: what their listeners hear, and what happens when things break."""

import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from codec.sounds import file_of, heard
from features.conftest import Serve
from features.djs import (
    KINDS,
    WAIT_S,
    Tone,
    autodj,
    cpu_s,
    figure,
    hears,
    in_turn,
    pitches,
    put,
    reload,
    remarks,
    sound_of,
    wait_for,
)
from features.offspring import children_with, lives
from features.sounding import Encoder
from programs.raw import Recorder
from programs.station import start_tinyice
from programs.waiting import until

WAITS_S = 2.0
"""So long a lost process is waited for at most; what is left of five seconds is its start."""
PLAYOUT = "codec.playout"
TONES = (Tone("a.flac", 440), Tone("b.mp3", 660), Tone("c.ogg", 880))
LIVE = file_of("mp3", "libmp3lame", seconds=6.0)

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three tones, in FLAC, MP3 and Ogg."""
    folder = tmp_path_factory.mktemp("tones") / "music"
    put(folder, *TONES)
    return folder


def test_a_folder_is_heard_in_every_format(serve: Serve, music: Path) -> None:
    """Each stream is what it is called, and has one tone after the other, with its title."""
    mounts = {f"/as-{name}": name for name in KINDS}
    entries = [autodj(path, music, format=name) for path, name in mounts.items()]
    station = serve(autodjs=entries)
    for path in mounts:
        station.wait_for_mount(path, WAIT_S)
    listeners = {path: Recorder(station.port, path) for path in mounts}
    for path, name in mounts.items():
        found = hears(listeners[path], name, 13.0)
        heard_in_turn = [pitch for pitch in in_turn(found) if pitch]
        order = [440, 660, 880, 440, 660, 880]
        assert heard_in_turn[:3] in (order[:3], order[1:4], order[2:5])
        assert found.faults == 0
        answer = listeners[path].stop()
        told = answer.titles if answer.metaint else []
        if name in ("mp3", "aac"):
            assert {"Artist 440 - Tone 440", "Artist 660 - Tone 660"} <= set(told)
        else:
            assert all(f"Tone {pitch}".encode() in answer.audio for pitch in (440, 660, 880))
        assert answer.headers["icy-name"] == path[1:]


def test_a_live_encoder_takes_over(serve: Serve, music: Path) -> None:
    """The AutoDJ yields at once, makes nothing meanwhile, and comes back with a fresh track."""
    station = serve(autodjs=[autodj("/dj", music)], return_after=0)
    station.wait_for_mount("/dj", WAIT_S)
    listener = Recorder(station.port, "/dj")
    hears(listener, "mp3", 2.0)
    with Encoder(station.port, "/dj") as encoder:
        encoder.send(LIVE)
        until(lambda: figure(station, "playing", "/dj") == 0, within=WAIT_S, what="it yields")
        tracks = figure(station, "tracks_total", "/dj")
        assert not listener.ended
        before = sound_of(listener, "mp3").seconds
        process = children_with(station, PLAYOUT)[0]
        used = cpu_s(process)
        time.sleep(1.0)
        assert cpu_s(process) - used < 0.1
        assert figure(station, "tracks_total", "/dj") == tracks
    hears(listener, "mp3", before + 3.0)
    assert not listener.ended
    assert figure(station, "tracks_total", "/dj") > tracks
    assert sound_of(listener, "mp3").faults == 0


def test_a_process_that_is_killed(serve: Serve, music: Path) -> None:
    """In the middle of a track: this mount is back within five seconds, others go on."""
    station = serve(autodjs=[autodj("/dj", music), autodj("/spared", music)])
    for path in ("/dj", "/spared"):
        station.wait_for_mount(path, WAIT_S)
    listener, spared = Recorder(station.port, "/dj"), Recorder(station.port, "/spared")
    before = hears(listener, "mp3", 2.0).seconds
    processes = children_with(station, PLAYOUT)
    restarts = ("/dj", "/spared")
    for path in restarts:
        known = partial(figure, station, "restarts_total", path)
        until(lambda known=known: known() == 0, within=WAIT_S, what="its figures are told")
    os.kill(processes[0], signal.SIGKILL)
    path = until(
        lambda: next((p for p in restarts if figure(station, "restarts_total", p)), ""),
        within=WAIT_S,
        what="it is known",
    )
    hit, other = (listener, spared) if path == "/dj" else (spared, listener)
    begun = sound_of(hit, "mp3").seconds
    hears(hit, "mp3", max(begun, before) + 1.0)
    untouched = sound_of(other, "mp3")
    assert untouched.faults == 0
    assert 0 not in pitches(untouched)[2:-2]
    assert not any(one.ended for one in (hit, other))
    lost = f'event=codec.lost mount={path} reason="killed by signal 9" seconds='
    waited = station.child.output().partition(lost)[2].split()[0]
    assert float(waited) <= WAITS_S
    assert f"event=codec.restarted mount={path}" in station.child.output()


def test_a_folder_that_goes_and_comes(serve: Serve, tmp_path: Path) -> None:
    """Silence with a clear state and no busy loop; sound again as soon as there are files."""
    folder = tmp_path / "music"
    folder.mkdir()
    station = serve(autodjs=[autodj("/dj", folder)])
    main = station.child.process.pid
    station.wait_for_mount("/dj", WAIT_S)
    listener = Recorder(station.port, "/dj")
    wait_for(station, "silent", "/dj", 1)
    assert 'event=autodj.silent mount=/dj reason="the playlist is empty"' in station.child.output()
    silent = hears(listener, "mp3", 2.0)
    assert set(pitches(silent)) == {0}
    processes = [main, *children_with(station, PLAYOUT)]
    used = [cpu_s(one) for one in processes]
    time.sleep(3.0)
    spent = [cpu_s(one) - had for one, had in zip(processes, used, strict=True)]
    assert max(spent) < 0.5
    put(folder, Tone("a.flac", 660, 3.0))
    wait_for(station, "playing", "/dj", 1)
    hears(listener, "mp3", sound_of(listener, "mp3").seconds + 3.0)
    assert 660 in in_turn(sound_of(listener, "mp3"))
    shutil.rmtree(folder)
    wait_for(station, "silent", "/dj", 1)
    put(folder, Tone("a.flac", 880, 3.0))
    wait_for(station, "playing", "/dj", 1)
    hears(listener, "mp3", sound_of(listener, "mp3").seconds + 3.0)
    assert in_turn(sound_of(listener, "mp3"))[-1] == 880
    assert not listener.ended
    assert len(children_with(station, PLAYOUT)) == 1


def test_a_folder_that_is_moved_away_and_back(serve: Serve, tmp_path: Path) -> None:
    """Its loss is told though nobody watches what is above it; it plays soon after its return."""
    folder, away = tmp_path / "music", tmp_path / "away"
    put(folder, Tone("a.flac", 660, 3.0), Tone("b.flac", 880, 3.0))
    station = serve(autodjs=[autodj("/dj", folder)])
    station.wait_for_mount("/dj", WAIT_S)
    listener = Recorder(station.port, "/dj")
    hears(listener, "mp3", 2.0)
    folder.rename(away)
    lost = "event=autodj.library.lost mount=/dj"
    until(lambda: lost in station.child.output(), within=WAIT_S, what="its loss is told")
    away.rename(folder)
    until(
        lambda: station.child.output().count("event=autodj.library.scanned mount=/dj") > 1,
        within=WAIT_S,
        what="its return is told",
    )
    tracks = figure(station, "tracks_total", "/dj")
    wait_for(station, "tracks_total", "/dj", tracks + 2)
    assert not listener.ended


def test_nothing_is_encoded_for_nobody(serve: Serve, music: Path) -> None:
    """The programme goes on by the clock, and the first listener hears sound at once."""
    station = serve(autodjs=[autodj("/dj", music), autodj("/ogg", music, format="opus")])
    for path in ("/dj", "/ogg"):
        station.wait_for_mount(path, WAIT_S)
        until(
            lambda path=path: figure(station, "encoding", path) == 0,
            within=WAIT_S,
            what=f"nothing is encoded for {path}",
        )
    brought = {
        path: int(station.statistics()[path]["total_bytes_read"]) for path in ("/dj", "/ogg")
    }
    tracks = {path: figure(station, "tracks_total", path) for path in brought}
    time.sleep(8.0)
    for path, before in brought.items():
        # The headers of titles are all that comes.
        assert int(station.statistics()[path]["total_bytes_read"]) - before < 4000
        assert 1 <= figure(station, "tracks_total", path) - tracks[path] <= 3
    for path, encoding in (("/dj", "mp3"), ("/ogg", "opus")):
        listener = Recorder(station.port, path)
        assert hears(listener, encoding, 1.0, within=1.5).faults == 0
        hears(listener, encoding, 5.0, within=6.0)
        assert in_turn(listener_sound := sound_of(listener, encoding))
        assert 0 not in pitches(listener_sound)[2:-2]


def test_who_comes_first_hears_one_beginning(serve: Serve, tmp_path: Path) -> None:
    """In Ogg: the headers of what plays, and then nothing but that."""
    tones = [Tone(f"{pitch}.flac", pitch, 8.0) for pitch in (440, 660, 880)]
    put(tmp_path / "music", *tones)
    entries = [autodj(f"/{kind}", tmp_path / "music", format=kind) for kind in ("opus", "flac")]
    station = serve(autodjs=entries)
    for kind in ("opus", "flac"):
        path = f"/{kind}"
        station.wait_for_mount(path, WAIT_S)
        until(
            lambda path=path: figure(station, "encoding", path) == 0,
            within=WAIT_S,
            what=f"nothing is encoded for {path}",
        )
        wait_for(station, "tracks_total", path, figure(station, "tracks_total", path) + 1)
        listener = Recorder(station.port, path)
        hears(listener, kind, 2.0)
        audio = listener.stop().audio
        (playing,) = {tone.pitch for tone in tones if tone.title.encode() in audio}
        assert audio.count(b"OggS\0\2") == 1
        assert set(pitches(heard(audio, "ogg"))) == {playing}
        assert remarks(audio) == ""


def test_so_does_who_comes_first_to_a_copy(serve: Serve, tmp_path: Path) -> None:
    """What is transcoded of it has one beginning, too, whatever was told meanwhile."""
    put(tmp_path / "music", *(Tone(f"{pitch}.flac", pitch, 8.0) for pitch in (440, 660, 880)))
    copies = [
        {"input_mount": "/dj", "output_mount": f"/{kind}", "format": kind}
        for kind in ("opus", "flac")
    ]
    station = serve(autodjs=[autodj("/dj", tmp_path / "music")], transcoders=copies)
    for kind in ("opus", "flac"):
        station.wait_for_mount(f"/{kind}", WAIT_S)
        until(
            lambda: figure(station, "encoding", "/dj") == 0,
            within=WAIT_S,
            what="nothing is encoded",
        )
        wait_for(station, "tracks_total", "/dj", figure(station, "tracks_total", "/dj") + 1)
        listener = Recorder(station.port, f"/{kind}")
        hears(listener, kind, 2.0)
        audio = listener.stop().audio
        assert audio.count(b"OggS\0\2") == 1
        assert remarks(audio) == ""


def test_a_reload_touches_only_what_changed(serve: Serve, music: Path) -> None:
    """A crossfade changes nothing that runs; other bit rates keep who listens."""
    before = [autodj("/one", music), autodj("/two", music), autodj("/three", music)]
    station = serve(autodjs=before)
    for entry in before:
        station.wait_for_mount(str(entry["mount"]), WAIT_S)
    listeners = [Recorder(station.port, path) for path in ("/one", "/two", "/three")]
    for listener in listeners:
        hears(listener, "mp3", 2.0)
    processes = children_with(station, PLAYOUT)
    reload(station, autodjs=[autodj("/one", music, crossfade=2), autodj("/two", music, bitrate=64)])
    until(lambda: listeners[2].ended, within=WAIT_S, what="who was taken away is gone")
    until(
        lambda: station.sources()["/two"]["bitrate"] == 64, within=WAIT_S, what="another bit rate"
    )
    hears(listeners[1], "mp3", sound_of(listeners[1], "mp3").seconds + 4.0)
    assert 0 not in pitches(sound_of(listeners[0], "mp3"))[2:-2]
    assert not any(one.ended for one in listeners[:2])
    until(
        lambda: len(children_with(station, PLAYOUT)) == 2,
        within=WAIT_S,
        what="two processes are left",
    )
    now = children_with(station, PLAYOUT)
    assert len(set(now) & set(processes)) == 1
    assert sum(lives(one) for one in processes) == 1


def test_other_roots_of_media(serve: Serve, music: Path) -> None:
    """Who listens stays when the folders change that nothing may lead out of."""
    station = serve(autodjs=[autodj("/dj", music)])
    station.wait_for_mount("/dj", WAIT_S)
    listener = Recorder(station.port, "/dj")
    before = hears(listener, "mp3", 2.0).seconds
    process = children_with(station, PLAYOUT)
    tracks = figure(station, "tracks_total", "/dj")
    reload(station, media_roots=[str(music.parent)])
    wait_for(station, "tracks_total", "/dj", tracks + 1)
    found = hears(listener, "mp3", before + 4.0)
    assert not listener.ended
    assert children_with(station, PLAYOUT) == process
    assert {440, 660, 880} & set(in_turn(found)[-1:])
    assert figure(station, "library_tracks", "/dj") == 3


def test_a_folder_alone_stands_in(serve: Serve, music: Path) -> None:
    """By ``music_dir`` of a mount: in the format of who was live, for the same listeners."""
    station = serve(
        advanced_mounts={"/live": {"music_dir": str(music)}}, return_after=0, source_timeout=60
    )
    with Encoder(station.port, "/live", content_type="audio/aac") as encoder:
        encoder.send(file_of("adts", "aac", seconds=6.0, samplerate=48000))
        listener = Recorder(station.port, "/live")
        before = hears(listener, "aac", 1.0).seconds
        time.sleep(2.5)
    hears(listener, "aac", before + 12.0)
    assert not listener.ended
    found = sound_of(listener, "aac")
    assert found.samplerate == 48000
    assert {660, 880} & set(in_turn(found))
    assert station.sources()["/live"]["server_type"] == "audio/aac"


def test_it_begins_with_a_playlist(serve: Serve, music: Path, tmp_path: Path) -> None:
    """A saved one goes before paths; what is not there is left out; without a loop it ends."""
    paths = ["c.ogg", str(music / "a.flac"), "not/there.mp3", "../outside.mp3"]
    station = serve(
        autodjs=[
            autodj("/paths", music, playlist=paths),
            autodj("/saved", music, last_playlist="evening", playlist=paths, loop=False),
            autodj("/lost", music, last_playlist="morning", playlist=["b.mp3"]),
        ],
        data_dir=str(with_playlist(tmp_path, "evening", "b.mp3", "a.flac")),
    )
    listeners = {}
    for path in ("/paths", "/saved", "/lost"):
        station.wait_for_mount(path, WAIT_S)
        listeners[path] = Recorder(station.port, path)
    until(lambda: listeners["/saved"].ended, within=WAIT_S, what="the playlist has ended")
    assert [pitch for pitch in in_turn(sound_of(listeners["/saved"], "mp3")) if pitch] == [660, 440]
    assert figure(station, "tracks_total", "/saved") == 2
    in_paths = in_turn(hears(listeners["/paths"], "mp3", 9.0))
    assert in_paths[:2] == [880, 440]
    assert set(in_turn(hears(listeners["/lost"], "mp3", 5.0))) <= {660, 0}
    assert 660 in in_turn(sound_of(listeners["/lost"], "mp3"))


def with_playlist(folder: Path, name: str, *paths: str) -> Path:
    """A folder of the server's data, with a playlist in it."""
    (folder / "playlists").mkdir()
    (folder / "playlists" / f"{name}.m3u8").write_text("\n".join(paths), "utf-8")
    return folder


def test_what_was_played_is_known_after_a_restart(tmp_path: Path, music: Path) -> None:
    """The history is in the database, and keeps the same title away."""
    settings = {"autodjs": [autodj("/dj", music, shuffle=True)], "data_dir": str(tmp_path)}
    played = []
    for _ in range(2):
        station = start_tinyice(tmp_path, **settings)
        with station.child as child:
            station.wait_for_mount("/dj", WAIT_S)
            wait_for(station, "tracks_total", "/dj", 1)
            child.send(signal.SIGTERM)
            child.wait(10)
        with closing(sqlite3.connect(tmp_path / "tinyice.db")) as database:
            played = [row[0] for row in database.execute("SELECT title FROM plays ORDER BY id")]
    assert len(played) >= 2
    assert len(set(played)) == len(played)
