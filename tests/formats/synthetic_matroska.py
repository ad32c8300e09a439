"""Matroska streams made by hand, in the ways that live muxers write them."""

import struct
from collections.abc import Iterable

from tinyice.formats import matroska_ids as ids

UNKNOWN = b"\x01\xff\xff\xff\xff\xff\xff\xff"


def identifier(number: int) -> bytes:
    """The bytes of an element id."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def element(number: int, content: bytes) -> bytes:
    """An element with an eight-byte size."""
    return identifier(number) + (1 << 56 | len(content)).to_bytes(8, "big") + content


def head(tags: dict[str, str] | None = None, extra: bytes = b"", size: bytes = UNKNOWN) -> bytes:
    """Everything up to the first cluster."""
    audio = element(ids.SAMPLING_FREQUENCY, struct.pack(">d", 48000.0))
    audio += element(ids.CHANNELS, b"\2")
    entry = element(ids.TRACK_TYPE, b"\2") + element(ids.CODEC_ID, b"A_OPUS")
    entry = element(ids.TRACK_ENTRY, entry + element(ids.AUDIO, audio))
    simple = b"".join(
        element(
            ids.SIMPLE_TAG,
            element(ids.TAG_NAME, key.encode()) + element(ids.TAG_STRING, value.encode()),
        )
        for key, value in (tags or {}).items()
    )
    info = element(ids.TIMESTAMP_SCALE, (1_000_000).to_bytes(3, "big"))
    body = element(ids.INFO, info) + element(ids.TRACKS, entry) + extra
    if simple:
        body += element(ids.TAGS, element(ids.TAG, simple))
    ebml = element(ids.EBML, element(0x4282, b"webm"))
    return ebml + identifier(ids.SEGMENT) + size + body


def block(relative: int, payload: bytes) -> bytes:
    """A SimpleBlock of track 1."""
    return element(ids.SIMPLE_BLOCK, b"\x81" + struct.pack(">h", relative) + b"\x80" + payload)


def cluster(timestamp: int, blocks: Iterable[bytes], *, known_size: bool = False) -> bytes:
    """A cluster, of unknown size as a browser's recorder writes it, or of a known one."""
    body = element(ids.TIMESTAMP, timestamp.to_bytes(4, "big")) + b"".join(blocks)
    if known_size:
        return element(ids.CLUSTER, body)
    return identifier(ids.CLUSTER) + UNKNOWN + body


def clusters(
    number: int, *, known_size: bool = False, payload: bytes = b"\x44" * 200
) -> list[bytes]:
    """Clusters of one second, in blocks of 100 ms."""
    return [
        cluster(
            at * 1000,
            (block(rel, payload) for rel in range(0, 1000, 100)),
            known_size=known_size,
        )
        for at in range(number)
    ]
