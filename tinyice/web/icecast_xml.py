"""Icecast's XML: statistics, the list of mounts, and replies to commands."""

from collections.abc import Mapping, Sequence
from html import escape

from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web.icecast import (
    Value,
    counter_fields,
    in_order,
    private_fields,
    server_fields,
    source_fields,
)
from tinyice.web.settings import WebSettings
from tinyice.web.xml_text import character_data

DECLARATION = '<?xml version="1.0"?>\n'


def stats_document(
    station: StationSnapshot, mounts: Sequence[MountSnapshot], settings: WebSettings
) -> str:
    """/admin/stats with the sources ``mounts``."""
    totals = in_order({**server_fields(station, settings), **counter_fields(station)})
    sources = "".join(
        _source(mount, in_order({**source_fields(mount, settings), **private_fields(mount)}))
        for mount in mounts
    )
    return f"{DECLARATION}<icestats>{_elements(totals)}{sources}</icestats>\n"


def mounts_document(station: StationSnapshot, mounts: Sequence[MountSnapshot]) -> str:
    """/admin/listmounts."""
    now = station.started_at.timestamp() + station.uptime_seconds
    sources = "".join(_source(mount, _listed(mount, now)) for mount in mounts)
    return f"{DECLARATION}<icestats>{sources}</icestats>\n"


def command_reply(message: str, *, done: bool) -> str:
    """What a command says of itself."""
    fields: dict[str, Value] = {"message": message, "return": int(done)}
    return f"{DECLARATION}<iceresponse>{_elements(fields)}</iceresponse>\n"


def _listed(mount: MountSnapshot, now: float) -> dict[str, Value]:
    since = mount.connected_at.timestamp() if mount.connected_at else now
    return {
        "fallback": "",
        "listeners": mount.listeners,
        "Connected": max(0, int(now - since)),
        "content-type": mount.content_type,
    }


def _source(mount: MountSnapshot, fields: Mapping[str, Value]) -> str:
    path = escape(character_data(mount.path), quote=True)
    return f'<source mount="{path}">{_elements(fields)}</source>'


def _elements(fields: Mapping[str, Value]) -> str:
    return "".join(
        f"<{name}>{escape(character_data(str(value)), quote=False)}</{name}>"
        for name, value in fields.items()
    )
