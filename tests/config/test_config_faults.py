"""Every fault of a configuration is told at once, with its key and one sentence."""

from pathlib import Path

import pytest

from config.configs import HASH, checked
from tinyice.config.faults import ConfigFaults
from tinyice.config.load import check

HTTPS = {"use_https": True, "cert_file": "cert.pem", "key_file": "key.pem"}

URL_AUTH = "advanced_mounts./a.url_auth."


def url_auth(**keys: object) -> dict[str, object]:
    """A site that decides about a mount."""
    return {"advanced_mounts": {"/a": {"url_auth": keys}}}


def faults_of(folder: Path, document: dict[str, object] | str) -> dict[str, str]:
    with pytest.raises(ConfigFaults) as caught:
        checked(folder, document)
    return {fault.key: fault.message for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("document", "key", "words"),
    [
        ({"port": 70000}, "port", "from 0 to 65535, not 70000"),
        ({"port": "-1"}, "port", 'not "-1"'),
        ({"port": True}, "port", "a whole number"),
        ({"port": 80.5}, "port", "a whole number"),
        ({"prot": 80}, "prot", 'did you mean "port"?'),
        ({"Max-Listeners": 80}, "Max-Listeners", 'did you mean "max_listeners"?'),
        ({"zzzz": 80}, "zzzz", "unknown key"),
        ({"bind_host": "radio.example.org"}, "bind_host", "an IP address"),
        ({"bind_host": 5}, "bind_host", "must be an IP address, not 5"),
        ({"max_listeners": "many"}, "max_listeners", 'a whole number from 0 to 1000000000, not "'),
        ({"low_latency_mode": "yes"}, "low_latency_mode", "true or false"),
        ({"log_level": "loud"}, "log_level", '"debug", "info", "warn", "error"'),
        ({"workers": -1}, "workers", 'from 0 to 64, or "auto", not -1'),
        ({"workers": 65}, "workers", 'from 0 to 64, or "auto", not 65'),
        ({"workers": "many"}, "workers", 'from 0 to 64, or "auto", not "many"'),
        ({"pulse_ms": [100]}, "pulse_ms", "a list of 2 numbers"),
        ({"pulse_ms": [1, 100]}, "pulse_ms[0]", "from 10 to 5000"),
        ({"pulse_ms": [200, 100]}, "pulse_ms", "longer than the longest"),
        ({"shoutcast_port": 8000}, "shoutcast_port", "must differ from port"),
        (HTTPS | {"https_port": 8000}, "https_port", "must differ from port, which is 8000 too"),
        (HTTPS | {"https_port": 8001}, "https_port", "must differ from shoutcast_port"),
        (HTTPS | {"cert_file": ""}, "cert_file", "must name a file"),
        (HTTPS | {"key_file": None}, "key_file", "must name a file"),
        ({"max_handshakes": 0}, "max_handshakes", "from 1 to"),
        ({"charset": "klingon"}, "charset", "not a known charset"),
        ({"charset": "base64"}, "charset", "not a known charset"),
        ({"base_url": "radio.example.org"}, "base_url", "https://"),
        ({"base_url": "http://[::1"}, "base_url", "https://"),
        ({"hostname": "a\r\nb"}, "hostname", "control characters"),
        ({"banned_ips": "1.2.3.4"}, "banned_ips", "a list of"),
        ({"banned_ips": ["1.2.3.4", "1.2.3.4/99"]}, "banned_ips[1]", "192.0.2.0/24"),
        ({"mounts": ["/live"]}, "mounts", "must be an object, not a list"),
        ({"mounts": {"live": HASH}}, "mounts.live", "must begin with /"),
        ({"mounts": {"/admin": HASH}}, "mounts./admin", "pages of the server"),
        ({"mounts": {"/a\nb": HASH}}, "mounts./a\\nb", "control characters"),
        ({"disabled_mounts": {"/live": 1}}, "disabled_mounts./live", "true or false"),
        ({"advanced_mounts": {"/live": 1}}, "advanced_mounts./live", "an object, not 1"),
        (
            {"advanced_mounts": {"/live": {"burst_siz": 1}}},
            "advanced_mounts./live.burst_siz",
            'did you mean "burst_size"?',
        ),
        ({"trusted_proxies": ["proxy.lan"]}, "trusted_proxies[0]", "192.0.2.0/24"),
        ({"trusted_proxies": [5]}, "trusted_proxies[0]", "an IP address or a network, not 5"),
        ({"whitelisted_ips": {}}, "whitelisted_ips", "a list of IP addresses or networks"),
        ({"proxy_protocol": [0]}, "proxy_protocol[0]", "from 1 to 65535, not 0"),
        ({"proxy_protocol": 8000}, "proxy_protocol", "a list of port numbers, not 8000"),
        (
            {"proxy_protocol": [8000, 9999]},
            "proxy_protocol[1]",
            "must be a port of this server (8000, 8001), not 9999",
        ),
        (HTTPS | {"proxy_protocol": ["80"]}, "proxy_protocol[0]", "(443, 8000, 8001), not 80"),
        ({"ban_notes": {"nobody": {}}}, "ban_notes.nobody", "192.0.2.0/24"),
        ({"ban_notes": {"::1": {"until": "soon"}}}, "ban_notes.::1.until", 'not "soon"'),
        ({"ban_notes": {"::1": {"until": "2030-01-01"}}}, "ban_notes.::1.until", "with its zone"),
        (
            {"ban_notes": {"::1": {"until": "2030-01-01T00:00:00"}}},
            "ban_notes.::1.until",
            "2030-12-31T23:59:59Z",
        ),
        ({"ban_notes": {"::1": {"reason": "a\nb"}}}, "ban_notes.::1.reason", "control characters"),
        ({"api_tokens": {}}, "api_tokens", "a list of objects, not an object"),
        ({"api_tokens": ["ti_1"]}, "api_tokens[0]", "an object"),
        ({"api_tokens": [{"hash": "A" * 64}]}, "api_tokens[0].hash", "SHA-256 in hexadecimal"),
        ({"api_tokens": [{"expires_at": "x"}]}, "api_tokens[0].expires_at", "with its zone"),
        ({"api_tokens": [{"id": "a"}] * 2}, "api_tokens[1].id", '"a" is there twice'),
        ({"relay_user": "a:b"}, "relay_user", "colon"),
        ({"relay_password": "$2x"}, "relay_password", "malformed bcrypt hash"),
        ({"fallback_mounts": {"/a": "b"}}, "fallback_mounts./a", "must begin with /"),
        ({"fallback_mounts": {"/api/a": "/b"}}, "fallback_mounts./api/a", "pages of the server"),
        ({"fallback_mounts": {"/a": "/a"}}, "fallback_mounts./a", "began: /a -> /a"),
        (
            {"fallback_mounts": {"/x": "/b", "/b": "/c", "/c": "/d", "/d": "/b"}},
            "fallback_mounts./b",
            "must not lead back to where it began: /b -> /c -> /d -> /b",
        ),
        ({"audit_enabled": 1}, "audit_enabled", "true or false"),
        ({"audit_days": -1}, "audit_days", "from 0 to 36500"),
        ({"lockout_failures": -1}, "lockout_failures", "from 0 to"),
        ({"lockout_window": 0}, "lockout_window", "from 0.1 to 86400"),
        ({"lockout_time": "long"}, "lockout_time", "from 0.1 to 86400"),
        ({"scan_paths": 2.5}, "scan_paths", "a whole number"),
        ({"session_idle": 1}, "session_idle", "from 60 to"),
        ({"session_lifetime": 1}, "session_lifetime", "from 60 to"),
        ({"api_rate": None, "api_rat": 1}, "api_rat", 'did you mean "api_rate"?'),
        ({"outbound_allow": ["10.0.0.1", "no host"]}, "outbound_allow[1]", "a host name"),
        ({"outbound_allow": ["10.0.0.0/99"]}, "outbound_allow[0]", "a host name"),
        (
            {"advanced_mounts": {"/a": {"listener_accounts": {"a:b": "x"}}}},
            "advanced_mounts./a.listener_accounts.a:b",
            "colon",
        ),
        (url_auth(listener_add="ftp://x"), URL_AUTH + "listener_add", "https://"),
        (url_auth(listener_add="http://x/#y"), URL_AUTH + "listener_add", "https://"),
        (url_auth(stream_auth="http://a:b@x/"), URL_AUTH + "stream_auth", "password before @"),
        (url_auth(username="a:b"), URL_AUTH + "username", "colon"),
        (url_auth(password="a\nb"), URL_AUTH + "password", "control characters"),
        (url_auth(headers="x"), URL_AUTH + "headers", "a list of names of headers"),
        (url_auth(headers=["a b"]), URL_AUTH + "headers[0]", "the name of a header"),
        (url_auth(header_prefix="a b"), URL_AUTH + "header_prefix", "the name of a header"),
        (url_auth(auth_header="yes"), URL_AUTH + "auth_header", 'like "icecast-auth-user: 1"'),
        (url_auth(timelimit_header="x y:"), URL_AUTH + "timelimit_header", "a header like"),
        (url_auth(timeout=0), URL_AUTH + "timeout", "from 0.1"),
        (url_auth(when_down="wait"), URL_AUTH + "when_down", '"refuse", "allow"'),
        (url_auth(listener_ad=""), URL_AUTH + "listener_ad", '"listener_add"'),
        ({"advanced_mounts": {"/a": {"url_auth": 1}}}, "advanced_mounts./a.url_auth", "an object"),
        ({"users": {"dj": {"role": "boss"}}}, "users.dj.role", '"superadmin", "admin", "dj"'),
        ({"admin_password": "$2b$12$short"}, "admin_password", "malformed bcrypt hash"),
        ({"admin_password": HASH.replace("12", "32")}, "admin_password", "malformed bcrypt hash"),
        ({"admin_password": "a\0b"}, "admin_password", "NUL"),
        ({"admin_password": "é" * 37}, "admin_password", "72 bytes"),
        ({"users": {"dj": {"mounts": {"/live": "x" * 73}}}}, "users.dj.mounts./live", "72 bytes"),
    ],
)
def test_a_fault_names_its_key_and_what_is_wrong(
    tmp_path: Path, document: dict[str, object], key: str, words: str
) -> None:
    faults = faults_of(tmp_path, document)
    assert list(faults) == [key]
    assert words in faults[key]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    document = {"port": "x", "prot": 1, "advanced_mounts": {"/a": {"metaint": 1, "x": 1}}}
    assert list(faults_of(tmp_path, document)) == [
        "port",
        "prot",
        "advanced_mounts./a.metaint",
        "advanced_mounts./a.x",
    ]


def test_a_rule_between_keys_is_silent_about_keys_that_have_a_fault(tmp_path: Path) -> None:
    assert list(faults_of(tmp_path, {"port": "x", "shoutcast_port": 8000})) == ["port"]


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, {"admin_password": 12345678, "mounts": {"/a": "$2secret"}})
    assert len(faults) == 2
    assert not any("1234" in message or "secret" in message for message in faults.values())


def test_a_text_fault_names_file_line_and_column(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, '{\n  "port": 8000, // main\n}')
    assert faults == {
        str(tmp_path / "tinyice.json"): "line 2, column 17: JSON has no comments; take this one out"
    }


def test_bytes_that_are_no_utf8_have_a_place_too(tmp_path: Path) -> None:
    path = tmp_path / "tinyice.json"
    path.write_bytes(b'{\n"location": "K\xf6ln"}')
    with pytest.raises(ConfigFaults) as caught:
        check(path, environ={}, overrides={})
    assert "line 2, column 15" in caught.value.faults[0].message


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigFaults) as caught:
        check(tmp_path / name, environ={}, overrides={})
    (line,) = caught.value.lines()
    assert line.startswith(f"tinyice: {tmp_path / name}: ")
