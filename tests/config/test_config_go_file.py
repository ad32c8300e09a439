"""A file of the Go server loads as it is."""

import json
from pathlib import Path

import jsonschema
import pytest

from config.configs import checked, loaded, written
from tinyice.config.kept import Kept, kept_keys
from tinyice.config.model import Config
from tinyice.config.mounts import settings_for
from tinyice.config.schema import schema

GO_FILE = json.loads((Path(__file__).parent / "go-tinyice.json").read_text(encoding="utf-8"))


def test_it_loads_with_a_line_for_what_is_not_built_and_one_for_what_is_retired(
    tmp_path: Path,
) -> None:
    found = checked(tmp_path, GO_FILE)
    config = found.config
    assert (config.port, config.https_port, config.max_listeners) == (8000, 443, 100)
    assert config.users["admin"].role == "superadmin"
    assert settings_for(config, "/live").burst_bytes == 65536
    later, retired, admin = found.notes
    later_names = later.partition(": ")[2].split(", ")
    assert set(later_names) == {
        *(name for name, why in kept_keys(Config).items() if why is Kept.LATER),
        "users.admin.passkeys",
        "users.admin.linked_emails",
    }
    assert set(retired.partition(": ")[2].split(", ")) == {
        name for name, why in kept_keys(Config).items() if why is Kept.RETIRED
    }
    assert admin.startswith("users.admin.password: not used")


def test_it_survives_a_rewrite_with_every_key_in_its_place(tmp_path: Path) -> None:
    path = written(tmp_path, {**GO_FILE, "admin_password": "by hand"})
    loaded(path)
    after = json.loads(path.read_text(encoding="utf-8"))
    assert after["admin_password"] != "by hand"
    after["admin_password"] = GO_FILE["admin_password"]
    assert json.dumps(after) == json.dumps(GO_FILE)


def test_null_means_the_default_everywhere(tmp_path: Path) -> None:
    assert checked(tmp_path, dict.fromkeys(GO_FILE)).config == Config()


@pytest.mark.parametrize(
    "document",
    [GO_FILE, {}, dict.fromkeys(GO_FILE), {"port": "8000", "advanced_mounts": {"/a": None}}],
)
def test_the_schema_accepts_what_loads(tmp_path: Path, document: dict[str, object]) -> None:
    checked(tmp_path, document)
    jsonschema.validate(document, schema())


@pytest.mark.parametrize(
    "document",
    [
        {"port": 70000},
        {"prot": 1},
        {"log_level": "loud"},
        {"mounts": {"/a": 1}},
        {"users": {"a": {"rôle": ""}}},
        {"pulse_ms": [100]},
    ],
)
def test_the_schema_refuses_what_does_not_load(document: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema())
