"""A successor takes over: nobody is dropped, no byte is lost, and what fails changes nothing."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from features.handing import (
    Audience,
    Steady,
    finish,
    frames,
    is_alive,
    playouts,
    serving_pid,
    upgrade,
)
from features.music import put, tone
from net.certificates import write_pair
from programs.children import start
from programs.station import (
    HOST,
    PASSWORD,
    PROJECT,
    Station,
    accepts,
    free_port_pair,
    project_path,
    write_config,
)
from programs.waiting import until

PEOPLE = 100
TWISTD = str(Path(sys.executable).with_name("twistd"))

pytestmark = pytest.mark.timeout(180)


@contextmanager
def station(
    home: Path, environ: Mapping[str, str] | None = None, **settings: object
) -> Iterator[Station]:
    """A server with a PID file."""
    port = free_port_pair()
    config = write_config(home, port, **settings)
    command = [TWISTD, "-n", "--pidfile=tinyice.pid", "tinyice", "--config", str(config)]
    child = start(command, home=home, name="server", env={**project_path(), **(environ or {})})
    made = Station("tinyice", port, home, child)
    try:
        # Before that it does not hear signals.
        until(lambda: "server.started" in child.output(), within=30, what="the server serves")
        yield made
        assert "Traceback" not in child.output(), child.output()
    finally:
        child.stop()


def control(made: Station, command: str) -> "subprocess.CompletedProcess[str]":
    """What the ``tinyice`` command says."""
    program = "import sys; from tinyice.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", program, command, "--config", str(made.home / "tinyice.json")],
        env={**os.environ, **project_path()},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def until_all_hear(audience: Audience, least: int = 20_000) -> None:
    """Return when everybody has got something."""
    until(
        lambda: all(len(ear.got) > least for ear in audience.ears),
        within=20,
        what="everybody hears",
    )


def hear_on(audience: Audience, seconds: float = 1.0) -> None:
    """Return when all who read fast have got so much more."""
    fast = [ear for ear in audience.ears if not ear.is_slow]
    least = max(len(ear.got) for ear in fast) + int(16_000 * seconds)
    until(lambda: all(len(ear.got) > least for ear in fast), within=20, what="they hear on")


@pytest.mark.parametrize("workers", [0, 2])
def test_five_upgrades_in_a_row(tmp_path: Path, workers: int) -> None:
    """Each listener's bytes are one piece of what the source sent, which never reconnects."""
    with station(tmp_path, workers=workers) as made, Audience(made.port, "/live") as audience:
        source = Steady(made.port, "/live")
        source.start()
        made.wait_for_mount("/live", 10)
        audience.join_all(PEOPLE)
        audience.start()
        until_all_hear(audience)
        for _ in range(5):
            upgrade(made)
            hear_on(audience)
        assert made.child.wait(10) == 0
        status = made.sources()["/live"]
        assert status["listeners"] == PEOPLE
        finish(source, audience)
        os.kill(serving_pid(made), signal.SIGTERM)
        until(lambda: not (tmp_path / "tinyice.pid").exists(), within=15, what="it has ended")


def test_the_command_says_what_came_of_it(tmp_path: Path) -> None:
    """``tinyice upgrade`` waits, and tells who serves; a version that does not start is told too.

    Then the server goes on, and so does everybody.
    """
    with station(tmp_path) as made, Audience(made.port, "/live") as audience:
        source = Steady(made.port, "/live")
        source.start()
        made.wait_for_mount("/live", 10)
        audience.join_all(10)
        audience.start()
        until_all_hear(audience)
        done = control(made, "upgrade")
        assert done.returncode == 0, done.stderr
        pid = serving_pid(made)
        assert f"process {pid} " in done.stdout
        assert "10 listeners and 1 sources" in done.stdout
        until(lambda: not made.child.running, within=10, what="the old process has ended")

        config = (tmp_path / "tinyice.json").read_text()
        (tmp_path / "tinyice.json").write_text("{ this is none")
        refused = control(made, "upgrade")
        assert refused.returncode == 1
        assert "not upgraded" in refused.stderr
        assert "tinyice.json" in refused.stderr
        (tmp_path / "tinyice.json").write_text(config)

        assert serving_pid(made) == pid
        hear_on(audience)
        assert upgrade(made) != pid
        hear_on(audience)
        finish(source, audience)
        assert "server.upgrade.failed" in made.child.output()


def tone_in(folder: Path) -> Path:
    """A folder with a minute of music."""
    put(folder / "one.flac", tone(60.0, 440.0))
    return folder


