"""Ogg: headers are captured, links are chained, listeners join at sound pages."""

import pytest

from formats import synthetic_ogg as ogg
from formats.feeding import Fed, feed_all, pieces_of
from tinyice.formats.base import AudioInfo, FormatKind
from tinyice.formats.ogg import OggFramer
from tinyice.formats.ogg_chain import MAX_HEADER_BYTES
from tinyice.formats.ogg_page import Page, iter_pages

TAGS = {"ARTIST": "Кино", "TITLE": "Группа крови"}
LOWER = {"artist": "Кино", "title": "Группа крови"}

CODECS = {
    "vorbis": (ogg.vorbis_headers(TAGS), 44100, AudioInfo(128000, 44100, 2, "Vorbis")),
    "opus": (ogg.opus_headers(TAGS), 48000, AudioInfo(0, 48000, 2, "Opus")),
    "flac": (ogg.flac_headers(TAGS), 48000, AudioInfo(0, 48000, 2, "FLAC")),
    "flac uncounted": (ogg.flac_headers(TAGS, 0), 48000, AudioInfo(0, 48000, 2, "FLAC")),
    "speex": (ogg.speex_headers(TAGS), 16000, AudioInfo(27800, 16000, 1, "Speex")),
    "speex extra": (ogg.speex_headers(TAGS, 2), 16000, AudioInfo(27800, 16000, 1, "Speex")),
}


def fed(data: bytes, size: int = 100) -> Fed:
    """Feed it in pieces."""
    return feed_all(OggFramer(), pieces_of(data, size))


def places(data: bytes) -> list[tuple[int, Page]]:
    """The pages of a stream, with where they begin."""
    found, at = [], 0
    for page in iter_pages(data):
        found.append((at, page))
        at += len(page.raw)
    return found


def headers_bytes(data: bytes, pages: int) -> bytes:
    """The first pages of a stream."""
    return b"".join(page.raw for page in list(iter_pages(data))[:pages])


@pytest.mark.parametrize("codec", CODECS)
def test_headers_and_audio_of_each_codec(codec: str) -> None:
    """The header pages are captured, each audio page may be joined and tells its time."""
    packets, rate, info = CODECS[codec]
    data = ogg.link(packets, pages=6, step=rate)
    framer = OggFramer()
    result = feed_all(framer, pieces_of(data, 100))
    assert result.data == data
    assert result.headers == [headers_bytes(data, 2)]
    assert result.joins == [(at, result.headers[0]) for at, _ in places(data)[2:]]
    assert result.seconds == pytest.approx(6.0, abs=0.01)
    assert result.tags == [LOWER]
    assert framer.info == info
    assert (framer.kind, framer.needs_headers) == (FormatKind.OGG, True)


def test_each_page_passes_when_it_is_whole() -> None:
    """A page is not kept until the next one comes."""
    framer = OggFramer()
    for page in iter_pages(ogg.link(ogg.opus_headers(TAGS))):
        (chunk,) = framer.feed(page.raw)
        assert chunk.data == page.raw


def test_headers_may_span_pages() -> None:
    """A header packet as long as a picture is captured over all its pages."""
    first, comment, setup = ogg.vorbis_headers(TAGS)
    comment += bytes(255 * 255 + 255 * 100 - len(comment))
    data = b"".join(
        (
            ogg.page(1, 0, 0, [first], ogg.FIRST),
            ogg.page(1, 1, -1, [comment[: 255 * 255]], open_end=True),
            ogg.page(1, 2, 0, [comment[255 * 255 :], setup], ogg.CONTINUED),
            ogg.page(1, 3, 44100, [b"audio"]),
        ),
    )
    result = fed(data, 4096)
    assert result.headers == [headers_bytes(data, 3)]
    assert len(result.joins) == 1
    assert result.tags == [LOWER]


def test_a_continued_page_is_no_sync_point() -> None:
    """Nobody begins with the second half of a packet."""
    start = ogg.link(ogg.opus_headers(TAGS), pages=1, step=48000)
    rest = [
        ogg.page(1, 3, -1, [b"x" * 510], open_end=True),
        ogg.page(1, 4, 96000, [b"rest", b"more"], ogg.CONTINUED),
        ogg.page(1, 5, 144000, [b"next"]),
    ]
    result = fed(start + b"".join(rest))
    joins = [at for at, page in places(start + b"".join(rest)) if not page.is_continued][2:]
    assert result.offsets == joins
    assert result.seconds == pytest.approx(3.0, abs=0.01)


