"""Meters: where pages have them, and how they move; their numbers, run by node."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from web.web_support import BOSS, IDLE, PROJECT, Web, mount

SCRIPT = Path(__file__).with_name("meter_shown.mjs")
NAMES = re.findall(r"^  (\w+)\(\) \{$", SCRIPT.read_text("utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The module where node takes it for one."""
    made = tmp_path_factory.mktemp("modules")
    (made / "package.json").write_text('{"type": "module"}')
    for path in (SCRIPT, PROJECT / "static/meter_level.js"):
        shutil.copy(path, made)
    return made


@pytest.mark.needs_program("node")
@pytest.mark.parametrize("name", NAMES)
def test_numbers(folder: Path, name: str) -> None:
    """What ``meter_shown.mjs`` says under this name."""
    done = subprocess.run(
        ["node", SCRIPT.name, name],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_strip_on_air_has_a_meter() -> None:
    """And one that is off air has none: no measured level, no meter."""
    web = Web(mount(), IDLE)
    web.open_session(BOSS)
    page = web.ask("/admin/", b"Cookie: sid=cookie1\r\n")
    assert re.findall(r'data-meter="([^"]*)"', page.text) == ["/live"]
