"""Seams of Ogg: serials, page numbers, granule positions, checksums, last pages."""

import random
import struct
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats import synthetic_ogg as ogg
from formats.joining import Piece, Unit, entries, play, units_of
from formats.test_formats_promise import SEEDS
from tinyice.formats.base import FormatKind
from tinyice.formats.ogg import OggFramer
from tinyice.formats.ogg_page import Page, checksum, end_page, iter_pages, renumbered
from tinyice.formats.ogg_samples import PacketSamples
from tinyice.formats.seam import open_seam

TAGS = {"TITLE": "one"}
RATE_STEP = 960
OPUS_PACKET = b"\x0c" + b"\x33" * 40
"""20 ms, one frame: config 1 is SILK with 20 ms."""

U32 = st.integers(0, (1 << 32) - 1)


def opus(serial: int, pages: int = 12, start: int = 0, flags: int = ogg.LAST) -> bytes:
    """A stream of 60 ms a page, with right granule positions."""
    number = count()
    head = ogg.opus_headers(TAGS)
    out = [ogg.page(serial, next(number), 0, head[:1], ogg.FIRST)]
    out.append(ogg.page(serial, next(number), 0, head[1:]))
    for at in range(1, pages + 1):
        granule = start + at * 3 * RATE_STEP
        last = flags if at == pages else 0
        out.append(ogg.page(serial, next(number), granule, [OPUS_PACKET] * 3, last))
    return b"".join(out)


def links_of(written: bytes) -> list[list[Page]]:
    """The pages by link, each with a sound checksum."""
    links: list[list[Page]] = []
    for page in iter_pages(written):
        if page.is_first:
            links.append([])
        links[-1].append(page)
    return links


def check_link(link: list[Page]) -> None:
    """One serial, page numbers without holes, granules that ascend from zero, and an end."""
    assert {page.serial for page in link} == {link[0].serial}
    assert [page.sequence for page in link] == list(range(len(link)))
    granules = [page.granule for page in link if page.granule >= 0]
    assert granules[0] == 0
    assert granules == sorted(granules)
    assert [page.is_last for page in link] == [False] * (len(link) - 1) + [True]


@given(
    granule=st.integers(-1, (1 << 63) - 1),
    serial=U32,
    sequence=U32,
    body=st.binary(max_size=3000),
)
def test_a_renumbered_page_has_the_checksum_of_its_bytes(
    granule: int, serial: int, sequence: int, body: bytes
) -> None:
    """The adjusted checksum is that which the whole page would give."""
    raw = ogg.page(7, 8, 9, [body])
    page = Page(renumbered(raw, granule=granule, serial=serial, sequence=sequence))
    assert (page.granule, page.serial, page.sequence) == (granule, serial, sequence)
    assert int.from_bytes(page.raw[22:26], "little") == checksum(page.raw)
    assert page.raw[26:] == raw[26:]


def test_a_wrong_checksum_stays_wrong() -> None:
    """A page that was damaged on its way is not made to look sound."""
    raw = bytearray(ogg.page(7, 8, 9, [b"\x33" * 300]))
    raw[100] ^= 1
    page = renumbered(bytes(raw), granule=1, serial=2, sequence=3)
    assert int.from_bytes(page[22:26], "little") != checksum(page)


def test_the_last_page_is_empty_and_sound() -> None:
    """A page that only ends a stream has no packets."""
    page = Page(end_page(granule=5, serial=6, sequence=7))
    assert len(page.raw) == 27
    assert page.packets() == []
    assert page.is_last
    assert not page.is_first
    assert checksum(page.raw) == int.from_bytes(page.raw[22:26], "little")


