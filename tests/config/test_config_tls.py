"""Keys of TLS: what opens the port, and what is a fault."""

from pathlib import Path

import pytest

from tinyice.config.faults import ConfigFaults
from tinyice.config.load import check


def judged(folder: Path, text: str) -> tuple[bool, str]:
    """Whether TLS is served, and all notes."""
    path = folder / "tinyice.json"
    path.write_text(text)
    loaded = check(path, environ={}, overrides={})
    return loaded.config.serves_tls, "\n".join(loaded.notes)


def test_a_go_file_with_certificates_by_themselves_loads(tmp_path: Path) -> None:
    """It starts without TLS, and says what to do."""
    served, notes = judged(tmp_path, '{"use_https": true, "auto_https": true}')
    assert not served
    assert "auto_https: not built yet" in notes
    assert "cert_file" in notes


def test_files_count_more(tmp_path: Path) -> None:
    """Files that are named are used, whatever else is wanted."""
    text = '{"use_https": true, "auto_https": true, "cert_file": "c.pem", "key_file": "k.pem"}'
    assert judged(tmp_path, text) == (True, "")


def test_tls_without_files_is_a_fault(tmp_path: Path) -> None:
    """Nothing half-configured starts."""
    with pytest.raises(ConfigFaults) as caught:
        judged(tmp_path, '{"use_https": true}')
    assert {fault.key for fault in caught.value.faults} == {"cert_file", "key_file"}
