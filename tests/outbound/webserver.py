"""Small web servers on loopback, and a client whose names lead there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from twisted.internet import reactor
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import (
    IDelayedCall,
    IHostnameResolver,
    IHostResolution,
    IProtocolFactory,
    IResolutionReceiver,
)
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import deferLater
from twisted.internet.tcp import Port
from twisted.web.resource import Resource
from twisted.web.server import Request, Site
from zope.interface import implementer

from tinyice.outbound.client import Outbound
from tinyice.outbound.guard import NOBODY, AllowList
from tinyice.outbound.limits import Capacity, Limits

HOST = "127.0.0.1"
QUICK = Limits(connect_s=2, head_s=2, total_s=5, body_bytes=1000)
LOOPBACK = AllowList.of([HOST])


@implementer(IHostnameResolver)
class Book:
    """A resolver with a list of answers for each name; the last one stays."""

    def __init__(self, entries: Mapping[str, list[list[str]]]) -> None:
        self.entries = {name: list(answers) for name, answers in entries.items()}
        self.asked: list[str] = []
        self.silent: list[IResolutionReceiver] = []

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        *_more: object,
    ) -> IHostResolution:
        self.asked.append(hostName)
        answers = self.entries.get(hostName, [[]])
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if found == ["silence"]:
            self.silent.append(resolutionReceiver)
            return None
        for address in found:
            assert ip_address(address).version == 4
            resolutionReceiver.addressResolved(IPv4Address("TCP", address, 0))
        resolutionReceiver.resolutionComplete()
        return None


class Talker(Protocol):
    """Says what it was told to, once a request has come, and keeps the connection open."""

    later: IDelayedCall | None = None

    def connectionMade(self) -> None:
        self.factory.connections.append(self)

    def connectionLost(self, reason: object = None) -> None:
        if self.later is not None and self.later.active():
            self.later.cancel()

    def dataReceived(self, data: bytes) -> None:
        self.factory.heard.append(data)
        self.factory.answer(self)


class Talking(Factory):
    """Makes talkers; ``answer`` does what it wants with the connection."""

    protocol = Talker
    noisy = False

    def __init__(self, answer: Callable[[Talker], None]) -> None:
        self.answer = answer
        self.heard: list[bytes] = []
        self.connections: list[Talker] = []


@dataclass
class Heard:
    """One request as the server saw it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    peer: object = field(repr=False)


class Echo(Resource):
    """Notes requests, and answers what ``answers`` has for their path."""

    isLeaf = True

    def __init__(self, answers: Mapping[str, Callable[[Request], bytes | int]]) -> None:
        super().__init__()
        self.answers = dict(answers)
        self.heard: list[Heard] = []

    def render(self, request: Request) -> bytes | int:
        headers = {
            name.decode().lower(): value[0].decode()
            for name, value in request.requestHeaders.getAllRawHeaders()
        }
        path = request.path.decode()
        self.heard.append(
            Heard(
                request.method.decode(),
                path,
                headers,
                request.content.read(),
                request.getClientAddress(),
            )
        )
        return self.answers.get(path, lambda _: b"hello")(request)


def redirect(status: int, location: str) -> Callable[[Request], bytes]:
    def answer(request: Request) -> bytes:
        request.setResponseCode(status)
        request.setHeader(b"location", location.encode())
        return b""

    return answer


class Net:
    """Servers of one test and a client for them; ``close`` ends all."""

    def __init__(self) -> None:
        self.ports: list[Port] = []
        self.clients: list[Outbound] = []
        self.allowed = LOOPBACK
        self.book = Book({})

    def listen(self, factory: IProtocolFactory) -> int:
        port = reactor.listenTCP(0, factory, interface=HOST)
        self.ports.append(port)
        return port.getHost().port

    def listen_tls(self, factory: IProtocolFactory, context: object) -> int:
        port = reactor.listenSSL(0, factory, context, interface=HOST)
        self.ports.append(port)
        return port.getHost().port

    def web(self, **answers: Callable[[Request], bytes | int]) -> tuple[Echo, int]:
        """A web server: what it heard, and its port. The keys are paths without slash."""
        echo = Echo({f"/{name}": answer for name, answer in answers.items()})
        return echo, self.listen(Site(echo))

    def client(
        self, *, allow: bool = True, capacity: Capacity | None = None, trust: object = None
    ) -> Outbound:
        made = Outbound(
            reactor,
            allow=lambda: self.allowed if allow else NOBODY,
            agent="tinyice-test",
            capacity=capacity or Capacity(),
            resolver=self.book,
            trust=trust,
        )
        self.clients.append(made)
        return made

    async def close(self) -> None:
        # what has ended in this very moment is put away first
        await deferLater(reactor, 0)
        for client in self.clients:
            await client.stop()
        for port in self.ports:
            for talker in getattr(port.factory, "connections", []):
                talker.transport.abortConnection()
            await port.stopListening()
