"""The encoders by the names of their formats."""

from collections.abc import Callable

from tinyice.codec.aac import AacEncoder
from tinyice.codec.encoder import Encoder
from tinyice.codec.flac import FlacEncoder
from tinyice.codec.mp3 import Mp3Encoder
from tinyice.codec.opus import OpusEncoder
from tinyice.core.quality import AAC, FLAC, MP3, Quality


def encoder_for(quality: Quality, serials: Callable[[], int]) -> Encoder:
    """An encoder for a ``quality`` that is resolved; ``serials`` numbers streams in Ogg."""
    if quality.format == MP3:
        return Mp3Encoder(quality)
    if quality.format == AAC:
        return AacEncoder(quality)
    return (
        FlacEncoder(quality, serials) if quality.format == FLAC else OpusEncoder(quality, serials)
    )
