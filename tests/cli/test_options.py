"""The options that twistd and the tinyice command share."""

import io
from pathlib import Path

import pytest
from twisted.python import usage

from tinyice import __version__
from tinyice.options import Options, load_or_exit


def parsed(*words: str) -> Options:
    options = Options()
    options.parseOptions(words)
    return options


def fake_hash(password: str) -> str:
    return "$2b$12$" + "a" * 53


def test_nothing_given_overrides_nothing() -> None:
    options = parsed()
    assert options.overrides == {}
    assert options.config_path({}) == Path("tinyice.json").absolute()
    assert not options["demo"]


def test_each_option_gives_its_key() -> None:
    options = parsed(
        "--host", "::1", "--port=81", "--https-port", "444", "--log-file", "a",
        "--access-log-file", "b", "--auth-log-file", "c", "--log-level", "debug", "--json-logs",
        "--demo",
    )  # fmt: skip
    assert options.overrides == {
        "bind_host": "::1",
        "port": "81",
        "https_port": "444",
        "log_file": "a",
        "access_log_file": "b",
        "auth_log_file": "c",
        "log_level": "debug",
        "json_logs": "true",
    }
    assert options["demo"]


def test_the_file_comes_from_the_option_over_the_environment() -> None:
    environ = {"TINYICE_CONFIG": "/etc/b.json"}
    assert parsed("--config", "/etc/a.json").config_path(environ) == Path("/etc/a.json")
    assert parsed().config_path(environ) == Path("/etc/b.json")


@pytest.mark.parametrize(
    ("words", "answer"),
    [(("--daemon",), "-n"), (("--pid-file", "x"), "--pidfile"), (("chek",), "unexpected word")],
)
def test_what_twistd_decides_is_answered_with_its_own_option(
    words: tuple[str, ...], answer: str
) -> None:
    with pytest.raises(usage.UsageError, match=answer):
        parsed(*words)


def test_the_version_names_what_it_runs_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parsed("--version")
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith(f"tinyice {__version__} (Twisted ")


def test_faults_are_lines_on_standard_error_and_status_1(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"prot": 1}', encoding="utf-8")
    stderr = io.StringIO()
    options = parsed("--config", str(tmp_path / "t.json"), "--port", "x")
    with pytest.raises(SystemExit) as caught:
        load_or_exit(options, environ={}, hasher=fake_hash, stderr=stderr)
    assert caught.value.code == 1
    assert stderr.getvalue().splitlines() == [
        'tinyice: prot: unknown key; did you mean "port"?',
        'tinyice: --port: must be a whole number from 0 to 65535, not "x"',
    ]


def test_a_good_configuration_is_given_back(tmp_path: Path) -> None:
    options = parsed("--config", str(tmp_path / "t.json"), "--port", "9000")
    loaded = load_or_exit(options, environ={}, hasher=fake_hash, stderr=io.StringIO())
    assert loaded.config.port == 9000
    assert loaded.first_run is not None
