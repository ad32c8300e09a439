"""The certificates that are shown, chosen by the name that a client asks for."""

import socket
import ssl

from tinyice.certs.contexts import server_context
from tinyice.certs.pair import PairOfFiles


class CertificateStore:
    """One certificate, shown to all; replaced while the server runs.

    Connections begin with a context that has no certificate, and get the one of
    the certificate when they say which name they want. So tickets of the first
    context outlive a certificate, and connections keep the one that they got.
    """

    def __init__(self, files: PairOfFiles) -> None:
        self._files = files
        self._front = server_context()
        self._front.sni_callback = self._choose
        self._shown: ssl.SSLContext | None = None
        self._fingerprint = b""

    @property
    def is_loaded(self) -> bool:
        """Whether there is a certificate to show."""
        return self._shown is not None

    def load(self) -> None:
        """Read the files; raises CertificateFault, and then what was loaded before stays."""
        fingerprint = self._files.fingerprint()
        self._shown = self._files.context()
        self._fingerprint = fingerprint

    def reload(self) -> bool:
        """Read the files again if they have changed; whether they had. Raises as ``load``."""
        if self._files.fingerprint() == self._fingerprint:
            return False
        self.load()
        return True

    def show(self, other: "CertificateStore") -> None:
        """Follow the files of ``other``, which has loaded them; tickets of before stay good."""
        self._files, self._shown = other._files, other._shown  # noqa: SLF001 - of our own kind
        self._fingerprint = other._fingerprint  # noqa: SLF001

    def wrap(self, connection: socket.socket) -> ssl.SSLSocket:
        """The server's end of TLS on ``connection``; the handshake is still to be made."""
        return self._front.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)

    def _choose(
        self, connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, front: ssl.SSLContext
    ) -> int | None:
        """Show the certificate for ``name``; the alert when there is none."""
        if self._shown is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = self._shown
        return None
