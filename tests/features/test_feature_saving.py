"""Real processes that change one configuration, and a server that starts after a crash."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config import saving
from programs.station import PASSWORD_HASH, PROJECT, start_tinyice

KEYS = ("location", "page_title", "page_subtitle", "hostname", "admin_email", "admin_user")
KEPT = {"webhooks": [{"input": "/live"}], "admin_password": PASSWORD_HASH}

pytestmark = pytest.mark.timeout(240)


def test_processes_that_change_the_file_at_once_lose_nothing(tmp_path: Path) -> None:
    """As when an old server and a new one run side by side: each change is there, whole."""
    path = tmp_path / "tinyice.json"
    path.write_text(json.dumps(KEPT), encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": str(PROJECT)}
    program = [sys.executable, str(Path(saving.__file__)), str(path)]
    children = [
        subprocess.Popen([*program, key, f"new {key}"], env=environ, stdout=subprocess.PIPE)
        for key in KEYS
    ]
    told = [json.loads(child.communicate(timeout=50)[0]) for child in children]
    assert [one["fault"] for one in told] == [""] * len(KEYS)
    saved = json.loads(path.read_text(encoding="utf-8"))
    assert saved == {**KEPT, **{key: f"new {key}" for key in KEYS}}
    assert [each.name for each in tmp_path.iterdir()] == ["tinyice.json"]


def test_a_server_starts_after_a_crash_while_saving(tmp_path: Path) -> None:
    """What the crash left behind is taken away, and the file is as it was."""
    left_over = tmp_path / ".tinyice.json.saving-0a1b2c3d"
    left_over.write_text('{"half of', encoding="utf-8")
    station = start_tinyice(tmp_path, page_title="As before")
    with station.child as child:
        assert b"As before" in station.get("/")
        assert not left_over.exists()
        child.send(signal.SIGTERM)
        child.wait(10)
