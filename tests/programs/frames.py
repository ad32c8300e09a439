"""Where MPEG and ADTS frames begin: a second opinion, independent of the server's."""

BITRATES_L3 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
RATES_V1 = (44100, 48000, 32000)


def mpeg_length(data: bytes, at: int) -> int:
    """The length of the MPEG-1 layer III frame at ``at``; 0 if there is none."""
    if len(data) < at + 4 or data[at] != 0xFF or data[at + 1] & 0xFE != 0xFA:
        return 0
    bitrate, rate = data[at + 2] >> 4, (data[at + 2] >> 2) & 3
    if not 0 < bitrate < len(BITRATES_L3) or rate >= len(RATES_V1):
        return 0
    padding = (data[at + 2] >> 1) & 1
    return 144_000 * BITRATES_L3[bitrate] // RATES_V1[rate] + padding


def adts_length(data: bytes, at: int) -> int:
    """The length of the ADTS frame at ``at``; 0 if there is none."""
    if len(data) < at + 7 or data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:
        return 0
    return (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5


def id3_length(data: bytes) -> int:
    """The length of an ID3v2 tag at the beginning; 0 if there is none."""
    if data[:3] != b"ID3":
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte
    return 10 + size