@given(seed=SEEDS)
def test_each_programme_is_a_link_of_its_own(seed: int) -> None:
    """However often and wherever two streams are left and entered, the links are sound."""
    dice = random.Random(seed)
    programmes = [units_of(OggFramer(), opus(3)), units_of(OggFramer(), opus(dice.choice((3, 9))))]
    pieces = []
    for turn in range(dice.randrange(2, 9)):
        units = programmes[turn % 2]
        at = dice.choice((0, *entries(units, needs_headers=True)))
        pieces.append(Piece(units[at : at + dice.randrange(3, 9)], begins=at == 0))
    _, spans = play(FormatKind.OGG, pieces)
    links = links_of(b"".join(spans))
    for link in links:
        check_link(link)
    serials = [link[0].serial for link in links]
    assert len(set(serials)) == len(serials) == len(pieces)
    for link, piece in zip(links, pieces, strict=True):
        audio = [unit for unit in piece.units if unit.chunk.sync_points]
        assert max(page.granule for page in link) == len(audio) * 3 * RATE_STEP


def test_a_fresh_stream_keeps_its_bytes() -> None:
    """Only what clashes is renumbered: another serial passes, the same one does not."""
    first = Piece(units_of(OggFramer(), opus(1)), begins=True)
    other = Piece(units_of(OggFramer(), opus(2)), begins=True)
    _, spans = play(FormatKind.OGG, [first, other, first, other])
    assert spans[:2] == [opus(1), opus(2)]
    third, fourth = (links_of(span)[0] for span in spans[2:])
    assert len({third[0].serial, fourth[0].serial, 1, 2}) == 4
    assert [page.raw[26:] for page in third] == [page.raw[26:] for page in iter_pages(opus(1))]


def test_those_who_join_get_headers_with_the_serial_that_is_written() -> None:
    """Stream headers for late joiners are renumbered with the pages that they belong to."""
    units = units_of(OggFramer(), opus(1))
    again = Piece(units, begins=True)
    middle = Piece(units[6:9])
    chunks, spans = play(FormatKind.OGG, [again, again, middle])
    told = [chunk.headers for chunk in chunks if chunk.headers is not None]
    assert [Page(headers).serial for headers in told] == [
        links_of(span)[0][0].serial for span in spans
    ]
    assert chunks[-3].sync_points == ()
    assert chunks[-3].data.startswith(told[-1])
    assert [page.sequence for page in iter_pages(told[-1] + chunks[-1].data)] == [0, 1, 4]


def test_a_chain_of_songs_goes_on_behind_the_link_that_was_entered() -> None:
    """The link in whose middle one enters is renumbered; the next ones pass as they are."""
    songs = opus(5) + opus(6) + opus(7)
    units = units_of(OggFramer(), songs)
    _, spans = play(FormatKind.OGG, [Piece(units[:4], begins=True), Piece(units[6:])])
    assert spans[1].endswith(opus(6) + opus(7))
    links = links_of(b"".join(spans))
    assert len(links) == 4
    for link in links:
        check_link(link)


def test_songs_with_one_serial_pass_in_the_first_programme() -> None:
    """An encoder that uses one serial for every song is taken as it is."""
    songs = opus(5) * 3
    _, spans = play(FormatKind.OGG, [Piece(units_of(OggFramer(), songs), begins=True)])
    assert spans == [songs]


def test_what_was_lost_stays_lost() -> None:
    """A hole in the page numbers is not closed: a decoder must know that something is missing."""
    units = units_of(OggFramer(), opus(5))
    _, spans = play(FormatKind.OGG, [Piece([*units[4:6], *units[7:9]])])
    assert [page.sequence for page in iter_pages(spans[0])] == [0, 1, 2, 3, 5, 6, 7]


