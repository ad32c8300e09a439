"""Which silence a mount needs: that of what played there last."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tinyice.formats.base import AudioInfo, FormatKind
from tinyice.playout.errors import Unplayable
from tinyice.playout.tape import MemoryTape, Tape

if TYPE_CHECKING:
    from tinyice.core.mount import Mount

_KBITS_V1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_LOW = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_LOWEST_RATE_V1 = 32_000
_KBITS_UNKNOWN = 128
_CONTAINERS = {
    FormatKind.MPEG: "mp3",
    FormatKind.ADTS: "adts",
    FormatKind.OGG: "ogg",
    FormatKind.MATROSKA: "webm",
}
_CODECS = {
    "": {FormatKind.MPEG: "mp3", FormatKind.ADTS: "aac"},
    "Opus": {FormatKind.OGG: "opus", FormatKind.MATROSKA: "opus"},
    "Vorbis": {FormatKind.OGG: "vorbis", FormatKind.MATROSKA: "vorbis"},
    "FLAC": {FormatKind.OGG: "flac", FormatKind.MATROSKA: "flac"},
}


@dataclass(frozen=True, slots=True)
class SilenceKind:
    """What silence is made of. ``bitrate`` in bit/s, 0 where it does not matter."""

    container: str
    codec: str
    samplerate: int
    channels: int
    bitrate: int = 0

    def __str__(self) -> str:
        return f"{self.codec} in {self.container}, {self.samplerate} Hz, {self.channels} channels"


Make = Callable[[SilenceKind], Awaitable[bytes]]
"""Gives some seconds of it; raises ``Unplayable``."""


def silence_for(mount: "Mount") -> SilenceKind | None:
    """The silence that players of ``mount`` understand; None: nothing was ever heard.

    Raises ``Unplayable`` where none of the kind can be made.
    """
    stream = None if mount.source is None else mount.source.stream
    info = mount.air.info if stream is None else stream.info
    known = mount.format
    if known is None or not (info.samplerate and info.channels):
        return None
    return silence_of(known.kind, info)


def silence_of(kind: FormatKind, info: AudioInfo) -> SilenceKind:
    """The silence of that format; raises ``Unplayable``."""
    codec = _CODECS.get(info.subtype, {}).get(kind)
    if codec is None:
        words = f"{info.subtype or 'this format'} in {kind.value}"
        raise Unplayable(f"no silence can be made for {words}", is_final=True)
    bitrate = _nearest(info) if codec == "mp3" else 0
    container = _CONTAINERS[kind]
    if container == "webm" and codec == "flac":
        container = "matroska"
    return SilenceKind(container, codec, info.samplerate, info.channels, bitrate)


async def silent_tape(make: Make, kind: SilenceKind) -> Tape:
    """Silence as something that can be looped; raises ``Unplayable``."""
    return MemoryTape(await make(kind))


def _nearest(info: AudioInfo) -> int:
    kbits = _KBITS_V1 if info.samplerate >= _LOWEST_RATE_V1 else _KBITS_LOW
    wanted = info.bitrate / 1000 or _KBITS_UNKNOWN
    return min(kbits, key=lambda each: abs(each - wanted)) * 1000
