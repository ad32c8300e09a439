"""The scripts of the pages for listeners, run by node without a browser."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from web_support import PROJECT

from tinyice.core.tags import Tags
from tinyice.web.titles import artist_and_title
from tinyice.web.words import kind_in_words

SCRIPT = Path(__file__).with_name("listening.mjs")
MODULES = ("fields.js", "player.js", "programme.js", "tally.js")
NAMES = re.findall(r"^  (?:async )?(\w+)\(\) \{$", SCRIPT.read_text("utf-8"), re.MULTILINE)
COMPARED = {"titles_are_parted", "words_are_those_of_the_server"}
CLASSES = {"constructor", "play", "pause", "load", "removeAttribute"}
WITHIN_S = 30

TITLES = [
    ("", "Kestrel - Low Tide"),
    ("Kestrel", "Low Tide"),
    ("Kestrel", ""),
    ("", ""),
    ("", "Low Tide"),
    ("", "a - b - c"),
    ("", " - b"),
    ("", "a - "),
    ("", "a-b"),
    ("", "  a   -   b  "),
    ("", "شب - تهران"),
]
KINDS = [
    "client",
    "browser",
    "autodj",
    "relay",
    "transcoder",
    "mount",
    "file",
    "silence",
    "something new",
]

pytestmark = pytest.mark.needs_program("node")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The modules where node takes them for modules."""
    made = tmp_path_factory.mktemp("modules")
    (made / "package.json").write_text('{"type": "module"}')
    for path in (SCRIPT, *(PROJECT / "static" / name for name in MODULES)):
        shutil.copy(path, made)
    return made


def run(folder: Path, *arguments: str) -> str:
    """What the script prints."""
    done = subprocess.run(
        ["node", SCRIPT.name, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", [name for name in NAMES if name not in COMPARED | CLASSES])
def test_scripts(folder: Path, name: str) -> None:
    """What ``listening.mjs`` says under this name."""
    run(folder, name)


def test_titles_are_parted_as_on_the_server(folder: Path) -> None:
    """A page shows the same before and after the first event."""
    told = json.loads(run(folder, "titles_are_parted", json.dumps(TITLES)))
    parted = [artist_and_title(Tags(artist, title)) for artist, title in TITLES]
    assert [(one["artist"], one["title"]) for one in told] == parted


def test_tallies_are_those_of_the_server(folder: Path) -> None:
    """One word for one kind of source."""
    told = json.loads(run(folder, "words_are_those_of_the_server", json.dumps(KINDS)))
    assert told == [kind_in_words(kind) for kind in KINDS]
