"""A fallback is judged once it is known what it plays, and not before."""

from core.fakes import Rig
from tinyice.core.events import FallbackEngaged, FallbackRefused
from tinyice.core.settings import MountSettings
from tinyice.formats.base import AudioInfo, Chunk, FormatKind

LIVE = MountSettings("/live", chain=("/night",), configured=True)
NIGHT = MountSettings("/night")


class Pages:
    """A framer that learns the codec with its second page, as that of Ogg may."""

    kind = FormatKind.OGG
    needs_headers = True

    def __init__(self, codec: str) -> None:
        self.info = AudioInfo()
        self._codec = codec
        self._pages = 0

    def feed(self, data: bytes) -> list[Chunk]:
        self._pages += 1
        if self._pages == 1:
            return [Chunk(data)]
        self.info = AudioInfo(subtype=self._codec)
        return [Chunk(data, (0,), headers=b"head" if self._pages == 2 else None)]


def heard_beside(codec: str) -> Rig:
    """A mount that plays Opus, and its fallback that begins while it does; then it is lost."""
    rig = Rig(mounts={"/live": LIVE, "/night": NIGHT})
    live, source = rig.claim("/live", rig.source(framer=Pages("Opus"), credential="a"))
    for _ in range(3):
        live.take(source, b"live page")
    _, player = rig.listen(live)
    night, other = rig.claim("/night", rig.source(framer=Pages(codec), credential="b"))
    for _ in range(3):
        night.take(other, b"night page")
        live.take(source, b"live page")
    rig.mounts.release(live, source, "gone")
    assert player.finished == (codec != "Opus")
    return rig


def test_nothing_is_refused_before_it_is_known() -> None:
    rig = heard_beside("Opus")
    assert rig.of(FallbackRefused) == []
    assert rig.of(FallbackEngaged) == [FallbackEngaged("/live", "/night", "the source ended")]


def test_what_is_known_to_be_something_else_is_refused_once() -> None:
    rig = heard_beside("Vorbis")
    reason = "/live plays ogg (Opus) and /night ogg (Vorbis)"
    assert rig.of(FallbackRefused) == [FallbackRefused("/live", "/night", reason)]
    assert rig.of(FallbackEngaged) == []
