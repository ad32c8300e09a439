"""Matroska: headers up to the first cluster, sync points at clusters."""

import pytest

from formats import synthetic_matroska as mkv
from formats.feeding import Fed, feed_all, pieces_of
from tinyice.formats import matroska_ids as ids
from tinyice.formats.base import AudioInfo, FormatKind
from tinyice.formats.matroska import HELD_HEADER_BYTES, MAX_HEADER_BYTES, MatroskaFramer
from tinyice.formats.matroska_scan import MAX_ELEMENT_BYTES

HEAD = mkv.head({"TITLE": "夜", "ARTIST": "Кино"})


def fed(data: bytes, size: int = 100) -> Fed:
    """Feed it in pieces."""
    return feed_all(MatroskaFramer(), pieces_of(data, size))


def starts(base: int, parts: list[bytes]) -> list[int]:
    """Where the parts begin, one after the other."""
    return [base + len(b"".join(parts[:at])) for at in range(len(parts))]


@pytest.mark.parametrize("known_size", [False, True])
def test_each_cluster_is_a_sync_point(known_size: bool) -> None:
    """Clusters of known and unknown size are joined at their start, under the headers."""
    parts = mkv.clusters(5, known_size=known_size)
    framer = MatroskaFramer()
    result = feed_all(framer, pieces_of(HEAD + b"".join(parts), 100))
    assert result.data == HEAD + b"".join(parts)
    assert result.headers == [HEAD]
    assert result.joins == [(at, HEAD) for at in starts(len(HEAD), parts)]
    assert result.seconds == pytest.approx(4.9)
    assert result.tags == [{"title": "夜", "artist": "Кино"}]
    assert framer.info == AudioInfo(0, 48000, 2, "Opus")
    assert (framer.kind, framer.needs_headers) == (FormatKind.MATROSKA, True)


@pytest.mark.parametrize("known_size", [False, True])
def test_a_cluster_passes_block_by_block(known_size: bool) -> None:
    """Nobody waits for the end of a cluster; data ends where an element ends."""
    framer = MatroskaFramer()
    framer.feed(HEAD)
    (part,) = mkv.clusters(1, known_size=known_size)
    block = mkv.block(0, b"\x44" * 200)
    first = len(part) - 9 * len(block)
    assert sum(len(chunk.data) for chunk in framer.feed(part[:first])) == len(HEAD) + first
    assert framer.feed(part[first : first + 50]) == []
    (chunk,) = framer.feed(part[first + 50 : first + len(block) + 10])
    assert len(chunk.data) == len(block)


def test_headers_come_before_the_first_cluster() -> None:
    """The headers are a chunk of their own, known when the first cluster begins."""
    framer = MatroskaFramer()
    assert framer.feed(HEAD) == []
    chunks = framer.feed(mkv.clusters(1)[0])
    assert [chunk.headers for chunk in chunks] == [HEAD, None]
    assert [chunk.sync_points for chunk in chunks] == [(), (0,)]


def test_a_known_segment_size_is_made_unknown() -> None:
    """Who joins late is not told of an end that is not theirs."""
    sized = mkv.head(size=b"\x08\x12\x34\x56\x78"[:5])
    part = mkv.clusters(2)
    result = fed(sized + b"".join(part))
    assert result.data == sized + b"".join(part)
    assert result.headers == [mkv.head(size=b"\x0f\xff\xff\xff\xff")]


def test_a_new_head_begins_a_new_stream() -> None:
    """A recorder that starts again brings headers of its own."""
    other = mkv.head({"TITLE": "Next"})
    parts = mkv.clusters(2)
    data = HEAD + b"".join(parts) + other + b"".join(parts)
    result = fed(data)
    second = len(HEAD) + len(b"".join(parts)) + len(other)
    assert result.headers == [HEAD, other]
    assert result.joins == [
        *((at, HEAD) for at in starts(len(HEAD), parts)),
        *((at, other) for at in starts(second, parts)),
    ]
    assert result.tags[1] == {"title": "Next"}
    assert result.seconds == pytest.approx(3.8)


