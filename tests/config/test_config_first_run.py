"""The first start makes a configuration and shows its passwords once."""

import json
from pathlib import Path

import pytest

from config.configs import HASH, fake_hash, loaded, written
from tinyice.config.faults import ConfigFaults
from tinyice.config.firstrun import ALPHABET
from tinyice.config.load import Loaded, load_or_create


def started(path: Path, environ: dict[str, str] | None = None) -> Loaded:
    return load_or_create(path, environ=environ or {}, overrides={}, hasher=fake_hash)


def test_a_missing_file_is_made_with_random_passwords(tmp_path: Path) -> None:
    path = tmp_path / "tinyice.json"
    found = started(path)
    assert found.first_run is not None
    lines = found.first_run.lines()
    labels = ["Admin Password: ", "Default Source Password: ", "Live Mount Password: "]
    shown = [line.removeprefix(label) for line, label in zip(lines, labels, strict=True)]
    assert all(len(password) >= 20 and set(password) <= set(ALPHABET) for password in shown)
    assert len(set(shown)) == 3
    config = found.config
    assert config.admin_user == "admin"
    assert config.admin_password == fake_hash(shown[0])
    assert config.default_source_password == fake_hash(shown[1])
    assert config.mounts == {"/live": fake_hash(shown[2])}
    assert path.stat().st_mode & 0o777 == 0o600
    assert not any(password in path.read_text(encoding="utf-8") for password in shown)
    assert not any(password in repr(found) for password in shown)


def test_the_second_start_shows_nothing_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tinyice.json"
    first = started(path)
    before = path.read_bytes()
    second = started(path)
    assert second.first_run is None
    assert second.config == first.config == loaded(path).config
    assert path.read_bytes() == before


def test_of_two_first_starts_at_once_the_first_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "tinyice.json"

    def hash_while_another_starts(password: str) -> str:
        written(tmp_path, {"admin_password": HASH})
        return fake_hash(password)

    found = load_or_create(path, environ={}, overrides={}, hasher=hash_while_another_starts)
    assert found.first_run is None
    assert found.config.admin_password == HASH
    assert json.loads(path.read_text(encoding="utf-8")) == {"admin_password": HASH}


def test_with_faults_in_the_environment_no_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigFaults):
        started(tmp_path / "tinyice.json", {"TINYICE_PORT": "x"})
    assert list(tmp_path.iterdir()) == []


def test_a_password_of_the_environment_is_in_force_and_noted(tmp_path: Path) -> None:
    found = started(tmp_path / "tinyice.json", {"TINYICE_ADMIN_PASSWORD": "mine"})
    assert found.config.admin_password == fake_hash("mine")
    assert any("TINYICE_ADMIN_PASSWORD" in note for note in found.notes)


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigFaults) as caught:
        started(tmp_path / "missing" / "tinyice.json")
    assert "can't be created" in caught.value.faults[0].message


def test_a_link_to_nothing_is_a_fault_and_stays(tmp_path: Path) -> None:
    link = tmp_path / "tinyice.json"
    link.symlink_to(tmp_path / "nothing.json")
    with pytest.raises(ConfigFaults):
        started(link)
    assert link.is_symlink()
    assert [entry.name for entry in tmp_path.iterdir()] == ["tinyice.json"]
