"""An encoder takes over its own session: who listens goes on, and can decode it."""

from core.fakes import Rig
from formats.synthetic_frames import id3v2, mpeg_frame
from tinyice.formats.mpeg import MpegFramer

STEREO = b"\xff\xfb\x90\x64"
SECOND = 38


def frames(filling: bytes) -> bytes:
    """A second of sound; its frames begin their main data 128 bytes before them."""
    frame = bytearray(mpeg_frame(STEREO, filling=filling))
    frame[4:6] = b"\x40\x00"
    return bytes(frame) * SECOND


def test_what_comes_first_is_mended() -> None:
    """No tag stands in the midst, and no frame is decoded with the bytes of another session."""
    rig = Rig()
    mount, source = rig.claim("/live", rig.source(framer=MpegFramer()))
    mount.take(source, frames(b"\x11"))
    _, player = rig.listen(mount)
    mount.take(source, frames(b"\x11"))
    rig.mounts.deliver()
    before = len(player.got)
    rig.clock.advance(30)
    again, source = rig.claim("/live", rig.source(framer=MpegFramer()))
    assert again is mount
    mount.take(source, id3v2(100) + frames(b"\x22") * 2)
    rig.mounts.deliver()
    heard = bytes(player.got[before:])
    assert not player.finished
    assert heard.startswith(STEREO)
    assert b"ID3" not in heard
    silent = STEREO + bytes(32)
    assert heard.startswith(silent), "what it reaches back for is another's"
    assert heard.count(silent) == 1
    assert len(heard) > 417 * SECOND
