"""Which keys hold at once, and which from the next start."""

from typing import Any

import msgspec
import pytest

from tinyice.config.build import Walk, build
from tinyice.config.model import Config
from tinyice.config.restart import AT_START, needs_restart

LIVE = {
    *("bind_host", "port", "shoutcast_port", "proxy_protocol", "reuse_port"),
    *("use_https", "auto_https", "https_port", "cert_file", "key_file", "max_handshakes"),
    *("password_queue", "password_workers", "workers", "pulse_ms", "slow_jumps"),
    *("max_pending", "max_head_bytes", "max_head_lines", "max_body_bytes"),
    *("header_timeout", "body_timeout", "idle_timeout", "source_lead"),
    *("json_logs", "log_file", "access_log_file", "auth_log_file"),
    *("base_url", "hostname", "location", "admin_email", "page_title", "page_subtitle"),
    *("accent_color", "status_always_array", "shoutcast_mount", "titles_from_source_address"),
    *("default_source_password", "mounts", "advanced_mounts", "disabled_mounts"),
    *("fallback_mounts", "visible_mounts", "hidden_mounts"),
    *("hold_time", "return_after", "stall_after"),
    *("admin_user", "admin_password", "users", "api_tokens", "relay_user", "relay_password"),
    *("session_idle", "session_lifetime", "api_rate", "audit_enabled", "audit_days"),
    *("banned_ips", "ban_notes", "whitelisted_ips", "trusted_proxies", "outbound_allow"),
    *("lockout_failures", "lockout_window", "lockout_time", "scan_paths"),
    *("burst_size", "queue_size", "queue_seconds", "metaint", "charset", "low_latency_mode"),
    *("max_listeners", "max_listener_duration", "max_sources", "source_timeout"),
    *("logo_path", "landing_markdown", "approve_mounts", "geoip_database"),
    *("takeover", "takeover_after", "stop_timeout", "log_level", "relays", "masters", "pushes"),
    *("transcoders", "auto_transcode_mp3_bitrates", "autodjs", "media_roots"),
}
"""The keys that hold as soon as they are saved."""


def config(**document: object) -> Config:
    """A configuration without faults."""
    walk = Walk()
    made = build(Config, document, walk)
    assert not walk.faults
    return made


def test_each_key_holds_at_once_or_from_the_next_start() -> None:
    """A key that is new has to say which."""
    keys = {field.name for field in msgspec.structs.fields(Config)}
    assert keys == LIVE | set(AT_START)
    assert not LIVE & set(AT_START)


def test_keys_that_wait_for_a_start_are_told() -> None:
    before = config()
    after = config(port=9000, data_dir="/x", page_title="New", max_listeners=5)
    assert needs_restart(before, after) == ("data_dir",)
    assert needs_restart(before, before) == ()


@pytest.mark.parametrize(
    ("before", "after", "waits"),
    [
        ({}, {"queue_size": 1_000_000}, False),
        ({}, {"queue_size": 100_000}, True),
        ({"advanced_mounts": {"/a": {"queue_size": 900_000}}}, {}, True),
        ({"advanced_mounts": {"/a": {}}}, {"advanced_mounts": {"/a": {"queue_size": 9**5}}}, True),
        ({}, {"advanced_mounts": {"/a": {"queue_size": 20_000}}}, False),
    ],
)
def test_a_queue_that_is_to_shrink_waits(
    before: dict[str, Any], after: dict[str, Any], waits: bool
) -> None:
    assert needs_restart(config(**before), config(**after)) == (("queue_size",) if waits else ())
