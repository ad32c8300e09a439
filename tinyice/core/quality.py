"""What an encoder is to make: the format, and how well. Values and rules, no audio here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

MP3, OPUS, AAC, FLAC = "mp3", "opus", "aac", "flac"
FORMATS = (MP3, OPUS, AAC, FLAC)

CONTENT_TYPES: Mapping[str, str] = {
    MP3: "audio/mpeg",
    OPUS: "audio/ogg",
    AAC: "audio/aac",
    FLAC: "audio/ogg",
}

MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
AAC_RATES = (*MP3_RATES, 64000, 88200, 96000)
OPUS_RATES = (8000, 12000, 16000, 24000, 48000)
FLAC_RATES = range(8000, 192_001)

APPLICATIONS = ("audio", "voip", "lowdelay")
FRAMES_MS = (2.5, 5.0, 10.0, 20.0, 40.0, 60.0)
MAX_COMPLEXITY = 10

_MPEG1_FROM = 32_000
_MPEG2_FROM = 16_000
_MPEG1_KBITS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_KBITS = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MPEG25_KBITS = tuple(kbits for kbits in _MPEG2_KBITS if kbits <= 64)
MP3_KBITS = tuple(sorted({*_MPEG1_KBITS, *_MPEG2_KBITS}))

_OPUS_KBITS = range(6, 511)
_AAC_KBITS = range(8, 577)
_AAC_FRAME_BITS = 6144
_AAC_FRAME = 1024

_USUAL_RATE = 44100
_USUAL_CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Quality:
    """``bitrate`` in kbit/s (FLAC has none of its own), ``samplerate`` in Hz.

    A ``samplerate`` or ``channels`` of 0 is that of the input, as far as the format
    has it. What begins with ``opus_`` is for Opus alone; ``opus_frame_ms`` is how
    long one of its frames lasts.
    """

    format: str = MP3
    bitrate: int = 128
    samplerate: int = 0
    channels: int = 0
    opus_application: str = "audio"
    opus_vbr: bool = True
    opus_complexity: int = MAX_COMPLEXITY
    opus_frame_ms: float = 20.0

    @property
    def content_type(self) -> str:
        """The MIME type of the stream."""
        return CONTENT_TYPES[self.format]

    @property
    def words(self) -> str:
        """For people, as short as can be: "MP3 128k"."""
        name = "Opus" if self.format == OPUS else self.format.upper()
        return name if self.format == FLAC else f"{name} {self.bitrate}k"


def fault_of(quality: Quality) -> tuple[str, str] | None:
    """Which value can't be, and why, in words; None: all is well."""
    if quality.format not in FORMATS:
        return "format", f"must be one of {', '.join(FORMATS)}"
    if quality.channels not in (0, 1, 2):
        return "channels", "must be 1 or 2, or 0 for those of the input"
    return _fault_of_rate(quality) or _fault_of_bitrate(quality) or _fault_of_opus(quality)


def resolved(quality: Quality, samplerate: int, channels: int) -> Quality:
    """``quality`` without zeros, for an input of this rate and so many channels (0: unknown)."""
    source = samplerate or _USUAL_RATE
    return replace(
        quality,
        samplerate=_nearest(quality.samplerate or source, _rates(quality)),
        channels=quality.channels or min(channels or _USUAL_CHANNELS, _USUAL_CHANNELS),
        bitrate=0 if quality.format == FLAC else quality.bitrate,
    )


def kbits_for(samplerate: int) -> tuple[int, ...]:
    """The bit rates that MP3 has at this rate."""
    if samplerate >= _MPEG1_FROM:
        return _MPEG1_KBITS
    return _MPEG2_KBITS if samplerate >= _MPEG2_FROM else _MPEG25_KBITS


def _rates(quality: Quality) -> tuple[int, ...]:
    """The rates that the format has, for that bit rate, in order; (): any."""
    if quality.format == MP3:
        return tuple(rate for rate in MP3_RATES if quality.bitrate in kbits_for(rate))
    if quality.format == AAC:
        return tuple(rate for rate in AAC_RATES if quality.bitrate * 1000 <= _aac_limit(rate))
    if quality.format == OPUS:
        # Opus itself finds out what lower rates would save.
        return OPUS_RATES if quality.samplerate else (OPUS_RATES[-1],)
    return ()


def _nearest(wanted: int, rates: tuple[int, ...]) -> int:
    """``wanted``, or the rate that takes the least from the sound."""
    if not rates or wanted in rates:
        return wanted
    above = [rate for rate in rates if rate > wanted]
    simple = [rate for rate in above if rate % wanted == 0]
    if above:
        return (simple or above)[0]
    parts = [rate for rate in rates if wanted % rate == 0]
    return (parts or list(rates))[-1]


def _aac_limit(samplerate: int) -> int:
    """Bits a second that one channel may have."""
    return _AAC_FRAME_BITS * samplerate // _AAC_FRAME


def _fault_of_rate(quality: Quality) -> tuple[str, str] | None:
    rate = quality.samplerate
    if rate == 0:
        return None
    if quality.format == FLAC:
        if rate not in FLAC_RATES:
            return "sample_rate", f"must be from {FLAC_RATES[0]} to {FLAC_RATES[-1]}"
    elif quality.format == OPUS:
        # What Opus lacks is resampled.
        if not OPUS_RATES[0] <= rate <= FLAC_RATES[-1]:
            return "sample_rate", f"must be from {OPUS_RATES[0]} to {FLAC_RATES[-1]}"
    else:
        known = MP3_RATES if quality.format == MP3 else AAC_RATES
        if rate not in known:
            return "sample_rate", f"must be one of {', '.join(map(str, known))}"
    return None


def _fault_of_bitrate(quality: Quality) -> tuple[str, str] | None:
    kbits, rate = quality.bitrate, quality.samplerate
    if quality.format == MP3:
        allowed = kbits_for(rate) if rate else MP3_KBITS
        if kbits not in allowed:
            where = f" at {rate} Hz" if rate else ""
            return "bitrate", f"must be one of {', '.join(map(str, allowed))} in MP3{where}"
    elif quality.format == OPUS and kbits not in _OPUS_KBITS:
        return "bitrate", f"must be from {_OPUS_KBITS[0]} to {_OPUS_KBITS[-1]} in Opus"
    elif quality.format == AAC:
        most = min(_AAC_KBITS[-1], _aac_limit(rate) // 1000) if rate else _AAC_KBITS[-1]
        if not _AAC_KBITS[0] <= kbits <= most:
            where = f" at {rate} Hz" if rate else ""
            return "bitrate", f"must be from {_AAC_KBITS[0]} to {most} in AAC{where}"
    return None


def _fault_of_opus(quality: Quality) -> tuple[str, str] | None:
    if quality.opus_application not in APPLICATIONS:
        return "opus_application", f"must be one of {', '.join(APPLICATIONS)}"
    if quality.opus_frame_ms not in FRAMES_MS:
        known = ", ".join(f"{each:g}" for each in FRAMES_MS)
        return "opus_frame_size_ms", f"must be one of {known}"
    if not 0 <= quality.opus_complexity <= MAX_COMPLEXITY:
        return "opus_complexity", f"must be from 0 to {MAX_COMPLEXITY}"
    return None
