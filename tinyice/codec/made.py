"""What encoders make."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Made:
    """Bytes of the stream, and how long they sound, in seconds.

    MP3 comes as its encoder lets go of it, not in whole frames.
    """

    data: bytes = b""
    seconds: float = 0.0
