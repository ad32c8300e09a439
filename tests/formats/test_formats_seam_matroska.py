"""Seams of Matroska and WebM: time that goes on, or headers of its own."""

import struct

import pytest

from formats import synthetic_matroska as mkv
from formats.joining import Piece, Unit, entries, play, units_of
from tinyice.formats import matroska_ids as ids
from tinyice.formats.base import FormatKind
from tinyice.formats.ebml import children, read_head, unsigned
from tinyice.formats.matroska import MatroskaFramer
from tinyice.formats.matroska_time import block_ticks
from tinyice.formats.seam import open_seam
from tinyice.formats.seam_matroska import tracks_of

HEAD = mkv.head({"title": "one"})
OTHER_TITLE = mkv.head({"title": "two"}, extra=mkv.element(ids.CUES, b""))
STREAM = HEAD + b"".join(mkv.clusters(6))


def stream(head: bytes = HEAD, *, known_size: bool = False) -> list[Unit]:
    """Six clusters of a second, behind some headers."""
    return units_of(MatroskaFramer(), head + b"".join(mkv.clusters(6, known_size=known_size)))


def entered(units: list[Unit], number: int, count: int = 2) -> Piece:
    """From the ``number``-th cluster that may be entered, about so many clusters."""
    places = entries(units, needs_headers=True)
    return Piece(units[places[number] : places[min(number + count, len(places) - 1)]])


def elements(data: bytes) -> list[tuple[int, bytes]]:
    """All elements, those of masters in their place."""
    found, at = [], 0
    while at < len(data):
        head = read_head(data, at)
        assert head is not None
        assert head.id
        is_master = head.id in (ids.SEGMENT, ids.CLUSTER)
        end = at + head.length + (0 if is_master else head.size or 0)
        found.append((head.id, data[at + head.length : end]))
        at = end
    assert at == len(data)
    return found


def times(data: bytes) -> list[int]:
    """The time of every block, in ticks."""
    found, cluster = [], 0
    for element, content in elements(data):
        if element == ids.TIMESTAMP:
            cluster = unsigned(content)
        ticks = block_ticks(element, content)
        if ticks is not None:
            found.append(cluster + ticks)
    return found


@pytest.mark.parametrize("known_size", [False, True])
def test_time_goes_on_where_the_tracks_are_the_same(*, known_size: bool) -> None:
    """No headers, and no step between blocks that is longer than a block."""
    first = stream(known_size=known_size)
    second = stream(OTHER_TITLE, known_size=known_size)
    pieces = [Piece(first[:3], begins=True), entered(second, 3), entered(first, 1)]
    chunks, spans = play(FormatKind.MATROSKA, pieces)
    written = times(b"".join(spans))
    assert written == [at * 100 for at in range(len(written))]
    assert len(written) > 40
    assert b"".join(spans).count(b"\x1a\x45\xdf\xa3") == 1
    told = [chunk.headers for chunk in chunks if chunk.headers is not None]
    assert told == [HEAD, OTHER_TITLE, HEAD]


def test_other_tracks_get_their_own_headers() -> None:
    """Another codec under the old headers would be noise: its own stand in front."""
    opus = stream()
    flac = stream(HEAD.replace(b"A_OPUS", b"A_FLAC"))
    piece = entered(flac, 2)
    chunks, spans = play(FormatKind.MATROSKA, [Piece(opus[:3], begins=True), piece])
    assert spans[1].startswith(piece.units[0].headers)
    assert times(spans[1])[0] == 2000
    entry = chunks[-len(piece.units)]
    assert entry.sync_points == ()
    assert entry.headers == piece.units[0].headers


def test_a_fresh_stream_comes_through() -> None:
    """A recorder that begins anew writes its own headers and time."""
    _, spans = play(FormatKind.MATROSKA, [Piece(stream(), begins=True)] * 3)
    assert spans == [STREAM] * 3


