"""Commands that give the picture of a song, a chunk at a time."""

from collections.abc import Sequence

from tinyice.autodj.cover_child import Cover
from tinyice.autodj.mpd.database import one
from tinyice.autodj.mpd.needs import Permission
from tinyice.autodj.mpd.talk import Command, Table, Talk
from tinyice.wire.mpd import Ack, MpdFault, binary, whole

CHUNK_BYTES_MIN = 64
CHUNK_BYTES_MAX = 2**20


async def _cover(talk: Talk, uri: str) -> Cover | None:
    """The picture of a song. A client that asks for it chunk by chunk has it read once."""
    path = (await one(talk, uri)).path
    visitor = talk.visitor
    if visitor.cover is None or visitor.cover[0] != path:
        visitor.cover = (path, await talk.station.library.cover(path))
    return visitor.cover[1]


def _tell_chunk(talk: Talk, cover: Cover, offset: int) -> None:
    if offset > len(cover.picture):
        raise MpdFault(Ack.ARG, "Offset too large")
    chunk = cover.picture[offset : offset + talk.visitor.chunk_bytes]
    talk.answer.pair("size", len(cover.picture))
    if cover.kind:
        talk.answer.pair("type", cover.kind)
    talk.answer.add(binary(chunk))
    if offset + len(chunk) == len(cover.picture):
        talk.visitor.cover = None


async def _albumart(talk: Talk, args: Sequence[str]) -> None:
    offset = whole(args[1])
    cover = await _cover(talk, args[0])
    if cover is None:
        raise MpdFault(Ack.NO_EXIST, "No file exists")
    _tell_chunk(talk, cover, offset)


async def _readpicture(talk: Talk, args: Sequence[str]) -> None:
    offset = whole(args[1])
    cover = await _cover(talk, args[0])
    if cover is not None:
        _tell_chunk(talk, cover, offset)


def _binarylimit(talk: Talk, args: Sequence[str]) -> None:
    size = whole(args[0])
    if not CHUNK_BYTES_MIN <= size <= CHUNK_BYTES_MAX:
        raise MpdFault(Ack.ARG, "Value too small" if size < CHUNK_BYTES_MIN else "Value too large")
    talk.visitor.chunk_bytes = size


COMMANDS: Table = {
    "albumart": Command(_albumart, Permission.READ, 2, 2),
    "readpicture": Command(_readpicture, Permission.READ, 2, 2),
    "binarylimit": Command(_binarylimit, Permission(0), 1, 1),
}
