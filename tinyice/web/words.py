"""What people read about a mount: formats, kinds and times in words."""

from datetime import UTC, datetime
from email.utils import format_datetime

from tinyice.core.snapshots import MountSnapshot

_SUBTYPES = {"vorbis": "Vorbis", "opus": "Opus", "flac": "FLAC", "speex": "Speex"}
_TYPES = {
    "audio/mpeg": "MP3",
    "audio/mp3": "MP3",
    "audio/aac": "AAC",
    "audio/aacp": "AAC",
    "audio/x-aac": "AAC",
    "audio/ogg": "Ogg",
    "application/ogg": "Ogg",
    "audio/opus": "Opus",
    "audio/flac": "FLAC",
    "audio/webm": "WebM",
    "video/webm": "WebM",
    "audio/x-matroska": "Matroska",
}
_KINDS = {
    "client": "Live",
    "browser": "Live",
    "autodj": "AutoDJ",
    "relay": "Relay",
    "transcoder": "On air",
    "mount": "Fallback",
    "file": "Fallback",
    "silence": "Fallback",
}


def display_name(mount: MountSnapshot) -> str:
    """The station's name, or the mount when it has none."""
    return mount.station.name or mount.path


def kind_in_words(kind: str) -> str:
    """What feeds a mount, on its tally."""
    return _KINDS.get(kind, "On air")


def format_in_words(mount: MountSnapshot) -> str:
    """For example ``MP3, 128 kbit/s, 44.1 kHz``."""
    parts = [codec_in_words(mount)]
    kbits = kbit_rate(mount)
    if kbits:
        parts.append(f"{kbits} kbit/s")
    if mount.audio.samplerate:
        parts.append(f"{mount.audio.samplerate / 1000:g} kHz")
    return ", ".join(parts)


def kbit_rate(mount: MountSnapshot) -> int:
    """The bit rate in kbit/s, as the stream or else the encoder says; 0: unknown."""
    if mount.audio.bitrate:
        return round(mount.audio.bitrate / 1000)
    said = mount.station.bitrate
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 6 else 0


def codec_in_words(mount: MountSnapshot) -> str:
    """For example ``MP3``; the media type where it has no name of its own."""
    subtype = mount.audio.subtype
    if subtype:
        return _SUBTYPES.get(subtype.lower(), subtype)
    content_type = mount.content_type.partition(";")[0].strip().lower()
    return _TYPES.get(content_type, content_type or "unknown format")


def long_time(moment: datetime) -> str:
    """``Fri, 20 Nov 2026 06:33:26 +0000``, in any locale."""
    return format_datetime(moment.astimezone(UTC))


def short_time(moment: datetime) -> str:
    """``2026-11-20T06:33:26+0000``, the way Icecast writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def minute(moment: datetime) -> str:
    """``2026-11-20 06:33 UTC``, in tables for people."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
