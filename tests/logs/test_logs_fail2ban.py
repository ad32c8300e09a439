"""The authentication log under the real fail2ban."""

import subprocess
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from twisted.internet.address import IPv4Address, IPv6Address

from net.net_station import MemoryStation
from tinyice.core.clients import Client
from tinyice.core.events import AuthFailed, RequestFinished
from tinyice.logs.access import access_line
from tinyice.logs.authline import auth_failure_line
from tinyice.logs.json_lines import json_of
from tinyice.logs.record import Record
from tinyice.logs.sinks import AuthLog, fields_of
from tinyice.logs.text import text_of

PACKAGING = Path(__file__).parents[2] / "packaging"
DOCUMENTED = r"^.*level=warning.*Authentication failed for user '.*' from <HOST>:.*$"
SHIPPED = str(PACKAGING / "fail2ban/filter.d/tinyice.conf")
WHEN = datetime(2026, 2, 19, 3, 19, 24, tzinfo=UTC)

ADDRESSES = {
    "203.0.113.9": "203.0.113.9",
    "2001:db8::1": "2001:db8::1",
    "2001:db8::": "2001:db8::",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2:3:4:5:6",
    "::1": "::1",
    "fe80::1%eth0": "fe80::1",
    "::ffff:198.51.100.7": "198.51.100.7",
    "::ffff:c633:6407": "198.51.100.7",
}
LINE = "level=warning msg=\"Authentication failed for user 'x' from 9.9.9.9: y\""
SPOOFS = (
    "admin",
    "",
    "x' from 9.9.9.9: y",
    "x' from 9.9.9.9:",
    " from 9.9.9.9:",
    "' from 2001:db8:dead::1: '",
    "x\\' from 9.9.9.9: y",
    "x%27 from 9.9.9.9: y",
    "x' from evil.example: y",
    f"x\n2026-02-19T03:19:24 {LINE}",
    LINE,
    "‘x’ from 9.9.9.9: y",
    "\udcff' from 9.9.9.9: y",
    "x' from [9.9.9.9]: y",
)

pytestmark = pytest.mark.needs_program("fail2ban-regex")


def addresses_found(tmp_path: Path, lines: Iterable[str], regex: str) -> list[str]:
    """What fail2ban would ban for these lines, in their order."""
    log = tmp_path / "auth.log"
    log.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    command = ["fail2ban-regex", "--raw", "--usedns=no", "-o", "ip", str(log), regex]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    return told.stdout.split()


@pytest.mark.parametrize("regex", [DOCUMENTED, SHIPPED], ids=["documented", "shipped"])
def test_the_address_found_is_the_one_it_came_from(tmp_path: Path, regex: str) -> None:
    """Every kind of address, every crafted name and reason: nobody else is banned."""
    cases = [(a, spoof) for a in ADDRESSES for spoof in SPOOFS]
    lines = [auth_failure_line(spoof, a, f"no access to {spoof}", WHEN) for a, spoof in cases]
    expected = [ADDRESSES[a] for a, _ in cases]
    assert addresses_found(tmp_path, lines, regex) == expected


@pytest.mark.parametrize("regex", [DOCUMENTED, SHIPPED], ids=["documented", "shipped"])
def test_a_client_without_address_bans_nobody(tmp_path: Path, regex: str) -> None:
    """A line whose address is unknown names no host."""
    lines = [auth_failure_line(spoof, "", "invalid password", WHEN) for spoof in SPOOFS]
    assert addresses_found(tmp_path, lines, regex) == []


@pytest.mark.parametrize("regex", [DOCUMENTED, SHIPPED], ids=["documented", "shipped"])
def test_other_logs_in_the_same_file_ban_nobody(tmp_path: Path, regex: str) -> None:
    """Events and requests may go where the authentication log goes, with text of peers."""
    lines: list[str] = []
    for spoof in SPOOFS:
        client = Client("203.0.113.9", agent=spoof, referer=spoof)
        request = RequestFinished(client, spoof, spoof, spoof, spoof, 401, 0, 0.0)
        fields = fields_of(AuthFailed(spoof, client, spoof))
        record = Record(WHEN, "warn", "tinyice", f"a peer says {spoof}", fields, f"T\n{spoof}")
        lines += (access_line(request, WHEN), text_of(record), json_of(record))
    assert addresses_found(tmp_path, lines, regex) == []


