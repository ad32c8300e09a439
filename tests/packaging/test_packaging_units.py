"""The systemd units, and the rotation of the logs, under the programs that read them."""

import configparser
import getpass
import grp
import os
import re
import subprocess
from pathlib import Path

import pytest

PACKAGING = Path(__file__).parents[2] / "packaging"
UNITS = PACKAGING / "systemd"
PROGRAM = "/opt/tinyice/bin/twistd"
COMMAND = "/opt/tinyice/bin/tinyice"


class Unit(configparser.RawConfigParser):
    """A unit file; of keys that come twice the last one counts."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit(name: str) -> Unit:
    parsed = Unit(strict=False)
    parsed.read(UNITS / name)
    return parsed


@pytest.fixture(name="copies")
def copied_units(tmp_path: Path) -> Path:
    """The units with a program that is installed here."""
    for name in ("tinyice.service", "tinyice.socket"):
        text = (UNITS / name).read_text("utf-8")
        (tmp_path / name).write_text(
            text.replace(PROGRAM, "/bin/true").replace(COMMAND, "/bin/true")
        )
    return tmp_path


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, cwd=cwd, capture_output=True, text=True, timeout=60)


@pytest.mark.needs_program("systemd-analyze")
def test_the_units_are_valid(copies: Path) -> None:
    """There is nothing that systemd has to say about them."""
    told = run("systemd-analyze", "verify", "./tinyice.service", "./tinyice.socket", cwd=copies)
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.needs_program("systemd-analyze")
def test_the_service_is_locked_in(copies: Path) -> None:
    """The hardening as systemd judges it: exposed by less than 2.5 of 10."""
    told = run("systemd-analyze", "security", "--offline=true", "./tinyice.service", cwd=copies)
    found = re.search(r"Overall exposure level for tinyice.service: ([\d.]+)", told.stdout)
    if found is None:
        pytest.skip(f"systemd-analyze cannot judge here: {told.stderr}")
    assert float(found[1]) < 2.5


def test_the_service_speaks_with_systemd() -> None:
    """Start, reload, watchdog and limits are what the service does."""
    service = unit("tinyice.service")["Service"]
    assert service["Type"] == "notify"
    assert service["NotifyAccess"] == "main"
    assert service["ExecReload"].startswith(f"{COMMAND} reload --or-upgrade --config ")
    assert service["Restart"] == "always"
    assert service["LimitNOFILE"] == "1048576"
    assert service["WatchdogSec"] == "30s"
    assert service["ExecStart"].startswith(f"{PROGRAM} --nodaemon --pidfile= tinyice ")
    assert "AF_NETLINK" in service["RestrictAddressFamilies"].split()


def test_hashes_can_be_written_back() -> None:
    """The folder of the configuration is writable, or passwords would stay in plain text."""
    service = unit("tinyice.service")["Service"]
    assert service["ReadWritePaths"] == "/etc/tinyice"
    assert "/etc/tinyice/tinyice.json" in service["ExecStart"]


def test_memory_may_be_executable() -> None:
    """The callbacks of pyOpenSSL lie in such memory: without it no TLS."""
    assert "MemoryDenyWriteExecute" not in unit("tinyice.service")["Service"]


def test_all_files_mean_the_same_log() -> None:
    """The service writes the log that fail2ban reads and logrotate moves."""
    log = "/var/log/tinyice/auth.log"
    assert f"--auth-log-file {log}" in unit("tinyice.service")["Service"]["ExecStart"]
    assert f"logpath  = {log}" in (PACKAGING / "fail2ban/jail.d/tinyice.conf").read_text("utf-8")
    assert "/var/log/tinyice/*.log {" in (PACKAGING / "logrotate/tinyice").read_text("utf-8")
    assert log in (UNITS / "tmpfiles.d/tinyice.conf").read_text("utf-8")


@pytest.mark.needs_program("logrotate")
def test_logs_are_rotated_and_the_service_told(tmp_path: Path) -> None:
    """The file moves away, a new one with mode 0640 takes its place, then comes the signal."""
    logs, told = tmp_path / "logs", tmp_path / "told"
    logs.mkdir(mode=0o750)
    (logs / "auth.log").write_text("line\n")
    me, mine = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
    sample = (PACKAGING / "logrotate/tinyice").read_text("utf-8")
    assert "systemctl kill --kill-who=main --signal=USR1 tinyice.service" in sample
    config = tmp_path / "logrotate.conf"
    config.write_text(
        re.sub(r"systemctl kill .*", f"echo USR1 >> {told}", sample)
        .replace("/var/log/tinyice", str(logs))
        .replace("tinyice tinyice", f"{me} {mine}")
    )
    config.chmod(0o644)
    done = run("logrotate", "--force", "--state", str(tmp_path / "state"), str(config), cwd=logs)
    assert (done.returncode, done.stderr) == (0, "")
    assert (logs / "auth.log.1").read_text() == "line\n"
    assert (logs / "auth.log").read_text() == ""
    assert (logs / "auth.log").stat().st_mode & 0o777 == 0o640
    assert told.read_text() == "USR1\n"


@pytest.mark.needs_program("systemd-sysusers")
def test_the_user_is_described(tmp_path: Path) -> None:
    """systemd-sysusers would make the user that the service runs as."""
    (tmp_path / "etc").mkdir()
    done = run(
        "systemd-sysusers",
        "--dry-run",
        f"--root={tmp_path}",
        str(UNITS / "sysusers.d/tinyice.conf"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "tinyice" in done.stdout + done.stderr
