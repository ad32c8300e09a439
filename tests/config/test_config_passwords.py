"""Plain passwords become hashes at load, and the file is never lost."""

import json
import shutil
from pathlib import Path

import pytest

from config.configs import HASH, OTHER_HASH, fake_hash, loaded, written
from tinyice.config.faults import ConfigFaults
from tinyice.config.load import load
from tinyice.config.save import create_file, replace_file

PLAIN = {
    "relays": [{"mount": "/r", "url": "http://example.org", "password": "stays"}],
    "admin_password": "one",
    "port": "8000",
    "default_source_password": HASH,
    "mounts": {"/b": "two", "/a": OTHER_HASH, "/c": ""},
    "advanced_mounts": {"/b": {"password": "three", "burst_size": 0}},
    "users": {"dj": {"password": "four", "passkeys": [], "mounts": {"/b": "five"}}},
    "auto_update": False,
}


def test_plain_passwords_are_replaced_in_the_file_and_the_rest_keeps_its_order(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, PLAIN)
    found = loaded(path)
    after = json.loads(path.read_text(encoding="utf-8"))
    expected = json.loads(json.dumps(PLAIN))
    expected["admin_password"] = fake_hash("one")
    expected["mounts"]["/b"] = fake_hash("two")
    expected["advanced_mounts"]["/b"]["password"] = fake_hash("three")
    expected["users"]["dj"]["password"] = fake_hash("four")
    expected["users"]["dj"]["mounts"]["/b"] = fake_hash("five")
    assert json.dumps(after) == json.dumps(expected)
    assert found.document == expected
    assert found.config.users["dj"].mounts["/b"] == fake_hash("five")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["tinyice.json"]
    assert any("admin_password, mounts./b, " in note for note in found.notes)


def test_a_file_without_plain_passwords_is_not_touched(tmp_path: Path) -> None:
    path = written(tmp_path, '{"port":8000,   "admin_password":"' + HASH + '"}')
    before = (path.read_bytes(), path.stat().st_ino)
    assert loaded(path).config.admin_password == HASH
    assert (path.read_bytes(), path.stat().st_ino) == before


def test_a_file_with_faults_is_not_touched(tmp_path: Path) -> None:
    path = written(tmp_path, {"admin_password": "plain", "prot": 1})
    with pytest.raises(ConfigFaults):
        loaded(path)
    assert json.loads(path.read_text(encoding="utf-8"))["admin_password"] == "plain"


def test_a_file_that_cannot_be_rewritten_gives_a_warning_and_works(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    path = written(folder, {"admin_password": "plain"})

    def hash_and_take_the_folder_away(password: str) -> str:
        shutil.rmtree(folder)
        return fake_hash(password)

    found = load(path, environ={}, overrides={}, hasher=hash_and_take_the_folder_away)
    assert found.config.admin_password == fake_hash("plain")
    (note,) = found.notes
    assert note.startswith("warning: ")
    assert "admin_password" in note
    assert "plain-text" in note


def test_behind_a_symbolic_link_the_file_itself_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    target = written(tmp_path / "etc", "old")
    link = tmp_path / "link.json"
    link.symlink_to(target)
    replace_file(link, "new")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"


def test_a_failed_replacement_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "tinyice.json" / "in-the-way").mkdir(parents=True)
    with pytest.raises(OSError):
        replace_file(tmp_path / "tinyice.json", "new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["tinyice.json"]


def test_creating_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "tinyice.json"
    assert create_file(path, "first")
    assert not create_file(path, "second")
    assert path.read_text(encoding="utf-8") == "first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["tinyice.json"]
