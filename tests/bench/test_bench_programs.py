"""The C programs compile without a warning, and count what is really sent."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bench import programs
from bench.audience import Audience, Demand
from bench.children import NotStarted, start
from bench.servers import Floor

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs of this test only."""
    monkeypatch.setattr(programs, "CACHE", tmp_path / "cache")


@needs_gcc
@pytest.mark.parametrize("name", ["load", "floor"])
def test_programs_compile_without_a_warning(name: str) -> None:
    """Any compiler that is a little stricter takes them too."""
    assert programs.compiled(name, "-Werror").exists()


@needs_gcc
def test_a_program_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time it is only looked up."""
    first = programs.floor()
    monkeypatch.setattr(programs, "COMPILER", "no-such-compiler")
    assert programs.floor() == first


def test_a_missing_compiler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs it learns what to install."""
    monkeypatch.setattr(programs, "COMPILER", "no-such-compiler")
    with pytest.raises(programs.NotCompiled, match="apt-get install gcc"):
        programs.floor()
    assert "no-such-compiler is missing" in Floor(16_000, 100, 5).lacks()


@needs_gcc
def test_listeners_of_the_floor_get_its_rate(tmp_path: Path) -> None:
    """Both ends agree on every byte; bad listeners are counted apart."""
    running = Floor(16_000, pulse_ms=50, slices=5).start(tmp_path)
    try:
        with Audience(running.port, "/live", Demand(40, 1000, bad=8)) as audience:
            audience.wait_until_joined()
            audience.begin()
            running.child.poll()
            subprocess.run(["sleep", "0.6"], check=True)
            heard = audience.end()
    finally:
        running.stop()
    assert (heard.healthy, heard.open, heard.lost, heard.silent) == (32, 32, 0, 0)
    # a machine that is busy with other tests may hold back a pulse or two
    assert heard.rate.p50 == pytest.approx(16_000, rel=0.3)
    assert heard.gap_ms.p50 >= 40


def test_a_server_that_ends_at_once_is_told(tmp_path: Path) -> None:
    """With the last that it said."""
    with pytest.raises(NotStarted, match="no such mood"):
        start(["sh", "-c", "echo no such mood; exit 3"], folder=tmp_path, port=1)
