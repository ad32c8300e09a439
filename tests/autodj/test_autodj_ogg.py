"""An AutoDJ that plays Ogg: who comes can begin, from the first moment on."""

from dataclasses import replace
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from autodj.decks import MP3_44, Booth, Nursery
from codec.sounds import file_of
from tinyice.autodj.playing import PlayerSettings
from tinyice.codec.playout_messages import Sound
from tinyice.core.quality import FLAC, OPUS, Quality
from tinyice.core.tracks import Track

QUALITIES = {
    "libopus": Quality(OPUS, 96, samplerate=48000, channels=2),
    "flac": Quality(FLAC, 0, samplerate=48000, channels=2),
}
STREAMS = {codec: file_of("ogg", codec, samplerate=48000, seconds=1.0) for codec in QUALITIES}
BEGINNING = b"OggS\0\2"


def begun(codec: str) -> tuple[Booth, Nursery, Clock]:
    """An AutoDJ that is about to bring the first bytes of such a stream."""
    clock, nursery = Clock(), Nursery()
    clock.advance(1000)
    settings = replace(PlayerSettings("/live", "/music", MP3_44), quality=QUALITIES[codec])
    booth = Booth(
        [Track("1.flac", seconds=100.0)],
        root=Path("/music"),
        reactor=clock,
        spawner=nursery,
        settings=settings,
    )
    booth.player.play()
    nursery.child.is_ready()
    return booth, nursery, clock


def bring(nursery: Nursery, codec: str) -> None:
    """What the process says when it has made a second of it, in two pieces."""
    data = STREAMS[codec]
    for piece in (data[:300], data[300:]):
        nursery.child.say(Sound(0.5, piece))


@pytest.mark.parametrize("codec", QUALITIES)
def test_the_first_link_can_be_joined(codec: str) -> None:
    """The stream headers are heard, and known to who comes later."""
    booth, nursery, _clock = begun(codec)
    bring(nursery, codec)
    assert booth.recorder.data.startswith(BEGINNING)
    latest = booth.live.air.feeds.latest()
    assert latest is not None
    assert latest[1].startswith(BEGINNING)


@pytest.mark.parametrize("codec", QUALITIES)
def test_so_can_what_follows_somebody_live(codec: str) -> None:
    """It begins anew, and who listened all the time hears its headers."""
    booth, nursery, clock = begun(codec)
    bring(nursery, codec)
    live = booth.encoder()
    for _ in range(3):
        live.send(STREAMS[codec])
        clock.advance(0.1)
    live.leave()
    heard = len(booth.recorder.data)
    bring(nursery, codec)
    assert bytes(booth.recorder.data[heard:]).count(BEGINNING) == 1
    latest = booth.live.air.feeds.latest()
    assert latest is not None
    assert latest[1].startswith(BEGINNING)
