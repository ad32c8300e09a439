"""Command line over environment over file over default."""

from pathlib import Path

import pytest

from config.configs import HASH, checked, fake_hash, loaded, written
from tinyice.config.faults import ConfigFaults

PRECEDENCE: list[tuple[str, object, str, object, str, object]] = [
    # key, in the file, in the environment, its value, on the command line, its value
    ("port", "8001", "8002", 8002, "8003", 8003),
    ("bind_host", "127.0.0.1", "::", "::", "::1", "::1"),
    ("max_listeners", 5, "6", 6, "7", 7),
    ("header_timeout", 5, "6.5", 6.5, "7", 7.0),
    ("json_logs", False, "yes", True, "false", False),
    ("log_level", "warn", "error", "error", "debug", "debug"),
    ("log_file", "a.log", "b.log", "b.log", "c.log", "c.log"),
    ("banned_ips", ["192.0.2.1"], "::1, 10.0.0.0/8,", ("::1", "10.0.0.0/8"), "", ()),
    ("pulse_ms", [20, 30], "30,40", (30, 40), "40,50", (40, 50)),
    ("workers", 3, "auto", -1, "2", 2),
    ("shoutcast_port", 0, "9000", 9000, "9001", 9001),
]


@pytest.mark.parametrize("row", PRECEDENCE, ids=lambda row: row[0])
def test_the_nearer_source_wins(
    tmp_path: Path, row: tuple[str, object, str, object, str, object]
) -> None:
    key, filed, variable, second, option, first = row
    environ = {f"TINYICE_{key.upper()}": variable, "PATH": "/bin"}
    document = {key: filed}
    default = getattr(checked(tmp_path, {}).config, key)
    by_file = getattr(checked(tmp_path, document).config, key)
    assert default != by_file or key == "json_logs"
    assert getattr(checked(tmp_path, document, environ).config, key) == second
    assert getattr(checked(tmp_path, {}, environ).config, key) == second
    assert getattr(checked(tmp_path, document, environ, {key: option}).config, key) == first
    assert getattr(checked(tmp_path, document, {}, {key: option}).config, key) == first


def faults_of(folder: Path, environ: dict[str, str], overrides: dict[str, str]) -> dict[str, str]:
    with pytest.raises(ConfigFaults) as caught:
        checked(folder, {}, environ, overrides)
    return {fault.key: fault.message for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("TINYICE_PORT", "abc", 'from 0 to 65535, not "abc"'),
        ("TINYICE_JSON_LOGS", "maybe", "true or false"),
        ("TINYICE_HEADER_TIMEOUT", "nan", "a number"),
        ("TINYICE_PRT", "80", 'did you mean "TINYICE_PORT"?'),
        ("TINYICE_PASSWORD_FILE", "x", "unknown variable"),
        ("TINYICE_MOUNTS", "{}", "can only stand in the file"),
        ("TINYICE_ADMIN_PASSWORD", "$2nope", "malformed bcrypt hash"),
        ("TINYICE_ADMIN_PASSWORD_FILE", "/nonexistent/secret", "can't be read"),
        ("TINYICE_LOCATION", "K\udcf6ln", "not text in UTF-8"),
    ],
)
def test_a_variable_with_a_fault_is_named(tmp_path: Path, name: str, text: str, words: str) -> None:
    faults = faults_of(tmp_path, {name: text}, {})
    assert list(faults) == [name]
    assert words in faults[name]


def test_an_option_with_a_fault_is_named_as_it_is_written(tmp_path: Path) -> None:
    overrides = {"bind_host": "nowhere", "https_port": "70000", "log_level": "loud"}
    assert list(faults_of(tmp_path, {}, overrides)) == ["--host", "--https-port", "--log-level"]


def test_faults_of_file_environment_and_options_come_together(tmp_path: Path) -> None:
    with pytest.raises(ConfigFaults) as caught:
        checked(tmp_path, {"prot": 1}, {"TINYICE_PORT": "x"}, {"log_level": "loud"})
    assert [fault.key for fault in caught.value.faults] == ["prot", "TINYICE_PORT", "--log-level"]


def test_a_list_entry_of_a_variable_is_judged(tmp_path: Path) -> None:
    assert list(faults_of(tmp_path, {"TINYICE_BANNED_IPS": "::1,x"}, {})) == [
        "TINYICE_BANNED_IPS[1]"
    ]


def test_an_empty_variable_counts_as_not_given(tmp_path: Path) -> None:
    assert checked(tmp_path, {"port": 1}, {"TINYICE_PORT": ""}).config.port == 1


def test_the_variable_of_the_configuration_file_is_no_key(tmp_path: Path) -> None:
    assert checked(tmp_path, {}, {"TINYICE_CONFIG": "x.json"}).notes == ()


def test_a_variable_of_a_kept_key_gives_a_note(tmp_path: Path) -> None:
    (note,) = checked(tmp_path, {}, {"TINYICE_ACME_EMAIL": "true"}).notes
    assert "TINYICE_ACME_EMAIL" in note


def test_a_secret_comes_from_a_file_less_its_line_end(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hackme ü\r\n", encoding="utf-8")
    environ = {"TINYICE_ADMIN_PASSWORD_FILE": str(secret)}
    config = loaded(written(tmp_path, {}), environ).config
    assert config.admin_password == fake_hash("hackme ü")


def test_a_key_that_ends_in_file_is_no_secret_of_another(tmp_path: Path) -> None:
    config = checked(tmp_path, {}, {"TINYICE_LOG_FILE": "/nonexistent/x.log"}).config
    assert config.log_file == "/nonexistent/x.log"


def test_a_value_and_its_file_at_once_are_a_fault(tmp_path: Path) -> None:
    environ = {"TINYICE_PORT": "1", "TINYICE_PORT_FILE": "x"}
    faults = faults_of(tmp_path, environ, {})
    assert list(faults) == ["TINYICE_PORT_FILE"]
    assert "TINYICE_PORT are both given" in faults["TINYICE_PORT_FILE"]


def test_the_environment_never_reaches_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, {"admin_password": "plain"})
    environ = {"TINYICE_PORT": "9999", "TINYICE_DEFAULT_SOURCE_PASSWORD": HASH}
    found = loaded(path, environ)
    assert found.config.port == 9999
    assert found.config.default_source_password == HASH
    assert "9999" not in path.read_text(encoding="utf-8")
    assert HASH not in path.read_text(encoding="utf-8")
