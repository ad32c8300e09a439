"""What listeners get is a piece of what the source sent, wherever they join.

Four sources of four formats send at real-time pace, in pieces of random sizes;
two hundred listeners of each join at random moments, half of them with ICY.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from programs import audio, frames, ogg
from programs.raw import Answer, listener_head, parse_answer, source_head
from programs.station import HOST, Station

SECONDS = 45.0
JOINS = 200
JOINED_WITHIN_S = 20.0
HEARD_S = 2.5
RATE = 16_000
"""Bytes a second of all the streams, roughly."""
RAW_TYPE = "application/octet-stream"
ENCODINGS = ("mp3", "aac", "raw", "vorbis")

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.needs_program("ffmpeg"),
]


@dataclass
class Stream:
    """One source's bytes, and what its listeners got of them."""

    mount: str
    content_type: str
    data: bytes
    sent: int = 0
    answers: list[tuple[bool, Answer]] = field(default_factory=list)


def stream_of(encoding: str, folder: Path, seed: int) -> Stream:
    """Sound in ``encoding``; noise of no format for raw."""
    if encoding == "raw":
        data = random.Random(seed).randbytes(int(SECONDS * RATE))
        return Stream("/raw", RAW_TYPE, data)
    path = audio.make(folder / f"bytes.{encoding}", encoding, SECONDS)
    data = path.read_bytes()
    # a source's own leading tag is no frame
    return Stream(f"/{encoding}", audio.CONTENT_TYPES[encoding], data[frames.id3_length(data) :])


async def send(stream: Stream, port: int, rng: random.Random) -> None:
    """Be the source: random pieces, at the pace of the sound."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(source_head(stream.mount, stream.content_type))
    assert b" 200 " in await reader.readuntil(b"\r\n")
    pace = len(stream.data) / SECONDS
    began = asyncio.get_running_loop().time()
    while stream.sent < len(stream.data):
        piece = stream.data[stream.sent : stream.sent + rng.randint(1, 4000)]
        writer.write(piece)
        stream.sent += len(piece)
        await writer.drain()
        late = asyncio.get_running_loop().time() - began
        await asyncio.sleep(max(0.0, stream.sent / pace - late))
    writer.close()


async def listen(stream: Stream, port: int, *, moment: float, icy: bool) -> None:
    """Join after ``moment`` seconds, listen for a while, hang up."""
    await asyncio.sleep(moment)
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(listener_head(stream.mount, icy=icy))
    got = bytearray()
    try:
        async with asyncio.timeout(HEARD_S):
            while piece := await reader.read(65536):
                got += piece
    except TimeoutError:
        pass
    writer.close()
    stream.answers.append((icy, parse_answer(bytes(got))))


async def broadcast(streams: list[Stream], station: Station, seed: int) -> None:
    """All sources, then all listeners of all of them."""
    rng = random.Random(seed)
    senders = [
        asyncio.create_task(send(stream, station.port, random.Random(seed + index)))
        for index, stream in enumerate(streams)
    ]
    await asyncio.sleep(0)
    for stream in streams:
        await asyncio.to_thread(station.wait_for_mount, stream.mount, 15.0)
    await asyncio.gather(
        *(
            listen(
                stream, station.port, moment=rng.uniform(0, JOINED_WITHIN_S), icy=number % 2 == 0
            )
            for stream in streams
            for number in range(JOINS)
        )
    )
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)


@pytest.fixture(scope="module")
def streams(
    open_station: Callable[[], Station], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Stream]:
    """Everything that was sent and heard, by encoding."""
    seed = 20_261
    folder = tmp_path_factory.mktemp("bytes")
    made = {encoding: stream_of(encoding, folder, seed) for encoding in ENCODINGS}
    asyncio.run(broadcast(list(made.values()), open_station(), seed))
    return made


def place_of(piece: bytes, stream: Stream) -> int:
    """Where in the source's bytes ``piece`` lies; fails if it is no unbroken part of them."""
    at = stream.data.find(piece)
    if at < 0:
        length = longest_prefix(piece, stream.data)
        message = f"after {length} of {len(piece)} bytes it is not what was sent"
        raise AssertionError(message)
    return at


def longest_prefix(piece: bytes, data: bytes) -> int:
    """How much of the beginning of ``piece`` is in ``data``."""
    low, high = 0, len(piece)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if piece[:middle] in data else (low, middle - 1)
    return low


def heard_by_all(stream: Stream) -> list[Answer]:
    """The answers of all listeners, each a stream with sound in it."""
    assert len(stream.answers) == JOINS
    for icy, answer in stream.answers:
        assert answer.status.endswith("200 OK"), answer.status
        assert answer.headers["content-type"] == stream.content_type
        assert bool(answer.metaint) == (icy and stream.mount != "/vorbis")
    return [answer for _, answer in stream.answers]


@pytest.mark.parametrize(
    ("encoding", "length_at"),
    [("mp3", frames.mpeg_length), ("aac", frames.adts_length), ("raw", None)],
)
def test_one_unbroken_piece(
    encoding: str, length_at: Callable[[bytes, int], int] | None, streams: dict[str, Stream]
) -> None:
    """A listener gets one unbroken piece of the stream, from the beginning of a frame on.

    For ICY: after its metadata and a leading filler tag are taken out.
    """
    stream = streams[encoding]
    starts = set()
    if length_at is not None:
        starts = frame_starts(stream.data, length_at)
    for answer in heard_by_all(stream):
        piece = answer.audio[frames.id3_length(answer.audio) :]
        assert len(piece) > RATE
        at = place_of(piece, stream)
        assert length_at is None or at in starts


def frame_starts(data: bytes, length_at: Callable[[bytes, int], int]) -> set[int]:
    """Where the frames of ``data`` begin."""
    starts = set()
    at = 0
    while length := length_at(data, at):
        starts.add(at)
        at += length
    assert at > len(data) - 4000, f"no frame at {at}"
    return starts


def test_whole_pages_after_the_headers(streams: dict[str, Stream]) -> None:
    """A listener of Ogg gets the headers, then whole pages, in order and none left out."""
    stream = streams["vorbis"]
    sent = list(ogg.pages(stream.data))
    headers = b"".join(page.raw for page in sent if page.granule == 0)
    intact = {page.raw for page in sent if page.intact}
    assert len(intact) == len(sent)
    for answer in heard_by_all(stream):
        assert answer.body.startswith(headers)
        rest = answer.body[len(headers) :]
        assert len(rest) > RATE
        assert rest.startswith(b"OggS")
        place_of(rest, stream)
        assert all(page.raw in intact for page in ogg.pages(rest))
