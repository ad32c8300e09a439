"""What the first packet of a logical Ogg stream says of its codec."""

from dataclasses import dataclass

_VORBIS = b"\x01vorbis"
_OPUS = b"OpusHead"
_FLAC = b"\x7fFLAC"
_SPEEX = b"Speex   "
_THEORA = b"\x80theora"

_OPUS_RATE = 48000
_MAX_EXTRA_HEADERS = 16
_COMMENT_PREFIXES = {
    "Vorbis": b"\x03vorbis",
    "Opus": b"OpusTags",
    "Speex": b"",
    "Theora": b"\x81theora",
}
_FLAC_COMMENT = 4
_FLAC_LAST_BLOCK = 0x80
_FLAC_AUDIO = 0xFF


@dataclass(frozen=True, slots=True)
class OggCodec:
    """A codec, its audio, and how its stream begins.

    ``header_packets`` counts the first one too; 0: until a packet says that
    it is the last, or is audio. ``rate`` is granules a second, 0: granules
    tell no time. ``skipped`` granules at the start are no audio to hear.
    """

    name: str = ""
    rate: int = 0
    channels: int = 0
    bitrate: int = 0
    header_packets: int = 1
    skipped: int = 0

    def is_last_header(self, packet: bytes, number: int) -> bool:
        """Whether no header follows ``packet``, the ``number``-th from 1."""
        if self.header_packets:
            return number >= self.header_packets
        return number > 1 and bool(packet[:1] and packet[0] & _FLAC_LAST_BLOCK)

    def is_audio(self, packet: bytearray) -> bool:
        """Whether a packet can't be a header, by its first byte."""
        return self.name == "FLAC" and packet[:1] == bytes((_FLAC_AUDIO,))

    def comment(self, packet: bytes) -> bytes | None:
        """The Vorbis comment inside a header packet after the first; None: another header."""
        if self.name == "FLAC":
            return packet[4:] if packet[:1] and packet[0] & 0x7F == _FLAC_COMMENT else None
        prefix = _COMMENT_PREFIXES.get(self.name)
        if prefix is None or not packet.startswith(prefix):
            return None
        return packet[len(prefix) :]


def codec_of(packet: bytes) -> OggCodec:
    """The codec of the stream that begins with ``packet``; nameless: unknown."""
    if packet.startswith(_VORBIS):
        return _vorbis(packet)
    if packet.startswith(_OPUS):
        return _opus(packet)
    if packet.startswith(_FLAC):
        return _flac(packet)
    if packet.startswith(_SPEEX):
        return _speex(packet)
    if packet.startswith(_THEORA):
        return OggCodec("Theora", header_packets=3)
    return OggCodec()


def _number(packet: bytes, at: int, size: int) -> int:
    return int.from_bytes(packet[at : at + size], "little")


def _bitrate(packet: bytes, at: int) -> int:
    return max(0, int.from_bytes(packet[at : at + 4], "little", signed=True))


def _vorbis(packet: bytes) -> OggCodec:
    return OggCodec(
        "Vorbis",
        rate=_number(packet, 12, 4),
        channels=_number(packet, 11, 1),
        bitrate=_bitrate(packet, 20),
        header_packets=3,
    )


def _opus(packet: bytes) -> OggCodec:
    return OggCodec(
        "Opus",
        rate=_OPUS_RATE,
        channels=_number(packet, 9, 1),
        header_packets=2,
        skipped=_number(packet, 10, 2),
    )


def _flac(packet: bytes) -> OggCodec:
    announced = int.from_bytes(packet[7:9], "big")
    format_bits = int.from_bytes(packet[27:31], "big")
    return OggCodec(
        "FLAC",
        rate=format_bits >> 12,
        channels=(format_bits >> 9 & 7) + 1 if format_bits else 0,
        header_packets=announced + 1 if announced else 0,
    )


def _speex(packet: bytes) -> OggCodec:
    extra = _number(packet, 68, 4)
    return OggCodec(
        "Speex",
        rate=_number(packet, 36, 4),
        channels=_number(packet, 48, 4),
        bitrate=_bitrate(packet, 52),
        header_packets=2 + (extra if extra <= _MAX_EXTRA_HEADERS else 0),
    )
