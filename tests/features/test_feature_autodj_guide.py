"""What the guides to AutoDJs say, against real servers: their lines, their examples of the file."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from config.configs import checked
from features.api_talk import Api, accounts, secret_of
from features.conftest import Serve
from features.mpd_clients import autodj, connected, music, wait_for
from features.music import put, tone
from house.sources import PROJECT
from programs.station import Station, free_port_pair
from programs.waiting import until

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("ffmpeg")]

GUIDE = (PROJECT / "docs/autodj.md").read_text("utf-8")
CLIENTS = (PROJECT / "docs/mpd.md").read_text("utf-8")


def blocks(guide: str, kind: str) -> list[str]:
    """The blocks of that kind."""
    found: list[str] = re.findall(rf"^```{kind}\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    return found


BLOCKS = blocks(GUIDE, "sh")
FILES = blocks(GUIDE, "json") + blocks(CLIENTS, "json")


@pytest.mark.parametrize("example", FILES)
def test_every_example_loads(tmp_path: Path, example: str) -> None:
    """As it is, and without anything to complain about but passwords in plain text."""
    found = checked(tmp_path, json.loads(example))
    assert all("plain text" in note for note in found.notes)


def typed(lines: str, station: Station) -> str:
    """Type lines into a shell; what they print."""
    lines = lines.replace("http://localhost:8000", station.url(""))
    lines = lines.replace("ti_your_token", secret_of("root"))
    done = subprocess.run(
        ["bash", "-euc", lines], capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_line_of_the_guide_works(serve: Serve) -> None:
    """In their order, as somebody would type them who reads the page."""
    station = serve(**accounts())
    music = station.home / "music"
    put(music / "blue" / "so-what.mp3", tone(30.0, 441.0), artist="Miles", title="So What")
    put(music / "other.flac", tone(30.0, 441.0), artist="Other", title="Else", genre="Jazz")
    api = Api(station, secret_of("root"))
    begin, *rest = BLOCKS
    typed(begin, station)
    until(
        lambda: api.get("/api/autodjs/state", mount="/radio")["now"],
        within=20.0,
        what="the music plays",
    )
    names = "".join(re.findall("^[A-Z]+=.*\n", begin, re.MULTILINE))
    told = typed(names + "".join(rest), station)
    assert "".join(BLOCKS).count("curl ") == GUIDE.count("curl ")
    assert "<title>Other - Else</title>" in told
    (only,) = api.get("/api/autodjs/playlist", mount="/radio")["items"]
    assert only["track"]["path"] == "other.flac"
    until(
        lambda: "so-what" in str(api.get("/api/autodjs/history", mount="/radio")),
        within=20.0,
        what="what was queued plays",
    )


@pytest.mark.needs_program("mpc")
def test_every_line_for_mpc_works(serve: Serve, tmp_path: Path) -> None:
    """In their order."""
    port = free_port_pair()
    folder = music(tmp_path.resolve(), "blue", "two")
    put(folder / "three.flac", tone(20.0, 441.0), title="Three", genre="Jazz")
    serve(autodjs=[autodj(folder, port)])
    client = connected(port)
    wait_for(client, lambda status: status["playlistlength"] == "3")
    lines = "".join(blocks(CLIENTS, "sh"))
    assert lines.count("mpc ") == CLIENTS.count("mpc -h")
    done = subprocess.run(
        ["bash", "-euc", lines.replace("6600", str(port))],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("evening\n")
    assert "blue.flac" in done.stdout
    status = client.status()
    assert (status["playlistlength"], status["volume"]) == ("4", "80")
    client.disconnect()
