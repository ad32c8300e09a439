"""A fallback is judged once it is known what it plays, and only while somebody listens."""

from dataclasses import replace

from core.fakes import Rig
from core.stage import Stage, pieces
from tinyice.core.changeover import CHAIN_HOLD_S
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
    rig.clock.advance(CHAIN_HOLD_S + 1)
    rig.mounts.sweep()
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


def test_where_nobody_listens_any_format_will_do() -> None:
    """An encoder of another format leaves no mount in its second-best fallback for good."""
    day = MountSettings("/day", configured=True)
    stage = Stage(replace(LIVE, chain=("/day", "/night"), return_after_s=2), NIGHT, day)
    stage.show("/day", 4000, FormatKind.ADTS)
    stage.show("/night", 5000)
    live = stage.show("/live", 1000)
    stage.run(5)
    assert stage.links == [("live", "on-air"), ("/day", "refused"), ("/night", "ready")]
    listener, player = stage.rig.listen(stage.live)
    live.end()
    stage.run(20)
    assert pieces(player) == [1, 5]
    stage.rig.mounts.leave(stage.live, listener)
    stage.run(5)
    assert stage.links == [("live", "lost"), ("/day", "on-air"), ("/night", "ready")]
    _, other = stage.rig.listen(stage.live)
    stage.run(5)
    assert pieces(other) == [4]
    assert stage.links == [("live", "lost"), ("/day", "on-air"), ("/night", "refused")]
