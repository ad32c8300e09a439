"""Ogg pages: the checksum, the strict parser, the packets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.synthetic_ogg import CONTINUED, FIRST, LAST, page, plain_crc, table_crc
from tinyice.formats.ogg_page import (
    MAX_PAGE_BYTES,
    OggError,
    checksum,
    has_sound_checksum,
    iter_pages,
    page_length,
)


@given(st.binary(min_size=27, max_size=300))
def test_the_fast_checksum_is_the_plain_one(data: bytes) -> None:
    """Mirrored bytes through zlib give Ogg's CRC, whatever the bytes."""
    blank = data[:22] + bytes(4) + data[26:]
    assert checksum(data) == plain_crc(blank) == table_crc(blank)


def test_pages_are_read() -> None:
    """Flags, granule, numbers and packets are those that were written."""
    raw = page(7, 3, -1, [b"a" * 255, b"", b"b" * 600], FIRST | LAST | CONTINUED)
    (read,) = iter_pages(raw)
    assert (read.serial, read.sequence, read.granule) == (7, 3, -1)
    assert (read.is_first, read.is_last, read.is_continued) == (True, True, True)
    assert read.packets() == [(b"a" * 255, True), (b"", True), (b"b" * 600, True)]


def test_open_packets_are_told() -> None:
    """The last packet of a page may go on; a page may be all of one packet, or empty."""
    (read,) = iter_pages(page(1, 0, -1, [b"x", b"y" * 510], open_end=True))
    assert read.packets() == [(b"x", True), (b"y" * 510, False)]
    (empty,) = iter_pages(page(1, 0, 0, []))
    assert empty.packets() == []


def test_the_longest_page_has_its_limit() -> None:
    """255 full segments are the longest page there is."""
    assert len(page(1, 0, -1, [bytes(255 * 255)], open_end=True)) == MAX_PAGE_BYTES


@given(bit=st.integers(min_value=0))
def test_one_wrong_bit_is_found(bit: int) -> None:
    """The strict parser raises on any changed bit."""
    raw = bytearray(page(1, 0, 5, [b"packet"]) * 2)
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    with pytest.raises(OggError):
        list(iter_pages(bytes(raw)))


@pytest.mark.parametrize("cut", [1, 26, 27, 28, -1])
def test_half_pages_are_refused(cut: int) -> None:
    """The strict parser wants whole pages and nothing else."""
    raw = page(1, 0, 5, [b"packet"])
    with pytest.raises(OggError):
        list(iter_pages(raw + raw[:cut]))
    with pytest.raises(OggError):
        list(iter_pages(raw + b"garbage"))


def test_no_pages_in_nothing() -> None:
    """Nothing is a sound stream of no pages."""
    assert list(iter_pages(b"")) == []


def test_the_length_is_known_as_soon_as_it_can_be() -> None:
    """Until the segment table is whole the length is unknown; a wrong head is no page."""
    raw = page(1, 0, 5, [b"packet"])
    assert {page_length(raw[:size], 0) for size in range(28)} == {None}
    assert {page_length(raw[:size], 0) for size in range(28, len(raw))} == {len(raw)}
    assert page_length(b"Oggs" + raw[4:], 0) == 0
    assert page_length(raw[:4] + b"\1" + raw[5:], 0) == 0
    assert page_length(raw[:5] + b"\x08" + raw[6:], 0) == 0
    assert has_sound_checksum(raw)