CRASHES = {
    "it can't be imported": ("handover/taking.py", '"""The', 'this is no Python\n"""The'),
    "it ends before it is ready": (
        "assembly/succession.py",
        "            say_ready(",
        "            os._exit(7)\n            say_ready(",
    ),
    "it speaks another protocol": ("handover/line.py", "\nVERSION = ", "\nVERSION = 99"),
    "it is killed with the cargo": (
        "handover/taking.py",
        "    arrived = unpack(delivery, here)",
        "    import os\n    os.kill(os.getpid(), 9)\n    arrived = unpack(delivery, here)",
    ),
    "it is killed before it says that it is there": (
        "handover/taking.py",
        "    line.say(Word.HERE",
        "    import os\n    os.kill(os.getpid(), 9)\n    line.say(Word.HERE",
    ),
    "it is killed when it may go": (
        "handover/taking.py",
        "    line.say(Word.TAKEN",
        "    import os\n    os.kill(os.getpid(), 9)\n    line.say(Word.TAKEN",
    ),
    "it fails to make something of the cargo": (
        "handover/thawing.py",
        "    def player(self, piece: Player) -> None:",
        "    def player(self, piece: Player) -> None:\n        1 / 0",
    ),
    "it hangs with the cargo": (
        "handover/taking.py",
        "    line.say(Word.HERE",
        "    import time\n    time.sleep(60)\n    line.say(Word.HERE",
    ),
}


@pytest.mark.parametrize("workers", [0, 1])
def test_a_successor_that_fails_at_any_step(tmp_path: Path, workers: int) -> None:
    """The old process goes on as if nothing had been; then a sound version takes over."""
    root = tmp_path / "installed"
    shutil.copytree(PROJECT / "tinyice", root / "tinyice", ignore=shutil.ignore_patterns("__pyc*"))
    for name in ("twisted", "templates", "static"):
        (root / name).symlink_to(PROJECT / name)
    path = {"PYTHONPATH": os.pathsep.join([str(root), project_path()["PYTHONPATH"]])}
    port = free_port_pair()
    dj = {"mount": "/night", "music_dir": str(tone_in(tmp_path / "music"))}
    config = write_config(tmp_path, port, workers=workers, autodjs=[dj])
    command = [TWISTD, "-n", "--pidfile=tinyice.pid", "tinyice", "--config", str(config)]
    with (
        start(command, home=tmp_path, name="server", env=path) as child,
        Audience(port, "/live") as audience,
    ):
        made = Station("tinyice", port, tmp_path, child)
        until(lambda: "server.started" in child.output(), within=30, what="the server serves")
        source = Steady(port, "/live")
        source.start()
        made.wait_for_mount("/live", 10)
        made.wait_for_mount("/night", 30)
        audience.join_all(20)
        audience.start()
        until_all_hear(audience)
        pid, playing = serving_pid(made), playouts(tmp_path)
        assert len(playing) == 1
        for number, (name, (module, before, after)) in enumerate(CRASHES.items(), 1):
            file = root / "tinyice" / module
            sound = file.read_text()
            assert before in sound, name
            file.write_text(sound.replace(before, after, 1))
            os.kill(pid, signal.SIGUSR2)
            until(
                lambda number=number: made.child.output().count("server.upgrade.failed") == number,
                within=40,
                what=name,
            )
            file.write_text(sound)
            assert serving_pid(made) == pid, name
            hear_on(audience, 0.3)
            assert playouts(tmp_path) == playing, name
        upgrade(made)
        until(lambda: not is_alive(pid), within=10, what="the old one has ended")
        assert playouts(tmp_path) == playing
        hear_on(audience)
        finish(source, audience)


def test_what_is_encrypted_goes_on_through_the_old_process(tmp_path: Path) -> None:
    """Listeners and a source over TLS stay, over several upgrades; then the old ones end."""
    pair = write_pair(tmp_path)
    secure = free_port_pair()
    settings = {
        "use_https": True,
        "https_port": secure,
        "cert_file": str(pair.cert_file),
        "key_file": str(pair.key_file),
    }
    with (
        station(tmp_path, **settings) as made,
        Audience(secure, "/live", secure=True) as encrypted,
        Audience(made.port, "/live") as plain,
    ):
        source = Steady(secure, "/live", secure=True)
        source.start()
        made.wait_for_mount("/live", 10)
        processes = [serving_pid(made)]
        for audience in (encrypted, plain):
            audience.join_all(20)
            audience.start()
            until_all_hear(audience)
        for _ in range(3):
            processes.append(upgrade(made))
            hear_on(encrypted)
            hear_on(plain)
        assert [is_alive(pid) for pid in processes] == [True, False, False, True]
        assert made.sources()["/live"]["listeners"] == 40
        late = Audience(secure, "/live", secure=True)
        with late:
            late.join_all(2)
            late.start()
            until_all_hear(late)
            processes.append(upgrade(made))
            hear_on(late)
            assert [is_alive(pid) for pid in processes] == [True, False, False, True, True]
        until(lambda: not is_alive(processes[3]), within=15, what="the last of the late have left")
        encrypted.stop()
        assert is_alive(processes[0]), "the source goes through it"
        finish(source, plain, encrypted, late)
        assert made.child.wait(20) == 0
        until(lambda: "/live" not in made.sources(), within=10, what="the source has ended")


