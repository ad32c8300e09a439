"""What docs/autodj.md says, against a real server: its lines, and its examples of the file."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from config.configs import checked
from features.api_talk import Api, accounts, secret_of
from features.conftest import Serve
from features.music import put, tone
from house.sources import PROJECT
from programs.station import Station
from programs.waiting import until

pytestmark = [pytest.mark.timeout(90), pytest.mark.needs_program("ffmpeg")]

GUIDE = (PROJECT / "docs/autodj.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
FILES = re.findall(r"^```json\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", FILES)
def test_every_example_loads(tmp_path: Path, example: str) -> None:
    """As it is, and without anything to complain about."""
    found = checked(tmp_path, json.loads(example))
    assert found.notes == ()


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
