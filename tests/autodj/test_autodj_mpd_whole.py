"""A client, and a whole AutoDJ: its library, its player with a process, its playlists."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mpd import CommandError, MPDClient

from autodj.files import PNG
from autodj.mpd_real import serving
from codec.playing import sine, write

RATE = 44100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    music = tmp_path.resolve() / "music"
    (music / "deep" / "er").mkdir(parents=True)
    for name in ("one", "two", "deep/three", "deep/er/four"):
        write(music / f"{name}.flac", sine(RATE, 20.0), RATE, "flac")
    (music / "deep" / "cover.png").write_bytes(PNG)
    (music / "broken.mp3").write_bytes(b"not at all")
    return tmp_path.resolve()


@pytest.fixture
def client(folder: Path) -> Iterator[MPDClient]:
    with serving(str(folder), module="autodj.mpd_autodj_child") as port:
        client = MPDClient()
        client.timeout = 20
        client.idletimeout = 20
        client.connect("127.0.0.1", port)
        yield client
        client.disconnect()


def until(client: MPDClient, name: str, value: str) -> dict[str, str]:
    """Wait for what the status is to say, as clients do."""
    while (status := client.status()).get(name) != value:
        client.idle("player", "playlist", "options", "mixer")
    return dict(status)


def test_from_an_empty_library_to_music(client: MPDClient, folder: Path) -> None:
    assert client.listall() == []
    client.update()
    while "database" not in client.idle("database"):
        pass
    assert client.stats()["songs"] == "4"
    assert [each.get("directory") or each.get("file") for each in client.lsinfo("")] == [
        "deep", "one.flac", "two.flac",
    ]  # fmt: skip
    assert {each["file"] for each in client.find("base", "deep")} == {
        "deep/three.flac", "deep/er/four.flac",
    }  # fmt: skip
    with pytest.raises(CommandError):
        client.add("broken.mp3")
    client.add("")
    client.play(2)
    status = until(client, "song", "2")
    assert status["state"] == "play"
    assert client.currentsong()["pos"] == "2"
    before = float(client.status()["elapsed"])
    client.seekcur("+8")
    while float(client.status()["elapsed"]) < before + 8:
        client.idle("player")
    client.next()
    until(client, "song", "3")
    client.pause(1)
    assert client.status()["state"] == "pause"
    client.stop()
    assert client.status()["state"] == "stop"

    client.save("evening")
    assert (folder / "playlists" / "live" / "evening.m3u8").exists()
    client.clear()
    client.load("evening")
    assert client.status()["playlistlength"] == "4"
    with pytest.raises(CommandError):
        client.rm("../tinyice")
    client.sticker_set("song", "one.flac", "rating", "7")
    assert client.sticker_get("song", "one.flac", "rating") == "7"
    assert client.albumart("deep/three.flac")["binary"] == PNG
