"""One sound stream of every format, for what all framers promise alike."""

from collections.abc import Callable

from formats import synthetic_matroska as mkv
from formats import synthetic_ogg as ogg
from formats.synthetic_frames import adts_frame, id3v1, id3v2, mpeg_frame, xing_frame
from tinyice.formats.adts import AdtsFramer
from tinyice.formats.base import Framer
from tinyice.formats.matroska import MatroskaFramer
from tinyice.formats.mpeg import MpegFramer
from tinyice.formats.ogg import OggFramer

TAGS = {"ARTIST": "Кино", "TITLE": 'It\'s "so"'}


def _mpeg() -> bytes:
    frames = mpeg_frame() * 8
    return id3v2(300) + xing_frame() + frames + id3v1() + id3v2(40) + frames + b"junk" + frames


def _adts() -> bytes:
    return id3v2(50) + b"".join(adts_frame(100 + size * 37 % 300) for size in range(30))


def _ogg() -> bytes:
    links = (
        ogg.link(ogg.vorbis_headers(TAGS), serial=1),
        ogg.link(ogg.opus_headers(TAGS), serial=2, step=48000),
        ogg.link(ogg.flac_headers(TAGS), serial=2, step=48000),
        ogg.link(ogg.speex_headers(TAGS, extra=1), serial=3, step=16000),
        ogg.link([b"unheard of"], serial=4),
    )
    return b"".join(links)


def _matroska() -> bytes:
    one = mkv.head(TAGS) + b"".join(mkv.clusters(3))
    return one + mkv.head() + b"".join(mkv.clusters(3, known_size=True))


Sample = tuple[Callable[[], Framer], bytes]

SAMPLES: dict[str, Sample] = {
    "mpeg": (MpegFramer, _mpeg()),
    "adts": (AdtsFramer, _adts()),
    "ogg": (OggFramer, _ogg()),
    "matroska": (MatroskaFramer, _matroska()),
}
