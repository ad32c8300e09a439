"""A real HAProxy in front, in each of the ways in which it tells of its clients."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from features.conftest import Serve
from features.sounding import WAIT_S, Encoder
from features.talk import HEAD_END, connect, read, request
from net.certificates import any_server, write_pair
from programs.children import Child, start
from programs.raw import parse_answer
from programs.station import HOST, Station, accepts, free_port_pair
from programs.waiting import until

PROXY, GOOD, BAD = "127.0.0.2", "127.0.0.5", "127.0.0.6"
WAYS = {
    "v1": ("tcp", "announced", "send-proxy check"),
    "v2": ("tcp", "announced", "send-proxy-v2 check"),
    "unique": ("tcp", "announced", "send-proxy-v2 proxy-v2-options unique-id,ssl check"),
    "tls-v1": ("tcp", "secure", "send-proxy check"),
    "tls-v2": ("tcp", "secure", "send-proxy-v2 check"),
    "forwarded": ("http", "plain", "check"),
}
"""Of each way the mode, the port of the server, and how HAProxy talks to it."""

CONFIG = """global
    maxconn 200
defaults
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    option redispatch
"""
LISTEN = """listen {name}
    mode {mode}
    bind {host}:{port}
    {more}
    server tinyice {host}:{to} source {proxy} inter 100ms {how}
"""

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("haproxy")]


class Behind:
    """A station, and HAProxy with a port for each way."""

    def __init__(self, serve: Serve, folder: Path) -> None:
        self.to = {"announced": free_port_pair(), "secure": free_port_pair()}
        pair = write_pair(folder)
        self.station: Station = serve(
            "--access-log-file=access.log",
            "--log-file=events.log",
            trusted_proxies=[PROXY],
            proxy_protocol=list(self.to.values()),
            banned_ips=[BAD],
            shoutcast_port=self.to["announced"],
            use_https=True,
            https_port=self.to["secure"],
            cert_file=str(pair.cert_file),
            key_file=str(pair.key_file),
        )
        self.to["plain"] = self.station.port
        self.ports = {name: free_port_pair() for name in WAYS}
        config = folder / "haproxy.cfg"
        config.write_text(CONFIG + "".join(self._section(name) for name in WAYS))
        command = ["haproxy", "-db", "-f", str(config)]
        self.child: Child = start(command, home=folder, name="haproxy", lasting=100)
        until(self._is_up, within=WAIT_S, what="haproxy accepts connections")

    def _section(self, name: str) -> str:
        mode, to, how = WAYS[name]
        more = "option forwardfor" if mode == "http" else "option tcplog"
        if "unique-id" in how:
            more = "unique-id-format %[uuid()]"
        port, target = self.ports[name], self.to[to]
        return LISTEN.format(
            name=name, mode=mode, host=HOST, port=port, more=more, to=target, how=how, proxy=PROXY
        )

    def _is_up(self) -> bool:
        assert self.child.running, self.child.output()
        return all(accepts(port) for port in self.ports.values())

    def client(self, way: str, address: str) -> socket.socket:
        """A connection to the proxy, with TLS where the way has it."""
        raw = connect(self.ports[way], from_address=address)
        if WAYS[way][1] != "secure":
            return raw
        with raw:
            return any_server().wrap_socket(raw)

    def row(self, words: str) -> str:
        """The line of the access log with these words."""
        path = self.station.home / "access.log"

        def found() -> list[str]:
            lines = path.read_text().splitlines() if path.exists() else []
            return [line for line in lines if words in line]

        until(lambda: bool(found()), within=WAIT_S, what=f"{words} in the access log")
        return found()[0]


@pytest.fixture(scope="module")
def behind(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    made = Behind(serve, tmp_path_factory.mktemp("haproxy"))
    with made.child:
        yield made


def status(connection: socket.socket, words: bytes) -> int:
    connection.sendall(words)
    return int(parse_answer(read(connection, HEAD_END)).status.split()[1])


@pytest.mark.parametrize("way", WAYS)
def test_pages(behind: Behind, way: str) -> None:
    """The log names the client, whichever way the proxy tells of it."""
    with closing(behind.client(way, GOOD)) as client:
        assert status(client, request(f"/no-{way}", "Connection: close")) == 404
    assert behind.row(f"/no-{way} ").startswith(f"{GOOD} - ")


@pytest.mark.parametrize("way", WAYS)
def test_two_listeners_of_whom_one_is_banned(behind: Behind, way: str) -> None:
    """The one hears the programme to its last byte; the other gets nothing of it."""
    mount = f"/{way}"
    with Encoder(behind.station.port, mount) as encoder:
        encoder.play(2)
        behind.station.wait_for_mount(mount, WAIT_S)
        with closing(behind.client(way, GOOD)) as good:
            assert status(good, request(mount)) == 200
            assert not hears(behind, way, mount)
            more = encoder.play(1)
            read(good, more[-100:])


def hears(behind: Behind, way: str, mount: str) -> bool:
    """Whether the banned client gets any of the programme."""
    try:
        with closing(behind.client(way, BAD)) as bad:
            bad.sendall(request(mount))
            return b" 200 OK" in read(bad, HEAD_END)
    except (ssl.SSLError, OSError):
        return False


def test_health_checks_leave_no_trace(behind: Behind) -> None:
    """The proxy looks in ten times a second, and nobody is refused or logged for it."""
    with closing(behind.client("v2", GOOD)) as client:
        assert status(client, request("/last", "Connection: close")) == 404
    behind.row("/last ")
    events = (behind.station.home / "events.log").read_text().splitlines()
    assert [one for one in events if "request.refused" in one and f"ip={PROXY}" in one] == []
