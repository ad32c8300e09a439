"""TLS from the configuration: files that can't be used, the port's factory, the reload."""

import io
import json
import socket
from pathlib import Path

import pytest
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import globalLogPublisher

from net.certificates import write_pair
from net.loopback import loopback
from net.tlsloop import TlsLoop
from tinyice.assembly.certificates import judge_files
from tinyice.assembly.https import Https, https_of
from tinyice.assembly.ports import Opener, Passed
from tinyice.assembly.welcome import welcome
from tinyice.certs.pair import CertificateFault
from tinyice.cli import run
from tinyice.config.faults import ConfigFaults
from tinyice.config.load import Loaded
from tinyice.config.model import Config
from tinyice.net.tls import TlsPort


class Greeter(Protocol):
    """Says hello and closes."""

    noisy = False

    def connectionMade(self) -> None:
        self.transport.write(b"hello")


def config_in(folder: Path, **keys: object) -> Config:
    files = {"cert_file": str(folder / "cert.pem"), "key_file": str(folder / "key.pem")}
    return Config(**{"use_https": True, **files, **keys})


def fault_of(folder: Path) -> tuple[str, str]:
    with pytest.raises(ConfigFaults) as caught:
        judge_files(config_in(folder))
    (fault,) = caught.value.faults
    return fault.key, fault.message


def test_good_files(tmp_path: Path) -> None:
    """A certificate with its key has no fault."""
    write_pair(tmp_path)
    judge_files(config_in(tmp_path))


def test_one_file_for_both(tmp_path: Path) -> None:
    """Certificate and key may stand in one file."""
    pair = write_pair(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(pair.key_file.read_bytes() + pair.cert_file.read_bytes())
    judge_files(config_in(tmp_path, cert_file=str(both), key_file=str(both)))


def test_without_https_no_file_is_read(tmp_path: Path) -> None:
    """Files are not looked at before they are wanted."""
    judge_files(config_in(tmp_path, use_https=False))
    assert not https_of(config_in(tmp_path, use_https=False), Factory()).certificates.is_loaded


CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nTm90aGluZw==\n-----END CERTIFICATE-----\n"
KEY = b"-----BEGIN PRIVATE KEY-----\nTm90aGluZw==\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("name", "content", "key", "words"),
    [
        ("cert.pem", None, "cert_file", "can't be read: No such file"),
        ("key.pem", None, "key_file", "can't be read: No such file"),
        ("cert.pem", b"hello", "cert_file", "has no certificate in PEM form"),
        ("key.pem", b"hello", "key_file", "has no private key in PEM form"),
        ("cert.pem", CERTIFICATE, "cert_file", "has a certificate that can't be read"),
        ("cert.pem", CERTIFICATE + b"\xff", "cert_file", "has a certificate that can't be read"),
        ("key.pem", KEY, "key_file", "has a key that can't be read"),
    ],
)
def test_faults(tmp_path: Path, name: str, content: bytes | None, key: str, words: str) -> None:
    """A fault names the key and the file, and says what is wrong."""
    write_pair(tmp_path)
    path = tmp_path / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    found, message = fault_of(tmp_path)
    assert found == key
    assert str(path) in message
    assert words in message


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    write_pair(tmp_path)
    (tmp_path / "cert.pem").unlink()
    (tmp_path / "cert.pem").mkdir()
    assert fault_of(tmp_path)[0] == "cert_file"


def test_the_key_of_another(tmp_path: Path) -> None:
    """A key that does not belong to the certificate is told as such."""
    other = tmp_path / "other"
    other.mkdir()
    stranger = write_pair(other).key_file.read_bytes()
    write_pair(tmp_path).key_file.write_bytes(stranger)
    key, message = fault_of(tmp_path)
    assert key == "key_file"
    assert "is not the key of the certificate" in message


def test_an_encrypted_key(tmp_path: Path) -> None:
    """Nobody is asked for a passphrase."""
    write_pair(tmp_path, passphrase=b"secret")
    key, message = fault_of(tmp_path)
    assert key == "key_file"
    assert "is encrypted" in message


def test_check_tells_faults_of_the_files(tmp_path: Path) -> None:
    """``tinyice check`` reads the files, too."""
    path = tmp_path / "tinyice.json"
    files = {"cert_file": str(tmp_path / "cert.pem"), "key_file": str(tmp_path / "key.pem")}
    path.write_text(json.dumps({"use_https": True, **files}))
    words = ["check", "--config", str(path)]
    out, err = io.StringIO(), io.StringIO()
    assert run(words, environ={}, stdout=out, stderr=err, start=lambda line: None) == 1
    assert err.getvalue().startswith(f"tinyice: cert_file: {tmp_path / 'cert.pem'} can't be read")
    write_pair(tmp_path)
    assert run(words, environ={}, stdout=out, stderr=err, start=lambda line: None) == 0


@pytest.fixture
def https(tmp_path: Path) -> Https:
    write_pair(tmp_path)
    made = https_of(config_in(tmp_path, max_handshakes=7), Factory())
    made.certificates.load()
    return made


def reload_told(https: Https) -> list[str]:
    told: list[str] = []

    def note(event: dict[str, object]) -> None:
        told.append(str(event["log_format"]).partition(" ")[0] + str(event.get("fault", "")))

    globalLogPublisher.addObserver(note)
    try:
        https.reload()
    finally:
        globalLogPublisher.removeObserver(note)
    return told


def test_reload(https: Https, tmp_path: Path) -> None:
    """New files are taken and told; files that did not change are not."""
    assert reload_told(https) == []
    write_pair(tmp_path)
    assert reload_told(https) == ["a"]
    assert reload_told(https) == []


def test_a_reload_that_fails(https: Https, tmp_path: Path) -> None:
    """Half-written files change nothing; the next reload tries again."""
    whole = write_pair(tmp_path).cert_file.read_bytes()
    (tmp_path / "cert.pem").write_bytes(whole[:100])
    for _ in range(2):
        (line,) = reload_told(https)
        assert line.startswith("thecert_file: ")
    (tmp_path / "cert.pem").write_bytes(whole)
    assert reload_told(https) == ["a"]


def test_load_again(https: Https, tmp_path: Path) -> None:
    """Files that are gone are a fault of their own kind when the port opens."""
    (tmp_path / "key.pem").unlink()
    with pytest.raises(CertificateFault, match=r"^key_file: .*key\.pem can't be read"):
        https.certificates.load()


def test_welcome() -> None:
    """The address with TLS is told beside the plain one, unless the station's own is that."""
    told = "\n".join(welcome(Loaded(Config(use_https=True), (), {}), demo=False))
    assert "http://localhost:8000/\n         https://localhost/\n" in told
    config = Config(use_https=True, https_port=8443, bind_host="2001:db8::1")
    told = "\n".join(welcome(Loaded(config, (), {}), demo=False))
    assert "https://[2001:db8::1]:8443/\n" in told
    config = Config(use_https=True, base_url="https://radio.example")
    assert "localhost/" not in "\n".join(welcome(Loaded(config, (), {}), demo=False))


def test_a_passed_socket(tmp_path: Path) -> None:
    """A socket that systemd opened is served with TLS, too."""
    write_pair(tmp_path)
    with loopback() as loop, socket.socket() as listening:
        made = https_of(config_in(tmp_path), Factory.forProtocol(Greeter))
        made.certificates.load()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        passed = Passed(listening.fileno(), "https")
        port = Opener(loop.reactor, "::").adopt(passed, made.factory, TlsPort)
        loop.ports.append(port)
        client = TlsLoop(loop, made.certificates).connect(port)
        assert loop.receive(client, 5) == b"hello"
