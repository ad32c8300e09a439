"""The settings as people meet them: in groups, each with a name and a control.

What a key means and which values it takes is said by the configuration's own model;
here stand only the words around it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tinyice.web.api.branding import TEXTS
from tinyice.web.api.settings import GROUPS


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that are saved together."""

    name: str
    title: str
    says: str
    keys: tuple[str, ...]


_TITLES = {
    "branding": ("Branding", "What makes the pages yours. Listeners see it with their next page."),
    "station": ("Station", "Where it is and how it is reached: for statistics and playlists."),
    "streaming": ("Streams", "How sources come in, and how listeners get them."),
    "limits": ("Limits", "How much at once, and for how long."),
    "access": ("Access", "Logins, lockouts, tokens, and who is believed."),
    "ports": ("Ports", "Where the server listens."),
    "logs": ("Logs", "What is written down."),
}


def groups() -> tuple[Group, ...]:
    """All of them, in the order of the page."""
    keys = {"branding": TEXTS} | {
        name: tuple(key for key in GROUPS[name].split() if key not in TEXTS)
        for name in (*_TITLES, *GROUPS)
        if name in GROUPS
    }
    return tuple(
        Group(name, *_TITLES.get(name, (name.capitalize(), "")), found)
        for name, found in keys.items()
    )


UNITS: Mapping[str, str] = {
    "max_listener_duration": "s",
    "max_body_bytes": "bytes",
    "header_timeout": "s",
    "body_timeout": "s",
    "idle_timeout": "s",
    "burst_size": "bytes",
    "queue_size": "bytes",
    "queue_seconds": "s",
    "metaint": "bytes",
    "source_timeout": "s",
    "source_lead": "s",
    "takeover_after": "s",
    "hold_time": "s",
    "return_after": "s",
    "stall_after": "s",
    "lockout_window": "s",
    "lockout_time": "s",
    "session_idle": "s",
    "session_lifetime": "s",
    "api_rate": "a minute",
    "audit_days": "days",
    "stop_timeout": "s",
}

LABELS: Mapping[str, str] = {
    "page_title": "Name",
    "page_subtitle": "Tagline",
    "accent_color": "Accent colour",
    "landing_markdown": "Words on the front page",
    "hostname": "Host name",
    "admin_email": "Mail address of the operator",
    "base_url": "Public address",
    "max_listeners": "Most listeners",
    "max_listener_duration": "Longest stay",
    "max_sources": "Most sources",
    "max_pending": "Connections without a request",
    "max_handshakes": "TLS handshakes at once",
    "max_body_bytes": "Largest form",
    "header_timeout": "Time for a request",
    "body_timeout": "Time for a form",
    "idle_timeout": "Wait for the next request",
    "burst_size": "Burst at join",
    "queue_size": "Queue of a listener",
    "queue_seconds": "Queue in time",
    "metaint": "Metadata interval",
    "charset": "Charset of titles",
    "low_latency_mode": "Low latency",
    "slow_jumps": "Jumps of a slow listener",
    "source_timeout": "Silence of a source",
    "source_lead": "Lead of a source",
    "takeover": "Takeover",
    "takeover_after": "Takeover after",
    "hold_time": "Wait for a lost source",
    "return_after": "Back to a source after",
    "stall_after": "A source has stalled after",
    "approve_mounts": "Approve new mounts",
    "status_always_array": "Status is always a list",
    "titles_from_source_address": "Titles from the source's address",
    "lockout_failures": "Failed logins until a lockout",
    "lockout_window": "Counted within",
    "lockout_time": "A lockout lasts",
    "scan_paths": "Unknown pages until a lockout",
    "session_idle": "Unused login ends after",
    "session_lifetime": "Any login ends after",
    "api_rate": "Requests of a program",
    "audit_enabled": "Audit",
    "audit_days": "Audit is kept for",
    "outbound_allow": "Reachable for requests of the server",
    "bind_host": "Listen on",
    "use_https": "HTTPS",
    "https_port": "Port for HTTPS",
    "shoutcast_port": "Port for Shoutcast",
    "shoutcast_mount": "Mount of Shoutcast",
    "stop_timeout": "Time to stop",
    "log_level": "Level",
    "json_logs": "Lines as JSON",
}


def label_of(key: str) -> str:
    """What a setting is called on the page."""
    return LABELS.get(key, key.replace("_", " ").capitalize())
