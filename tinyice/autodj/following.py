"""What an AutoDJ makes that stands in for somebody: what their listeners understand. Pure."""

from dataclasses import replace

from tinyice.core.quality import AAC, FLAC, MP3, OPUS, Quality, fault_of
from tinyice.core.source import StreamFormat
from tinyice.formats.base import AudioInfo, FormatKind

_IN_OGG = {"opus": OPUS, "flac": FLAC}
_KBITS = (128, 96, 64, 48, 32, 24, 16, 8)


def quality_like(heard: StreamFormat | None, info: AudioInfo, usual: Quality) -> Quality:
    """As what is ``heard``; ``usual`` where nothing was, or nothing that can be made here."""
    made = usual.format
    if heard is not None and heard.kind is FormatKind.MPEG:
        made = MP3
    elif heard is not None and heard.kind is FormatKind.ADTS:
        made = AAC
    elif heard is not None and heard.kind is FormatKind.OGG:
        made = _IN_OGG.get(heard.codec.lower(), made)
    if heard is None or (made == usual.format and not info.samplerate):
        return usual
    wanted = replace(
        usual,
        format=made,
        samplerate=48_000 if made == OPUS else info.samplerate or usual.samplerate,
        channels=min(info.channels, 2) or usual.channels,
    )
    for kbits in (round(info.bitrate / 1000), usual.bitrate, *_KBITS):
        found = replace(wanted, bitrate=kbits)
        if fault_of(found) is None:
            return found
    return usual


def can_follow(heard: StreamFormat | None) -> bool:
    """Whether there is such an encoder."""
    if heard is None or heard.kind in (FormatKind.MPEG, FormatKind.ADTS):
        return True
    return heard.kind is FormatKind.OGG and heard.codec.lower() in _IN_OGG