def test_several_streams_keep_their_time() -> None:
    """Sound with a video gets new serials and page numbers; granule positions fit each other."""
    theora = [b"\x80theora" + bytes(35), b"\x81theora" + bytes(20), b"\x82theora" + bytes(20)]
    first = ogg.page(20, 0, 0, theora[:1], ogg.FIRST)
    first += ogg.page(21, 0, 0, ogg.vorbis_headers(TAGS)[:1], ogg.FIRST)
    first += ogg.page(20, 1, 0, theora[1:]) + ogg.page(21, 1, 0, ogg.vorbis_headers(TAGS)[1:])
    pages = []
    for at in range(1, 9):
        pages.append(ogg.page(20, at + 1, at << 6, [b"picture" * 30]))
        pages.append(ogg.page(21, at + 1, at * 44100, [b"\x30" * 300]))
    units = units_of(OggFramer(), first + b"".join(pages))
    start = entries(units, needs_headers=True)[3]
    _, spans = play(FormatKind.OGG, [Piece(units[:9], begins=True), Piece(units[start:])])
    streams: dict[int, list[Page]] = {}
    for page in iter_pages(spans[1]):
        streams.setdefault(page.serial, []).append(page)
    assert not streams.keys() & {20, 21}
    for stream in streams.values():
        assert [page.sequence for page in stream] == list(range(len(stream)))
        assert stream[-1].is_last
    assert {page.granule for pages in streams.values() for page in pages} >= {8 << 6, 8 * 44100}


def test_a_long_packet_is_counted_where_it_ends() -> None:
    """Until a granule position is told, packets that go on over pages are counted once."""
    packet = b"\x0c" + b"\x33" * (255 * 4 - 1)
    head = ogg.opus_headers(TAGS)
    pages = [
        ogg.page(1, 0, 0, head[:1], ogg.FIRST) + ogg.page(1, 1, 0, head[1:]),
        ogg.page(1, 50, -1, [packet], open_end=True),
        ogg.page(1, 51, -1, [packet], ogg.CONTINUED, open_end=True),
        ogg.page(1, 52, 99_000, [b"\x33" * 20, OPUS_PACKET], ogg.CONTINUED),
        ogg.page(1, 53, 99_000 + RATE_STEP, [OPUS_PACKET]),
    ]
    units = units_of(OggFramer(), b"".join(pages))
    for hands_over in (False, True):
        piece = Piece([unit for unit in units if unit.headers])
        _, spans = play(FormatKind.OGG, [piece], hands_over=hands_over)
        granules = [page.granule for page in iter_pages(spans[0])]
        assert granules == [0, 0, -1, -1, 2 * RATE_STEP, 3 * RATE_STEP, 3 * RATE_STEP]


def test_unknown_codecs_keep_their_granules() -> None:
    """Where granules tell no time that is known here, they stay."""
    units = units_of(OggFramer(), ogg.link([b"unheard of"], serial=4, start=44100))
    start = entries(units, needs_headers=True)[1]
    _, spans = play(FormatKind.OGG, [Piece(units[start:])])
    pages = list(iter_pages(spans[0]))
    assert [page.granule for page in pages[1:]] == [44100 * at for at in range(3, 7)]


def test_a_stream_that_ended_by_itself_gets_no_second_end() -> None:
    """A seam ends only what is open, and only once."""
    seam = open_seam(FormatKind.OGG, b"", after=None)
    assert seam.close() == b""
    for unit in units_of(OggFramer(), opus(1)):
        seam.mend(unit.chunk)
    assert seam.close() == b""
    seam = open_seam(FormatKind.OGG, b"", after=None)
    for unit in units_of(OggFramer(), opus(1))[:5]:
        seam.mend(unit.chunk)
    assert len(seam.close()) == 27
    assert seam.close() == b""


@pytest.mark.parametrize(
    ("packet", "samples"),
    [
        (b"\x00", 480),
        (b"\x08", 960),
        (b"\x19", 2 * 2880),
        (b"\x62", 2 * 480),
        (b"\x68", 960),
        (b"\x80", 120),
        (b"\xfc", 960),
        (b"\xfb\x03", 3 * 960),
        (b"\xfb", 0),
        (b"", 0),
    ],
)
def test_samples_of_opus(packet: bytes, samples: int) -> None:
    """The first byte tells the length of the frames, and how many there are."""
    assert PacketSamples("Opus").of(packet) == samples


