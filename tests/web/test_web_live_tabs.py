"""The live data in the tabs of a browser: its modules, run by node without one."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from web_support import PROJECT

SCRIPT = Path(__file__).with_name("live_tabs.mjs")
NAMES = re.findall(r"^  (?:async )?(\w+)\(\) \{$", SCRIPT.read_text("utf-8"), re.MULTILINE)
WITHIN_S = 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The modules where node takes them for modules."""
    made = tmp_path_factory.mktemp("modules")
    (made / "package.json").write_text('{"type": "module"}')
    for path in (SCRIPT, *(PROJECT / "static").glob("live*.js")):
        shutil.copy(path, made)
    return made


@pytest.mark.needs_program("node")
@pytest.mark.parametrize("name", [name for name in NAMES if name != "settle"])
def test_tabs(folder: Path, name: str) -> None:
    """What ``live_tabs.mjs`` says under this name."""
    done = subprocess.run(
        ["node", SCRIPT.name, name],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
