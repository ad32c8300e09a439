"""Real clients on a real server: python-mpd2 over its whole surface, and Debian's mpc."""

import subprocess
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from mpd import CommandError, ConnectionError, MPDClient  # noqa: A004 (its name)
from mpd.base import MPDClientBase

from autodj.mpd_real import serving
from autodj.mpd_station import PICTURE

PRESSURE = "Queen/Duets/Under Pressure.mp3"


@pytest.fixture
def port() -> Iterator[int]:
    with serving() as at:
        yield at


def connected(port: int) -> MPDClient:
    client = MPDClient()
    client.timeout = 10
    client.connect("127.0.0.1", port)
    return client


@pytest.fixture
def client(port: int) -> Iterator[MPDClient]:
    """A client, and everything in its queue."""
    client = connected(port)
    client.add("")
    yield client
    client.disconnect()


ALL_COMMANDS = {
    name.replace(" ", "_")
    for callback in vars(MPDClientBase).values()
    for name in getattr(callback, "mpd_commands", ())
}

CALLS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("ping", (), None),
    ("status", (), None),
    ("stats", (), None),
    ("currentsong", (), {}),
    ("outputs", (), None),
    ("enableoutput", (0,), None),
    ("decoders", (), None),
    ("commands", (), None),
    ("notcommands", (), []),
    ("urlhandlers", (), []),
    ("tagtypes", (), None),
    ("play", (1,), None),
    ("currentsong", (), None),
    ("pause", (1,), None),
    ("pause", (), None),
    ("next", (), None),
    ("previous", (), None),
    ("playid", (2,), None),
    ("seek", (1, 10), None),
    ("seekid", (1, 10.5), None),
    ("seekcur", ("+1",), None),
    ("stop", (), None),
    ("setvol", (50,), None),
    ("volume", (-10,), None),
    ("random", (0,), None),
    ("repeat", (0,), None),
    ("single", ("oneshot",), None),
    ("consume", (0,), None),
    ("crossfade", (3,), None),
    ("replay_gain_mode", ("track",), None),
    ("replay_gain_status", (), "track"),
    ("clearerror", (), None),
    ("playlist", (), None),
    ("playlistinfo", (), None),
    ("playlistinfo", ((0, 2),), None),
    ("playlistid", (1,), None),
    ("playlistfind", ("artist", "Queen"), None),
    ("playlistsearch", ("any", "queen"), None),
    ("plchanges", (0,), None),
    ("plchangesposid", (0,), None),
    ("prio", (5, 1), None),
    ("prioid", (6, 2), None),
    ("addid", ("top.opus",), "9"),
    ("addid", ("top.opus", 0), "10"),
    ("move", (0, 1), None),
    ("moveid", (9, 0), None),
    ("swap", (0, 1), None),
    ("swapid", (1, 2), None),
    ("shuffle", (), None),
    ("delete", ((8,),), None),
    ("deleteid", (1,), None),
    ("find", ("artist", "Queen"), None),
    ("find", ("(artist == 'Queen')",), None),
    ("search", ("any", "e", "sort", "title", "window", "0:2"), None),
    ("findadd", ("artist", "Queen"), None),
    ("searchadd", ("artist", "queen"), None),
    ("count", ("artist", "Queen"), {"songs": "2", "playtime": "400"}),
    ("list", ("artist",), None),
    ("list", ("album", "group", "albumartist"), None),
    ("lsinfo", (), None),
    ("lsinfo", ("Queen",), None),
    ("listall", (), None),
    ("listallinfo", (), None),
    ("listfiles", ("Queen",), None),
    ("listmounts", (), None),
    ("listneighbors", (), []),
    ("listpartitions", (), [{"partition": "default"}]),
    ("partition", ("default",), None),
    ("readcomments", ("top.opus",), None),
    ("update", (), "1"),
    ("rescan", (), "2"),
    ("save", ("mine",), None),
    ("listplaylists", (), None),
    ("listplaylist", ("mine",), None),
    ("listplaylistinfo", ("mine",), None),
    ("playlistadd", ("mine", "top.opus"), None),
    ("playlistmove", ("mine", 0, 1), None),
    ("playlistdelete", ("mine", 0), None),
    ("searchaddpl", ("mine", "artist", "queen"), None),
    ("load", ("mine",), None),
    ("playlistclear", ("mine",), None),
    ("rename", ("mine", "yours"), None),
    ("rm", ("yours",), None),
    ("albumart", (PRESSURE,), {"type": "image/png", "binary": PICTURE}),
    ("readpicture", (PRESSURE,), {"type": "image/png", "binary": PICTURE}),
    ("readpicture", ("top.opus",), {}),
    ("binarylimit", (64,), None),
    ("albumart", (PRESSURE,), {"type": "image/png", "binary": PICTURE}),
    ("sticker_set", ("song", "top.opus", "rating", "9"), None),
    ("sticker_get", ("song", "top.opus", "rating"), "9"),
    ("sticker_list", ("song", "top.opus"), {"rating": "9"}),
    ("sticker_find", ("song", "", "rating"), [{"file": "top.opus", "sticker": "rating=9"}]),
    ("sticker_delete", ("song", "top.opus", "rating"), None),
    ("subscribe", ("news",), None),
    ("channels", (), ["news"]),
    ("sendmessage", ("news", "it rains"), None),
    ("readmessages", (), [{"channel": "news", "message": "it rains"}]),
    ("unsubscribe", ("news",), None),
    ("idle", (), None),
    ("add", ("Queen",), None),
    ("clear", (), None),
]

