"""A reload while many listen: only the difference is applied, and nobody is disturbed."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from operator import le
from pathlib import Path
from typing import Any

import pytest

from features.api_talk import Api, accounts, secret_of
from features.crowds import Broadcast, Crowd
from features.offspring import resident_bytes, sockets_of, worker_pids
from features.sounding import WAIT_S, Encoder, hears, is_unbroken
from features.talk import HEAD_END, ask, connect, login, read, request
from net.certificates import any_server, write_pair
from programs.children import start
from programs.raw import Recorder
from programs.station import (
    PASSWORD,
    PASSWORD_HASH,
    Station,
    accepts,
    free_port_pair,
    project_path,
    twistd_command,
    write_config,
)
from programs.waiting import until

Document = dict[str, Any]

MOUNTS = tuple(f"/m{number:02}" for number in range(20))
RELAY = "/relay"
STOP_S = 10.0

pytestmark = pytest.mark.timeout(240)


@dataclass
class Managed:
    """A server, its file, and what it tells the service manager that has started it."""

    station: Station
    path: Path
    manager: socket.socket
    heard: list[dict[str, str]]

    def edit(self, change: Callable[[Document], object]) -> None:
        """Write the file by hand."""
        document: Document = json.loads(self.path.read_text())
        change(document)
        self.path.write_text(json.dumps(document))

    def reload(self) -> str:
        """Send SIGHUP, and wait until it says that it is ready again; its status."""
        already = self.count("RELOADING")
        self.station.child.send(signal.SIGHUP)
        until(lambda: self.count("RELOADING") > already, within=WAIT_S, what="RELOADING=1")
        until(lambda: "READY" in self.last, within=WAIT_S, what="READY=1 after it")
        return self.last["STATUS"]

    def count(self, key: str) -> int:
        """How often it said this."""
        self._listen()
        return sum(key in state for state in self.heard)

    @property
    def last(self) -> dict[str, str]:
        """What it said last, watchdog aside."""
        self._listen()
        return next(state for state in reversed(self.heard) if "WATCHDOG" not in state)

    def _listen(self) -> None:
        while True:
            try:
                words = self.manager.recv(4096).decode()
            except BlockingIOError:
                return
            self.heard.append(dict(line.split("=", 1) for line in words.splitlines()))

    def lines(self, event: str) -> list[str]:
        """The lines of the log that tell this."""
        log = self.station.child.output().splitlines()
        return [line for line in log if f"event={event} " in line]


Manage = Callable[..., Managed]


@pytest.fixture
def manage(tmp_path: Path) -> Iterator[Manage]:
    """Starts a server as systemd does, with settings of ``write_config``."""
    with ExitStack() as stack:

        def starter(**settings: object) -> Managed:
            manager = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            manager.bind(str(tmp_path / "notify"))
            manager.setblocking(False)
            port = free_port_pair()
            path = write_config(tmp_path, port, data_dir=str(tmp_path), **settings)
            told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000000"}
            guarded = ["setpriv", "--pdeathsig", "TERM", "--", *twistd_command(path)]
            child = start(guarded, home=tmp_path, name="server", env={**project_path(), **told})
            stack.enter_context(child)
            managed = Managed(Station("tinyice", port, tmp_path, child), path, manager, [])
            until(lambda: managed.count("READY") == 1, within=30, what="it is ready")
            return managed

        yield starter


def set_key(key: str, value: object) -> Callable[[Document], object]:
    """A change of one key."""
    return lambda document: document.__setitem__(key, value)


def advanced(mount: str, **settings: object) -> Callable[[Document], object]:
    """A change of one mount's settings."""
    return lambda document: (
        document.setdefault("advanced_mounts", {}).setdefault(mount, {}).update(settings)
    )


def changes(managed: Managed) -> list[Callable[[Document], object]]:
    """Twenty changes, each of another kind."""
    other = free_port_pair()
    return [
        set_key("mounts", {"/new": ""}),
        set_key("page_title", "Another name"),
        set_key("banned_ips", ["192.0.2.0/24"]),
        advanced(MOUNTS[0], max_listeners=3000, description="Said by hand"),
        set_key("port", other),
        set_key("users", {"dj": {"password": PASSWORD_HASH, "role": "dj"}}),
        set_key("default_source_password", PASSWORD_HASH.replace("$2b$", "$2a$")),
        set_key("max_listeners", 5000),
        set_key("pulse_ms", [60, 1500]),
        set_key("shoutcast_port", other + 1),
        set_key("queue_size", 1_048_576),
        set_key("json_logs", True),
        set_key("bind_host", "0.0.0.0"),
        set_key("accent_color", "#204060"),
        set_key("slow_jumps", 7),
        set_key("log_level", "debug"),
        set_key("hidden_mounts", {MOUNTS[1]: True}),
        set_key("header_timeout", 5),
        lambda document: document.pop("mounts"),
        set_key("https_port", free_port_pair()),
    ]