def test_block_groups_and_voids_are_followed() -> None:
    """Blocks in groups tell their time too; filling and cues do no harm."""
    inner = mkv.element(ids.BLOCK, b"\x81\x01\xf4\x00sound")
    blocks = [
        mkv.block(0, b"sound"),
        mkv.element(ids.VOID, bytes(50)),
        mkv.element(ids.BLOCK_GROUP, mkv.element(0x9B, b"\1") + inner),
    ]
    data = HEAD + mkv.cluster(1000, blocks) + mkv.element(ids.CUES, bytes(30))
    result = fed(data + mkv.cluster(2000, blocks))
    assert len(result.joins) == 2
    assert result.seconds == pytest.approx(1.5)


def test_the_time_scale_counts() -> None:
    """Timestamps are in the unit that the headers name, a millisecond if they don't."""
    info = mkv.element(ids.INFO, mkv.element(ids.TIMESTAMP_SCALE, (10_000_000).to_bytes(4, "big")))
    parts = mkv.clusters(2)
    assert fed(mkv.head(extra=info) + b"".join(parts)).seconds == pytest.approx(19.0)


def test_jumping_timestamps_tell_no_time() -> None:
    """A clock that goes back or leaps by hours is followed without counting."""
    times = (0, 1000, 3_600_000, 3_601_000, 5000, 6000, 5900)
    data = HEAD + b"".join(mkv.cluster(time, [mkv.block(0, b"x")]) for time in times)
    assert fed(data).seconds == pytest.approx(3.0)


@pytest.mark.parametrize("garbage", [b"\0" * 300, b"\x1f\x43\xb6\x75" * 20, b"\xa3\xff" * 30])
def test_clusters_are_found_again(garbage: bytes) -> None:
    """Garbage passes; the next sound cluster can be joined under the old headers."""
    parts = mkv.clusters(3)
    data = HEAD + parts[0] + garbage + parts[1] + parts[2]
    result = fed(data)
    second = len(HEAD) + len(parts[0]) + len(garbage)
    assert result.data == data
    assert result.joins == [(at, HEAD) for at in (len(HEAD), second, second + len(parts[1]))]


def test_a_stream_without_a_head_is_not_joined() -> None:
    """Clusters whose headers nobody saw pass, without sync points."""
    data = b"".join(mkv.clusters(3))
    result = fed(data)
    assert (result.data, result.joins) == (data, [])


def test_damaged_headers_are_no_headers() -> None:
    """Headers with garbage in them are not given to anybody."""
    data = HEAD + b"\0\0\0" + b"".join(mkv.clusters(2))
    result = fed(data)
    assert (result.data, result.joins, result.headers) == (data, [], [])


@pytest.mark.parametrize("size", [HELD_HEADER_BYTES, MAX_ELEMENT_BYTES * 3])
def test_long_headers_are_not_held(size: int) -> None:
    """Headers with a picture pass at once; the first cluster is the price."""
    head = mkv.head(extra=mkv.element(ids.ATTACHMENTS, bytes(size)))
    parts = mkv.clusters(3)
    result = fed(head + b"".join(parts), 4096)
    assert result.headers == [head]
    assert result.joins == [(at, head) for at in starts(len(head), parts)[1:]]
    assert result.most_held <= HELD_HEADER_BYTES + MAX_ELEMENT_BYTES


def test_endless_headers_are_not_kept() -> None:
    """A stream with too many header bytes passes, but can't be joined."""
    head = mkv.head(extra=mkv.element(ids.ATTACHMENTS, bytes(MAX_HEADER_BYTES)))
    result = fed(head + b"".join(mkv.clusters(3)), 4096)
    assert (result.joins, result.headers) == ([], [])


def test_a_huge_block_passes_in_parts() -> None:
    """A block longer than anyone should hold passes as it comes."""
    huge = mkv.cluster(0, [mkv.block(0, bytes(MAX_ELEMENT_BYTES * 4))])
    parts = [huge, *mkv.clusters(2)]
    result = fed(HEAD + b"".join(parts), 4096)
    assert result.data == HEAD + b"".join(parts)
    assert result.offsets == starts(len(HEAD), parts)
    assert result.most_held <= MAX_ELEMENT_BYTES