@pytest.mark.parametrize(
    ("head", "samples"),
    [
        (b"\xff\xf8\x19\x18\x00", 192),
        (b"\xff\xf8\x29\x18\x00", 576),
        (b"\xff\xf8\x59\x18\x00", 4608),
        (b"\xff\xf8\xc9\x18\x00", 4096),
        (b"\xff\xf8\x69\x18\x00\x7f\x00", 128),
        (b"\xff\xf8\x79\x18\xc4\x80\x0f\xff", 4096),
        (b"\xff\xf8", 0),
        (b"\x84\xf8\xc9\x18\x00", 0),
    ],
)
def test_samples_of_flac(head: bytes, samples: int) -> None:
    """The block size stands in a table, or behind the number of the frame."""
    assert PacketSamples("FLAC").of(head) == samples


def test_samples_of_speex() -> None:
    """The header tells the length of every packet; senseless ones are not believed."""
    header = ogg.speex_headers(TAGS)[0]
    assert PacketSamples("Speex", [header]).of(b"x") == 320
    absurd = header[:56] + struct.pack("<I", 1 << 30) + header[60:]
    assert not PacketSamples("Speex", [absurd]).are_known


def vorbis_setup(flags: list[int]) -> bytes:
    """A setup header that ends with these modes."""
    bits, width = 0x1234567, 25
    bits |= len(flags) - 1 << width
    width += 6
    for flag in flags:
        bits |= flag << width
        width += 41
    return (bits | 1 << width).to_bytes(width // 8 + 1, "little")


@given(flags=st.lists(st.integers(0, 1), min_size=1, max_size=12), data=st.data())
def test_samples_of_vorbis(flags: list[int], data: st.DataObject) -> None:
    """Two neighbouring blocks give a quarter of their lengths; the first one gives nothing."""
    head = ogg.vorbis_headers(TAGS)[0]
    packets = PacketSamples("Vorbis", [head, b"", vorbis_setup(flags)])
    assert packets.are_known
    modes = data.draw(st.lists(st.integers(0, len(flags) - 1), min_size=1, max_size=9))
    short, long = 1 << (head[28] & 15), 1 << (head[28] >> 4)
    blocks = [long if flags[mode] else short for mode in modes]
    told = [packets.of(bytes((mode << 1,))) for mode in modes]
    assert told == [0, *((one + two) // 4 for one, two in pairwise(blocks))]


@given(setup=st.binary(max_size=200), head=st.binary(max_size=40), packet=st.binary(max_size=4))
def test_no_headers_make_counting_fail(setup: bytes, head: bytes, packet: bytes) -> None:
    """Broken headers tell no samples, or wrong ones, but do no harm."""
    for codec in ("Vorbis", "Speex", "Opus", "FLAC", "Theora"):
        packets = PacketSamples(codec, [head, setup])
        assert packets.of(packet) >= 0


def test_a_stream_that_is_heard_already_passes_on() -> None:
    """A seam that begins in the middle of the first programme only takes note, and can end it."""
    units = units_of(OggFramer(), opus(5))
    seam = open_seam(FormatKind.OGG, units[6].headers, after=None)
    for unit in units[6:9]:
        assert seam.mend(unit.chunk) == unit.chunk
    end = Page(seam.close())
    before = Page(units[8].chunk.data)
    assert (end.serial, end.sequence, end.granule) == (5, before.sequence + 1, before.granule)
    assert end.is_last
    fresh = open_seam(FormatKind.OGG, b"", after=seam)
    assert Page(fresh.mend(units[0].chunk).data).serial != 5


def test_a_stream_without_headers_is_left_alone() -> None:
    """Pages of an unknown stream pass."""
    unit = Unit(b"", units_of(OggFramer(), opus(1))[5].chunk)
    _, spans = play(FormatKind.OGG, [Piece([unit]), Piece([unit])])
    assert spans == [unit.chunk.data] * 2