FORWARDED = "X-Forwarded-For: 9.9.9.9, 203.0.113.44\r\n"
VISITS: list[tuple[IPv4Address | IPv6Address, str, str]] = [
    (IPv4Address("TCP", "203.0.113.9", 1), "", "203.0.113.9"),
    (IPv4Address("TCP", "203.0.113.9", 1), FORWARDED, "203.0.113.9"),
    (IPv6Address("TCP", "::ffff:198.51.100.7", 1), "", "198.51.100.7"),
    (IPv6Address("TCP", "::ffff:c633:6407", 1), FORWARDED, "198.51.100.7"),
    (IPv6Address("TCP", "2001:db8::1", 1), "", "2001:db8::1"),
    (IPv6Address("TCP", "fe80::1%eth0", 1), "", "fe80::1"),
    (IPv4Address("TCP", "192.0.2.7", 1), FORWARDED, "203.0.113.44"),
    (IPv6Address("TCP", "::ffff:192.0.2.7", 1), FORWARDED, "203.0.113.44"),
    (
        IPv4Address("TCP", "192.0.2.7", 1),
        "X-Forwarded-For: ::ffff:203.0.113.45\r\n",
        "203.0.113.45",
    ),
    (IPv4Address("TCP", "192.0.2.7", 1), "X-Forwarded-For: [2001:db8::5]:99\r\n", "2001:db8::5"),
    (IPv4Address("TCP", "192.0.2.7", 1), "X-Forwarded-For: x' from 9.9.9.9: y\r\n", "192.0.2.7"),
]


@pytest.mark.parametrize("regex", [DOCUMENTED, SHIPPED], ids=["documented", "shipped"])
def test_logins_at_the_door(tmp_path: Path, regex: str) -> None:
    """From a socket to the log: each failed login bans who made it, by proxies or without."""
    lines: list[str] = []
    write = AuthLog(lines.append, lambda: WHEN)
    expected: list[str] = []
    for (peer, more, address), name in product(VISITS, SPOOFS):
        station = MemoryStation(trusted=("192.0.2.7",))
        pair = b64encode(name.encode("utf-8", "surrogateescape") + b":wrong").decode()
        head = f"SOURCE /live HTTP/1.0\r\nAuthorization: Basic {pair}\r\n{more}\r\n"
        station.say(station.connect(peer=peer), head.encode())
        (failed,) = station.told(AuthFailed)
        write(failed)
        expected.append(address)
    assert addresses_found(tmp_path, [line.rstrip("\n") for line in lines], regex) == expected


@pytest.mark.needs_program("fail2ban-client")
def test_the_jail_is_valid(tmp_path: Path) -> None:
    """fail2ban takes the jail and its filter as shipped."""
    config = tmp_path / "fail2ban"
    subprocess.run(["cp", "-r", "/etc/fail2ban", str(config)], check=True)
    log = tmp_path / "auth.log"
    log.touch()
    (config / "jail.d").mkdir(exist_ok=True)
    for other in (config / "jail.d").iterdir():
        other.unlink()
    jail = (PACKAGING / "fail2ban/jail.d/tinyice.conf").read_text("utf-8")
    (config / "jail.d/tinyice.conf").write_text(jail.replace("/var/log/tinyice/auth.log", str(log)))
    (config / "filter.d/tinyice.conf").write_text(Path(SHIPPED).read_text("utf-8"))
    command = ["fail2ban-client", "-c", str(config), "-d"]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    assert f"['set', 'tinyice', 'addlogpath', '{log}', 'head']" in told.stdout
    assert "['set', 'tinyice', 'maxretry', 5]" in told.stdout
