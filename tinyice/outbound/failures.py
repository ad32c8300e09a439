"""What the libraries below say when a request fails, in our words."""

from collections.abc import Iterator

from OpenSSL.SSL import Error as TlsError
from service_identity import CertificateError, VerificationError
from twisted.internet.defer import CancelledError
from twisted.internet.error import ConnectingCancelledError, ConnectionClosed
from twisted.web._newclient import RequestNotSent
from twisted.web.client import RequestTransmissionFailed, ResponseFailed

from tinyice.outbound.errors import Kind, OutboundError

FAILURES = (
    ConnectionClosed,
    ConnectingCancelledError,
    RequestNotSent,
    RequestTransmissionFailed,
    ResponseFailed,
    TlsError,
    ValueError,
)
"""What may be raised between a request and the end of its answer, besides our own."""


def explained(error: BaseException, origin: str) -> BaseException:
    """Why the request to ``origin`` failed: an OutboundError, or CancelledError."""
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, OutboundError | CancelledError):
            return cause
    if any(isinstance(cause, ConnectingCancelledError) for cause in causes):
        return CancelledError()
    if any(isinstance(c, TlsError | CertificateError | VerificationError) for c in causes):
        return OutboundError(Kind.TLS, f"{origin} has no certificate that can be believed")
    if causes and all(isinstance(cause, ConnectionClosed) for cause in causes):
        return OutboundError(Kind.CONNECT, f"{origin} closed the connection before it answered")
    return OutboundError(Kind.PROTOCOL, f"{origin} does not answer in proper HTTP")


def _causes(error: BaseException) -> Iterator[BaseException]:
    reasons = getattr(error, "reasons", None)
    if not reasons:
        yield error
        return
    for reason in reasons:
        yield from _causes(reason.value)
