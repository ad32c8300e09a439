"""What stands behind the port with TLS."""

from dataclasses import dataclass

from twisted.internet.interfaces import IProtocolFactory
from twisted.logger import Logger

from tinyice.assembly.certificates import store_of, tls_keys
from tinyice.certs.pair import CertificateFault
from tinyice.certs.store import CertificateStore
from tinyice.config.model import Config
from tinyice.net.handshakes import SecureFactory

_log = Logger(namespace="tinyice")


@dataclass(frozen=True, slots=True)
class Https:
    """The certificates, and who builds the connections."""

    certificates: CertificateStore
    factory: SecureFactory

    def reload(self) -> None:
        """Show the certificate that the files have now; with a fault, the one from before."""
        try:
            changed = self.certificates.reload()
        except CertificateFault as fault:
            _log.error("the certificate stays as it was: {fault}", fault=str(fault))
            return
        if changed:
            _log.info("a new certificate is shown from now on")

    def follow(self, before: Config, after: Config) -> bool:
        """Show the files that ``after`` names, if it wants TLS; whether there is one to show."""
        self.factory.handshakes_max = after.max_handshakes
        if after.serves_tls and tls_keys(before) != tls_keys(after):
            others = store_of(after)
            try:
                others.load()
            except CertificateFault as fault:
                _log.error("the certificate stays as it was: {fault}", fault=str(fault))
            else:
                self.certificates.show(others)
        return self.certificates.is_loaded


def https_of(config: Config, doors: IProtocolFactory) -> Https:
    """The factory that puts TLS before ``doors``; no file is read yet."""
    store = store_of(config)
    return Https(store, SecureFactory(doors, store, config.max_handshakes))
