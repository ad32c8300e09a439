"""Studio, hub and two edges: four servers, a live encoder, and a hub that dies."""

from pathlib import Path

import pytest

from edge.comparing import never_old, unbroken
from edge.fleet import (
    TOLD,
    WAIT_S,
    decodes,
    encoders,
    hears_more,
    kill,
    listeners,
    listening,
    reads,
    relay,
    revive,
)
from features.conftest import Serve
from programs.raw import Recorder
from programs.waiting import until

pytestmark = [pytest.mark.timeout(180), pytest.mark.needs_program("ffmpeg")]

MP3, OPUS = "/live.mp3", "/live.opus"
NIGHT = {MP3: "/night.mp3", OPUS: "/night.opus"}
LINGER_S = 1
SECOND = 16_000
"""Bytes of a second of the MP3 stream."""


def is_told(recorder: Recorder) -> None:
    """The listener was told what the studio says of itself."""
    headers = recorder.answer.headers
    assert {name: headers.get(name) for name in TOLD} == TOLD


def test_the_hub_dies_and_comes_back(serve: Serve, tmp_path: Path) -> None:
    """Nobody is dropped: one edge has a fallback, the other waits for what it was playing."""
    studio = serve()
    with encoders() as encode, listening() as listen:
        encode(studio, MP3, OPUS, pitch=300)
        studio.wait_for_mount(MP3, WAIT_S)
        sent = listen(studio, MP3, icy=False)
        hub = serve(relays=[relay(MP3, studio), relay(OPUS, studio)])
        near = serve(
            relays=[relay(MP3, hub), relay(OPUS, hub)],
            advanced_mounts={path: {"fallbacks": [night]} for path, night in NIGHT.items()},
            return_after=2,
        )
        far = serve(
            relays=[relay(MP3, hub, on_demand=True, linger=LINGER_S)],
            source_timeout=60,
        )
        encode(near, *NIGHT.values(), pitch=500)
        for path, night in NIGHT.items():
            near.wait_for_mount(path, WAIT_S)
            near.wait_for_mount(night, WAIT_S)
        near.set_title(NIGHT[MP3], "Nachtmusik")
        until(lambda: listeners(hub, MP3) == 1, within=WAIT_S, what="the hub has one listener")
        assert listeners(studio, MP3) == 2
        at_near = [listen(near, MP3), listen(near, MP3, icy=False), listen(near, OPUS)]
        at_far = [listen(far, MP3), listen(far, MP3, icy=False)]
        studio.set_title(MP3, "Morgenlied - Жаворонок")
        for recorder in (at_near[0], at_far[0]):
            reads(recorder, "Morgenlied - Жаворонок")
            hears_more(recorder, 3 * SECOND)
            is_told(recorder)
        is_told(at_near[2])
        assert listeners(hub, MP3) == 2, "the far edge came when it was wanted"
        for recorder in at_near[:2] + at_far:
            assert unbroken(recorder.answer.audio, sent.answer.audio) > 100

        kill(hub)
        reads(at_near[0], "Nachtmusik")
        for recorder in at_near:
            hears_more(recorder, 2 * SECOND)
        revive(hub)
        reads(at_near[0], "Morgenlied - Жаворонок")
        studio.set_title(MP3, "Mittag")
        for recorder in (at_near[0], at_far[0]):
            reads(recorder, "Mittag")
        for recorder in at_near + at_far:
            hears_more(recorder, 2 * SECOND)

        for recorder in at_far:
            assert not recorder.ended
            recorder.stop()
            assert never_old(recorder.answer.audio, sent.answer.audio) > 300
            decodes(recorder, tmp_path, at_least_s=10)
        until(lambda: listeners(hub, MP3) == 1, within=WAIT_S, what="the far edge has left")
        for recorder in at_near:
            assert not recorder.ended
            recorder.stop()
            decodes(recorder, tmp_path, at_least_s=15)
        for recorder in at_near[:2]:
            assert never_old(recorder.answer.audio, sent.answer.audio) > 300
        log = near.child.output()
        assert log.count("event=mount.fallback.engaged") == len(NIGHT)
        assert log.count("event=mount.fallback.ended") == len(NIGHT)
