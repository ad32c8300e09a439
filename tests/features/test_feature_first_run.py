"""The first start, and passwords that somebody typed into the file."""

import json
import os
import re
import select
import signal
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from features.talk import HEAD_END, ask, login, request, status
from programs.children import Child, start
from programs.station import accepts, free_port_pair, project_path
from programs.waiting import until

COMMAND = [sys.executable, "-c", "import sys; from tinyice.cli import main; sys.exit(main())"]
GUARD = ["setpriv", "--pdeathsig", "TERM"]
# root without the right to pass over permissions
WITHOUT_OVERRIDE = [*GUARD, "--bounding-set", "-dac_override,-dac_read_search"]
NOTHING: Mapping[str, str] = MappingProxyType({})
START_S = 30.0
STOP_S = 10.0
SHOWN = re.compile(
    r"Admin Password: (?P<admin>\S{16,})\n"
    r"Default Source Password: (?P<default>\S{16,})\n"
    r"Live Mount Password: (?P<live>\S{16,})\n"
)
HASH = re.compile(r"\$2b\$12\$[./A-Za-z0-9]{53}")


@dataclass
class Started:
    """The ``tinyice`` command, running."""

    port: int
    home: Path
    child: Child

    def accepts_source(self, mount: str, password: str) -> bool:
        """Whether this password opens the mount for a source."""
        lines = (login("source", password), "Content-Type: audio/mpeg")
        return status(self.port, request(mount, *lines, method="SOURCE")) == 200


@contextmanager
def tinyice(
    home: Path,
    *words: str,
    guard: Sequence[str] = GUARD,
    environ: Mapping[str, str] = NOTHING,
) -> Iterator[Started]:
    """Run ``tinyice`` in ``home`` until it accepts connections; ended by SIGTERM."""
    port = free_port_pair()
    command = [*guard, "--", *COMMAND, "--port", str(port), *words]
    env = {**project_path(), **environ}
    with start(command, home=home, name="terminal", env=env) as child:

        def up() -> bool:
            assert child.running, child.output()
            return accepts(port)

        until(up, within=START_S, what="tinyice accepts connections")
        yield Started(port, home, child)
        child.send(signal.SIGTERM)
        assert child.wait(STOP_S) in {0, -signal.SIGTERM}, child.output()


def test_a_first_start(tmp_path: Path) -> None:
    """Credentials are made, shown once and nowhere else, kept as hashes, and they work."""
    log = tmp_path / "events.log"
    with tinyice(tmp_path, "--log-file", str(log), "--log-level", "debug") as server:
        shown = SHOWN.match(server.child.output())
        assert shown, server.child.output()
        assert f"http://localhost:{server.port}/" in server.child.output()
        assert server.accepts_source("/live", shown["live"])
        assert server.accepts_source("/other", shown["default"])
        assert not server.accepts_source("/other", shown["live"])
        stats = request("/admin/stats", login("admin", shown["admin"]))
        assert status(server.port, stats) == 200
    file = tmp_path / "tinyice.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    document = json.loads(file.read_text())
    for hashed in (
        document["admin_password"],
        document["default_source_password"],
        document["mounts"]["/live"],
    ):
        assert HASH.fullmatch(hashed)
    assert "server.started" in log.read_text()
    for kept in tmp_path.iterdir():
        if kept != server.child.log:
            assert not any(secret in kept.read_text() for secret in shown.groups()), kept

    with tinyice(tmp_path, "--log-file", str(log)) as again:
        assert "Password: " not in again.child.output()
        assert again.accepts_source("/live", shown["live"])
    assert json.loads(file.read_text()) == document


def test_a_password_typed_by_hand(tmp_path: Path) -> None:
    """It works at once, and the file then holds its hash, everything else as it was."""
    file = tmp_path / "tinyice.json"
    file.write_text('{"mounts": {"/live": "пароль spelt out"}, "page_title": "Кино"}')
    with tinyice(tmp_path) as server:
        assert server.accepts_source("/live", "пароль spelt out")
        assert not server.accepts_source("/live", "spelt out")
    document = json.loads(file.read_text())
    assert HASH.fullmatch(document["mounts"]["/live"])
    assert document["page_title"] == "Кино"
    assert "spelt out" not in server.child.output()


def test_a_file_that_may_not_be_rewritten(tmp_path: Path) -> None:
    """It keeps its text, with a warning, and its password works all the same."""
    text = '{"default_source_password": "in plain text"}'
    home = tmp_path / "home"
    home.mkdir()
    folder = tmp_path / "etc"
    folder.mkdir()
    file = folder / "tinyice.json"
    file.write_text(text)
    file.chmod(0o444)
    folder.chmod(0o555)
    guard = WITHOUT_OVERRIDE if os.geteuid() == 0 else GUARD
    try:
        with tinyice(home, "--config", str(file), guard=guard) as server:
            assert server.accepts_source("/live", "in plain text")
            (warning,) = [
                line for line in server.child.output().splitlines() if "can't be rewritten" in line
            ]
    finally:
        folder.chmod(0o755)
    assert "warn" in warning
    assert "default_source_password" in warning
    assert "in plain text" not in server.child.output()
    assert file.read_text() == text
    assert [entry.name for entry in folder.iterdir()] == ["tinyice.json"]


