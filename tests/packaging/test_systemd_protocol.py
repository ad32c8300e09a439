"""What systemd hears from the service, and the ports that it hands over."""

import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tinyice.systemd import Notifier, listen_fds, notify

PROJECT = Path(__file__).parents[2]
PID = 4711


@pytest.fixture(name="manager", params=["path", "abstract"])
def a_manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[socket.socket]:
    """The service manager's end: a datagram socket, in both kinds of address."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(
            str(tmp_path / "notify")
            if request.param == "path"
            else f"\0tinyice-test-{secrets.token_hex(8)}"
        )
        manager.setblocking(False)
        yield manager


def environ_of(manager: socket.socket) -> dict[str, str]:
    address = manager.getsockname()
    if isinstance(address, bytes):
        return {"NOTIFY_SOCKET": "@" + address[1:].decode()}
    return {"NOTIFY_SOCKET": address}


def heard(manager: socket.socket) -> bytes:
    return manager.recv(4096)


def notifier(environ: dict[str, str]) -> Notifier:
    return Notifier(environ=environ, pid=PID, monotonic=lambda: 12.345678)


def test_a_state_reaches_the_manager(manager: socket.socket) -> None:
    """One state, one datagram."""
    assert notify("READY=1", environ=environ_of(manager))
    assert heard(manager) == b"READY=1"


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"NOTIFY_SOCKET": ""},
        {"NOTIFY_SOCKET": "relative"},
        {"NOTIFY_SOCKET": "/nowhere/at/all"},
        {"NOTIFY_SOCKET": "@tinyice-nobody-listens-here"},
        {"NOTIFY_SOCKET": "/" + "x" * 200},
    ],
)
def test_without_a_manager_nothing_happens(environ: dict[str, str]) -> None:
    """The service starts by hand as well."""
    assert not notify("READY=1", environ=environ)


def test_a_manager_that_does_not_read_holds_nothing_up(manager: socket.socket) -> None:
    """When its socket is full, the state is lost and the audio goes on."""
    environ = environ_of(manager)
    sent = [notify("STATUS=x", environ=environ) for _ in range(10_000)]
    assert sent[0]
    assert not sent[-1]


def test_the_life_of_a_service(manager: socket.socket) -> None:
    """READY, STATUS, RELOADING, WATCHDOG and STOPPING in systemd's words."""
    tell = notifier(environ_of(manager))
    tell.ready("3 mounts")
    tell.status("5 listeners\nREADY=1")
    tell.reloading()
    tell.ready()
    tell.watchdog()
    tell.stopping("draining")
    assert [heard(manager) for _ in range(6)] == [
        b"READY=1\nSTATUS=3 mounts",
        b"STATUS=5 listeners READY=1",
        b"RELOADING=1\nMONOTONIC_USEC=12345678",
        b"READY=1",
        b"WATCHDOG=1",
        b"STOPPING=1\nSTATUS=draining",
    ]


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "4711"}, 1.5),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-3"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_fed_twice_in_its_time(
    environ: dict[str, str], seconds: float | None
) -> None:
    """Half of the unit's WatchdogSec, and only in the process that it is meant for."""
    assert notifier(environ).watchdog_seconds == seconds


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"LISTEN_FDS": "1"},
        {"LISTEN_FDS": "1", "LISTEN_PID": "1", "LISTEN_FDNAMES": "http"},
        {"LISTEN_FDS": "many", "LISTEN_PID": "4711"},
        {"LISTEN_FDS": "-1", "LISTEN_PID": "4711"},
        {"LISTEN_FDS": "0", "LISTEN_PID": "4711"},
    ],
)
def test_ports_of_other_processes_are_not_ours(environ: dict[str, str]) -> None:
    """Nothing is taken over, and no child inherits the words."""
    environ["PATH"] = "/bin"
    assert listen_fds(environ, PID) == []
    assert environ == {"PATH": "/bin"}


TAKE = """
import os, sys
sys.path.insert(0, {project!r})
from tinyice.systemd import listen_fds
{prelude}
ports = listen_fds(os.environ, os.getpid())
left = [key for key in os.environ if key.startswith("LISTEN_")]
print(ports, [os.get_inheritable(fd) for fd, _ in ports], left, flush=True)
"""


def test_ports_come_with_their_names() -> None:
    """Descriptors from 3 on are ours, closed on exec; a port without a name says so."""
    prelude = (
        "for fd in (3, 4, 5): os.dup2(1, fd)\n"
        "os.environ.update(LISTEN_FDS='3', LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES='http::')"
    )
    told = subprocess.run(
        [sys.executable, "-c", TAKE.format(project=str(PROJECT), prelude=prelude)],
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert told.stdout.strip() == (
        "[(3, 'http'), (4, 'unknown'), (5, 'unknown')] [False, False, False] []"
    )


@pytest.mark.needs_program("systemd-socket-activate")
def test_a_port_of_systemd_is_taken_over() -> None:
    """The port is open before we run, and the connection that started us is ours."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    code = TAKE.format(project=str(PROJECT), prelude="") + (
        "import socket\n"
        "peer, _ = socket.socket(fileno=ports[0][0]).accept()\n"
        "peer.sendall(ports[0][1].encode())\n"
    )
    command = [
        "systemd-socket-activate",
        f"--listen=127.0.0.1:{port}",
        "--fdname=http",
        sys.executable,
        "-c",
        code,
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        try:
            assert child.stderr is not None
            assert "Listening" in child.stderr.readline()
            with socket.create_connection(("127.0.0.1", port), 10) as peer:
                peer.settimeout(10)
                assert peer.recv(100) == b"http"
            assert child.stdout is not None
            assert child.stdout.readline() == "[(3, 'http')] [False] []\n"
        finally:
            os.killpg(child.pid, signal.SIGKILL)


def test_the_first_environment_is_found_though_somebody_emptied_it() -> None:
    """Twisted takes LISTEN_FDS out of os.environ at import; the ports are found all the same."""
    program = (
        "import os; from tinyice.systemd import first_environ;"
        "del os.environ['LISTEN_FDS'];"
        "print(first_environ(os.environ)['LISTEN_FDS'])"
    )
    environ = {**os.environ, "LISTEN_FDS": "2"}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "2\n"