def test_clusters_that_are_left_are_filled_up() -> None:
    """A cluster that told its size and is left in the middle ends where it said."""
    units = stream(known_size=True)
    (whole,) = mkv.clusters(1, known_size=True)
    left = units_of(MatroskaFramer(), HEAD + whole[: len(whole) * 2 // 3])
    _, spans = play(FormatKind.MATROSKA, [Piece(left, begins=True), entered(units, 3)])
    (segment,) = [content for element, content in children(spans[0]) if element == ids.SEGMENT]
    (cluster,) = [content for element, content in children(segment) if element == ids.CLUSTER]
    assert len(spans[0]) == len(HEAD + whole)
    inner = list(children(cluster))
    assert inner[-1][0] == ids.VOID
    assert not any(inner[-1][1])
    assert b"".join(spans).startswith(HEAD)
    assert len(elements(b"".join(spans))) > 20


def test_what_depends_on_the_bytes_becomes_void() -> None:
    """Checksums, positions and sizes of the clusters before don't survive the change."""
    bound = mkv.element(ids.CHECKSUM, b"\1\2\3\4"), mkv.element(ids.POSITION, b"\7" * 3)
    inner = bound[0] + mkv.element(ids.TIMESTAMP, b"\0\x10") + bound[1] + mkv.block(0, b"x" * 50)
    cluster = mkv.element(ids.CLUSTER, inner)
    units = units_of(MatroskaFramer(), HEAD + cluster * 5)
    _, spans = play(FormatKind.MATROSKA, [Piece(units[:2], begins=True), entered(units, 1)])
    found = [element for element, _ in elements(spans[1])]
    assert ids.VOID in found
    assert not {ids.CHECKSUM, ids.POSITION} & set(found)


def test_long_elements_are_passed_over() -> None:
    """Attachments and pictures that come in parts don't lose the time."""
    long = mkv.element(ids.VOID, b"\x1f\x43\xb6\x75" * 50_000)
    body = b"".join(mkv.cluster(at * 1000, [mkv.block(0, b"x" * 99), long]) for at in range(5))
    units = units_of(MatroskaFramer(), HEAD + body)
    pieces = [Piece(units, begins=True), entered(units, 1, 9)]
    _, spans = play(FormatKind.MATROSKA, pieces)
    assert spans[0] == HEAD + body
    assert times(b"".join(spans))[:5] == [0, 1000, 2000, 3000, 4000]
    assert times(b"".join(spans))[5] == 5000


def test_a_jump_of_the_clock_is_not_handed_on() -> None:
    """After a leap of an hour the next programme follows within a second."""
    late = mkv.cluster(3_600_000, [mkv.block(0, b"x")])
    units = units_of(MatroskaFramer(), STREAM + late + mkv.cluster(3_600_100, []))
    _, spans = play(FormatKind.MATROSKA, [Piece(units, begins=True), entered(stream(), 1)])
    written = times(b"".join(spans))
    assert written[written.index(3_600_000) + 1] == 3_601_000


def test_a_stream_that_is_heard_already_passes_on() -> None:
    """A seam that begins in the middle of the first programme only takes note of the time."""
    units = stream()
    piece = entered(units, 2)
    seam = open_seam(FormatKind.MATROSKA, piece.units[0].headers, after=None)
    assert [seam.mend(unit.chunk) for unit in piece.units] == [unit.chunk for unit in piece.units]
    following = open_seam(FormatKind.MATROSKA, units[-1].headers, after=seam, begins=False)
    written = b"".join(following.mend(unit.chunk).data for unit in entered(units, 1).units)
    assert times(written)[0] == 4000


@pytest.mark.parametrize("ignored", [ids.TRACK_UID, ids.TRACK_NAME, ids.LANGUAGE, ids.VOID])
def test_incidental_facts_of_tracks_do_not_matter(ignored: int) -> None:
    """Numbers that every encoder rolls anew make no other tracks."""

    def head(fact: bytes, scale: int = 1_000_000) -> bytes:
        info = mkv.element(ids.TIMESTAMP_SCALE, struct.pack(">I", scale))
        entry = mkv.element(ids.CODEC_ID, b"A_OPUS") + mkv.element(ignored, fact)
        checked = mkv.element(ids.CHECKSUM, fact[:1] * 4) + mkv.element(ids.TRACK_ENTRY, entry)
        tracks = mkv.element(ids.TRACKS, checked)
        return mkv.element(ids.SEGMENT, mkv.element(ids.INFO, info) + tracks)

    assert tracks_of(head(b"one")) == tracks_of(head(b"two"))
    assert tracks_of(head(b"one")) != tracks_of(head(b"one", 1000))
    assert tracks_of(b"") == b""
