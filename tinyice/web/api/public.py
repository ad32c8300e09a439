"""Our own JSON: always arrays, always the mount, only what everybody may know."""

from datetime import UTC

from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web.origin import configured_base, mount_url
from tinyice.web.settings import WebSettings
from tinyice.web.words import display_name, format_in_words, kbit_rate, kind_in_words


def status_document(station: StationSnapshot, settings: WebSettings) -> object:
    """/api/status: what is on air."""
    mounts = station.public_mounts
    return {
        "title": settings.page_title,
        "location": settings.location,
        "started_at": station.started_at.astimezone(UTC).isoformat(timespec="seconds"),
        "listeners": sum(mount.listeners for mount in mounts),
        "mounts": [mount_document(mount, settings) for mount in mounts],
    }


def stats_document(station: StationSnapshot, settings: WebSettings) -> object:
    """/api/stats: the sums over the mounts that everybody may know, and each of them."""
    mounts = station.public_mounts
    return {
        "version": settings.version,
        "uptime_seconds": round(station.uptime_seconds, 1),
        "total_mounts": len(mounts),
        "total_listeners": sum(mount.listeners for mount in mounts),
        "bytes_in": sum(mount.bytes_in for mount in mounts),
        "bytes_out": sum(mount.bytes_out for mount in mounts),
        "mounts": [_counted(mount) for mount in mounts],
    }


def mount_document(mount: MountSnapshot, settings: WebSettings) -> dict[str, object]:
    """One mount on air."""
    since = mount.connected_at
    return {
        "mount": mount.path,
        "name": display_name(mount),
        "description": mount.station.description,
        "genre": mount.station.genre,
        "url": mount.station.url,
        "kind": mount.source_kind,
        "state": kind_in_words(mount.source_kind),
        "content_type": mount.content_type,
        "format": format_in_words(mount),
        "bitrate_kbps": kbit_rate(mount),
        "samplerate_hz": mount.audio.samplerate,
        "channels": mount.audio.channels,
        "listeners": mount.listeners,
        "listener_peak": mount.listener_peak,
        "on_air_since": since.astimezone(UTC).isoformat(timespec="seconds") if since else None,
        "listen_url": mount_url(configured_base(settings), mount.path),
        "now_playing": {
            "text": mount.tags.display,
            "artist": mount.tags.artist,
            "title": mount.tags.title,
            "url": mount.tags.url,
        },
    }


def _counted(mount: MountSnapshot) -> dict[str, object]:
    return {
        "mount": mount.path,
        "listeners": mount.listeners,
        "listener_peak": mount.listener_peak,
        "slow_listeners": mount.slow_listeners,
        "bytes_in": mount.bytes_in,
        "bytes_out": mount.bytes_out,
    }