def test_two_hundred_links() -> None:
    """Each link has its own headers and tags; each listener gets those of its page."""
    links = [
        ogg.link(
            ogg.vorbis_headers({"TITLE": f"Song {number}"}),
            serial=number % 3,
            pages=3,
        )
        for number in range(200)
    ]
    result = fed(b"".join(links), 1000)
    assert result.data == b"".join(links)
    assert result.headers == [headers_bytes(link, 2) for link in links]
    assert result.tags == [{"title": f"Song {number}"} for number in range(200)]
    expected, base = [], 0
    for link in links:
        expected += [(base + at, headers_bytes(link, 2)) for at, _ in places(link)[2:]]
        base += len(link)
    assert result.joins == expected
    assert result.seconds == pytest.approx(600.0)


def test_codecs_may_follow_each_other() -> None:
    """A link may have another codec and even the same serial number."""
    links = [ogg.link(packets, serial=9, step=rate) for packets, rate, _ in CODECS.values()]
    result = fed(b"".join(links))
    assert result.headers == [headers_bytes(link, 2) for link in links]
    assert result.seconds == pytest.approx(5.0 * len(links), abs=0.1)


def test_streams_may_be_multiplexed() -> None:
    """Headers of all streams are captured; the audio stream is the one to join."""
    sound, other = ogg.vorbis_headers(TAGS), [b"\x80theora", b"\x81theora", b"\x82theora"]
    data = b"".join(
        (
            ogg.page(1, 0, 0, other[:1], ogg.FIRST),
            ogg.page(2, 0, 0, sound[:1], ogg.FIRST),
            ogg.page(3, 0, 0, [b"unheard of"], ogg.FIRST),
            ogg.page(1, 1, 0, other[1:]),
            ogg.page(3, 1, 0, [b"who knows"]),
            ogg.page(2, 1, 0, sound[1:]),
            ogg.page(1, 2, 7, [b"picture"]),
            ogg.page(2, 2, 44100, [b"sound"]),
            ogg.page(1, 3, 8, [b"picture"]),
            ogg.page(2, 3, 88200, [b"sound"]),
            ogg.page(4, 0, 5, [b"of no stream that began"]),
        ),
    )
    pages = [raw for _, raw in places(data)]
    result = fed(data)
    headers = b"".join(pages[at].raw for at in (0, 1, 2, 3, 5))
    assert result.headers == [headers]
    assert result.joins == [(places(data)[at][0], headers) for at in (7, 9)]
    assert result.seconds == pytest.approx(2.0)


def test_an_unknown_codec_is_joined_by_its_first_page() -> None:
    """Of a codec that we don't know, the first page is the headers, and any page will do."""
    data = ogg.link([b"unheard of"], pages=4)
    framer = OggFramer()
    result = feed_all(framer, [data])
    assert result.headers == [headers_bytes(data, 1)]
    assert result.offsets == [at for at, _ in places(data)[1:]]
    assert result.seconds == 0
    assert framer.info == AudioInfo()


def test_false_pages_inside_audio_are_audio() -> None:
    """The capture pattern proves nothing: the checksum does."""
    false = b"OggS\0\2" + bytes(20) + b"\1\x10" + b"whatever"
    data = ogg.link(ogg.vorbis_headers(TAGS), pages=4, audio=false * 9)
    result = fed(data)
    assert len(result.headers) == 1
    assert result.offsets == [at for at, _ in places(data)[2:]]
    cut_in = data[places(data)[3][0] + 40 :]
    assert fed(cut_in).data == cut_in
    assert fed(data + cut_in).offsets[4:] == [
        at + len(data) - 40 - places(data)[3][0] for at, _ in places(data)[4:]
    ]


def test_damaged_pages_pass_and_are_no_sync_points() -> None:
    """A page with a wrong checksum goes to those who listen; nobody begins there."""
    data = bytearray(ogg.link(ogg.vorbis_headers(TAGS), pages=5))
    starts = [at for at, _ in places(bytes(data))]
    data[starts[4] + 100] ^= 1
    result = fed(bytes(data))
    assert result.data == data
    assert result.offsets == [starts[2], starts[3], starts[5], starts[6]]
    assert result.seconds == pytest.approx(5.0)