@pytest.mark.parametrize("workers", [0, 2])
def test_twenty_reloads_disturb_nobody(manage: Manage, tmp_path: Path, workers: int) -> None:
    """Twenty mounts, a hundred listeners, half of them over TLS, and a relay.

    Everybody hears the same bytes as without, one unbroken piece.
    """
    undisturbed(manage, tmp_path, workers, listeners=100)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("workers", [0, 2])
def test_a_thousand_are_not_disturbed(manage: Manage, tmp_path: Path, workers: int) -> None:
    undisturbed(manage, tmp_path, workers, listeners=1000)


def undisturbed(manage: Manage, home: Path, workers: int, *, listeners: int) -> None:
    """Reload under an audience, and compare what it hears with what was sent."""
    pair, secure = write_pair(home), free_port_pair()
    files = {"cert_file": str(pair.cert_file), "key_file": str(pair.key_file)}
    managed = manage(workers=workers, use_https=True, https_port=secure, **files)
    station, tls = managed.station, any_server()
    broadcast = Broadcast(station.port, MOUNTS)
    crowd = Crowd(broadcast.sent)
    broadcast.start()
    crowd.start()
    with closing(broadcast), closing(crowd):
        for mount in MOUNTS:
            station.wait_for_mount(mount, WAIT_S)
        managed.edit(set_key("relays", [{"url": station.url(MOUNTS[0]), "mount": RELAY}]))
        managed.reload()
        station.wait_for_mount(RELAY, WAIT_S)
        for _ in range(listeners // len(MOUNTS)):
            crowd.join_in(station.port, RELAY, hears=MOUNTS[0])
        for number in range(listeners):
            mount = MOUNTS[number % len(MOUNTS)]
            is_secure = number // len(MOUNTS) % 2 == 1
            port = secure if is_secure else station.port
            crowd.join_in(port, mount, tls=tls if is_secure else None)
        for change in changes(managed):
            managed.edit(change)
            assert managed.reload().startswith("listening on ")
            crowd.hears_more()
            assert (crowd.faults(), broadcast.broken) == ([], "")
        broadcast.pause()
        crowd.hears_all()
        assert all(encoder.is_on_air for encoder in broadcast.encoders)
        station.port = json.loads(managed.path.read_text())["port"]
        rows = station.statistics()
        heard = sum(int(row["listeners"]) for row in rows.values())
        # The relay is a listener, too: of its own server here.
        assert heard == len(crowd.ears) + 1
        assert all(row["slow_listeners"] == "0" for row in rows.values())
        assert station.child.output().count("mount.source.connected") == len(MOUNTS) + 1
        assert len(worker_pids(station)) == workers
    assert "Traceback" not in station.child.output(), station.child.output()


def test_the_service_manager_hears_of_reloads(manage: Manage) -> None:
    """RELOADING with the time, READY after it, what is wrong in STATUS; the watchdog goes on."""
    managed = manage()
    port = managed.station.port
    serving = f"listening on 127.0.0.1:{port}, 127.0.0.1:{port + 1}"
    assert managed.last == {"READY": "1", "STATUS": serving}
    assert managed.reload() == serving
    reloading = next(state for state in managed.heard if "RELOADING" in state)
    assert reloading["RELOADING"] == "1"
    assert int(reloading["MONOTONIC_USEC"]) > 0
    managed.edit(set_key("prot", 1))
    words = managed.reload()
    assert words.startswith(f"{serving}; not reloaded: the file has faults: prot: unknown key")
    (line,) = managed.lines("configuration.refused")
    assert "via=signal" in line
    assert "prot: unknown key" in line
    managed.edit(lambda document: document.pop("prot"))
    assert managed.reload() == serving
    watched = managed.count("WATCHDOG")
    until(lambda: managed.count("WATCHDOG") > watched, within=WAIT_S, what="the watchdog")
    managed.station.child.send(signal.SIGTERM)
    managed.station.child.wait(STOP_S)
    assert managed.count("STOPPING") == 1


def test_what_cant_be_had_is_refused_as_a_whole(manage: Manage) -> None:
    """A port that another program has, a log that can't be written, a certificate that is none."""
    managed = manage()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        for key, value, words in [
            ("port", number, f"port: can't listen on 127.0.0.1 port {number}"),
            ("log_file", "/nowhere/log", "log_file: can't write /nowhere/log: No such file"),
            ("cert_file", "/nowhere/cert", "cert_file: /nowhere/cert can't be read"),
        ]:
            before = managed.path.read_text()
            managed.edit(
                lambda document, key=key, value=value: document.update(
                    {key: value, "page_title": "Half", "use_https": key == "cert_file"}
                )
            )
            if key == "cert_file":
                managed.edit(set_key("key_file", "/nowhere/key"))
            assert f"not reloaded: the file has faults: {words}" in managed.reload()
            assert b"Half" not in managed.station.get("/")
            managed.path.write_text(before)
    managed.edit(set_key("page_title", "Whole"))
    managed.reload()
    assert b"Whole" in managed.station.get("/")


def test_a_port_moves_under_a_listener(manage: Manage) -> None:
    """Who is on the old one stays to the end; nobody comes in there any more."""
    managed = manage()
    old, new = managed.station.port, free_port_pair()
    with Encoder(old, "/live") as encoder:
        encoder.play(2)
        listener = Recorder(old, "/live", icy=False)
        hears(listener, encoder.play(1))
        managed.edit(lambda document: document.update(port=new, shoutcast_port=new + 1))
        assert managed.reload() == f"listening on 127.0.0.1:{new}, 127.0.0.1:{new + 1}"
        assert [accepts(port) for port in (old, old + 1, new, new + 1)] == [
            False,
            False,
            True,
            True,
        ]
        newcomer = Recorder(new, "/live", icy=False)
        last = encoder.play(2)
        for recorder in (listener, newcomer):
            hears(recorder, last)
            assert is_unbroken(recorder, [encoder.sent])
        managed.station.port = new
        assert int(managed.station.sources()["/live"]["listeners"]) == 2
        listener.stop()
        newcomer.stop()


def test_each_way_to_reload_is_told(manage: Manage) -> None:
    """The API, Icecast's command and the signal: in the log and in the audit, with who asked."""
    managed = manage(**accounts())
    station, boss = managed.station, Api(managed.station, secret_of("root"))
    feed = connect(station.port)
    feed.sendall(request("/admin/events", login("admin", PASSWORD), protocol="HTTP/1.1"))
    read(feed, HEAD_END)
    managed.edit(set_key("page_title", "By hand"))
    assert boss.ask("POST", "/api/settings/reload").status == 200
    assert boss.get("/api/status")["title"] == "By hand"
    with closing(feed):
        assert b"configuration read again" in read(feed, b"configuration read again")
    commanded = ask(station.port, request("/admin/reloadconfig", login("admin", PASSWORD)))
    assert b"Config reloaded" in commanded.body
    managed.reload()
    managed.edit(set_key("prot", 1))
    refused = boss.ask("POST", "/api/settings/reload")
    assert (refused.status, refused.document["code"]) == (409, "file-refused")
    assert "prot: unknown key" in refused.document["error"]
    entries = boss.get("/api/security/audit")["items"]
    found = [(entry["action"], entry["via"]) for entry in reversed(entries)]
    assert found[:2] == [("server.reload", "file"), ("server.reload", "token")]
    assert ("server.reload", "signal") in found
    assert len(managed.lines("configuration.refused")) == 1


def test_the_command_says_what_comes_of_it(manage: Manage) -> None:
    """It finds the server by the path of its file, and answers what the server says."""
    managed = manage()
    managed.edit(set_key("data_dir", "/elsewhere"))
    found = tinyice("reload", "--config", str(managed.path))
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == (
        "data_dir: saved, and in force from the next start\nthe configuration is in force\n"
    )
    managed.edit(set_key("prot", 1))
    found = tinyice("reload", "--config", str(managed.path))
    assert (found.returncode, found.stdout) == (1, "")
    assert "not reloaded: the file has faults: prot: unknown key" in found.stderr
    (line,) = managed.lines("configuration.refused")
    assert "via=command" in line
    pid_file = managed.path.with_name("pid")
    pid_file.write_text(f"{managed.station.child.process.pid}")
    assert tinyice("reload", "--pid-file", str(pid_file)).returncode == 0
    until(
        lambda: len(managed.lines("configuration.refused")) == 2, within=WAIT_S, what="it is told"
    )


def tinyice(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run the command, and wait for its end."""
    program = str(Path(sys.executable).with_name("tinyice"))
    return subprocess.run(
        [program, *words], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("workers", [2])
def test_workers_come_and_go(manage: Manage, workers: int) -> None:
    """Who listens is carried to those that are new; those that leave serve to the end."""
    managed = manage(pulse_ms=[20, 500])
    station = managed.station
    broadcast = Broadcast(station.port, MOUNTS[:2])
    crowd = Crowd(broadcast.sent)
    broadcast.start()
    crowd.start()
    with closing(broadcast), closing(crowd):
        for mount in MOUNTS[:2]:
            station.wait_for_mount(mount, WAIT_S)
            for _ in range(10):
                crowd.join_in(station.port, mount)
        managed.edit(set_key("workers", workers))
        managed.reload()
        until(lambda: len(worker_pids(station)) == workers, within=WAIT_S, what="they are there")
        until(lambda: sum(map(sockets_of, worker_pids(station))) >= 20, within=WAIT_S, what="away")
        crowd.hears_more()
        managed.edit(lambda document: document.update(workers=0, slow_jumps=9))
        managed.reload()
        crowd.hears_more()
        # one that was ready late has nobody, and need not stay
        assert worker_pids(station)
        for _ in range(5):
            crowd.join_in(station.port, MOUNTS[0])
        crowd.hears_more()
        broadcast.pause()
        crowd.hears_all()
        assert crowd.faults() == []
        crowd.close()
        until(lambda: not worker_pids(station), within=WAIT_S, what="they are gone")
        assert managed.lines("worker.lost") == []


def test_forty_reloads_leave_nothing_behind(manage: Manage, tmp_path: Path) -> None:
    """Ports, TLS, logs, threads and workers that come and go: no file, thread or process stays."""
    leaves_nothing(manage, tmp_path, reloads=40)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_four_hundred_reloads_leave_nothing_behind(manage: Manage, tmp_path: Path) -> None:
    leaves_nothing(manage, tmp_path, reloads=400)


def leaves_nothing(manage: Manage, home: Path, *, reloads: int) -> None:
    """Reload there and back, and count what the process has after a while and at the end."""
    pair = write_pair(home)
    managed = manage(cert_file=str(pair.cert_file), key_file=str(pair.key_file))
    here, there = managed.station.port, free_port_pair()
    other: Document = {
        "port": there,
        "shoutcast_port": there + 1,
        "use_https": True,
        "https_port": free_port_pair(),
        "log_file": str(home / "other.log"),
        "access_log_file": str(home / "access.log"),
        "json_logs": True,
        "password_workers": 3,
        "mounts": {f"/x{number}": "" for number in range(50)},
        "workers": 1,
    }
    plain: Document = {
        **json.loads(managed.path.read_text()),
        **dict.fromkeys(other.keys() - {"port", "shoutcast_port", "mounts"}),
        "mounts": {},
    }
    plain = {key: value for key, value in plain.items() if value is not None}
    with Encoder(here, "/live") as encoder:
        encoder.play(2)
        listener = Recorder(here, "/live", icy=False)

        def there_and_back() -> None:
            for wanted in ({**plain, **other}, plain):
                managed.path.write_text(json.dumps(wanted))
                assert managed.reload().startswith("listening on ")
            last = encoder.play(0.5)
            hears(listener, last)

        for _ in range(5):
            there_and_back()
        before = settled_size(managed.station)
        for _ in range(reloads // 2 - 5):
            there_and_back()

        def is_back() -> bool:
            # What just closes is still there for a moment.
            return all(map(le, settled_size(managed.station)[:2], before))

        until(is_back, within=WAIT_S, what=f"no more files and threads than {before[:2]}")
        after = settled_size(managed.station)
        assert after[2] - before[2] < 4 * 1024 * 1024
        assert is_unbroken(listener, [encoder.sent])
        listener.stop()


def settled_size(station: Station) -> tuple[int, int, int]:
    """Open files, threads and resident bytes, once no worker is left."""
    until(lambda: not worker_pids(station), within=WAIT_S, what="the workers are gone")
    process = Path(f"/proc/{station.child.process.pid}")
    threads = len(list((process / "task").iterdir()))
    files = len(list((process / "fd").iterdir()))
    return files, threads, resident_bytes(station.child.process.pid)


def test_two_servers_side_by_side(tmp_path: Path) -> None:
    """With ``reuse_port`` both have the port, and both are called on it; without it none is."""
    homes = [tmp_path / name for name in ("one", "two")]
    port = free_port_pair()
    with ExitStack() as stack:
        stations = []
        for home in homes:
            home.mkdir()
            path = write_config(home, port, reuse_port=True, page_title=home.name, shoutcast_port=0)
            command = ["setpriv", "--pdeathsig", "TERM", "--", *twistd_command(path)]
            child = stack.enter_context(
                start(command, home=home, name="server", env=project_path())
            )
            stations.append(Station("tinyice", port, home, child))
            told = lambda child=child: "server.started" in child.output()  # noqa: E731
            until(told, within=30, what="it has started")
        seen = set()

        def both() -> bool:
            page = stations[0].get("/")
            seen.update(home.name for home in homes if home.name.encode() in page)
            return len(seen) == 2

        until(both, within=WAIT_S, what="both have answered")
        (tmp_path / "three").mkdir()
        path = write_config(tmp_path / "three", port, shoutcast_port=0)
        child = stack.enter_context(
            start(twistd_command(path), home=tmp_path / "three", name="server", env=project_path())
        )
        assert child.wait(30) == 1
        assert f"port: can't listen on 127.0.0.1 port {port}" in child.output()
