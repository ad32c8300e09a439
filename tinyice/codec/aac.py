"""AAC (low complexity) in ADTS frames (ISO/IEC 13818-7): each is a place to begin."""

from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from tinyice.codec.contexts import open_encoder, packets_of
from tinyice.codec.encoder import Title
from tinyice.codec.made import Made
from tinyice.codec.sound import Shape
from tinyice.core.quality import Quality

_RATES = (
    *(96000, 88200, 64000, 48000, 44100, 32000, 24000),
    *(22050, 16000, 12000, 11025, 8000, 7350),
)
_FRAME = 1024
_HEAD_BYTES = 7
_LOW_COMPLEXITY = 1


class AacEncoder:
    """``Encoder`` of AAC."""

    has_titles = False

    def __init__(self, quality: Quality) -> None:
        self._quality = quality
        self.shape = Shape(quality.samplerate, quality.channels, "fltp")
        self._index = _RATES.index(quality.samplerate)
        self._context = self._new()

    def begin(self, title: Title) -> bytes:
        """Nothing: titles stand beside AAC."""
        return b""

    def encode(self, samples: AudioFrame) -> Made:
        """The frames that these samples complete."""
        return self._write(samples)

    def rest(self) -> Made:
        """Nothing waits: frames are whole."""
        return Made()

    def go_on(self) -> None:
        """The encoder forgets."""
        self._context = self._new()

    def flush(self) -> Made:
        """The last frames."""
        return self._write(None)

    def _write(self, samples: AudioFrame | None) -> Made:
        packets = packets_of(self._context, samples)
        data = b"".join(self._head(len(packet)) + packet for packet in packets)
        return Made(data, len(packets) * _FRAME / self.shape.samplerate)

    def _head(self, size: int) -> bytes:
        """The fixed and the variable header of a frame, without a checksum."""
        length = size + _HEAD_BYTES
        value = 0xFFF1 << 40
        value |= _LOW_COMPLEXITY << 38 | self._index << 34 | self.shape.channels << 30
        value |= length << 13 | 0x7FF << 2
        return value.to_bytes(_HEAD_BYTES, "big")

    def _new(self) -> AudioCodecContext:
        return open_encoder("aac", self.shape, bitrate=self._quality.bitrate * 1000)
