"""MP3 from samples as bytes, by LAME: one encoder that runs on, bare frames out."""

from lameenc import Encoder as Lame  # type: ignore[import-not-found]

from tinyice.codec.made import Made

_EFFORT = 5
"""LAME's own measure: 0 takes longest. So does the ffmpeg command."""

SAMPLE_BYTES = 2


class PlainMp3:
    """Constant bit rate, from samples as bytes: 16 bit, channels alternate."""

    def __init__(self, *, samplerate: int, channels: int, bitrate: int) -> None:
        lame = Lame()
        lame.silence()
        lame.set_in_sample_rate(samplerate)
        lame.set_out_sample_rate(samplerate)
        lame.set_channels(channels)
        lame.set_bit_rate(bitrate)
        lame.set_quality(_EFFORT)
        self._lame = lame
        self._bytes_a_second = samplerate * channels * SAMPLE_BYTES
        self._is_begun = False

    def encode(self, pcm: bytes) -> Made:
        """The bytes that LAME lets go of, and how long the samples are."""
        self._is_begun = True
        return Made(bytes(self._lame.encode(pcm)), len(pcm) / self._bytes_a_second)

    def flush(self) -> bytes:
        """The last of it."""
        return bytes(self._lame.flush()) if self._is_begun else b""
