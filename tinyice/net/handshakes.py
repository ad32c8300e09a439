"""The factory behind a port with TLS: how many handshakes may be made at once."""

from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
from twisted.internet.protocol import Factory
from twisted.logger import Logger

from tinyice.net.tls import Certificates


class SecureFactory(Factory):
    """Builds what ``inner`` builds, unless too many handshakes are being made.

    A handshake costs more than all else on a connection; who floods the port
    with beginnings is turned away at accept.
    """

    _log = Logger()
    noisy = False

    def __init__(
        self, inner: IProtocolFactory, certificates: Certificates, handshakes_max: int
    ) -> None:
        self._inner = inner
        self.handshakes_max = handshakes_max
        self._turned_away = 0
        self.certificates = certificates
        self.handshakes = 0
        """How many are being made."""

    def buildProtocol(self, addr: IAddress | None) -> IProtocol | None:  # type: ignore[override]
        """What ``inner`` puts behind the connection, or None to close at once."""
        if self.handshakes >= self.handshakes_max:
            self._turned_away += 1
            return None
        return self._inner.buildProtocol(addr)  # type: ignore[arg-type]

    def handshake_begins(self) -> None:
        """One more connection has a handshake before it."""
        self.handshakes += 1

    def handshake_ends(self) -> None:
        """It is made, or will never be."""
        self.handshakes -= 1

    def sweep(self) -> None:
        """Once a second: say how many were turned away."""
        if self._turned_away:
            self._log.warn(
                "{count} connections were closed: {limit} TLS handshakes were being made"
                " (max_handshakes)",
                count=self._turned_away,
                limit=self.handshakes_max,
            )
            self._turned_away = 0
