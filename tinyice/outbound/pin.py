"""TLS to a server whose certificate is known beforehand, by its SHA-256.

Neither names nor authorities count then: only that very certificate will do.
Nothing of ours is sent before it was seen.
"""

from OpenSSL import SSL
from OpenSSL.crypto import X509
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import CertificateOptions
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from tinyice.outbound.errors import Kind, OutboundError


def plain_digest(pin: str) -> str:
    """A SHA-256 as it is compared: lower case, without colons."""
    return pin.replace(":", "").lower()


@implementer(IOpenSSLClientConnectionCreator)
class PinnedConnections:
    """Makes connections to ``host`` that hold its certificate against ``pin``."""

    def __init__(self, host: str, pin: str) -> None:
        self._host = host
        self._pin = plain_digest(pin)
        self._context: SSL.Context = CertificateOptions().getContext()

    def clientConnectionForTLS(  # noqa: N802
        self,
        tlsProtocol: TLSMemoryBIOProtocol,  # noqa: N803
    ) -> SSL.Connection:
        """One connection; it ends with OutboundError if it is another certificate."""
        connection = SSL.Connection(self._context, None)
        if not isIPAddress(self._host) and not isIPv6Address(self._host):
            connection.set_tlsext_host_name(self._host.encode("ascii"))

        def check(_: SSL.Connection, cert: X509, _error: int, depth: int, _known: int) -> bool:
            if depth:
                return True
            seen = plain_digest(cert.digest("sha256").decode("ascii"))
            if seen == self._pin:
                return True
            sentence = f"{self._host} has another certificate than the one that is pinned: {seen}"
            tlsProtocol.failVerification(Failure(OutboundError(Kind.TLS, sentence)))  # type: ignore[no-untyped-call]
            return False

        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, check)
        return connection
