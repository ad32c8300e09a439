"""A file that can't be written: a clear sentence, and memory and file stay as they were."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config import saving
from config.configs import written
from config.writers import desk, setting
from tinyice.config import save
from tinyice.config.faults import NotSaved
from tinyice.config.save import replace_file

PROGRAM = Path(saving.__file__)
PROJECT = PROGRAM.parents[2]
DOCUMENT = {"page_title": "old", "webhooks": [{"url": "x" * 100_000}]}
NAMESPACE = ["unshare", "--mount", "--map-root-user"]
"""Where file systems can be mounted by everybody, and go away by themselves."""

needs_namespace = pytest.mark.needs_program("unshare")


def run(shell: str, folder: Path, *before: str) -> dict[str, Any]:
    """Change a key; what the program told. ``shell`` has $FOLDER, and "save" for the program."""
    save_it = f'"{sys.executable}" "{PROGRAM}" "$FOLDER/tinyice.json" page_title new'
    script = f"set -e\nsave() {{ {save_it}; }}\n{shell}"
    environ = {**os.environ, "PYTHONPATH": str(PROJECT), "FOLDER": str(folder)}
    command = [*before, "sh", "-c", script]
    ended = subprocess.run(command, env=environ, capture_output=True, timeout=30, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def refused(told: dict[str, Any], words: str) -> None:
    """The change was not made, and ``words`` say why."""
    assert words in told["fault"]
    assert (told["in_force"], told["events"]) == ("old", 0)


@needs_namespace
@pytest.mark.parametrize("room_kb", [0, 40])
def test_a_full_disk(tmp_path: Path, room_kb: int) -> None:
    """Whether nothing more fits or half of the file, nothing is left behind."""
    path = written(tmp_path, DOCUMENT)
    disk = tmp_path / "disk"
    disk.mkdir()
    told = run(
        f"""
        mount -t tmpfs -o size=1m none "$FOLDER"
        cp "{path}" "$FOLDER/tinyice.json"
        head -c {room_kb * 1024 + 1} /dev/zero > "$FOLDER/room"
        cat /dev/zero > "$FOLDER/fill" 2> /dev/null || true
        rm "$FOLDER/room"
        save
        cmp "{path}" "$FOLDER/tinyice.json"
        test "$(ls -A "$FOLDER" | tr '\\n' ' ')" = "fill tinyice.json "
        """,
        disk,
        *NAMESPACE,
    )
    refused(told, "tinyice.json can't be written: the disk is full")


@needs_namespace
@pytest.mark.parametrize(
    ("mount", "words"),
    [
        ('mount --bind -o ro "$FOLDER" "$FOLDER"', "the file system is read-only"),
        (
            'mount --bind -o ro "$FOLDER/tinyice.json" "$FOLDER/tinyice.json"',
            "it is mounted by itself, and can't be replaced; mount its folder instead",
        ),
    ],
)
def test_a_read_only_mount(tmp_path: Path, mount: str, words: str) -> None:
    path = written(tmp_path, DOCUMENT)
    before = path.read_bytes()
    refused(run(f"{mount}\nsave", tmp_path, *NAMESPACE), words)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["tinyice.json"]


@pytest.mark.needs_program("chattr")
@pytest.mark.parametrize("what", ["tinyice.json", "."])
def test_a_file_or_folder_that_may_not_be_changed(tmp_path: Path, what: str) -> None:
    path = written(tmp_path, DOCUMENT)
    before = path.read_bytes()
    protected = str(tmp_path / what)
    made = subprocess.run(["chattr", "+i", protected], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("only root can protect files, and not in every file system")
    try:
        refused(run("save", tmp_path), "it is protected against changes")
    finally:
        subprocess.run(["chattr", "-i", protected], check=True)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["tinyice.json"]


@pytest.mark.needs_program("setpriv")
def test_a_lost_permission(tmp_path: Path) -> None:
    """Also for root, where it may not overrule permissions."""
    path = written(tmp_path, DOCUMENT)
    before = path.read_bytes()
    humble = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    tmp_path.chmod(0o500)
    try:
        told = run("save", tmp_path, *(humble if os.geteuid() == 0 else ()))
    finally:
        tmp_path.chmod(0o700)
    refused(told, "no permission to write in its folder")
    assert path.read_bytes() == before


def test_another_process_that_saves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One at a time writes; who can't get the turn changes nothing."""
    monkeypatch.setattr(save, "LOCK_PAUSE_S", 0.001)
    one = desk(tmp_path, {"location": "Here"})
    other = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(NotSaved, match="another process is changing it"):
            one.change(setting(location="There"))
    finally:
        os.close(other)
    assert (one.document, one.config.location) == ({"location": "Here"}, "Here")
    one.change(setting(location="There"))
    assert one.document == {"location": "There"}


def test_words_for_what_the_system_says() -> None:
    assert save.in_words(OSError(28, "No space left on device")) == "the disk is full"
    assert save.in_words(OSError(5, "Input/output error")) == "Input/output error"
    assert save.in_words(OSError("odd")) == "odd"


def test_a_folder_without_locks_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network file systems have none."""
    monkeypatch.setattr(fcntl, "flock", without_locks)
    path = written(tmp_path, {})
    replace_file(path, "new")
    assert path.read_text(encoding="utf-8") == "new"


def without_locks(_descriptor: int, _operation: int) -> None:
    """As the system call where the file system knows no locks."""
    raise OSError(95, "Operation not supported")
