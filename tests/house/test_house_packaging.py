"""setup.cfg lists by hand what it ships; here it is compared with what there is."""

import configparser
import os
import subprocess
import sys
from pathlib import Path

from house.sources import PROJECT

SETUP = configparser.ConfigParser()
SETUP.read(PROJECT / "setup.cfg")


def lines(text: str) -> list[str]:
    """The values of a list in setup.cfg."""
    return [line for line in text.splitlines() if line.strip()]


def test_every_package_is_listed() -> None:
    """A package that is not listed works in a checkout and is missing after an install."""
    found = {
        ".".join(path.parent.relative_to(PROJECT).parts)
        for path in (PROJECT / "tinyice").rglob("__init__.py")
    }
    assert set(lines(SETUP["options"]["packages"])) == found | {"twisted.plugins"}


def test_the_plugin_folders_are_no_packages() -> None:
    """An ``__init__.py`` under twisted/ would hide Twisted itself."""
    assert list((PROJECT / "twisted").rglob("__init__.py")) == []


def test_every_template_and_static_file_is_shipped() -> None:
    """Each file under templates/ and static/ is matched by a line of setup.cfg, in its place."""
    shipped = {
        (target, path.relative_to(PROJECT))
        for target, patterns in SETUP["options.data_files"].items()
        for pattern in patterns.split()
        for path in PROJECT.glob(pattern)
    }
    there = {
        (f"share/tinyice/{path.relative_to(PROJECT).parent}", path.relative_to(PROJECT))
        for folder in ("templates", "static")
        for path in (PROJECT / folder).rglob("*")
        if path.is_file()
    }
    assert there == shipped


def test_listing_the_plugins_imports_nothing_of_tinyice(tmp_path: Path) -> None:
    """``twistd --help`` reads every plugin, so ours must cost nothing."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import twisted.plugins.tinyice_plugin;"
        "print([name for name in sys.modules if name.split('.')[0] == 'tinyice'])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(PROJECT)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert told.stdout.strip() == "[]"
