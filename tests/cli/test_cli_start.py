"""The tinyice command runs twistd's machinery in its own process.

A stand-in takes the place of ``tinyice.service``: what is tested is the way to
it and back.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

STAND_IN = """
import sys, types
from twisted.application.service import Service
from tinyice.options import load_or_exit
import os

class Short(Service):
    def startService(self):
        from twisted.internet import reactor
        reactor.callLater(0, reactor.stop if {stops} else lambda: print("on air", flush=True))
    def stopService(self):
        print("stopped", flush=True)

def make_service(options):
    loaded = load_or_exit(
        options, environ=os.environ, hasher=lambda p: "$2b$12$" + "a" * 53, stderr=sys.stderr
    )
    print("port", loaded.config.port, flush=True)
    return Short()

module = types.ModuleType("tinyice.service")
module.make_service = make_service
sys.modules["tinyice.service"] = module
from tinyice.cli import main
sys.exit(main())
"""


def process(folder: Path, *argv: str, stops: bool = True) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", STAND_IN.format(stops=stops), *argv],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_service_is_made_started_and_stopped(tmp_path: Path) -> None:
    with process(tmp_path, "-port", "8123") as server:
        out, err = server.communicate(timeout=50)
    assert server.returncode == 0, err
    assert "port 8123" in out
    assert "stopped" in out
    assert [entry.name for entry in tmp_path.iterdir()] == ["tinyice.json"]


def test_sigterm_stops_it_and_takes_its_pid_file_away(tmp_path: Path) -> None:
    with process(tmp_path, "--pid-file", "t.pid", stops=False) as server:
        assert server.stdout is not None
        while "on air" not in (line := server.stdout.readline()):
            assert line, "the server ended early"
        assert (tmp_path / "t.pid").read_text() == str(server.pid)
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=50)
    assert server.returncode == -signal.SIGTERM, err
    assert "stopped" in out
    assert not (tmp_path / "t.pid").exists()


def test_a_faulty_configuration_ends_with_status_1_and_its_faults_alone(tmp_path: Path) -> None:
    (tmp_path / "tinyice.json").write_text('{"prot": 1}', encoding="utf-8")
    with process(tmp_path) as server:
        out, err = server.communicate(timeout=50)
    assert server.returncode == 1
    assert err == 'tinyice: prot: unknown key; did you mean "port"?\n'
    assert out == ""
