"""What the stream headers of Matroska tell: audio, time scale, tags."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tinyice.formats import matroska_ids as ids
from tinyice.formats.base import AudioInfo
from tinyice.formats.ebml import children, real, text, unsigned
from tinyice.formats.vorbis_comment import MAX_TAGS, MAX_VALUE_BYTES

_AUDIO_TRACK = 2
_DEFAULT_SCALE = 1_000_000
_SUBTYPES = {"A_OPUS": "Opus", "A_VORBIS": "Vorbis", "A_FLAC": "FLAC"}


@dataclass(frozen=True, slots=True)
class MatroskaHeaders:
    """``tick_seconds`` is the length of one unit of the clusters' timestamps."""

    info: AudioInfo
    tick_seconds: float
    tags: Mapping[str, str] = field(default_factory=dict)


def describe(headers: bytes) -> MatroskaHeaders:
    """Read stream headers (everything before the first cluster); never raises."""
    info, scale, tags = AudioInfo(), _DEFAULT_SCALE, {}
    for element, content in _sections(headers):
        if element == ids.INFO:
            scale, title = _segment_info(content)
            tags.update({"title": title} if title else {})
        elif element == ids.TRACKS:
            info = _tracks(content)
        elif element == ids.TAGS:
            tags.update(_tags(content))
    return MatroskaHeaders(info, scale / 1e9, tags)


def _sections(headers: bytes) -> Iterator[tuple[int, bytes]]:
    for element, content in children(headers):
        if element == ids.SEGMENT:
            yield from children(content)


def _segment_info(content: bytes) -> tuple[int, str]:
    scale, title = _DEFAULT_SCALE, ""
    for element, value in children(content):
        if element == ids.TIMESTAMP_SCALE:
            scale = unsigned(value) or _DEFAULT_SCALE
        elif element == ids.TITLE:
            title = text(value[:MAX_VALUE_BYTES])
    return scale, title


def _tracks(content: bytes) -> AudioInfo:
    for element, entry in children(content):
        fields = dict(children(entry))
        if element == ids.TRACK_ENTRY and unsigned(fields.get(ids.TRACK_TYPE, b"")) == _AUDIO_TRACK:
            audio = dict(children(fields.get(ids.AUDIO, b"")))
            return AudioInfo(
                samplerate=_rate(real(audio.get(ids.SAMPLING_FREQUENCY, b""))),
                channels=unsigned(audio.get(ids.CHANNELS, b"\1")),
                subtype=_SUBTYPES.get(text(fields.get(ids.CODEC_ID, b"")), ""),
            )
    return AudioInfo()


def _rate(frequency: float) -> int:
    return int(frequency) if 0 < frequency < 1e7 else 0


def _tags(content: bytes) -> Mapping[str, str]:
    tags: dict[str, str] = {}
    for element, tag in children(content):
        for part, simple in children(tag) if element == ids.TAG else ():
            fields = dict(children(simple)) if part == ids.SIMPLE_TAG else {}
            name = text(fields.get(ids.TAG_NAME, b"")).lower()
            value = text(fields.get(ids.TAG_STRING, b"")[:MAX_VALUE_BYTES])
            if name and value and len(tags) < MAX_TAGS:
                tags.setdefault(name, value)
    return tags
