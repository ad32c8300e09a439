"""Comments become tags, within limits."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.synthetic_ogg import comment
from tinyice.formats.vorbis_comment import MAX_TAGS, MAX_VALUE_BYTES, parse_comment


def test_keys_are_lower_case_and_values_unicode() -> None:
    """Tags keep every alphabet; keys are compared in lower case."""
    assert parse_comment(comment({"ARTIST": "Кино", "Title": "夜", "Album": 'A="b"'})) == {
        "artist": "Кино",
        "title": "夜",
        "album": 'A="b"',
    }


def test_repeated_keys_are_joined() -> None:
    """Two artists are both told."""
    raw = comment({"ARTIST": "A", "artist": "B"})
    assert parse_comment(raw) == {"artist": "A, B"}


def test_pictures_and_empty_values_are_left_out() -> None:
    """What nobody can read is no tag."""
    raw = comment({"METADATA_BLOCK_PICTURE": "x", "TITLE": " ", "": "no key", "artist": "A"})
    assert parse_comment(raw) in ({"artist": "A"}, {"artist": "A", "": "no key"})


def test_old_encodings_are_read() -> None:
    """A comment that is not UTF-8, against the rules, is taken for Latin-1."""
    entry = b"title=caf\xe9"
    raw = b"\0\0\0\0" + struct.pack("<II", 1, len(entry)) + entry
    assert parse_comment(raw) == {"title": "café"}


def test_limits_hold() -> None:
    """Too many, too long, and more than announced: the rest is ignored."""
    many = parse_comment(comment({f"key{number}": "v" for number in range(1000)}))
    assert len(many) == MAX_TAGS
    assert parse_comment(comment({"long": "x" * MAX_VALUE_BYTES, "title": "T"})) == {"title": "T"}
    assert parse_comment(b"\0\0\0\0\xff\xff\xff\xff") == {}


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_cut_comments_give_what_is_whole(cut: int) -> None:
    """A comment that is not all there gives the tags before the cut."""
    whole = parse_comment(comment({"artist": "A", "title": "T"}))
    cut_off = parse_comment(comment({"artist": "A", "title": "T"})[:cut])
    assert cut_off.items() <= whole.items()


@given(st.binary(max_size=200))
def test_any_bytes_are_some_tags(raw: bytes) -> None:
    """No comment raises."""
    assert all(value for value in parse_comment(raw).values())
