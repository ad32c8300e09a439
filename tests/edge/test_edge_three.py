"""Studio, hub and two edges: four servers, a live encoder, and a hub that dies."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.comparing import never_old, span, unbroken
from edge.fleet import (
    TOLD,
    WAIT_S,
    all_hear,
    all_read,
    decode,
    encoders,
    kill,
    listeners,
    listening,
    relay,
    revive,
)
from features.conftest import Serve
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

pytestmark = [pytest.mark.timeout(180), pytest.mark.needs_program("ffmpeg")]

MP3, OPUS = "/live.mp3", "/live.opus"
NIGHT = {MP3: "/night.mp3", OPUS: "/night.opus"}
ALSO = "/also.mp3"
"""Plays at the near edge whatever its MP3 mount plays."""

LINGER_S = 1
SECOND = 16_000
"""Bytes of a second of the MP3 stream."""


@dataclass
class Row:
    """A studio, a hub, and two edges: a near one with fallbacks, a far one on demand."""

    studio: Station
    hub: Station
    near: Station
    far: Station
    sent: Recorder
    """Has all of the studio's MP3 stream."""

    def unbroken(self, recorder: Recorder) -> None:
        """So far the listener has heard one piece of that."""
        assert unbroken(recorder.answer.audio, self.sent.answer.audio) > 100

    def span(self, recorder: Recorder) -> tuple[int, int]:
        """Which of its frames the listener heard first and last."""
        return span(recorder.answer.audio, self.sent.answer.audio)

    def never_old(self, recorder: Recorder) -> None:
        """The listener has heard nothing of it twice, or too late."""
        assert never_old(recorder.answer.audio, self.sent.answer.audio) > 60


@pytest.fixture
def row(serve: Serve) -> Iterator[Row]:
    """All of them, on air."""
    studio = serve()
    with encoders() as encode, listening() as listen:
        encode(studio, MP3, OPUS, pitch=300)
        studio.wait_for_mount(MP3, WAIT_S)
        sent = listen(studio, MP3, icy=False)
        hub = serve(relays=[relay(MP3, studio), relay(OPUS, studio)])
        fallbacks = {path: {"fallbacks": [night]} for path, night in NIGHT.items()}
        near = serve(
            relays=[relay(MP3, hub), relay(OPUS, hub)],
            advanced_mounts={ALSO: {"fallbacks": [MP3]}, **fallbacks},
            return_after=2,
        )
        on_demand = relay(MP3, hub, on_demand=True, linger=LINGER_S)
        far = serve(relays=[on_demand], source_timeout=60)
        encode(near, *NIGHT.values(), pitch=500)
        for mount in (*NIGHT, *NIGHT.values()):
            near.wait_for_mount(mount, WAIT_S)
        near.set_title(NIGHT[MP3], "Nachtmusik")
        yield Row(studio, hub, near, far, sent)


def is_told(recorder: Recorder) -> None:
    """The listener was told what the studio says of itself."""
    headers = recorder.answer.headers
    assert {name: headers.get(name) for name in TOLD} == TOLD


def test_the_hub_dies_and_comes_back(row: Row, tmp_path: Path) -> None:
    """Nobody is dropped: one edge has a fallback, the other waits for what it was playing."""
    until(lambda: listeners(row.hub, MP3) == 1, within=WAIT_S, what="the hub has one listener")
    with listening() as listen:
        at_near = [listen(row.near, path) for path in (MP3, ALSO, OPUS)]
        at_far = [listen(row.far, MP3), listen(row.far, MP3, icy=False)]
        titled = (*at_near[:2], at_far[0])
        row.studio.set_title(MP3, "Morgenlied - Жаворонок")
        all_read(titled, "Morgenlied - Жаворонок")
        all_hear(at_near + at_far, SECOND)
        assert listeners(row.hub, MP3) == 2, "the far edge came when it was wanted"
        for recorder in (at_near[0], at_near[2], *at_far):
            is_told(recorder)
        for recorder in at_near[:2] + at_far:
            row.unbroken(recorder)

        kill(row.hub)
        all_read(at_near[:2], "Nachtmusik")
        all_hear(at_near, SECOND)
        _, last = row.span(at_far[1])
        revive(row.hub)
        all_read(at_near[:2], "Morgenlied - Жаворонок")
        row.studio.set_title(MP3, "Mittag")
        all_read(titled, "Mittag")
        at_far.append(listen(row.far, MP3, icy=False))
        all_hear(at_near + at_far, SECOND)
        first, _ = row.span(at_far[2])
        assert first > last, "who comes after the silence gets nothing from before it"

        for recorder in at_far:
            recorder.stop()
        until(lambda: listeners(row.hub, MP3) == 1, within=WAIT_S, what="the far edge has left")
        for recorder in at_near:
            recorder.stop()
        assert not [recorder.name for recorder in at_near + at_far if recorder.ended]
    for recorder in at_near[:2] + at_far:
        row.never_old(recorder)
    decode(at_near + at_far, tmp_path, at_least_s=2)
    log = row.near.child.output()
    for path in NIGHT:
        assert log.count(f"event=mount.fallback.engaged mount={path} ") == 1
        assert log.count(f"event=mount.fallback.ended mount={path} ") == 1
