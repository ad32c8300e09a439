"""Connections to real servers on loopback: judged, verified, pinned."""

import trustme
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from twisted.internet import ssl
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase

from outbound.webserver import HOST, Book, Net, Talker, Talking
from tinyice.outbound.destination import parse
from tinyice.outbound.dial import ended_by
from tinyice.outbound.errors import Kind, OutboundError


class Greeter(Protocol):
    """Writes a secret as soon as it may, and keeps what happens."""

    def __init__(self) -> None:
        self.heard: Deferred[bytes] = Deferred()
        self.ended: Deferred[str] = Deferred()

    def connectionMade(self) -> None:
        self.transport.write(b"secret")

    def dataReceived(self, data: bytes) -> None:
        if not self.heard.called:
            self.heard.callback(data)

    def connectionLost(self, reason: Failure) -> None:
        self.ended.callback(ended_by(reason.value, "https://x"))


def thanks(talker: Talker) -> None:
    talker.transport.write(b"thanks")


class DialTests(TestCase):
    timeout = 20

    def setUp(self) -> None:
        self.net = Net()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.net.close()))
        self.server = Talking(thanks)

    def tls(self) -> tuple[int, ssl.Certificate, str]:
        """A TLS server for site.example: its port, its authority, its certificate's SHA-256."""
        authority = trustme.CA()
        made = authority.issue_cert("site.example")
        leaf = made.cert_chain_pems[0].bytes()
        own = ssl.PrivateCertificate.loadPEM(made.private_key_pem.bytes() + leaf)
        port = self.net.listen_tls(self.server, own.options())
        self.net.book = Book({"site.example": [[HOST]], "other.example": [[HOST]]})
        digest = load_pem_x509_certificate(leaf).fingerprint(SHA256()).hex(":").upper()
        return port, ssl.Certificate.loadPEM(authority.cert_pem.bytes()), digest

    async def heard_from(self, url: str, *, trust: object = None, pin: str = "") -> bytes:
        greeter = Greeter()
        dial = self.net.client(trust=trust).dial()
        await dial.connect(parse(url), greeter, trusted=False, timeout_s=2, pin=pin)
        heard = await greeter.heard
        greeter.transport.loseConnection()
        assert await greeter.ended == ""
        return heard

    async def refused_by(self, url: str, *, trust: object = None, pin: str = "") -> str:
        greeter = Greeter()
        dial = self.net.client(trust=trust).dial()
        await dial.connect(parse(url), greeter, trusted=False, timeout_s=2, pin=pin)
        words = await greeter.ended
        assert not greeter.heard.called
        return words

    async def test_plain(self) -> None:
        """A connection to a server that may be reached."""
        port = self.net.listen(self.server)
        assert await self.heard_from(f"http://{HOST}:{port}/") == b"thanks"

    async def test_addresses_are_judged(self) -> None:
        """What is on no list and not public is reached only where the operator wrote it."""
        port = self.net.listen(self.server)
        self.net.book = Book({"site.example": [[HOST]]})
        dial = self.net.client(allow=False).dial()
        for host in (HOST, "site.example"):
            to = parse(f"http://{host}:{port}/")
            with self.assertRaises(OutboundError) as caught:
                await dial.connect(to, Greeter(), trusted=False, timeout_s=2)
            assert caught.exception.kind is Kind.REFUSED_ADDRESS
            greeter = Greeter()
            await dial.connect(to, greeter, trusted=True, timeout_s=2)
            assert await greeter.heard == b"thanks"
            greeter.transport.loseConnection()
            await greeter.ended

    async def test_what_can_not_be_reached(self) -> None:
        """A closed port, a name without an address: in words."""
        port = self.net.listen(self.server)
        await self.net.ports.pop().stopListening()
        dial = self.net.client().dial()
        for url, kind in (
            (f"http://{HOST}:{port}/", Kind.CONNECT),
            ("http://no.example/", Kind.DNS),
        ):
            with self.assertRaises(OutboundError) as caught:
                await dial.connect(parse(url), Greeter(), trusted=True, timeout_s=2)
            assert caught.exception.kind is kind

    async def test_a_silent_name_server(self) -> None:
        """A name that nobody answers for ends in time."""
        self.net.book = Book({"site.example": [["silence"]]})
        dial = self.net.client().dial()
        with self.assertRaises(OutboundError) as caught:
            await dial.connect(
                parse("http://site.example/"), Greeter(), trusted=True, timeout_s=0.1
            )
        assert caught.exception.kind is Kind.TIMEOUT

    async def test_certificates_are_verified(self) -> None:
        """The right name and an authority that is believed; nothing is sent to others."""
        port, root, _ = self.tls()
        assert await self.heard_from(f"https://site.example:{port}/", trust=root) == b"thanks"
        for url, trust in (
            (f"https://other.example:{port}/", root),
            (f"https://{HOST}:{port}/", root),
            (f"https://site.example:{port}/", None),
        ):
            assert "certificate" in await self.refused_by(url, trust=trust), url
        assert self.server.heard == [b"secret"]

    async def test_certificates_are_pinned(self) -> None:
        """With a pin only that certificate counts, whatever name and authority it has."""
        port, root, digest = self.tls()
        for url in (f"https://site.example:{port}/", f"https://{HOST}:{port}/"):
            assert await self.heard_from(url, pin=digest) == b"thanks"
        words = await self.refused_by(f"https://site.example:{port}/", trust=root, pin="0" * 64)
        assert "pinned" in words
        assert digest.replace(":", "").lower() in words
        assert self.server.heard == [b"secret"] * 2