def test_what_the_service_manager_is_told(tmp_path: Path) -> None:
    """Which process is the service, that it is ready, and from then on that it lives."""
    told: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(15)
        environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"}
        with station(tmp_path, environ) as made:

            def heard(wanted: str) -> None:
                while not any(wanted in one for one in told):
                    told.append(manager.recv(4096).decode())

            heard("READY=1")
            heard("WATCHDOG=1")
            told.clear()
            pid = upgrade(made)
            heard(f"MAINPID={pid}")
            heard("READY=1")
            assert made.child.wait(10) == 0
            told.clear()
            heard("WATCHDOG=1")
            assert not any("STOPPING" in one for one in told)
            os.kill(pid, signal.SIGTERM)
            heard("STOPPING=1")


@pytest.mark.needs_program("systemd-socket-activate")
def test_a_socket_of_systemd_goes_over(tmp_path: Path) -> None:
    """It is served by one process after the other; who calls meanwhile waits."""
    port = free_port_pair()
    config = write_config(tmp_path, port, shoutcast_port=0)
    handed = [f"--setenv={key}={value}" for key, value in project_path().items()]
    activate = ["systemd-socket-activate", f"--listen={HOST}:{port}", *handed]
    command = [TWISTD, "-n", "--pidfile=tinyice.pid", "tinyice", "--config", str(config)]
    with start(
        [*activate, sys.executable, *command], home=tmp_path, name="server", env=project_path()
    ) as child:
        made = Station("tinyice", port, tmp_path, child)
        until(lambda: accepts(port), within=20, what="the socket is there")
        assert b"icestats" in made.get("/status-json.xsl")
        for _ in range(3):
            upgrade(made)
            assert b"icestats" in made.get("/status-json.xsl")
        os.kill(serving_pid(made), signal.SIGHUP)
        assert b"icestats" in made.get("/status-json.xsl")
        os.kill(serving_pid(made), signal.SIGTERM)
        until(lambda: not (tmp_path / "tinyice.pid").exists(), within=15, what="it has ended")


def test_requests_that_are_under_way(tmp_path: Path) -> None:
    """What is not complete is answered by the successor, what is being answered by the old one."""
    with station(tmp_path) as made, ExitStack() as stack:

        def asking(said: bytes) -> socket.socket:
            connection = socket.create_connection((HOST, made.port), 10)
            stack.enter_context(connection)
            connection.sendall(said)
            return connection

        begun = asking(b"GET /status-json.xsl HTT")
        silent = asking(b"")
        kept = asking(b"GET /status-json.xsl HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"icestats" in kept.recv(65536)
        live = asking(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in live.recv(65536)
        shoutcast = socket.create_connection((HOST, made.shoutcast_port), 10)
        stack.enter_context(shoutcast)
        shoutcast.sendall(PASSWORD.encode()[:3])
        upgrade(made)
        begun.sendall(b"P/1.1\r\nHost: x\r\n\r\n")
        assert b"icestats" in begun.recv(65536)
        silent.sendall(b"GET /status-json.xsl HTTP/1.0\r\n\r\n")
        assert b" 200 " in silent.recv(65536)
        kept.sendall(b"GET /status-json.xsl HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"icestats" in kept.recv(65536)
        shoutcast.sendall(PASSWORD.encode()[3:] + b"\r\n")
        assert shoutcast.recv(100).startswith(b"OK2")
        shoutcast.sendall(b"icy-name: late\r\n")
        upgrade(made)
        shoutcast.sendall(b"content-type: audio/mpeg\r\n\r\n" + frames(0, 100))
        until(lambda: "mount.source.connected" in made.child.output(), within=10, what="it is on")
        made.wait_for_mount("/live", 10)
        live.settimeout(10)
        while live.recv(65536):
            pass
        assert made.child.wait(10) == 0


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("workers", [0, 2])
def test_a_thousand(tmp_path: Path, workers: int) -> None:
    """1,000 listeners, and 200 more over TLS, through ten upgrades."""
    pair = write_pair(tmp_path)
    secure = free_port_pair()
    settings = {
        "use_https": True,
        "https_port": secure,
        "cert_file": str(pair.cert_file),
        "key_file": str(pair.key_file),
    }
    with (
        station(tmp_path, workers=workers, **settings) as made,
        Audience(made.port, "/live") as plain,
        Audience(secure, "/live", secure=True) as encrypted,
    ):
        source = Steady(made.port, "/live")
        source.start()
        made.wait_for_mount("/live", 10)
        plain.join_all(1000)
        encrypted.join_all(200)
        for audience in (plain, encrypted):
            audience.start()
            until_all_hear(audience)
        for _ in range(10):
            upgrade(made)
            hear_on(plain)
            hear_on(encrypted)
        finish(source, plain, encrypted)


def test_a_server_that_is_told_to_stop_meanwhile(tmp_path: Path) -> None:
    """It stops, and so does the successor that it has begun."""
    with station(tmp_path) as made:
        os.kill(serving_pid(made), signal.SIGUSR2)
        until(lambda: "a successor is begun" in made.child.output(), within=10, what="it begins")
        pid = int(made.child.output().rpartition("process ")[2].split()[0])
        made.child.send(signal.SIGTERM)
        assert made.child.wait(15) in {0, -signal.SIGTERM}
        until(lambda: not is_alive(pid), within=10, what="the successor has ended")
