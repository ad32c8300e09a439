"""A server behind proxies: who its clients are, and who of them is banned."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from features.conftest import Serve
from features.sounding import WAIT_S, Encoder
from features.talk import ADMIN_LOGIN, HEAD_END, SOURCE_LOGIN, connect, login, read, request
from net.certificates import any_server, write_pair
from programs.raw import parse_answer
from programs.station import HOST, Station, accepts, free_port_pair
from programs.waiting import until

PROXY, STRANGER = "127.0.0.2", "127.0.0.3"
GOOD, BAD = "203.0.113.1", "203.0.113.66"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"

pytestmark = pytest.mark.timeout(240)


def line(address: str) -> bytes:
    """A PROXY header of version 1."""
    return f"PROXY TCP4 {address} 192.0.2.1 4711 8000\r\n".encode()


def block(address: str) -> bytes:
    """One of version 2, with something behind the addresses."""
    addresses = socket.inet_aton(address) + socket.inet_aton("192.0.2.1") + b"\x12\x67\x1f\x40"
    more = b"\x04\0\x03abc"
    return SIGNATURE + b"\x21\x11" + len(addresses + more).to_bytes(2, "big") + addresses + more


Header = Callable[[str], bytes]
headers = pytest.mark.parametrize("header", [line, block], ids=["v1", "v2"])


class Proxied:
    """A station with a port for each way in: plain, with a PROXY header, and that under TLS."""

    def __init__(self, serve: Serve, folder: Path) -> None:
        self.announced, self.secure = (free_port_pair() for _ in range(2))
        pair = write_pair(folder)
        self.station: Station = serve(
            "--log-level=debug",
            "--log-file=events.log",
            "--access-log-file=access.log",
            "--auth-log-file=auth.log",
            trusted_proxies=[PROXY],
            proxy_protocol=[self.announced, self.secure],
            banned_ips=[f"{BAD}/32", PROXY],
            shoutcast_port=self.announced,
            use_https=True,
            https_port=self.secure,
            cert_file=str(pair.cert_file),
            key_file=str(pair.key_file),
        )
        for port in (self.announced, self.secure):
            until(partial(accepts, port), within=WAIT_S, what=f"port {port} is open")

    def lines(self, name: str) -> list[str]:
        return (self.station.home / name).read_text().splitlines()

    def wait_for(self, name: str, *words: str) -> str:
        """The line of a log with all these words."""

        def found() -> list[str]:
            return [one for one in self.lines(name) if all(word in one for word in words)]

        until(lambda: bool(found()), within=WAIT_S, what=f"{words} in {name}")
        return found()[0]


@pytest.fixture(scope="module")
def proxied(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Proxied:
    return Proxied(serve, tmp_path_factory.mktemp("pair"))


@contextmanager
def secured(port: int, header: bytes) -> Iterator[ssl.SSLSocket]:
    """A connection with TLS, of which the proxy says ``header`` first."""
    with closing(connect(port, from_address=PROXY)) as raw:
        raw.sendall(header)
        with any_server().wrap_socket(raw) as made:
            yield made


def asked(connection: socket.socket, words: bytes) -> int:
    """The status of the answer to ``words``."""
    connection.sendall(words)
    answer = read(connection, HEAD_END)
    return int(parse_answer(answer).status.split()[1]) if answer else 0


def forwarded(path: str, address: str) -> bytes:
    return request(path, f"X-Forwarded-For: {STRANGER}, {address}", f"User-Agent: at {address}")


def test_two_clients_behind_one_proxy(proxied: Proxied) -> None:
    """One is banned and is told so; the other hears every byte, under its own address."""
    port = proxied.station.port
    with Encoder(port, "/live") as encoder:
        encoder.play(2)
        proxied.station.wait_for_mount("/live", WAIT_S)
        with closing(connect(port, from_address=PROXY)) as good:
            good.sendall(forwarded("/live", GOOD))
            assert b" 200 OK" in read(good, HEAD_END)
            with closing(connect(port, from_address=PROXY)) as bad:
                assert asked(bad, forwarded("/live", BAD)) == 403
            more = encoder.play(1)
            read(good, more[-200:])
    row = proxied.wait_for("access.log", f"at {GOOD}")
    assert row.startswith(f"{GOOD} - ")
    assert proxied.wait_for("access.log", '/live HTTP/1.0" 403 ').startswith(f"{BAD} - ")


def test_a_ban_on_one_of_two(proxied: Proxied) -> None:
    """Both listen; the one who is banned now is let go at once, the other hears on."""
    port = proxied.station.port
    with Encoder(port, "/both") as encoder:
        encoder.play(2)
        proxied.station.wait_for_mount("/both", WAIT_S)
        players = [connect(port, from_address=PROXY) for _ in range(2)]
        with closing(players[0]) as good, closing(players[1]) as bad:
            for player, address in ((good, GOOD), (bad, "203.0.113.7")):
                player.sendall(forwarded("/both", address))
                assert b" 200 OK" in read(player, HEAD_END)
            ban = request("/admin/addban?ip=203.0.113.7&duration=3600&reason=noise", ADMIN_LOGIN)
            with closing(connect(port, from_address=STRANGER)) as admin:
                assert asked(admin, ban) == 200
            read(bad)
            more = encoder.play(1)
            read(good, more[-200:])
    left = proxied.wait_for("events.log", "listener.left", "ip=203.0.113.7")
    assert "reason=banned" in left


def test_who_is_no_proxy(proxied: Proxied) -> None:
    """From anywhere else the header is nothing but a claim, which can't get anybody banned."""
    with closing(connect(proxied.station.port, from_address=STRANGER)) as stranger:
        assert asked(stranger, forwarded("/stranger", BAD)) == 404
    assert proxied.wait_for("access.log", "/stranger").startswith(f"{STRANGER} - ")


