"""The files that TLS needs, as the configuration names them."""

from pathlib import Path

from tinyice.certs.pair import CertificateFault, PairOfFiles
from tinyice.certs.store import CertificateStore
from tinyice.config.faults import ConfigFaults, Fault
from tinyice.config.model import Config


def store_of(config: Config) -> CertificateStore:
    """The store of the configured files, which are not read yet."""
    files = PairOfFiles(Path(config.cert_file).absolute(), Path(config.key_file).absolute())
    return CertificateStore(files)


def judge_files(config: Config) -> None:
    """Read the files, if TLS is wanted; raises ConfigFaults."""
    if not config.serves_tls:
        return
    try:
        store_of(config).load()
    except CertificateFault as fault:
        raise ConfigFaults([Fault(fault.key, fault.message)]) from None


def tls_keys(config: Config) -> tuple[bool, bool, str, str]:
    """The keys that say whether there is TLS, and with which files."""
    return (config.use_https, config.auto_https, config.cert_file, config.key_file)
