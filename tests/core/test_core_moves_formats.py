"""Moves through the real framers: what a player gets are units of one stream, then of the other."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest

from core.deicy import deinterleave
from core.fakes import BOUNDLESS, Player, Rig
from formats import synthetic_matroska as webm
from formats.synthetic_frames import adts_frame, mpeg_frame
from formats.synthetic_ogg import FIRST, opus_headers, page, vorbis_headers
from tinyice.core.errors import FormatsDiffer
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.formats.ebml import read_head
from tinyice.formats.matroska_ids import CLUSTER, EBML, SEGMENT
from tinyice.formats.mpeg_header import parse_header
from tinyice.formats.ogg_page import page_length

UNITS = 160
PATHS = ("/first", "/second")
EBML_ID = webm.identifier(EBML)
BARE = webm.identifier(CLUSTER) + webm.UNKNOWN + EBML_ID
"""A cluster of which nothing but its beginning had come, and then another stream."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A stream of whole units, each unlike all others, after its headers."""

    content_type: str
    headers: tuple[bytes, ...]
    units: tuple[bytes, ...]
    length_at: Callable[[bytes, int], int | None]
    icy: bool = False

    @property
    def sent(self) -> bytes:
        return b"".join((*self.headers, *self.units))


def mp3(seed: int) -> Encoding:
    frames = tuple(mpeg_frame(filling=b"<%d %05d>" % (seed, at)) for at in range(UNITS))

    def length_at(data: bytes, at: int) -> int | None:
        header = parse_header(data, at)
        return None if header is None else header.length

    return Encoding("audio/mpeg", (), frames, length_at, icy=True)


def aac(seed: int) -> Encoding:
    dice = Random(seed)
    frames = []
    for at in range(UNITS):
        frame = adts_frame(dice.randint(100, 900))
        frames.append(frame[:7] + (b"<%d %05d>" % (seed, at) * 100)[: len(frame) - 7])

    def length_at(data: bytes, at: int) -> int | None:
        head = data[at : at + 7]
        return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5 if len(head) == 7 else None

    return Encoding("audio/aac", (), tuple(frames), length_at, icy=True)


def ogg(seed: int, packets: list[bytes]) -> Encoding:
    serial = 7000 + seed
    headers = (page(serial, 0, 0, packets[:1], FIRST), page(serial, 1, 0, packets[1:]))
    dice = Random(seed)
    units = tuple(
        page(serial, 2 + at, at * 4410, [b"\x33%d" % at * dice.randint(50, 300)] * 3)
        for at in range(1, UNITS + 1)
    )
    return Encoding("audio/ogg", headers, units, page_length)


def vorbis(seed: int) -> Encoding:
    return ogg(seed, vorbis_headers({"title": f"Programme {seed}"}))


def opus(seed: int) -> Encoding:
    return ogg(seed, opus_headers({"title": f"Programme {seed}"}))


def element_length(data: bytes, at: int) -> int | None:
    head = read_head(data, at)
    if head is None:
        return None
    return head.length + (0 if head.id in (CLUSTER, SEGMENT) or head.size is None else head.size)


def matroska(seed: int) -> Encoding:
    units: list[bytes] = []
    for at in range(UNITS):
        # A cluster of unknown size may end behind any element.
        units.append(webm.cluster(at * 1000 + seed, ()))
        units.append(webm.block(0, b"%d %05d" % (seed, at) * 50))
    head = webm.head({"title": f"Programme {seed}"})
    return Encoding("video/webm", (head,), tuple(units), element_length)


ENCODINGS = (mp3, aac, vorbis, opus, matroska)