def test_a_damaged_header_makes_no_headers() -> None:
    """Without all its headers a link can't be joined; the next one can."""
    broken = bytearray(ogg.link(ogg.vorbis_headers(TAGS), serial=1))
    broken[len(headers_bytes(bytes(broken), 1)) + 50] ^= 1
    sound = ogg.link(ogg.vorbis_headers(TAGS), serial=2)
    result = fed(bytes(broken) + sound)
    assert headers_bytes(sound, 2) in result.headers
    sound_offsets = [len(broken) + at for at, _ in places(sound)[2:]]
    assert [offset for offset in result.offsets if offset >= len(broken)] == sound_offsets


def test_a_stream_without_a_beginning_is_not_joined() -> None:
    """Pages of a stream whose headers nobody saw pass, without sync points."""
    data = ogg.link(ogg.vorbis_headers(TAGS))
    tail = data[len(headers_bytes(data, 2)) :]
    result = fed(tail)
    assert (result.data, result.joins, result.seconds) == (tail, [], 0.0)


def test_jumping_granules_tell_no_time() -> None:
    """Positions that go back, leap or overflow are not believed, those after them are."""
    packets = ogg.opus_headers(TAGS, skipped=0)
    granules = (48000, 96000, 0, 48000, 1 << 62, (1 << 62) + 48000, -5, 48000, 96000)
    pages = [ogg.page(1, 2 + n, granule, [b"x"]) for n, granule in enumerate(granules)]
    head = headers_bytes(ogg.link(packets), 2)
    result = fed(head + b"".join(pages))
    assert len(result.joins) == len(granules)
    assert result.seconds == pytest.approx(5.0)


def test_a_relayed_stream_begins_late() -> None:
    """A first page hours after zero is no hour of audio."""
    data = ogg.link(ogg.opus_headers(TAGS), start=48000 * 36000, step=48000, pages=3)
    assert fed(data).seconds == pytest.approx(2.0)


def test_a_stream_entered_in_its_middle_has_no_time_before_it() -> None:
    """However young it is: else a relay would be held back for as long as the stream is old."""
    data = ogg.link(ogg.opus_headers(TAGS, skipped=0), step=48000, pages=40)
    starts = [at for at, _ in places(data)]
    assert fed(data[: starts[2]] + data[starts[32] :]).seconds == pytest.approx(9.0)


def test_audio_before_the_announced_headers_ends_them() -> None:
    """A wrong number of header packets costs one sync point, not the link."""
    headers = ogg.flac_headers(TAGS, announced=9)
    data = ogg.link(headers, pages=4, step=48000)
    result = fed(data)
    assert result.headers == [headers_bytes(data, 2)]
    assert result.offsets == [at for at, _ in places(data)[3:]]
    frames = ogg.page(1, 2, -1, [b"\xff\xf8" + bytes(508)], open_end=True)
    assert fed(headers_bytes(data, 2) + frames).headers == result.headers


def test_endless_headers_are_not_kept() -> None:
    """A link with too many header bytes can't be joined, and the next one can."""
    first = ogg.vorbis_headers(TAGS)[0]
    many = [ogg.page(1, 1 + n, -1, [bytes(65025)], n and 1, open_end=True) for n in range(20)]
    endless = ogg.page(1, 0, 0, [first], ogg.FIRST) + b"".join(many)
    assert len(endless) > MAX_HEADER_BYTES
    endless += ogg.page(1, 30, 44100, [b"audio"]) + ogg.page(1, 31, 88200, [b"audio"])
    sound = ogg.link(ogg.vorbis_headers(TAGS), serial=2)
    result = fed(endless + sound, 4096)
    assert result.headers == [headers_bytes(sound, 2)]
    assert len(result.joins) == 5


def test_positions_on_sound_headers_mean_nothing() -> None:
    """Headers that are complete are headers, even with a granule position on them."""
    packets = ogg.opus_headers(TAGS)
    pages = [
        ogg.page(1, 0, 99, packets[:1], ogg.FIRST),
        ogg.page(1, 1, 99, packets[1:]),
        ogg.page(1, 2, 48312, [b"audio"]),
    ]
    assert fed(b"".join(pages)).joins == [(len(pages[0] + pages[1]), pages[0] + pages[1])]
