"""A real encoder in each format, over upgrades: what is heard decodes straight through."""

import os
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from features.handing import serving_pid, upgrade
from features.test_feature_upgrade import station
from programs import audio
from programs.children import start
from programs.raw import Recorder
from programs.station import HOST, PASSWORD
from programs.waiting import until

FORMATS = ("mp3", "aac", "vorbis", "opus", "flac", "webm")
UPGRADES = 2
BETWEEN_S = 1.5

pytestmark = [pytest.mark.timeout(180), pytest.mark.needs_program("ffmpeg")]


def encoder(port: int, kind: str) -> list[str]:
    """What feeds a mount named as the format."""
    address = f"icecast://source:{PASSWORD}@{HOST}:{port}/{kind}"
    command = ["ffmpeg", "-nostdin", "-v", "warning", "-re", *audio.LAVFI]
    return [*command, *audio.ENCODINGS[kind], "-content_type", audio.CONTENT_TYPES[kind], address]


@pytest.mark.parametrize("workers", [0, 1])
def test_every_format_goes_on(tmp_path: Path, workers: int) -> None:
    """The encoders never connect again, and no decoder finds anything to complain of."""
    with station(tmp_path, workers=workers) as made, ExitStack() as stack:
        encoders = {}
        for kind in FORMATS:
            (tmp_path / kind).mkdir()
            command = encoder(made.port, kind)
            child = start(command, home=tmp_path / kind, name=kind, lasting=120)
            encoders[kind] = stack.enter_context(child)
        for kind in FORMATS:
            made.wait_for_mount(f"/{kind}", 30)
        ears = {
            (kind, icy): Recorder(made.port, f"/{kind}", icy=icy)
            for kind in FORMATS
            for icy in (False, True)
        }

        def all_hear(seconds: float) -> None:
            since = {key: ear.listened_s for key, ear in ears.items()}
            until(
                lambda: all(
                    ear.listened_s >= since[key] + seconds or ear.ended for key, ear in ears.items()
                ),
                within=30,
                what="everybody hears on",
            )

        all_hear(BETWEEN_S)
        for _ in range(UPGRADES):
            upgrade(made)
            all_hear(BETWEEN_S)
        assert set(made.sources()) == {f"/{kind}" for kind in FORMATS}
        log = made.child.output()
        assert log.count("mount.source.connected") == len(FORMATS)
        for (kind, icy), ear in ears.items():
            assert not ear.ended, (kind, icy)
            heard = ear.listened_s
            ear.stop()
            path = tmp_path / f"{kind}-{icy}"
            path.write_bytes(ear.answer.audio)
            seconds, complaint = audio.decoded_seconds(path, 60)
            assert not complaint, (kind, icy, complaint)
            assert seconds > heard - 1.0, (kind, icy, seconds, heard)
        for kind, child in encoders.items():
            assert child.running, (kind, child.output())
        os.kill(serving_pid(made), signal.SIGTERM)
