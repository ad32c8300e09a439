"""Settings of the whole server that are safe to change."""

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from tinyice.config.edits import Document
from tinyice.config.kinds import kind_of
from tinyice.config.model import Config
from tinyice.core.access.permissions import Action
from tinyice.web.api.changing import changed
from tinyice.web.api.operation import Call, Nothing, Operations
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import Done

SETTINGS = Operations("settings")

GROUPS = {
    "station": ("hostname location admin_email base_url page_title page_subtitle accent_color"),
    "limits": (
        "max_listeners max_listener_duration max_sources max_pending max_handshakes max_body_bytes "
        "header_timeout body_timeout idle_timeout"
    ),
    "streaming": (
        "burst_size queue_size queue_seconds metaint charset low_latency_mode slow_jumps "
        "source_timeout source_lead takeover takeover_after approve_mounts status_always_array "
        "titles_from_source_address"
    ),
    "access": (
        "lockout_failures lockout_window lockout_time scan_paths session_idle session_lifetime "
        "api_rate audit_enabled audit_days trusted_proxies outbound_allow"
    ),
    "ports": "bind_host port use_https https_port shoutcast_port shoutcast_mount stop_timeout",
    "logs": "log_level json_logs",
}
"""Every key that may be set here, by what it is about. Passwords and files are none of them."""

KEYS = {key: group for group, keys in GROUPS.items() for key in keys.split()}


class Setting(Struct, frozen=True, kw_only=True):
    """One key of the configuration, as it is in force."""

    key: str
    group: str
    value: Any
    default: Any
    meaning: str


class SettingList(Struct, frozen=True, kw_only=True):
    """All of them."""

    items: tuple[Setting, ...]
    next: None = None
    total: int


def _wanted() -> type[Struct]:
    """The values to be set, with the kinds and bounds of the configuration's model."""
    fields: list[tuple[str, Any, Any]] = [
        (field.name, field.type | UnsetType, UNSET)
        for field in msgspec.structs.fields(Config)
        if field.name in KEYS
    ]
    return msgspec.defstruct(
        "Settings",
        fields,
        frozen=True,
        kw_only=True,
        module=__name__,
        namespace={"__doc__": "Keys that are to have other values; the others stay as they are."},
    )


Settings = _wanted()


@SETTINGS.add("GET", "/api/settings", Action.SEE_SETTINGS, answer=SettingList)
async def list_settings(services: Services, _call: Call[Nothing, Nothing]) -> SettingList:
    """Every setting: its value, its default, what it means."""
    config, plain = services.config(), Config()
    known = {field.name: field for field in msgspec.structs.fields(Config)}
    items = tuple(
        Setting(
            key=key,
            group=group,
            value=_told(getattr(config, key)),
            default=_told(getattr(plain, key)),
            meaning=kind_of(known[key].type).description,
        )
        for key, group in KEYS.items()
    )
    return SettingList(items=items, total=len(items))


@SETTINGS.add("PATCH", "/api/settings", Action.CHANGE_SETTINGS, body=Settings, answer=Done)
async def change_settings(services: Services, call: Call[Nothing, Struct]) -> Done:
    """Change settings; ``notes`` names those that need a restart to count."""
    said = {
        key: _told(getattr(call.body, key)) for key in KEYS if getattr(call.body, key) is not UNSET
    }

    def edit(document: Document) -> None:
        document.update(said)

    notes = await changed(
        services,
        call,
        edit,
        action=Action.CHANGE_SETTINGS,
        subject=", ".join(sorted(said)) or "nothing",
    )
    return Done(notes=notes)


def _told(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