UNANSWERED = {"close", "kill"}
"""This client waits for no answer."""

REFUSED: dict[str, tuple[Any, ...]] = {
    "config": (),
    "disableoutput": (0,),
    "toggleoutput": (0,),
    "password": ("wrong",),
    "addtagid": (1, "artist", "x"),
    "cleartagid": (1,),
    "rangeid": (1, "1:2"),
    "mixrampdb": (0,),
    "mixrampdelay": (0,),
    "mount": ("a", "nfs://x"),
    "unmount": ("a",),
    "newpartition": ("x",),
    "delpartition": ("x",),
    "moveoutput": ("x",),
    "outputvolume": (0, 50),
}
"""What this server has no use for is refused as the protocol says."""


def test_python_mpd2_over_its_whole_surface(client: MPDClient) -> None:
    for name, args, expected in CALLS:
        answer = getattr(client, name)(*args)
        answer = list(answer) if hasattr(answer, "__next__") else answer
        assert expected is None or answer == expected, (name, answer)
    for name, args in REFUSED.items():
        with pytest.raises(CommandError):
            getattr(client, name)(*args)
    assert {name for name, _, _ in CALLS} | set(REFUSED) | UNANSWERED == ALL_COMMANDS


def test_python_mpd2_reads_what_plays(client: MPDClient) -> None:
    client.play(2)
    status, song = client.status(), client.currentsong()
    assert (status["state"], status["song"], song["pos"]) == ("play", "2", "2")
    assert (song["title"], song["albumartist"]) == ("Under Pressure", "Queen")
    assert client.list("album", "group", "albumartist")[-1] == {
        "albumartist": "Somebody", "album": "Alone",
    }  # fmt: skip
    first = client.lsinfo("")[0]
    assert first["directory"] == "Björk"
    assert len(client.listplaylists()) == 0
    assert client.playlist()[-1] == "file: top.opus"


def test_python_mpd2_sends_lists(client: MPDClient) -> None:
    client.command_list_ok_begin()
    client.setvol(42)
    client.status()
    client.addid("top.opus")
    results = client.command_list_end()
    assert results[1]["volume"] == "42"
    assert results[2] == "9"
    client.command_list_ok_begin()
    client.ping()
    client.play(500)
    with pytest.raises(CommandError) as refused:
        list(client.command_list_end())
    assert str(refused.value) == "[2@1] {play} Bad song index"
    client.ping()


def test_python_mpd2_waits_for_what_another_does(port: int) -> None:
    one, other = connected(port), connected(port)
    told: list[list[str]] = []
    waiting = Thread(target=lambda: told.append(one.idle("mixer")))
    waiting.start()
    other.play()
    while waiting.is_alive():
        other.volume(-1)
    assert told == [["mixer"]]
    one.disconnect()
    other.disconnect()


def test_python_mpd2_logs_in() -> None:
    with serving("locked") as port:
        client = connected(port)
        assert "status" not in client.commands()
        with pytest.raises(CommandError) as refused:
            client.status()
        assert refused.value.errno.value == 4
        with pytest.raises(CommandError) as refused:
            client.password("wrong")
        assert refused.value.errno.value == 3
        client.password("open sesame")
        assert client.status()["state"] == "stop"
        client.close()
        with pytest.raises((ConnectionError, OSError)):
            client.ping()
        client.disconnect()


