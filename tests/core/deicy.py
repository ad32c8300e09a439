"""An ICY reader as simple as a player's: it believes the interval and the length bytes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    """What is left when the blocks are taken out, and the texts of the blocks."""

    payload: bytes
    blocks: list[bytes]

    @property
    def titles(self) -> list[str]:
        """The titles that were announced, in order."""
        return [title_of(block) for block in self.blocks if block]


def title_of(block: bytes) -> str:
    """The title in a block."""
    assert block.startswith(b"StreamTitle='"), block
    text = block.rstrip(b"\0").decode()
    end = text.index("';")
    return text[len("StreamTitle='") : end]


def deinterleave(stream: bytes, metaint: int) -> Received:
    """Read ``stream`` as a player does that was told ``metaint``."""
    payload = bytearray()
    blocks = []
    at = 0
    while at < len(stream):
        payload += stream[at : at + metaint]
        at += metaint
        if at >= len(stream):
            break
        length = stream[at] * 16
        block = stream[at + 1 : at + 1 + length]
        if len(block) < length:
            break
        blocks.append(block)
        at += 1 + length
    return Received(bytes(payload), blocks)
