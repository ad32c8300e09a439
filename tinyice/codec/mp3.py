"""MP3 as one of the formats of transcoders."""

from av.audio.frame import AudioFrame

from tinyice.codec.encoder import Title
from tinyice.codec.made import Made
from tinyice.codec.plain_mp3 import PlainMp3
from tinyice.codec.sound import Shape, pcm_of
from tinyice.core.quality import Quality


class Mp3Encoder:
    """``Encoder`` of MP3."""

    has_titles = False

    def __init__(self, quality: Quality) -> None:
        self._quality = quality
        self.shape = Shape(quality.samplerate, quality.channels, "s16")
        self._lame = self._new()

    def begin(self, title: Title) -> bytes:
        """Nothing: titles stand beside MP3."""
        return b""

    def encode(self, samples: AudioFrame) -> Made:
        """What these samples complete."""
        return self._lame.encode(pcm_of(samples))

    def rest(self) -> Made:
        """All of what was begun, so that there is a whole frame at the end."""
        data = self._lame.flush()
        self._lame = self._new()
        return Made(data)

    def go_on(self) -> None:
        """A pause is nothing to a fresh encoder."""

    def flush(self) -> Made:
        """The last of it."""
        return self.rest()

    def _new(self) -> PlainMp3:
        quality = self._quality
        return PlainMp3(
            samplerate=quality.samplerate, channels=quality.channels, bitrate=quality.bitrate
        )