def test_failed_logins_behind_a_proxy(proxied: Proxied) -> None:
    """The authentication log names the client, so that fail2ban bans nobody else."""
    words = request("/admin/stats", login("admin", "wrong"), "X-Forwarded-For: 2001:db8::5")
    with closing(connect(proxied.station.port, from_address=PROXY)) as client:
        assert asked(client, words) == 401
    assert " from 2001:db8::5: " in proxied.wait_for("auth.log", "2001:db8::5")


@headers
def test_announced(proxied: Proxied, header: Header) -> None:
    """With a PROXY header pages are answered and logged as for a client without a proxy."""
    page = request(f"/{header.__name__}", ADMIN_LOGIN)
    with closing(connect(proxied.announced, from_address=PROXY)) as client:
        assert asked(client, header(GOOD) + page) == 404
    assert proxied.wait_for("access.log", f"/{header.__name__} ").startswith(f"{GOOD} - ")


@headers
def test_announced_before_tls(proxied: Proxied, header: Header) -> None:
    """Under TLS, too: the header comes before the handshake."""
    page = request(f"/secure-{header.__name__}")
    with secured(proxied.secure, header(GOOD)) as client:
        assert asked(client, page) == 404
    row = proxied.wait_for("access.log", f"/secure-{header.__name__} ")
    assert row.startswith(f"{GOOD} - ")


@headers
def test_announced_sources(proxied: Proxied, header: Header) -> None:
    """Encoders come in by such a port: as Shoutcast's do, and over TLS."""
    mount = f"/{header.__name__}.mp3"
    with closing(connect(proxied.announced, from_address=PROXY)) as encoder:
        encoder.sendall(header(GOOD) + b"hackme\r\ncontent-type: audio/mpeg\r\n\r\n")
        assert read(encoder, b"OK2\r\n").startswith(b"OK2\r\n")
    proxied.wait_for("events.log", "mount.source.disconnected", GOOD)
    with secured(proxied.secure, header(GOOD)) as encoder:
        words = f"SOURCE {mount} HTTP/1.0\r\n{SOURCE_LOGIN}\r\n\r\n"
        assert asked(encoder, words.encode()) == 200


@headers
def test_announced_and_banned(proxied: Proxied, header: Header) -> None:
    """A banned client gets nothing at all, neither a word nor a handshake."""
    with closing(connect(proxied.announced, from_address=PROXY)) as client:
        client.sendall(header(BAD) + request("/"))
        assert is_cut_off(client)
    with pytest.raises(OSError), secured(proxied.secure, header(BAD)):
        pass


@pytest.mark.parametrize("secure", [False, True])
def test_without_a_header(proxied: Proxied, secure: bool) -> None:
    """A client that gets to such a port past the proxy is closed, whatever it says of itself."""
    port = proxied.secure if secure else proxied.announced
    with closing(connect(port, from_address=PROXY)) as client:
        client.sendall(request("/", f"X-Forwarded-For: {GOOD}"))
        assert is_cut_off(client)
    with closing(connect(port, host=HOST)) as client:
        assert is_cut_off(client)


def is_cut_off(client: socket.socket) -> bool:
    """Whether the server ends the connection without a word."""
    try:
        return read(client) == b""
    except ConnectionResetError:
        return True
