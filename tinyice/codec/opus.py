"""Opus in Ogg (RFC 7845), muxed here, so that the encoder runs on from title to title."""

from collections import deque
from collections.abc import Callable

from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from tinyice.codec.contexts import open_encoder, packets_of
from tinyice.codec.encoder import MAX_TAG, Title
from tinyice.codec.made import Made
from tinyice.codec.ogg_writer import OggWriter, comment_packet
from tinyice.codec.sound import Shape
from tinyice.core.quality import Quality

CLOCK = 48_000
"""Positions in Ogg Opus are counted so, at any rate."""

PREROLL = CLOCK * 80 // 1000
"""So long a decoder needs to settle: RFC 7845, section 4.6."""

PAGE_S = 0.2
VENDOR = "tinyice"


class OpusEncoder:
    """``Encoder`` of Opus.

    A new title begins a new logical stream, which repeats the last packets of the
    one before: a decoder that begins there plays them to itself (the pre-skip), and
    then goes on at the very sample.
    """

    has_titles = True

    def __init__(self, quality: Quality, serials: Callable[[], int]) -> None:
        self._quality = quality
        self.shape = Shape(quality.samplerate, quality.channels, "flt")
        self._writer = OggWriter(serials, page_samples=int(PAGE_S * CLOCK))
        self._packet_samples = int(quality.opus_frame_ms * CLOCK / 1000)
        self._recent: deque[bytes] = deque(maxlen=-(-PREROLL // self._packet_samples))
        self._context = self._new()
        self._head = bytes(self._context.extradata or b"")

    def begin(self, title: Title) -> bytes:
        """The end of one logical stream and the headers of the next."""
        skip = len(self._recent) * self._packet_samples
        head = self._head
        if skip:
            head = head[:10] + skip.to_bytes(2, "little") + head[12:]
        tags = (("ARTIST", title.artist[:MAX_TAG]), ("TITLE", title.title[:MAX_TAG]))
        written = self._writer.begin((head, b"OpusTags" + comment_packet(VENDOR, tags)))
        for packet in self._recent:
            written += self._writer.add(packet, self._packet_samples)
        return written

    def encode(self, samples: AudioFrame) -> Made:
        """The pages that these samples complete."""
        return self._write(packets_of(self._context, samples))

    def rest(self) -> Made:
        """The page that is not full."""
        return Made(self._writer.flush())

    def go_on(self) -> None:
        """The encoder forgets; the logical stream stays."""
        self._context = self._new()
        self._recent.clear()

    def flush(self) -> Made:
        """The last packets, and the end of the logical stream."""
        made = self._write(packets_of(self._context, None))
        return Made(made.data + self._writer.close(), made.seconds)

    def _write(self, packets: list[bytes]) -> Made:
        self._recent += packets
        data = b"".join(self._writer.add(packet, self._packet_samples) for packet in packets)
        return Made(data, len(packets) * self._packet_samples / CLOCK)

    def _new(self) -> AudioCodecContext:
        quality = self._quality
        options = {
            "application": quality.opus_application,
            "frame_duration": f"{quality.opus_frame_ms:g}",
            "vbr": "on" if quality.opus_vbr else "off",
            "compression_level": str(quality.opus_complexity),
        }
        return open_encoder("libopus", self.shape, bitrate=quality.bitrate * 1000, options=options)
