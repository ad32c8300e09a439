"""A server that is killed while it saves: the file is the old one or the new one, whole."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config import saving
from config.configs import HASH, fake_hash, loaded
from tinyice.config.load import load_or_create

PROGRAM = Path(saving.__file__)
PROJECT = PROGRAM.parents[2]
OLD = json.dumps({"page_title": "old", "webhooks": [{"url": "x" * 5000}], "admin_password": HASH})
CALL = re.compile(r"^\d+ +(?P<name>\w+)\(")
KILLED = (137, -9)

pytestmark = [pytest.mark.needs_program("strace"), pytest.mark.timeout(240)]


def traced(folder: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    """Save a change in ``folder`` under strace."""
    folder.mkdir()
    (folder / "tinyice.json").write_text(OLD, encoding="utf-8")
    command = ["strace", "-f", "-e", "trace=%file,%desc", *options]
    command += [sys.executable, str(PROGRAM), str(folder / "tinyice.json"), "page_title", "new"]
    # the same calls each time: nothing is compiled, and no order is by chance
    environ = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONHASHSEED": "0"}
    environ["PYTHONDONTWRITEBYTECODE"] = "1"
    return subprocess.run(command, env=environ, capture_output=True, timeout=60, check=False)


def calls_of_the_change(trace: str) -> Iterator[tuple[str, int]]:
    """Each system call between the marks: its name, and which one of that name it is."""
    seen: Counter[str] = Counter()
    within = False
    for line in trace.splitlines():
        if found := CALL.match(line):
            seen[found["name"]] += 1
            if saving.END in line:
                return
            if within:
                yield found["name"], seen[found["name"]]
            within = within or saving.BEGIN in line


def killed_at(folder: Path, call: str, when: int) -> str:
    """What the file holds when the program is killed at that call."""
    inject = f"inject={call}:signal=KILL:when={when}"
    ended = traced(folder, "-e", inject, "-o", os.devnull)
    assert ended.returncode in KILLED, (call, when, ended)
    return (folder / "tinyice.json").read_text(encoding="utf-8")


def test_a_kill_at_any_system_call_loses_nothing(tmp_path: Path) -> None:
    """Whole old text or whole new text, and the next start leaves nothing else behind."""
    trace = tmp_path / "trace"
    assert traced(tmp_path / "whole", "-o", str(trace)).returncode == 0
    new = (tmp_path / "whole" / "tinyice.json").read_text(encoding="utf-8")
    assert json.loads(new) == {**json.loads(OLD), "page_title": "new"}
    calls = list(calls_of_the_change(trace.read_text()))
    assert {"openat", "write", "fsync", "rename", "flock"} <= {name for name, _ in calls}
    folders = [tmp_path / f"{number}-{name}" for number, (name, _) in enumerate(calls)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        texts = list(pool.map(killed_at, folders, *zip(*calls, strict=True)))
    # at first it is always the old one, and from the renaming on always the new one
    turn = texts.index(new)
    assert set(texts[:turn]) == {OLD}
    assert set(texts[turn:]) == {new}
    left_over = [folder for folder in folders if len(list(folder.iterdir())) > 1]
    assert left_over
    for folder in folders:
        title = loaded(folder / "tinyice.json").config.page_title
        assert title in ("old", "new")
        assert [path.name for path in folder.iterdir()] == ["tinyice.json"]


def test_only_our_own_left_over_files_are_taken_away(tmp_path: Path) -> None:
    """What looks alike and is not ours stays, at a first start too."""
    names = [".tinyice.json.swp", ".tinyice.json.original", "tinyice.json.saving-x"]
    for name in (*names, ".tinyice.json.saving-a1b2c3d4"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    path = tmp_path / "tinyice.json"
    load_or_create(path, environ={}, overrides={}, hasher=fake_hash)
    assert {each.name for each in tmp_path.iterdir()} == {*names, "tinyice.json"}
