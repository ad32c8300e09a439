"""A certificate and its key, from two files in PEM form."""

import ssl
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tinyice.certs.contexts import server_context

_MAX_BYTES = 1 << 20
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_KEY = b"PRIVATE KEY-----"
_MISMATCHES = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH")


class CertificateFault(Exception):
    """The files can't be used; ``key`` is the one of the configuration at fault."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key
        self.message = message


class _Encrypted(Exception):
    """OpenSSL asked for a passphrase."""


@dataclass(frozen=True, slots=True)
class PairOfFiles:
    """Where the certificate (with those between it and its authority) and the key are.

    ``cert_file`` and ``key_file`` are also the keys of the configuration that
    faults name. Both may be one file.
    """

    cert_file: Path
    key_file: Path

    def fingerprint(self) -> bytes:
        """Changes when a file does; raises CertificateFault when one can't be read."""
        digest = sha256()
        for key, path in (("cert_file", self.cert_file), ("key_file", self.key_file)):
            digest.update(sha256(_read(key, path)).digest())
        return digest.digest()

    def context(self) -> ssl.SSLContext:
        """A context that shows this certificate; raises CertificateFault."""
        chain = _read("cert_file", self.cert_file)
        if _CERTIFICATE not in chain:
            raise CertificateFault("cert_file", f"{self.cert_file} has no certificate in PEM form")
        if _KEY not in _read("key_file", self.key_file):
            raise CertificateFault("key_file", f"{self.key_file} has no private key in PEM form")
        context = server_context()
        try:
            context.load_cert_chain(self.cert_file, self.key_file, _no_passphrase)
        except _Encrypted:
            message = f"{self.key_file} is encrypted; give the key without a passphrase"
            raise CertificateFault("key_file", message) from None
        except OSError as error:
            raise self._fault(error, chain) from None
        return context

    def _fault(self, error: OSError, chain: bytes) -> CertificateFault:
        """What OpenSSL found wrong, and in which file."""
        reason = getattr(error, "reason", None) or error.strerror or ""
        if reason in _MISMATCHES:
            message = f"{self.key_file} is not the key of the certificate in {self.cert_file}"
            return CertificateFault("key_file", message)
        if not _is_readable(chain):
            message = f"{self.cert_file} has a certificate that can't be read"
            return CertificateFault("cert_file", message)
        if "TOO_SMALL" in reason or "TOO_WEAK" in reason:
            message = f"the certificate in {self.cert_file} is too weak: {_words(reason)}"
            return CertificateFault("cert_file", message)
        told = f" ({_words(reason)})" if reason else ""
        return CertificateFault("key_file", f"{self.key_file} has a key that can't be read{told}")


def _read(key: str, path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_BYTES)
    except OSError as error:
        raise CertificateFault(key, f"{path} can't be read: {error.strerror}") from None


def _no_passphrase() -> str:
    """Nobody is there to type one."""
    raise _Encrypted


def _is_readable(chain: bytes) -> bool:
    """Whether the certificates are well-formed, whatever key belongs to them."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(
            cadata=chain[chain.index(_CERTIFICATE) :].decode("ascii", "ignore")
        )
    except (ssl.SSLError, ValueError):
        return False
    return True


def _words(reason: str) -> str:
    return reason.lower().replace("_", " ")