def mpc(port: int, *args: str, host: str = "127.0.0.1") -> str:
    """What mpc says; it must be content."""
    done = subprocess.run(
        ["mpc", "-h", host, "-p", str(port), *args],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, (args, done.stderr)
    assert done.stderr == "", args
    return done.stdout


@pytest.mark.needs_program("mpc")
def test_mpc_does_its_work(port: int) -> None:
    assert "volume:100%" in mpc(port)
    assert mpc(port, "ls").splitlines() == ["Björk", "Queen", "odd", "top.opus"]
    mpc(port, "add", "Queen")
    mpc(port, "add", "top.opus")
    mpc(port, "insert", "Björk/Post/02 Hyperballad.flac")
    assert mpc(port, "playlist").splitlines()[-2:] == ["Queen - Mustapha", "Somebody - Top"]
    playing = mpc(port, "play", "2")
    assert "[playing] #2/5" in playing
    assert mpc(port, "current", "-f", "%title% in %file%") == f"Under Pressure in {PRESSURE}\n"
    assert "[paused]" in mpc(port, "pause")
    assert "[playing]" in mpc(port, "toggle")
    assert "(50%)" in mpc(port, "seek", "50%")
    assert "1:" in mpc(port, "seek", "+5")
    for mode in ("random", "repeat", "single", "consume"):
        assert f"{mode}: on" in mpc(port, mode, "on")
        mpc(port, mode, "off")
    assert "volume: 30%" in mpc(port, "volume", "30")
    assert "volume: 35%" in mpc(port, "volume", "+5")
    mpc(port, "crossfade", "4")
    assert mpc(port, "crossfade") == "crossfade: 4\n"
    mpc(port, "replaygain", "album")
    assert mpc(port, "replaygain") == "replay_gain_mode: album\n"
    assert mpc(port, "search", "artist", "queen").count("\n") == 3
    assert mpc(port, "find", "artist", "Queen").count("\n") == 2
    assert mpc(port, "search", '(artist contains "queen")').count("\n") == 3


@pytest.mark.needs_program("mpc")
def test_mpc_finds_and_keeps(port: int) -> None:
    mpc(port, "add", "Queen")
    mpc(port, "add", "top.opus")
    mpc(port, "play", "2")
    mpc(port, "findadd", "artist", "Björk")
    mpc(port, "searchadd", "title", "top")
    assert mpc(port, "list", "artist").count("\n") == 6
    assert "Duets" in mpc(port, "list", "album", "albumartist", "Queen")
    assert mpc(port, "listall").count("\n") == 8
    assert mpc(port, "queued") != ""
    mpc(port, "move", "1", "3")
    mpc(port, "del", "1")
    mpc(port, "shuffle")
    mpc(port, "next")
    mpc(port, "prev")
    mpc(port, "save", "evening")
    assert mpc(port, "lsplaylists") == "evening\n"
    mpc(port, "clear")
    mpc(port, "load", "evening")
    assert mpc(port, "playlist").count("\n") == 6
    mpc(port, "rm", "evening")
    mpc(port, "play", "1")
    mpc(port, "crop")
    assert mpc(port, "playlist").count("\n") == 1
    mpc(port, "stop")
    assert "Songs:" in mpc(port, "stats")
    assert "/radio" in mpc(port, "outputs")
    assert "MPD version" in mpc(port, "version") or "0.23" in mpc(port, "version")
    mpc(port, "sticker", "top.opus", "set", "rating", "5")
    assert "rating=5" in mpc(port, "sticker", "top.opus", "list")
    mpc(port, "update")


@pytest.mark.needs_program("mpc")
def test_mpc_waits_and_logs_in() -> None:
    with serving("locked") as port:
        refused = subprocess.run(
            ["mpc", "-h", "wrong@127.0.0.1", "-p", str(port), "status"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert "incorrect password" in refused.stderr
        host = "open sesame@127.0.0.1"
        waiting = subprocess.Popen(
            ["mpc", "-h", host, "-p", str(port), "idle", "mixer"], stdout=subprocess.PIPE, text=True
        )
        while waiting.poll() is None:
            mpc(port, "volume", "+1", host=host)
            mpc(port, "volume", "-1", host=host)
        assert waiting.stdout is not None
        assert waiting.stdout.read() == "mixer\n"
        waiting.stdout.close()
