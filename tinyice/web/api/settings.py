"""Settings of the whole server that are safe to change."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from tinyice.config.edits import Document
from tinyice.config.kinds import kind_of
from tinyice.config.model import Config
from tinyice.core.access.permissions import Action
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import Done
from tinyice.web.guard import Caller

SETTINGS = Operations("settings")

GROUPS = {
    "station": ("hostname location admin_email base_url page_title page_subtitle accent_color"),
    "limits": (
        "max_listeners max_listener_duration max_sources max_pending max_handshakes max_body_bytes "
        "header_timeout body_timeout idle_timeout"
    ),
    "streaming": (
        "burst_size queue_size queue_seconds metaint charset low_latency_mode slow_jumps "
        "source_timeout source_lead takeover takeover_after hold_time return_after stall_after "
        "approve_mounts status_always_array titles_from_source_address"
    ),
    "access": (
        "lockout_failures lockout_window lockout_time scan_paths session_idle session_lifetime "
        "api_rate audit_enabled audit_days trusted_proxies outbound_allow"
    ),
    "ports": (
        "bind_host port use_https https_port shoutcast_port shoutcast_mount reuse_port stop_timeout"
    ),
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
        bases=(Given,),
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
    return Done(notes=await set_keys(services, call.caller, said))


@SETTINGS.add("POST", "/api/settings/reload", Action.RELOAD, answer=Done, refusals=(409,))
async def reload_settings(services: Services, call: Call[Nothing, Nothing]) -> Done:
    """Put the whole configuration file in force again; with a fault nothing of it is."""
    caller = call.caller
    return Done(
        notes=tuple(await services.reload.reload(who=caller.principal, client=caller.client))
    )


@SETTINGS.add("POST", "/api/upgrade", Action.UPGRADE, answer=Done, refusals=(409,))
async def upgrade(services: Services, call: Call[Nothing, Nothing]) -> Done:
    """Let the program that is installed now take over, without dropping anybody."""
    caller = call.caller
    return Done(
        notes=tuple(await services.upgrades.upgrade(who=caller.principal, client=caller.client))
    )


async def set_keys(
    services: Services, caller: Caller, values: Mapping[str, object]
) -> tuple[str, ...]:
    """Set keys of the file, those that are None to their defaults; notes for who asked."""

    def edit(document: Document) -> None:
        for key, value in values.items():
            if value is None:
                document.pop(key, None)
            else:
                document[key] = value

    notes = await services.changes.change(
        edit,
        who=caller.principal,
        client=caller.client,
        action=Action.CHANGE_SETTINGS,
        subject=", ".join(sorted(values)) or "nothing",
    )
    return tuple(notes)


def _told(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
