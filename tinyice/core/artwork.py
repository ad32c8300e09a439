"""A picture that belongs to music, for browsers. Plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Artwork:
    """``kind``: its MIME type, by its bytes. Another picture has another ``digest``."""

    kind: str
    picture: bytes
    digest: str
