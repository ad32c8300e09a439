"""What a listener gets who is moved to and fro is sound without a fault, for a real decoder."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from core.deicy import deinterleave
from core.fakes import BOUNDLESS, Rig
from programs import audio
from tinyice.core.settings import MountSettings

SECONDS = 24.0
MOVES = 20
PATHS = ("/first", "/second")
ENCODINGS = {
    # Without a reservoir no frame needs the one before it.
    "mp3": (*audio.ENCODINGS["mp3"][:-2], "-reservoir", "0", "-write_xing", "0", "-f", "mp3"),
    "aac": audio.ENCODINGS["aac"],
    "vorbis": audio.ENCODINGS["vorbis"],
    "opus": audio.ENCODINGS["opus"],
    "flac": audio.ENCODINGS["flac"],
}

Streams = Callable[[str], tuple[bytes, bytes]]

pytestmark = pytest.mark.needs_program("ffmpeg")


@pytest.fixture(scope="module")
def streams() -> Streams:
    """Two programmes in an encoding, each made once."""
    made: dict[str, tuple[bytes, bytes]] = {}

    def give(encoding: str) -> tuple[bytes, bytes]:
        if encoding not in made:
            made[encoding] = (_encoded(encoding, 330), _encoded(encoding, 550))
        return made[encoding]

    return give


def _encoded(encoding: str, pitch: int) -> bytes:
    sound = f"aevalsrc='0.3*sin(2*PI*({pitch}+40*sin(t/3))*t)+0.02*(random(0)-0.5)|0':s=44100"
    source = ("-f", "lavfi", "-i", sound, "-t", f"{SECONDS:g}", "-bitexact", "-fflags", "-bitexact")
    serial = ("-serial_offset", str(pitch)) if encoding in ("vorbis", "opus", "flac") else ()
    command = ("ffmpeg", "-v", "error", *source, *ENCODINGS[encoding], *serial, "-")
    done = subprocess.run(command, check=True, capture_output=True, timeout=50)
    return done.stdout


@pytest.mark.parametrize(
    ("encoding", "metaint"),
    [
        ("mp3", None),
        ("mp3", 16_000),
        ("mp3", 1000),
        ("aac", None),
        ("aac", 16_000),
        ("vorbis", None),
        ("opus", None),
        ("flac", None),
    ],
)
def test_moved_to_and_fro(
    encoding: str, metaint: int | None, streams: Streams, tmp_path: Path
) -> None:
    """All that was heard decodes, and about as long as was listened."""
    dice = Random(3)
    rig = Rig(settings=MountSettings("", burst_bytes=20_000))
    data = streams(encoding)
    claimed = [
        rig.claim(path, rig.source(content_type=audio.CONTENT_TYPES[encoding])) for path in PATHS
    ]
    sent = [0, 0]
    steps = MOVES * 10

    def play(step: int) -> None:
        for at, (mount, source) in enumerate(claimed):
            end = len(data[at]) * (step + 1) // steps
            mount.take(source, data[at][sent[at] : end])
            sent[at] = end

    for step in range(10):
        play(step)
    _, player = rig.listen(claimed[0][0], metaint, room=BOUNDLESS)
    on = 0
    for step in range(10, steps):
        play(step)
        if step % 10 == dice.randrange(10):
            rig.mounts.move_listeners(PATHS[on], PATHS[1 - on])
            on = 1 - on
        rig.mounts.deliver()
        player.give(dice.randint(1, 9000))
    got = bytes(player.got)
    heard = tmp_path / f"heard.{encoding}"
    heard.write_bytes(got if metaint is None else deinterleave(got, metaint).payload)
    seconds, complaints = audio.decoded_seconds(heard, 2 * SECONDS)
    assert complaints == ""
    # With metadata, a move brings some audio of the other mount's last interval.
    longest = SECONDS + MOVES * ((metaint or 0) + 8192) / 16_000
    assert SECONDS * 0.85 < seconds < longest
