"""MPD clients drive the AutoDJs of a whole server: over all of the protocol, and within bounds."""

import json
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from mpd import CommandError, ConnectionError, MPDClient  # noqa: A004 (its name)

from autodj.files import PNG
from features.conftest import Serve
from features.mpd_clients import autodj, connected, mpc, music, wait_for
from features.test_feature_upgrade import control
from programs.station import HOST, PASSWORD, PASSWORD_HASH, Station, free_port_pair
from programs.waiting import until

pytestmark = pytest.mark.timeout(240)

PLAYING = "play"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Music, with a cover, and a file that is none."""
    made = music(tmp_path_factory.mktemp("music").resolve())
    (made / "deep" / "cover.png").write_bytes(PNG)
    (made / "broken.mp3").write_bytes(b"not at all")
    return made


@pytest.fixture(scope="module")
def port(serve: Serve, folder: Path) -> int:
    """An AutoDJ, and a station with nothing else."""
    port = free_port_pair()
    serve(autodjs=[autodj(folder, port)])
    return port


@pytest.fixture
def client(port: int) -> Iterator[MPDClient]:
    """Somebody who is connected, while it plays from the beginning, with four tracks."""
    client = connected(port)
    wait_for(client, lambda status: status["playlistlength"] != "0")
    client.clear()
    client.add("")
    client.play(0)
    wait_for(client, lambda status: status.get("song") == "0")
    yield client
    client.disconnect()


def test_what_plays_and_what_is_done_to_it(client: MPDClient, port: int) -> None:
    """It plays what the folder has; the queue is edited, and told by ids and versions."""
    status = client.status()
    assert (status["state"], status["playlistlength"]) == (PLAYING, "4")
    assert client.currentsong()["file"] == client.playlistinfo()[0]["file"]
    version = status["playlist"]
    last = client.playlistinfo()[-1]["id"]
    client.moveid(last, 1)
    assert next(one["cpos"] for one in client.plchangesposid(version)) == "1"
    client.next()
    wait_for(client, lambda status: status.get("songid") == last)
    client.seekcur(10)
    wait_for(client, lambda status: float(status.get("elapsed", "0")) >= 10)
    client.pause(1)
    assert client.status()["state"] == "pause"
    client.pause(0)
    client.prioid(200, client.playlistinfo()[-1]["id"])
    assert wait_for(client, lambda status: status.get("nextsong") == "3")
    client.random(1)
    client.consume("oneshot")
    client.crossfade(4)
    client.replay_gain_mode("album")
    client.setvol(40)
    status = client.status()
    assert [status[name] for name in ("random", "consume", "xfade", "volume")] == [
        "1", "oneshot", "4", "40",
    ]  # fmt: skip
    client.random(0)
    client.consume(0)
    client.setvol(100)


def test_the_library_and_what_is_kept(client: MPDClient) -> None:
    """Folders, searches, covers, saved playlists and stickers."""
    assert client.stats()["songs"] == "4"
    assert [each.get("directory") or each.get("file") for each in client.lsinfo("")] == [
        "deep", "one.flac", "two.flac",
    ]  # fmt: skip
    assert len(client.search("(base 'deep')")) == 2
    assert client.albumart("deep/three.flac")["binary"] == PNG
    with pytest.raises(CommandError):
        client.add("broken.mp3")
    with pytest.raises(CommandError):
        client.add("../tinyice.json")
    client.save("evening")
    client.clear()
    client.load("evening")
    assert client.status()["playlistlength"] == "4"
    client.rm("evening")
    client.sticker_set("song", "one.flac", "rating", "7")
    assert client.sticker_get("song", "one.flac", "rating") == "7"


def test_who_waits_hears_of_all_that_changes(client: MPDClient, port: int, folder: Path) -> None:
    """Of another client's doing, of the library, and of a playlist that is saved."""
    other = connected(port)
    for name, deed in (
        ("mixer", lambda: other.setvol(30)),
        ("options", lambda: other.repeat(0)),
        ("playlist", other.shuffle),
        ("player", other.next),
        ("stored_playlist", lambda: other.save("of another")),
        ("sticker", lambda: other.sticker_set("song", "two.flac", "x", "y")),
        ("update", other.update),
        ("database", other.status),
    ):
        with ThreadPoolExecutor(1) as pool:
            told = pool.submit(client.idle, name)
            deed()
            assert told.result(30) == [name]
    other.rm("of another")
    other.repeat(1)
    other.setvol(100)
    other.disconnect()