def read(got: bytes, sources: list[Encoding], *, is_cut: bool) -> list[tuple[int, int]]:
    """The units in what a player got, each with its mount: after headers, and whole.

    ``is_cut``: it was dropped, wherever it stood.
    """
    owners = {
        unit: (which, number)
        for which, source in enumerate(sources)
        for number, unit in enumerate(source.units)
    }
    found: list[tuple[int, int]] = []
    heads = [b"".join(source.headers) or b"none" for source in sources]
    at = 0
    on = -1
    while at < len(got):
        if sources[0].icy and got.startswith(b"ID3", at):
            size = 0
            for byte in got[at + 6 : at + 10]:
                size = size << 7 | byte
            at += 10 + size
            continue
        if sources[0].icy and not got[at]:
            at += 1
            continue
        begun = [got.startswith(head, at) for head in heads]
        if any(begun):
            on = begun.index(True)
            at += len(heads[on])
            continue
        if got.startswith(BARE, at):
            at += len(BARE) - len(EBML_ID)
            continue
        end = at
        while got[at:end] not in owners:
            length = sources[0].length_at(got, end)
            if is_cut and (length is None or end + length > len(got)):
                return found
            assert length, f"no unit at {at}: {got[at : at + 40]!r}"
            end += length
        which, number = owners[got[at:end]]
        assert on in (which, -1), "a unit after the headers of another stream"
        found.append((which, number))
        at = end
    return found


def check(found: list[tuple[int, int]]) -> None:
    """Both in order, and no unit twice."""
    for which in (0, 1):
        own = [number for mount, number in found if mount == which]
        assert own == sorted(set(own))


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("make", ENCODINGS, ids=lambda make: make.__name__)
def test_whole_units_through_all_moves(make: Callable[[int], Encoding], seed: int) -> None:
    """At any moment, at any pace of reading, with ICY and without, to and fro."""
    dice = Random(seed)
    sources = [make(which + 1) for which in (0, 1)]
    rig = Rig(StationSettings(jumps_max=1000), settings=MountSettings("", burst_bytes=3000))
    claimed = [
        rig.claim(path, rig.source(content_type=source.content_type))
        for path, source in zip(PATHS, sources, strict=True)
    ]
    streams = [source.sent for source in sources]
    sent = [len(b"".join(source.headers)) + 4000 for source in sources]
    for (mount, source), data, size in zip(claimed, streams, sent, strict=True):
        mount.take(source, data[:size])
    metaints = [None, None, 256, 4000] if sources[0].icy else [None] * 4
    heard: list[tuple[int | None, Player]] = []
    for metaint in metaints:
        mount = claimed[dice.randrange(2)][0]
        heard.append((metaint, rig.listen(mount, metaint, room=dice.choice((900, BOUNDLESS)))[1]))
    while any(size < len(data) for size, data in zip(sent, streams, strict=True)):
        which = dice.randrange(2)
        step = dice.randint(1, 6000)
        mount, source = claimed[which]
        mount.take(source, streams[which][sent[which] : sent[which] + step])
        sent[which] += step
        if dice.random() < 0.4:
            rig.mounts.move_listeners(PATHS[1 - which], PATHS[which])
        if dice.random() < 0.6:
            rig.mounts.deliver()
        heard[dice.randrange(4)][1].give(dice.randint(1, 5000))
    for _, player in heard:
        player.give()
    rig.mounts.deliver()
    for metaint, player in heard:
        got = bytes(player.got)
        payload = got if metaint is None else deinterleave(got, metaint).payload
        found = read(payload, sources, is_cut=bool(player.aborted))
        assert player.aborted or found
        check(found)


def test_vorbis_is_not_moved_to_opus() -> None:
    """Both are Ogg, and a player that decodes one may not know the other."""
    rig = Rig()
    for path, make in zip(PATHS, (vorbis, opus), strict=True):
        mount, source = rig.claim(path, rig.source(content_type="audio/ogg"))
        mount.take(source, make(1).sent)
    rig.listen(rig.mounts.known("/first"))
    with pytest.raises(FormatsDiffer, match=r"ogg \(Vorbis\) and /second ogg \(Opus\)"):
        rig.mounts.move_listeners(*PATHS)
