"""An AutoDJ that is to play from another folder, or reads its tags otherwise: who listens stays."""

from pathlib import Path

import pytest
from mutagen.id3 import ID3, TIT2

from features.api_talk import Api, accounts, secret_of
from features.conftest import Serve
from features.djs import Tone, autodj, figure, hears, in_turn, pitches, put, reload, sound_of
from features.mpd_clients import connected, wait_for
from features.offspring import children_with
from programs.raw import Recorder
from programs.station import Station, free_port_pair
from programs.waiting import until

PLAYOUT = "codec.playout"
WAIT_S = 30.0
WORDS = "Тихий вечер"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two folders of music, of which the first one's tones are lower."""
    home = tmp_path_factory.mktemp("folders")
    put(home / "one", Tone("a.flac", 440, 60.0), Tone("b.flac", 660, 60.0))
    put(home / "two", Tone("c.flac", 880, 20.0), Tone("d.flac", 1100, 20.0))
    return home / "one", home / "two"


def playlist(station: Station) -> list[str]:
    """The paths in the playlist."""
    api = Api(station, secret_of("root"))
    rows = api.get("/api/autodjs/playlist", mount="/dj")["items"]
    return [row["track"]["path"] for row in rows]


@pytest.mark.parametrize("encoding", ["mp3", "flac"])
def test_another_folder(serve: Serve, folders: tuple[Path, Path], encoding: str) -> None:
    """What plays gives way to what is there, in one stream of the same process."""
    one, two = folders
    station = serve(autodjs=[autodj("/dj", one, format=encoding)], **accounts())
    station.wait_for_mount("/dj", WAIT_S)
    listener = Recorder(station.port, "/dj")
    before = hears(listener, encoding, 2.0).seconds
    process = children_with(station, PLAYOUT)
    reload(station, autodjs=[autodj("/dj", two, format=encoding)])
    until(lambda: playlist(station) == ["c.flac", "d.flac"], within=WAIT_S, what="it has moved")
    hears(listener, encoding, before + 8.0)
    assert not listener.ended
    found = sound_of(listener, encoding)
    assert in_turn(found)[-1] == 880
    assert 0 not in pitches(found)[2:-2]
    assert found.faults == 0
    assert children_with(station, PLAYOUT) == process
    assert figure(station, "library_tracks", "/dj") == 2
    assert "autodj.lists.dropped" not in station.child.output()


def test_what_was_put_together_is_dropped(serve: Serve, folders: tuple[Path, Path]) -> None:
    """With a word; who drives it stays connected, and finds the other library."""
    one, two = folders
    mpd = {"mpd_enabled": True, "mpd_port": free_port_pair()}
    station = serve(autodjs=[autodj("/dj", one, **mpd)], **accounts())
    client = connected(mpd["mpd_port"])
    wait_for(client, lambda status: status["playlistlength"] == "2")
    client.add("a.flac")
    station.wait_for_mount("/dj", WAIT_S)
    listener = Recorder(station.port, "/dj")
    hears(listener, "mp3", 2.0)
    client.pause(1)
    api = Api(station, secret_of("root"))
    body = {"music_dir": str(two)}
    assert api.ask("PATCH", "/api/autodjs", body, mount="/dj").status == 200
    wait_for(client, lambda status: status["playlistlength"] == "2")
    assert {song["file"] for song in client.listall()} == {"c.flac", "d.flac"}
    assert client.status()["state"] == "pause"
    dropped = "event=autodj.lists.dropped mount=/dj entries=3 queued=0"
    assert dropped in station.child.output()
    client.pause(0)
    wait_for(client, lambda _status: client.currentsong().get("file") == "c.flac")
    hears(listener, "mp3", sound_of(listener, "mp3").seconds + 4.0)
    assert in_turn(sound_of(listener, "mp3"))[-1] == 880
    assert not listener.ended
    client.disconnect()


def test_a_folder_that_is_not_there(serve: Serve, folders: tuple[Path, Path]) -> None:
    """What plays plays to its end; then it is silent, until it may go back."""
    _one, two = folders
    station = serve(autodjs=[autodj("/dj", two)], **accounts())
    station.wait_for_mount("/dj", WAIT_S)
    listener = Recorder(station.port, "/dj")
    hears(listener, "mp3", 2.0)
    reload(station, autodjs=[autodj("/dj", two.parent / "nowhere")])
    until(
        lambda: "event=autodj.library.lost" in station.child.output(),
        within=WAIT_S,
        what="it is told",
    )
    hears(listener, "mp3", sound_of(listener, "mp3").seconds + 2.0)
    assert 0 not in pitches(sound_of(listener, "mp3"))[2:-2]
    reload(station, autodjs=[autodj("/dj", two)])
    until(lambda: playlist(station) == ["c.flac", "d.flac"], within=WAIT_S, what="it is back")
    hears(listener, "mp3", sound_of(listener, "mp3").seconds + 4.0)
    assert not listener.ended
    assert 0 not in pitches(sound_of(listener, "mp3"))[2:-2]


def test_another_charset(serve: Serve, tmp_path: Path) -> None:
    """All tags are read again, and what plays is not touched."""
    folder = tmp_path / "music"
    put(folder, Tone("a.mp3", 440, 60.0))
    told = ID3(folder / "a.mp3")
    told.add(TIT2(encoding=0, text=WORDS.encode("cp1251").decode("latin-1")))
    told.save()
    station = serve(autodjs=[autodj("/dj", folder)], **accounts())
    station.wait_for_mount("/dj", WAIT_S)
    listener = Recorder(station.port, "/dj")
    before = hears(listener, "mp3", 2.0).seconds
    process = children_with(station, PLAYOUT)
    api = Api(station, secret_of("root"))

    def title() -> str:
        (row,) = api.get("/api/autodjs/playlist", mount="/dj")["items"]
        return str(row["track"]["title"])

    assert title() != WORDS
    tracks = figure(station, "tracks_total", "/dj")
    reload(station, autodjs=[autodj("/dj", folder, tag_charset="cp1251")])
    until(lambda: title() == WORDS, within=WAIT_S, what="the words are right")
    found = hears(listener, "mp3", before + 3.0)
    assert not listener.ended
    assert 0 not in pitches(found)[2:-2]
    assert children_with(station, PLAYOUT) == process
    assert figure(station, "tracks_total", "/dj") == tracks


def test_a_folder_alone_becomes_an_autodj(serve: Serve, folders: tuple[Path, Path]) -> None:
    """Who hears what stands in goes on listening when it becomes one with settings of its own."""
    one, _two = folders
    station = serve(advanced_mounts={"/dj": {"music_dir": str(one)}})
    station.wait_for_mount("/dj", WAIT_S)
    listener = Recorder(station.port, "/dj")
    hears(listener, "mp3", 1.0)
    # Its first track waits for its level.
    until(lambda: any(pitches(sound_of(listener, "mp3"))[-2:]), within=WAIT_S, what="it plays")
    before = len(pitches(sound_of(listener, "mp3")))
    reload(station, advanced_mounts={}, autodjs=[autodj("/dj", one, bitrate=128)])
    hears(listener, "mp3", sound_of(listener, "mp3").seconds + 4.0)
    assert not listener.ended
    assert 0 not in pitches(sound_of(listener, "mp3"))[before:-2]