@pytest.mark.needs_program("mpc")
def test_mpc_does_its_work(client: MPDClient, port: int) -> None:
    """Each of its commands that asks for something that there is."""
    client.clear()
    assert "volume:100%" in mpc(port)
    assert mpc(port, "ls").splitlines() == ["deep", "one.flac", "two.flac"]
    for words in (
        "add one.flac", "insert deep", "play 2", "pause", "toggle", "seek 50%", "seek +1",
        "next", "prev", "random on", "random off", "repeat on", "single once", "single off",
        "consume off", "volume 30", "volume +70", "crossfade 3", "crossfade 0",
        "replaygain track", "searchadd filename three", "findadd base deep", "move 1 2", "del 1",
        "shuffle", "save mine", "lsplaylists", "clear", "load mine", "rm mine", "listall",
        "stats", "outputs", "version", "sticker one.flac set rating 5", "update", "play 1",
    ):  # fmt: skip
        mpc(port, *words.split())
    mpc(port, "crop")
    assert mpc(port, "playlist").count("\n") == 1
    assert "/night" in mpc(port, "outputs")


def test_a_password_and_its_lockout(serve: Serve, folder: Path) -> None:
    """Nothing without it; wrong ones count, are logged for fail2ban, and bar the right one, too."""
    port = free_port_pair()
    dj = autodj(folder, port, mpd_password=PASSWORD_HASH)
    station = serve("--auth-log-file", "auth.log", autodjs=[dj], lockout_failures=4)
    client = connected(port)
    with pytest.raises(CommandError) as refused:
        client.status()
    assert refused.value.errno.value == 4
    client.password(PASSWORD)
    assert client.status()["volume"] == "100"
    other = connected(port)
    for _ in range(4):
        with pytest.raises(CommandError, match="incorrect password"):
            other.password("wrong")
    with pytest.raises(CommandError, match="incorrect password"):
        other.password(PASSWORD)
    log = station.home / "auth.log"
    until(lambda: log.exists() and log.read_text().count("\n") >= 4, within=10, what="the log")
    line = log.read_text().splitlines()[0]
    assert HOST in line
    assert "mpd" in line
    assert "wrong" not in log.read_text()
    assert client.status()["volume"] == "100", "who is in stays in"
    with pytest.raises(CommandError):
        mpc_refused(port)
    client.disconnect()
    other.disconnect()


def mpc_refused(port: int) -> None:
    """What mpc says, who brings the right password after the wrong ones."""
    done = subprocess.run(
        ["mpc", "-h", f"{PASSWORD}@{HOST}", "-p", str(port), "status"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    raise CommandError(done.stderr) if done.returncode else AssertionError(done.stdout)


def settle(station: Station, **settings: object) -> None:
    """Let the server read these settings."""
    path = station.home / "tinyice.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **settings}))
    done = control(station, "reload")
    assert done.returncode == 0, done.stderr


def test_what_a_reload_changes(serve: Serve, folder: Path) -> None:
    """Who is connected stays, wherever the port goes; not with another password, nor banned."""
    first, second = free_port_pair(), free_port_pair()
    two = autodj(folder, second, "/two")
    station = serve(autodjs=[autodj(folder, first), two])
    with ExitStack() as stack:
        client, other = connected(first), connected(second)
        stack.callback(client.disconnect)
        stack.callback(other.disconnect)
        moved = free_port_pair()
        settle(station, autodjs=[autodj(folder, moved), two])
        assert connected(moved).status()["volume"] == "100"
        client.setvol(77)
        assert other.status()["volume"] == "100"
        with pytest.raises(OSError):
            socket.create_connection((HOST, first), 5)
        settle(station, autodjs=[autodj(folder, moved, mpd_password=PASSWORD_HASH), two])
        with pytest.raises((ConnectionError, OSError)):
            client.status()
        assert connected(moved, PASSWORD).status()["volume"] == "77"
        assert other.status()["volume"] == "100"
        settle(station, banned_ips=[HOST])
        with pytest.raises((ConnectionError, OSError)):
            other.status()
        with socket.create_connection((HOST, second), 5) as turned_away:
            assert turned_away.recv(10) == b""
        settle(station, banned_ips=[], autodjs=[two])
        assert connected(second).status()["volume"] == "100"
        with pytest.raises(OSError):
            socket.create_connection((HOST, moved), 5)


def test_a_port_that_is_taken(serve: Serve, folder: Path) -> None:
    """It is told once, and opened when it is free; the music plays all the while."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        station = serve(autodjs=[autodj(folder, port)])
        station.wait_for_mount("/night", 30)
        until(lambda: "mpd.failed" in station.child.output(), within=20, what="it is told")
    client = connected(port)
    assert client.status()["volume"] == "100"
    assert station.child.output().count("mpd.failed") == 1
    until(lambda: "mpd.opened" in station.child.output(), within=10, what="that is told, too")
    client.disconnect()
