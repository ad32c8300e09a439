"""A bad line between hub and edge: it loses packets, and then it is cut for a while."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from edge.comparing import never_old, unbroken
from edge.fleet import (
    LOST_S,
    WAIT_S,
    all_hear,
    decode,
    encoders,
    listeners,
    listening,
    reads,
    relay,
)
from edge.network import wired
from features.conftest import Serve
from programs.waiting import until

HUB, EDGE = "10.77.0.1", "10.77.0.2"
MP3, NIGHT = "/live.mp3", "/night.mp3"
SECOND = 16_000
LOSS_PERCENT = 5
BLACKOUT_S = 1.2
"""TCP tries again 1.4 seconds after the first loss, when a relay waits still."""

STALL_S, RETURN_S = 2, 2
PATIENCE_S = 5
"""So much longer than it must take may something take: servers look once a second."""

pytestmark = pytest.mark.needs_program("ffmpeg", "ip", "nft")


def weather(serve: Serve, folder: Path, *, lossy_s: float, cut_s: float) -> None:
    """Let the line lose packets, then cut it; nobody is dropped, and all of it is sound."""
    with ExitStack() as stack:
        far, near, cable = stack.enter_context(wired(HUB, EDGE))
        encode = stack.enter_context(encoders())
        listen = stack.enter_context(listening())
        with far.inside():
            hub = serve(bind_host="0.0.0.0")
            encode(hub, MP3, pitch=300)
            hub.wait_for_mount(MP3, WAIT_S)
            sent = listen(hub, MP3, icy=False)
        with near.inside():
            edge = serve(
                relays=[relay(MP3, f"http://{HUB}:{hub.port}{MP3}")],
                advanced_mounts={MP3: {"fallbacks": [NIGHT]}},
                stall_after=STALL_S,
                return_after=RETURN_S,
            )
            encode(edge, NIGHT, pitch=500)
            for mount in (MP3, NIGHT):
                edge.wait_for_mount(mount, WAIT_S)
            edge.set_title(NIGHT, "Nachtmusik")
            audience = [listen(edge, MP3), listen(edge, MP3, icy=False)]
        with far.inside():
            hub.set_title(MP3, "Regen")

        cable.lose(LOSS_PERCENT)
        began = time.monotonic()
        while time.monotonic() < began + lossy_s:
            all_hear(audience, SECOND)
        assert cable.lost() > 0
        cable.lose(100)
        time.sleep(BLACKOUT_S)
        cable.lose(0)
        all_hear(audience, 2 * SECOND)
        reads(audience[0], "Regen")
        for recorder in audience:
            assert unbroken(recorder.answer.audio, sent.answer.audio) > lossy_s * 30

        cable.cut()
        cut_at = time.monotonic()
        reads(audience[0], "Nachtmusik", within=LOST_S + PATIENCE_S)
        while time.monotonic() < cut_at + cut_s:
            all_hear(audience, SECOND, within=PATIENCE_S)
        cable.mend()
        reads(audience[0], "Regen", within=WAIT_S + cut_s)
        with far.inside():
            hub.set_title(MP3, "Sonne")
            until(lambda: listeners(hub, MP3) <= 2, within=WAIT_S, what="the old line is forgotten")
        reads(audience[0], "Sonne")
        all_hear(audience, SECOND)
        for recorder in audience:
            recorder.stop()
            assert not recorder.ended
            assert never_old(recorder.answer.audio, sent.answer.audio) > lossy_s * 30
        decode(audience, folder, at_least_s=lossy_s + cut_s)
        assert edge.child.output().count("event=mount.fallback.engaged") == 1


@pytest.mark.timeout(240)
def test_a_bad_line(serve: Serve, tmp_path: Path) -> None:
    """Five per cent of loss, or a second without anything, are not heard.

    A cut of 12 seconds is bridged by the fallback.
    """
    weather(serve, tmp_path, lossy_s=8, cut_s=12)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_bad_line_for_long(serve: Serve, tmp_path: Path) -> None:
    """The same for minutes, and a cut of half a minute."""
    weather(serve, tmp_path, lossy_s=120, cut_s=30)
