"""The programs of AutoDJs under a real server: what they are told, and that none is left."""

import signal
from pathlib import Path

import pytest

from features.api_talk import Api, accounts, secret_of
from features.conftest import Serve
from features.handing import upgrade
from features.music import put, tone
from features.test_feature_upgrade import station
from programs.station import PASSWORD, Station
from programs.waiting import until

WAIT_S = 40.0

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("ffmpeg")]

NEXT = """#!/bin/sh
echo $$ >>../asked
n=$(wc -l <../asked)
echo "$((n % 3)).flac"
"""
PLAYED = """#!/bin/sh
env >../environment
echo "$TINYICE_MOUNT $TINYICE_ARTIST - $TINYICE_TITLE ($TINYICE_FILE)" >>../played
"""
LINGER = """#!/bin/sh
trap '' TERM
(trap '' TERM; echo $$ >>../asked; sleep 600) &
setsid sh -c 'echo $$ >>../asked; sleep 600' &
echo $$ >>../asked
sleep 600
"""


def program(path: Path, text: str) -> str:
    """A script that may be run."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return f"./{path.name}"


def lines(path: Path) -> list[str]:
    """Those of a file, if there is one."""
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def alive(path: Path) -> list[int]:
    """The processes that have written down their numbers, as far as they are there."""
    return [int(one) for one in lines(path) if Path(f"/proc/{one}").exists()]


def fill(folder: Path) -> Path:
    """Three short tracks."""
    for number in range(3):
        put(folder / f"{number}.flac", tone(4.0, 300.0), artist="A", title=f"T{number}")
    return folder


def serving(serve: Serve, folder: Path, **more: object) -> Station:
    """A server with one AutoDJ in that folder."""
    entry = {"mount": "/dj", "music_dir": str(folder), "crossfade": 0.0, **more}
    return serve(autodjs=[entry])


def test_what_is_named_is_played_and_told(serve: Serve, tmp_path: Path) -> None:
    """A program decides what plays, another hears of it; no secret is in their environment."""
    folder = fill(tmp_path / "music")
    serving(
        serve,
        folder,
        song_command=program(folder / "next.sh", NEXT),
        on_play_command=[program(folder / "played.sh", PLAYED)],
    )
    played = tmp_path / "played"
    until(lambda: len(lines(played)) >= 4, within=WAIT_S, what="four tracks have begun")
    wanted = [f"/dj A - T{number} ({folder}/{number}.flac)" for number in (1, 2, 0, 1)]
    assert lines(played)[:4] == wanted
    names = {line.partition("=")[0] for line in lines(tmp_path / "environment")}
    told = {f"TINYICE_{each}" for each in ("MOUNT", "ARTIST", "TITLE", "ALBUM", "FILE")}
    plain = {"PATH", "HOME", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "LC_ALL", "PWD", "SHLVL", "_"}
    assert told <= names
    assert names <= told | plain | {"OLDPWD"}
    assert PASSWORD not in (tmp_path / "environment").read_text()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_server_ends(
    serve: Serve, tmp_path: Path, how: signal.Signals
) -> None:
    """However it ends, and however stubborn the programs are."""
    folder = fill(tmp_path / "music")
    command = program(folder / "linger.sh", LINGER)
    served = serving(serve, folder, on_play_command=command, on_play_command_timeout=600)
    asked = tmp_path / "asked"
    until(lambda: len(lines(asked)) == 3, within=WAIT_S, what="the program runs")
    assert len(alive(asked)) == 3
    served.child.send(how)
    until(lambda: not alive(asked), within=15.0, what="all of it is gone")
    served.child.wait(15.0)


def test_what_never_answers_holds_up_nothing(serve: Serve, tmp_path: Path) -> None:
    """The playlist plays, and the server does not grow by what is run."""
    folder = fill(tmp_path / "music")
    command = program(folder / "linger.sh", LINGER)
    played = tmp_path / "played"
    served = serving(
        serve,
        folder,
        song_command=command,
        song_command_timeout=0.5,
        on_play_command=program(folder / "played.sh", PLAYED),
    )
    until(lambda: len(lines(played)) >= 3, within=WAIT_S, what="three tracks have begun")
    asked = tmp_path / "asked"
    assert len(alive(asked)) <= 3
    assert "song_command" in served.child.output()
    assert served.child.output().count("it has not ended within 0.5 s") == 1


def test_an_upgrade(tmp_path: Path) -> None:
    """What was named before plays after it; then the next one is asked for, and told."""
    folder, played = fill(tmp_path / "music"), tmp_path / "played"
    entry = {
        "mount": "/dj",
        "music_dir": str(folder),
        "crossfade": 0.0,
        "song_command": program(folder / "next.sh", NEXT),
        "on_play_command": program(folder / "played.sh", PLAYED),
    }
    with station(tmp_path, autodjs=[entry], **accounts()) as made:
        api = Api(made, secret_of("root"))
        until(lambda: len(lines(tmp_path / "asked")) == 2, within=WAIT_S, what="it has begun")
        until(
            lambda: api.get("/api/autodjs/queue", mount="/dj")["total"],
            within=WAIT_S,
            what="what comes next is known",
        )
        upgrade(made)
        until(lambda: len(lines(played)) >= 4, within=WAIT_S, what="four tracks have begun")
    titles = [line.split()[3] for line in lines(played)]
    assert titles[:4] == ["T1", "T2", "T0", "T1"]
