"""The machine's own door: who is let in, what is answered, and who finds it."""

import os
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from twisted.internet.epollreactor import EPollReactor

from tinyice.assembly import control as module
from tinyice.assembly.calling import NotReached, Told, signal_by_file, tell
from tinyice.assembly.control import Control, name_for
from tinyice.config.faults import Fault, FileRefused


class Server:
    """A control on a reactor of its own, which turns in a thread while somebody calls."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.reactor = EPollReactor()
        self.done: list[str] = []
        self.commands = {"reload": self._reload, "refuse": self._refuse, "fail": self._fail}
        self.control = Control(config, self.commands, self.reactor)
        self.control.start()

    async def _reload(self) -> Sequence[str]:
        self.done.append("reload")
        return ("data_dir: waits",)

    async def _refuse(self) -> Sequence[str]:
        raise FileRefused([Fault("port", "is none")])

    async def _fail(self) -> Sequence[str]:
        raise ZeroDivisionError

    def told(self, command: str) -> Told:
        found: list[Told] = []
        calling = threading.Thread(target=lambda: found.append(tell(self.config, command)))
        calling.start()
        while calling.is_alive():
            self.reactor.iterate(0.01)
        return found[0]

    def turn(self, times: int = 5) -> None:
        for _ in range(times):
            self.reactor.iterate(0.01)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "tinyice.json")
    yield made
    made.control.stop()
    made.turn()


def test_a_command_is_carried_out_and_answered(server: Server) -> None:
    assert server.told("reload") == Told(notes=["data_dir: waits"])
    assert server.done == ["reload"]


def test_what_is_refused_is_answered_with_the_reason(server: Server) -> None:
    """Faults of the file, commands that there are not, and our own failures."""
    assert server.told("refuse").faults == ["the file has faults: port: is none"]
    assert server.told("dance").faults == ["this server knows fail, refuse, reload"]
    assert server.told("x" * 500).faults == ["this server knows fail, refuse, reload"]
    assert "its log says more" in server.told("fail").faults[0]


def test_another_path_to_the_same_file_finds_it(server: Server, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert name_for(tmp_path / "link" / "tinyice.json") == name_for(server.config)
    assert name_for(tmp_path / "other.json") != name_for(server.config)


def test_other_users_are_not_let_in(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what the kernel says of who is there, in both directions."""
    monkeypatch.setattr(module, "peer_of", lambda _connection: (1, 4711))
    assert _said(server, b"reload\n") == b""
    assert server.done == []


def test_nobody_who_keeps_silent_stays(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE_S", 0.05)
    assert _said(server, b"relo") == b""


def _said(server: Server, words: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(name_for(server.config))
        connection.sendall(words)
        connection.setblocking(False)
        for _ in range(1000):
            server.reactor.iterate(0.01)
            try:
                return connection.recv(1000)
            except BlockingIOError:
                continue
            except ConnectionResetError:
                return b""
    raise AssertionError("nothing happened")


def test_the_name_goes_to_who_stays(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two servers with one file the first is found; when it ends, the other."""
    monkeypatch.setattr(module, "RETRY_S", 0.05)
    second = Control(server.config, server.commands, server.reactor)
    second.start()
    assert server.told("reload").notes
    server.control.stop()
    for _ in range(200):
        server.turn(1)
    assert server.told("reload").notes
    second.stop()


def test_without_a_server(tmp_path: Path) -> None:
    with pytest.raises(NotReached, match=r"no server runs with .*tinyice\.json"):
        tell(tmp_path / "tinyice.json", "reload")


def test_a_pid_file(tmp_path: Path) -> None:
    """What it holds is looked at before anything is sent."""
    file = tmp_path / "pid"
    for text, words in [
        ("", "holds no process id"),
        ("-1", "is no server's process"),
        ("999999999", "does not run any more"),
    ]:
        file.write_text(text)
        with pytest.raises(NotReached, match=words):
            signal_by_file(file, signal.SIGHUP)
    with pytest.raises(NotReached, match="No such file"):
        signal_by_file(tmp_path / "none", signal.SIGHUP)
    heard: list[int] = []
    before = signal.signal(signal.SIGHUP, lambda number, _frame: heard.append(number))
    try:
        file.write_text(f"{os.getpid()}\n")
        assert signal_by_file(file, signal.SIGHUP) == os.getpid()
    finally:
        signal.signal(signal.SIGHUP, before)
    assert heard == [signal.SIGHUP]
