"""FLAC in Ogg: packets of FFmpeg's encoder, muxed here (the mapping of xiph.org, version 1.0)."""

from collections.abc import Callable

from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from tinyice.codec.contexts import open_encoder
from tinyice.codec.encoder import MAX_TAG, Title
from tinyice.codec.made import Made
from tinyice.codec.ogg_writer import OggWriter, comment_packet
from tinyice.codec.sound import Shape
from tinyice.core.quality import Quality

PAGE_S = 0.05
VENDOR = "tinyice"

_ONE_MORE_HEADER = b"\x7fFLAC\x01\x00\x00\x01fLaC"
_STREAMINFO = b"\x00\x00\x00\x22"
_LAST_COMMENT = 0x84


class FlacEncoder:
    """``Encoder`` of FLAC, 16 bit. A new title begins a new logical stream."""

    has_titles = True

    def __init__(self, quality: Quality, serials: Callable[[], int]) -> None:
        self.shape = Shape(quality.samplerate, quality.channels, "s16")
        self._writer = OggWriter(serials, page_samples=int(PAGE_S * quality.samplerate))
        self._context = self._new()
        self._head = _ONE_MORE_HEADER + _STREAMINFO + bytes(self._context.extradata or b"")[:34]

    def begin(self, title: Title) -> bytes:
        """The end of one logical stream and the headers of the next."""
        tags = (("ARTIST", title.artist[:MAX_TAG]), ("TITLE", title.title[:MAX_TAG]))
        comment = comment_packet(VENDOR, tags)
        block = bytes((_LAST_COMMENT,)) + len(comment).to_bytes(3, "big") + comment
        return self._writer.begin((self._head, block))

    def encode(self, samples: AudioFrame) -> Made:
        """The pages that these samples complete."""
        return self._write(samples)

    def rest(self) -> Made:
        """What is complete: whole packets only."""
        return Made(self._writer.flush())

    def go_on(self) -> None:
        """The encoder forgets; the logical stream stays."""
        self._context = self._new()

    def flush(self) -> Made:
        """The last packets, and the end of the logical stream."""
        made = self._write(None)
        return Made(made.data + self._writer.close(), made.seconds)

    def _write(self, samples: AudioFrame | None) -> Made:
        data, count = b"", 0
        for packet in self._context.encode(samples):
            length = packet.duration or 0
            count += length
            data += self._writer.add(bytes(packet), length)
        return Made(data, count / self.shape.samplerate)

    def _new(self) -> AudioCodecContext:
        return open_encoder("flac", self.shape)
