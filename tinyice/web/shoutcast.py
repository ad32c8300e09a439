"""What Shoutcast servers tell their encoders and panels: /7.html and /stats."""

from collections.abc import Mapping
from html import escape

from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web.icecast import Value
from tinyice.web.words import kbit_rate
from tinyice.web.xml_text import character_data


def shoutcast_mount(station: StationSnapshot, path: str) -> MountSnapshot | None:
    """The mount that Shoutcast's pages speak of, if everybody may know of it."""
    return next((mount for mount in station.public_mounts if mount.path == path), None)


def seven(mount: MountSnapshot | None) -> str:
    """/7.html: listeners, on air, peak, limit, unique listeners, bit rate, title."""
    values = _seven_values(mount)
    return (
        '<HTML><meta http-equiv="Pragma" content="no-cache"></head><body>'
        f"{','.join(values)}</body></html>"
    )


def _seven_values(mount: MountSnapshot | None) -> tuple[str, ...]:
    if mount is None:
        return ("0", "0", "0", "0", "0", "0", "")
    counts = (mount.listeners, 1, mount.listener_peak, mount.listeners_max, mount.listeners)
    rate = kbit_rate(mount)
    return (*map(str, counts), str(rate), escape(mount.tags.display, quote=False))


def stats_document(station: StationSnapshot, mount: MountSnapshot | None, version: str) -> str:
    """/stats?sid=1, in Shoutcast's XML."""
    fields = _off_air() if mount is None else _on_air(station, mount)
    inner = "".join(
        f"<{name}>{escape(character_data(str(value)), quote=False)}</{name}>"
        for name, value in {**fields, "VERSION": version}.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>'
        f"<SHOUTCASTSERVER>{inner}</SHOUTCASTSERVER>"
    )


def _off_air() -> Mapping[str, Value]:
    return {
        "CURRENTLISTENERS": 0,
        "PEAKLISTENERS": 0,
        "MAXLISTENERS": 0,
        "UNIQUELISTENERS": 0,
        "AVERAGETIME": 0,
        "STREAMHITS": 0,
        "STREAMSTATUS": 0,
        "BACKUPSTATUS": 0,
    }


def _on_air(station: StationSnapshot, mount: MountSnapshot) -> Mapping[str, Value]:
    now = station.started_at.timestamp() + station.uptime_seconds
    since = mount.connected_at.timestamp() if mount.connected_at else now
    return {
        "CURRENTLISTENERS": mount.listeners,
        "PEAKLISTENERS": mount.listener_peak,
        "MAXLISTENERS": mount.listeners_max,
        "UNIQUELISTENERS": mount.listeners,
        "AVERAGETIME": 0,
        "SERVERGENRE": mount.station.genre,
        "SERVERURL": mount.station.url,
        "SERVERTITLE": mount.station.name,
        "SONGTITLE": mount.tags.display,
        "STREAMHITS": 0,
        "STREAMSTATUS": 1,
        "BACKUPSTATUS": 0,
        "STREAMLISTED": 0,
        "STREAMPATH": mount.path,
        "STREAMUPTIME": max(0, int(now - since)),
        "BITRATE": kbit_rate(mount),
        "CONTENT": mount.content_type,
    }
