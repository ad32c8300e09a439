"""Opening ports: which addresses, what is said when it fails, sockets of systemd."""

import socket
from collections.abc import Iterator

import pytest
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import globalLogPublisher

from net.loopback import Loopback, loopback
from tinyice.assembly import ports
from tinyice.assembly.ports import Opener, Passed, PortTaken, by_name, in_words


class Greeter(Protocol):
    """Says hello and closes."""

    def connectionMade(self) -> None:
        self.transport.write(b"hello")
        self.transport.loseConnection()


@pytest.fixture
def loop() -> Iterator[Loopback]:
    with loopback() as made:
        yield made


@pytest.fixture
def factory() -> Factory:
    made = Factory.forProtocol(Greeter)
    made.noisy = False
    return made


def opened(loop: Loopback, host: str, factory: Factory, number: int = 0) -> object:
    port = Opener(loop.reactor, host).open(number, factory, "port")
    loop.ports.append(port)
    return port


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
@pytest.mark.skipif(not ports._has_ipv6(), reason="this machine has no IPv6")
def test_every_address(loop: Loopback, factory: Factory, host: str) -> None:
    """The addresses that mean all take both families on one port."""
    port = opened(loop, host, factory)
    for address in ("127.0.0.1", "::1"):
        assert loop.receive(loop.connect(port, address), 5) == b"hello"
    assert in_words([port]) == (f"[::]:{port.getHost().port}",)


def test_one_address(loop: Loopback, factory: Factory) -> None:
    """Another address is bound alone."""
    port = opened(loop, "127.0.0.1", factory)
    assert in_words([port]) == (f"127.0.0.1:{port.getHost().port}",)
    with pytest.raises(ConnectionRefusedError):
        loop.connect(port, "127.0.0.2")


def test_no_ipv6(loop: Loopback, factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without IPv6 the port opens on IPv4, and says so."""
    monkeypatch.setattr(ports, "_has_ipv6", lambda: False)
    lines: list[str] = []

    def note(event: dict[str, object]) -> None:
        lines.append(str(event.get("log_format")))

    globalLogPublisher.addObserver(note)
    try:
        port = opened(loop, "::", factory)
    finally:
        globalLogPublisher.removeObserver(note)
    assert in_words([port])[0].startswith("0.0.0.0:")
    assert any("no IPv6" in line for line in lines)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_taken(loop: Loopback, factory: Factory, host: str) -> None:
    """A taken port is named with its key, the reason, and what to do."""
    number = opened(loop, "127.0.0.1", factory).getHost().port
    with pytest.raises(PortTaken, match=f"^port: can't listen on .* port {number}: .*set another"):
        opened(loop, host, factory, number)


def test_not_ours(loop: Loopback, factory: Factory) -> None:
    """An address of another machine is named with the key that gave it."""
    with pytest.raises(PortTaken, match=r"bind_host: 192\.0\.2\.1 is no address of this machine"):
        opened(loop, "192.0.2.1", factory, 18_000)


def test_adopted(loop: Loopback, factory: Factory) -> None:
    """A socket that somebody opened for us is served, also one that blocks."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = Opener(loop.reactor, "::").adopt(Passed(listening.fileno(), "tinyice"), factory)
        loop.ports.append(port)
        for _ in range(2):
            assert loop.receive(loop.connect(port), 5) == b"hello"


NAMES = [
    ([], None, None, None),
    ([(3, "")], 3, None, None),
    ([(3, "tinyice.socket")], 3, None, None),
    ([(3, "tinyice-shoutcast.socket")], None, 3, None),
    ([(3, "shoutcast"), (4, "web")], 4, 3, None),
    ([(3, "web"), (4, "shoutcast")], 3, 4, None),
    ([(3, "https"), (4, "http")], 4, None, 3),
    ([(3, "tinyice-https.socket")], None, None, 3),
    ([(3, "https"), (4, "shoutcast"), (5, "http")], 5, 4, 3),
]


@pytest.mark.parametrize(("passed", "web", "shoutcast", "https"), NAMES)
def test_by_name(
    passed: list[tuple[int, str]], web: int | None, shoutcast: int | None, https: int | None
) -> None:
    """Sockets with shoutcast and https in their names are for those, another for everyone."""
    found = by_name(passed)
    assert [one and one.descriptor for one in found] == [web, shoutcast, https]
