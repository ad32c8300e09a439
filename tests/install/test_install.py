"""tinyice works wherever it was installed, from any working directory.

Each kind of install goes into a fresh environment that borrows the
dependencies of the running one; tinyice itself is built from a copy of the
project, so that nothing is written into the project and no network is needed.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tinyice import __version__

pytestmark = [pytest.mark.xdist_group("install"), pytest.mark.timeout(180)]

PROJECT = Path(__file__).resolve().parents[2]
SHIPPED = ("setup.cfg", "pyproject.toml", "LICENSE", "README.md")
FOLDERS = ("tinyice", "twisted", "templates", "static")
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input")
OFFLINE = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation")
TWISTD = "import sys; from twisted.scripts.twistd import run; sys.argv[0] = 'twistd'; run()"
FIND_ASSETS = (
    "from tinyice.assets import find_assets; found = find_assets();"
    "print(found.templates); print(found.static)"
)


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python environment with tinyice in it, and a working directory far from the project."""

    root: Path
    elsewhere: Path

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.root / "bin/python"

    def twistd(self, *arguments: str) -> str:
        """Run twistd as if it stood in this environment."""
        return self.run(self.python, "-c", TWISTD, *arguments)

    def run(self, program: Path, *arguments: str) -> str:
        """Run a program of this environment to its end; give what it printed."""
        return run(program, *arguments, cwd=self.elsewhere)


def run(*command: object, cwd: Path) -> str:
    """Run ``command`` to its end, without what the environment says of Python or tinyice."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "TINYICE"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def copy_of_the_project(where: Path) -> Path:
    """Copy what is shipped to ``where``."""
    where.mkdir()
    for name in SHIPPED:
        if (PROJECT / name).exists():
            shutil.copy2(PROJECT / name, where)
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__", "dropin.cache")
        shutil.copytree(PROJECT / name, where / name, ignore=ignored)
    return where


def empty_environment(where: Path) -> Path:
    """Make an environment with nothing in it but a view of the running one's libraries."""
    venv.create(where, with_pip=False, symlinks=True)
    scheme = {"base": str(where), "platbase": str(where)}
    packages = Path(sysconfig.get_path("purelib", scheme="venv", vars=scheme))
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n")
    return where


@pytest.fixture(scope="module", params=["wheel", "editable"])
def installed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    base = tmp_path_factory.mktemp(request.param)
    project = copy_of_the_project(base / "project")
    root = empty_environment(base / "environment")
    if request.param == "wheel":
        run(sys.executable, *PIP, "wheel", *OFFLINE, "-w", base, project, cwd=base)
        shutil.rmtree(project)
        what: tuple[object, ...] = tuple(base.glob("tinyice-*.whl"))
    else:
        what = ("--editable", project)
    run(sys.executable, *PIP, "--python", root / "bin/python", "install", *OFFLINE, *what, cwd=base)
    elsewhere = base / "elsewhere"
    elsewhere.mkdir()
    return Environment(root=root, elsewhere=elsewhere)


def test_twistd_lists_tinyice(installed: Environment) -> None:
    """Who has Twisted finds the station among its services."""
    listed = [line.split()[0] for line in installed.twistd("--help").splitlines() if line.strip()]
    assert "tinyice" in listed


def test_the_service_under_twistd_tells_its_version(installed: Environment) -> None:
    """``twistd -n tinyice`` is this tinyice."""
    assert __version__ in installed.twistd("-n", "tinyice", "--version")


def test_the_command_tells_its_version(installed: Environment) -> None:
    """``tinyice`` is there for people who do not know twistd."""
    assert __version__ in installed.run(installed.root / "bin/tinyice", "--version")


def test_templates_and_static_files_arrive(installed: Environment) -> None:
    """Every file of templates/ and static/ is found where the server looks."""
    folders = installed.run(installed.python, "-c", FIND_ASSETS).splitlines()
    for found, name in zip(folders, ("templates", "static"), strict=True):
        assert not Path(found).is_relative_to(PROJECT)
        assert contents(Path(found)) == contents(PROJECT / name)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under ``folder`` with its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
