"""The statistics under Icecast's names: what stands in its JSON and XML.

Rules: keys in alphabetical order; a key that has nothing to say is missing;
encoders' free text never becomes a number, unlike in Icecast, whose JSON breaks
on titles such as "-"; what an encoder invents never replaces what we know.
"""

import re
from collections.abc import Mapping

from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web.origin import configured_base, mount_url
from tinyice.web.settings import WebSettings
from tinyice.web.words import long_time, short_time

Value = str | int | float
Fields = dict[str, Value]

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


def server_fields(station: StationSnapshot, settings: WebSettings) -> Fields:
    """Who the server is, and since when."""
    return {
        "admin": settings.admin_email,
        "host": settings.hostname,
        "location": settings.location,
        "server_id": settings.server_id,
        "server_start": long_time(station.started_at),
        "server_start_iso8601": short_time(station.started_at),
    }


def counter_fields(station: StationSnapshot) -> Fields:
    """The global counters of the administrator's statistics."""
    sources = sum(mount.on_air for mount in station.mounts)
    return {
        "client_connections": max(0, station.connections - station.source_connections),
        "clients": station.listeners + sources,
        "connections": station.connections,
        "file_connections": 0,
        "listener_connections": station.listener_connections,
        "listeners": station.listeners,
        "source_client_connections": station.source_connections,
        "source_relay_connections": 0,
        "source_total_connections": station.source_connections,
        "sources": sources,
        "stats": 0,
        "stats_connections": 0,
    }


def source_fields(mount: MountSnapshot, settings: WebSettings) -> Fields:
    """What everybody may know of a mount on air."""
    known = {
        "audio_info": mount.station.audio_info,
        "authenticator": mount.authenticator,
        "bitrate": number_or_text(mount.station.bitrate),
        "genre": mount.station.genre or "various",
        "listener_peak": mount.listener_peak,
        "listeners": mount.listeners,
        "listenurl": mount_url(configured_base(settings), mount.path),
        "server_description": mount.station.description or "Unspecified description",
        "server_name": mount.station.name or "Unspecified name",
        "server_type": mount.content_type,
        "server_url": mount.station.url,
        "subtype": mount.audio.subtype,
        **_title_fields(mount),
        **_audio_fields(mount),
        **_start_fields(mount),
    }
    return in_order({**_encoder_fields(mount.station.audio_items), **_said(known)})


def private_fields(mount: MountSnapshot) -> Fields:
    """What only the administrator may know besides."""
    client = mount.source
    return _said(
        {
            "max_listeners": mount.listeners_max or "unlimited",
            "public": int(mount.station.public or False),
            "slow_listeners": mount.slow_listeners,
            "source_ip": client.address if client else "",
            "total_bytes_read": mount.bytes_in,
            "total_bytes_sent": mount.bytes_out,
            "user_agent": client.agent if client else "",
        }
    )


def in_order(fields: Mapping[str, Value]) -> Fields:
    """Alphabetical, as Icecast keeps them."""
    return dict(sorted(fields.items(), key=lambda item: item[0].lower()))


def number_or_text(text: str) -> Value:
    """A plain decimal number as one; anything else stays what it is."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    return float(text) if found[2] else int(text)


def _title_fields(mount: MountSnapshot) -> Fields:
    """ICY has one line for both; formats with tags of their own keep them apart."""
    if mount.carries_icy:
        return {"title": mount.tags.display}
    return {"artist": mount.tags.artist, "title": mount.tags.title}


def _audio_fields(mount: MountSnapshot) -> Fields:
    """Icecast tells these of Vorbis and FLAC only."""
    subtype = mount.audio.subtype.lower()
    if subtype not in ("vorbis", "flac"):
        return {}
    measured = {
        "ice-bitrate": mount.audio.bitrate // 1000 if subtype == "vorbis" else 0,
        "audio_bitrate": mount.audio.bitrate,
        "audio_channels": mount.audio.channels,
        "audio_samplerate": mount.audio.samplerate,
    }
    return {name: value for name, value in measured.items() if value}


def _start_fields(mount: MountSnapshot) -> Fields:
    if mount.connected_at is None:
        return {}
    return {
        "stream_start": long_time(mount.connected_at),
        "stream_start_iso8601": short_time(mount.connected_at),
    }


def _encoder_fields(items: Mapping[str, str]) -> Fields:
    return {
        name: number_or_text(text) for name, text in items.items() if _NAME.fullmatch(name) and text
    }


def _said(fields: Mapping[str, Value]) -> Fields:
    return {name: value for name, value in fields.items() if value != ""}
