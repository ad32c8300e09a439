"""The tinyice command: spellings, commands, and how it hands over to twistd."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from tinyice.cli import CommandLine, run, twistd_arguments, with_two_dashes


@dataclass
class Outcome:
    status: int
    out: str
    err: str
    started: list[CommandLine]


def outcome(*argv: str, environ: dict[str, str] | None = None) -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    started: list[CommandLine] = []
    status = run(argv, environ=environ or {}, stdout=out, stderr=err, start=started.append)
    return Outcome(status, out.getvalue(), err.getvalue(), started)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["-port", "80"], ["--port", "80"]),
        (["-config=x y"], ["--config=x y"]),
        (["--port", "-1"], ["--port", "-1"]),
        (["-json-logs=true", "-daemon=false"], ["--json-logs"]),
        (["-use-https"], ["--use-https"]),
        (["check", "-h"], ["check", "-h"]),
    ],
)
def test_long_names_may_have_one_dash(given: list[str], meant: list[str]) -> None:
    assert with_two_dashes(given) == meant


def test_without_a_command_the_server_starts() -> None:
    found = outcome("-port", "80", "-daemon", "-pid-file", "/run/t.pid")
    (line,) = found.started
    assert found.status == 0
    assert line.overrides == {"port": "80"}
    assert twistd_arguments(line) == ["--no_save", "--pidfile=/run/t.pid"]


def test_it_stays_in_the_foreground_and_writes_no_pid_file_unless_told() -> None:
    (line,) = outcome().started
    assert twistd_arguments(line) == ["--nodaemon", "--no_save", "--pidfile="]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("chek",), 'chek: unknown command; did you mean "check"?'),
        (("check", "check"), "unexpected word"),
        (("--prot", "80"), "--prot"),
        (("--port",), "--port"),
    ],
)
def test_a_wrong_command_line_starts_nothing(argv: tuple[str, ...], words: str) -> None:
    found = outcome(*argv)
    assert (found.status, found.out, found.started) == (2, "", [])
    assert words in found.err


def test_version_and_help() -> None:
    assert outcome("version").out.startswith("tinyice ")
    assert "--pid-file" in outcome("help").out


def test_check_says_valid_after_its_notes(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('{"webhooks": [], "admin_password": "plain"}', encoding="utf-8")
    found = outcome("check", "--config", str(path))
    *notes, last = found.out.splitlines()
    assert (found.status, found.err, last) == (0, "", "configuration is valid")
    assert "webhooks" in notes[0]
    assert "admin_password" in notes[1]
    assert "plain" in path.read_text(encoding="utf-8")


def test_check_says_every_fault_of_all_sources(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('{"prot": 1, "mounts": {"live": ""}}', encoding="utf-8")
    found = outcome(
        "-config", str(path), "check", "-log-level", "loud", environ={"TINYICE_PORT": "x"}
    )
    assert (found.status, found.out, found.started) == (1, "", [])
    assert [line.split(": ")[:2] for line in found.err.splitlines()] == [
        ["tinyice", "prot"],
        ["tinyice", "mounts.live"],
        ["tinyice", "TINYICE_PORT"],
        ["tinyice", "--log-level"],
    ]


def test_check_makes_no_file(tmp_path: Path) -> None:
    assert outcome("check", "--config", str(tmp_path / "t.json")).status == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("order", ["reload", "upgrade"])
def test_an_order_needs_a_server(tmp_path: Path, order: str) -> None:
    """One that runs with this file, or the process that a PID file names."""
    path = tmp_path / "t.json"
    found = outcome(order, "--config", str(path))
    assert (found.status, found.out) == (1, "")
    assert found.err == f"tinyice: no server runs with {path}\n"
    found = outcome(order, "--pid-file", str(tmp_path / "none"))
    assert (found.status, found.err) == (
        1,
        f"tinyice: {tmp_path / 'none'}: No such file or directory\n",
    )