def test_in_the_background(tmp_path: Path) -> None:
    """``--daemon --pid-file`` leaves a server behind, which SIGTERM ends."""
    (tmp_path / "tinyice.json").write_text("{}")
    port = free_port_pair()
    words = ["--port", str(port), "--daemon", "--pid-file", "tinyice.pid", "--log-file", "log"]
    pid_file = tmp_path / "tinyice.pid"
    with start([*COMMAND, *words], home=tmp_path, name="terminal", env=project_path()) as child:
        assert child.wait(START_S) == 0, child.output()
    until(pid_file.exists, within=START_S, what="the pid file")
    pid = int(pid_file.read_text())
    try:
        until(lambda: accepts(port), within=START_S, what="the daemon accepts connections")
        # who is in the background answers to nobody's terminal
        assert os.getsid(pid) != os.getsid(0)
        assert b"icestats" in ask(port, request("/status-json.xsl")).body
    finally:
        end_by_sigterm(pid)
    assert not accepts(port)
    assert not pid_file.exists()
    assert "server.started" in (tmp_path / "log").read_text()


def end_by_sigterm(pid: int) -> None:
    """End a process that is nobody's child here."""
    process = os.pidfd_open(pid)
    signal.pidfd_send_signal(process, signal.SIGTERM)
    ended, _, _ = select.select([process], [], [], STOP_S)
    if not ended:
        signal.pidfd_send_signal(process, signal.SIGKILL)
    os.close(process)
    assert ended, "SIGTERM did not end it"


@pytest.mark.parametrize("more", [[], ["--daemon", "--pid-file", "second.pid"]])
def test_a_taken_port_is_one_clear_line(tmp_path: Path, more: list[str]) -> None:
    """The server does not start; the terminal says which port, and the status is 1."""
    (tmp_path / "tinyice.json").write_text("{}")
    with tinyice(tmp_path) as first:
        words = ["--port", str(first.port), "--host", "127.0.0.1", "--log-file", "second.log"]
        command = [*GUARD, "--", *COMMAND, *words, *more]
        with start(command, home=tmp_path, name="second", env=project_path()) as second:
            assert second.wait(START_S) == 1
        (said,) = [line for line in second.output().splitlines() if line.startswith("tinyice: ")]
        assert f"port {first.port}" in said
        assert "Traceback" not in second.output()
        assert not (tmp_path / "second.pid").exists()
        assert ask(first.port, request("/"), HEAD_END).status.endswith("200 OK")


@pytest.mark.parametrize("more", [[], ["--daemon", "--pid-file", "tinyice.pid"]])
def test_a_log_that_cannot_be_written_is_told(tmp_path: Path, more: list[str]) -> None:
    """The station is on air without it; the terminal says so, for the log can't."""
    (tmp_path / "tinyice.json").write_text("{}")
    port = free_port_pair()
    words = ["--port", str(port), "--log-file", "no/such.log", "--auth-log-file", "auth.log", *more]
    command = [*GUARD, "--", *COMMAND, *words]
    with start(command, home=tmp_path, name="terminal", env=project_path()) as child:
        until(lambda: accepts(port), within=START_S, what="tinyice accepts connections")
        assert ask(port, request("/"), HEAD_END).status.endswith("200 OK")
        (said,) = [line for line in child.output().splitlines() if line.startswith("tinyice: ")]
        if more:
            assert child.wait(START_S) == 0
            end_by_sigterm(int((tmp_path / "tinyice.pid").read_text()))
    folder = tmp_path / "no"
    assert said == (
        f"tinyice: warning: log_file: can't write {folder}/such.log: No such file or directory"
    )


def test_secrets_from_the_environment(tmp_path: Path) -> None:
    """A password in a file that the environment names is in force, and never in ours."""
    file = tmp_path / "tinyice.json"
    file.write_text('{"port": 1}')
    secret = tmp_path / "secret"
    secret.write_text("from a file\n")
    environ = {"TINYICE_DEFAULT_SOURCE_PASSWORD_FILE": str(secret), "TINYICE_PORT": "2"}
    with tinyice(tmp_path, environ=environ) as server:
        assert server.accepts_source("/live", "from a file")
    assert file.read_text() == '{"port": 1}'
    assert "from a file" not in server.child.output()
