"""MP3 from samples: one encoder that runs on, bare frames out."""

from array import array
from fractions import Fraction

from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.codec.context import CodecContext

FRAME_SAMPLES = 1152
SAMPLE_BYTES = 2


class Mp3Encoder:
    """Stereo, constant bit rate; no tag and no Xing frame stands before the audio."""

    def __init__(self, *, samplerate: int, bitrate: int) -> None:
        context = CodecContext.create("libmp3lame", "w")
        if not isinstance(context, AudioCodecContext):
            raise TypeError("libmp3lame is no audio encoder")
        context.sample_rate = samplerate
        context.layout = "stereo"
        context.format = "s16p"
        context.bit_rate = bitrate
        context.time_base = Fraction(1, samplerate)
        self._context = context
        self._samplerate = samplerate
        self._left = bytearray()
        self._right = bytearray()
        self._encoded_samples = 0

    def encode(self, left: "array[int]", right: "array[int]") -> tuple[bytes, float]:
        """The frames that these samples complete, and how many seconds they are."""
        self._left += left.tobytes()
        self._right += right.tobytes()
        size = FRAME_SAMPLES * SAMPLE_BYTES
        packets = []
        while len(self._left) >= size:
            packets += self._context.encode(self._frame(size))
            del self._left[:size]
            del self._right[:size]
        seconds = len(packets) * FRAME_SAMPLES / self._samplerate
        return b"".join(map(bytes, packets)), seconds

    def _frame(self, size: int) -> AudioFrame:
        frame = AudioFrame("s16p", "stereo", FRAME_SAMPLES)
        frame.sample_rate = self._samplerate
        frame.pts = self._encoded_samples
        self._encoded_samples += FRAME_SAMPLES
        left, right = frame.planes
        left.update(bytes(self._left[:size]))
        right.update(bytes(self._right[:size]))
        return frame
