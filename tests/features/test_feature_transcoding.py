"""Transcoders of a real server: what their listeners hear, and what happens when things break."""

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any, Self

import pytest

from codec.sounds import Heard, file_of, heard
from features.api_talk import Api, accounts, secret_of
from features.conftest import Serve
from features.offspring import resident_bytes
from features.sounding import Encoder
from features.test_feature_upgrade import control
from features.test_feature_upgrade import station as upgradable
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

WAIT_S = 40.0
UPGRADED = (("/low", "mp3"), ("/small", "opus"))
PIECE_S = 0.25
WAITS_S = 2.0
"""So long a lost process is waited for at most; what is left of five seconds is its start."""

TONE = file_of("mp3", "libmp3lame", seconds=6.0)
LOUDNESS = heard(TONE, "mpeg").rms
OGG = file_of("ogg", "libopus", samplerate=48000, seconds=6.0)
KINDS = {"mp3": "mpeg", "opus": "ogg", "aac": "adts", "flac": "ogg"}

pytestmark = pytest.mark.timeout(240)


def transcoder(output: str, encoding: str = "mp3", **more: object) -> dict[str, object]:
    """What the file says of a transcoder of /live."""
    told = {"input_mount": "/live", "output_mount": output, "format": encoding}
    return {**told, "bitrate": 96, **more}


def begun(serve: Serve, *entries: dict[str, object], **more: object) -> Station:
    """A server with these transcoders."""
    settings = {"source_timeout": 60, **more, **accounts()}
    return serve(transcoders=list(entries), api_rate=0, **settings)


def api(station: Station) -> Api:
    return Api(station, secret_of("root"))


def transcoders(station: Station) -> dict[str, dict[str, Any]]:
    """How the transcoders are, by their outputs."""
    items = api(station).get("/api/transcoders", limit=1000)["items"]
    return {one["output_mount"]: one for one in items}


def wait_for(station: Station, output: str, *states: str) -> dict[str, Any]:
    """The transcoder once it is in one of those states."""

    def there() -> dict[str, Any] | None:
        found = transcoders(station)[output]
        return found if found["state"] in states else None

    return until(there, within=WAIT_S, what=f"{output} is {' or '.join(states)}")


def sound_of(listener: Recorder, encoding: str) -> Heard:
    """What was heard so far."""
    return heard(listener.answer.audio, KINDS[encoding])


def hears(listener: Recorder, encoding: str, seconds: float, *, within: float = WAIT_S) -> Heard:
    """Wait until so much was heard."""

    def enough() -> Heard | None:
        found = sound_of(listener, encoding)
        return found if found.seconds >= seconds else None

    return until(enough, within=within, what=f"{seconds:g} s of {encoding} are heard")


class Playing(threading.Thread):
    """Goes on with the tone in real time, until it is stopped."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(daemon=True, name=f"plays {encoder.mount}")
        self._encoder = encoder
        self._stopping = threading.Event()

    def run(self) -> None:
        size = int(len(TONE) / 6.0 * PIECE_S)
        at = 0
        while not self._stopping.wait(PIECE_S):
            self._encoder.send((TONE + TONE)[at : at + size])
            at = (at + size) % len(TONE)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        self.join(10)


def cpu_s(pid: int) -> float:
    """How long that process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_every_format(serve: Serve) -> None:
    """Each output is what it is called, as loud as the input, and named after it."""
    outputs = {f"/as-{name}": name for name in KINDS}
    station = begun(serve, *(transcoder(path, name) for path, name in outputs.items()))
    with Encoder(station.port, "/live", "ice-name: Nord") as encoder:
        encoder.send(TONE)
        for path in outputs:
            wait_for(station, path, "ready")
        listeners = {path: Recorder(station.port, path) for path in outputs}
        for path in outputs:
            wait_for(station, path, "encoding")
        encoder.send(TONE)
        for path, name in outputs.items():
            found = hears(listeners[path], name, 6.0)
            # LAME takes half a decibel away, so that nothing clips
            assert 0.94 < found.rms / LOUDNESS < 1.06
            assert found.faults == 0
        named = {path: one.stop().headers["icy-name"] for path, one in listeners.items()}
        assert named == {
            "/as-mp3": "Nord (MP3 96k)",
            "/as-opus": "Nord (Opus 96k)",
            "/as-aac": "Nord (AAC 96k)",
            "/as-flac": "Nord (FLAC)",
        }


def test_nothing_is_encoded_for_nobody(serve: Serve) -> None:
    """Without listeners the process does nothing, and the first one hears sound at once."""
    station = begun(serve, transcoder("/low"), transcoder("/small", "opus"), source_timeout=5)
    with Encoder(station.port, "/live") as encoder, Playing(encoder):
        encoder.send(TONE)
        process = wait_for(station, "/low", "ready")["process"]
        before = cpu_s(process)
        time.sleep(7.0)
        assert cpu_s(process) - before < 0.1
        now = transcoders(station)
        assert [now[path]["seconds_encoded"] for path in ("/low", "/small")] == [0, 0]
        assert now["/low"]["state"] == now["/small"]["state"] == "ready"
        for path, name in (("/low", "mp3"), ("/small", "opus")):
            listener = Recorder(station.port, path)
            hears(listener, name, 1.0, within=2.0)
            listener.stop()
        assert [transcoders(station)[path]["state"] for path in now] == ["encoding"] * 2


def test_titles_come_with_their_audio(serve: Serve) -> None:
    """A title that is set after three seconds of audio is heard after three seconds."""
    station = begun(serve, transcoder("/low"), transcoder("/small", "flac"))
    half = len(TONE) // 2
    with Encoder(station.port, "/live") as encoder:
        encoder.send(TONE[:half])
        station.set_title("/live", "One - First")
        wait_for(station, "/low", "ready")
        listeners = [Recorder(station.port, path) for path in ("/low", "/small")]
        for path in ("/low", "/small"):
            wait_for(station, path, "encoding")
        start_s = hears(listeners[0], "mp3", 1.5).seconds
        encoder.send(TONE)
        until(
            lambda: sound_of(listeners[0], "mp3").seconds > start_s + 5.5,
            within=WAIT_S,
            what="what was sent is heard",
        )
        station.set_title("/live", "Two - Sécond")
        encoder.send(TONE[half:])
        until(lambda: "Sécond" in str(listeners[0].answer.titles), within=WAIT_S, what="a title")
        hears(listeners[1], "flac", start_s + 8.0)
        assert listeners[0].answer.titles[-1] == "Two - Sécond"
        links = listeners[1].stop().audio.split("Two - Sécond".encode())
        assert len(links) == 2
        first = heard(links[0], "ogg").seconds
        assert 7.5 < first < 8.5
        assert [one["title"] for one in titles_of(station)] == ["Two - Sécond"] * 2


def titles_of(station: Station) -> list[dict[str, Any]]:
    """What the status says that the outputs play."""
    found = station.sources()
    return [found[path] for path in ("/low", "/small")]


def test_a_process_that_is_killed(serve: Serve) -> None:
    """Others are untouched, this one is back within five seconds, and it is told."""
    other = {"input_mount": "/other", "output_mount": "/spared", "bitrate": 96}
    station = begun(serve, transcoder("/low"), other)
    with (
        Encoder(station.port, "/live") as encoder,
        Encoder(station.port, "/other") as second,
        Playing(encoder),
        Playing(second),
    ):
        encoder.send(TONE)
        second.send(TONE)
        listeners = [Recorder(station.port, path) for path in ("/low", "/spared")]
        process = wait_for(station, "/low", "encoding")["process"]
        spared = wait_for(station, "/spared", "encoding")["process"]
        heard_s = hears(listeners[0], "mp3", 1.0).seconds
        os.kill(process, signal.SIGKILL)
        killed_at = time.monotonic()
        hears(listeners[0], "mp3", heard_s + 3.0)
        lost = "event=codec.lost mount=/live "
        waited = station.child.output().partition(lost)[2].partition(" seconds=")[2].split()[0]
        assert float(waited) <= WAITS_S

        def missing_s() -> float:
            passed = time.monotonic() - killed_at
            return passed - (sound_of(listeners[0], "mp3").seconds - heard_s)

        # What it missed is made up for, so that players do not run dry.
        until(lambda: missing_s() < 1.0, within=WAIT_S, what="it is made up for")
        now = transcoders(station)
        assert (now["/low"]["restarts"], now["/spared"]["restarts"]) == (1, 0)
        assert now["/low"]["process"] not in (process, None)
        assert now["/spared"]["process"] == spared
        assert not any(listener.ended for listener in listeners)
        log = station.child.output()
        assert 'event=codec.lost mount=/live reason="killed by signal 9"' in log
        assert "event=codec.restarted mount=/live" in log


def test_a_process_that_hangs(serve: Serve) -> None:
    """The input goes on; what does not fit is left out; another process takes over."""
    station = begun(serve, transcoder("/low"), source_lead=0)
    with Encoder(station.port, "/live") as encoder:
        encoder.send(TONE)
        plain, listener = Recorder(station.port, "/live"), Recorder(station.port, "/low")
        process = wait_for(station, "/low", "encoding")["process"]
        os.kill(process, signal.SIGSTOP)
        for _ in range(12):
            encoder.send(TONE)
        until(lambda: plain.size > 11 * len(TONE), within=WAIT_S, what="the input is heard")
        assert transcoders(station)["/low"]["bytes_left_out"] > 0
        until(
            lambda: transcoders(station)["/low"]["restarts"] == 1,
            within=WAIT_S,
            what="another process is there",
        )
        wait_for(station, "/low", "encoding")
        with Playing(encoder):
            hears(listener, "mp3", sound_of(listener, "mp3").seconds + 2.0)
        assert not listener.ended


def test_a_flap_of_the_input(serve: Serve) -> None:
    """Who listens to an output stays, and hears what comes back, even in another format."""
    station = begun(serve, transcoder("/low"), transcoder("/small", "opus"))
    with Encoder(station.port, "/live") as encoder:
        encoder.send(TONE)
        # Who comes before the codec process works waits for it.
        until(lambda: "/small" in station.sources(), within=WAIT_S, what="the output is there")
        listeners = [Recorder(station.port, "/low"), Recorder(station.port, "/small")]
        hears(listeners[0], "mp3", 1.5)
        hears(listeners[1], "opus", 1.5)
    until(lambda: "/live" not in station.sources(), within=WAIT_S, what="the input is gone")
    assert transcoders(station)["/low"]["state"] == "idle"
    time.sleep(2.5)
    before = sound_of(listeners[0], "mp3").seconds
    with Encoder(station.port, "/live", content_type="application/ogg") as encoder:
        encoder.send(OGG)
        hears(listeners[0], "mp3", before + 4.5)
        hears(listeners[1], "opus", 6.0)
        assert not any(listener.ended for listener in listeners)
        opus = listeners[1].stop().audio
        assert opus.count(b"OpusHead") <= 2


def flaps(station: Station, count: int, listener: Recorder) -> None:
    """The input comes and goes so often, in turns in two formats, and is heard each time."""
    for number in range(count):
        kind, data = (("audio/mpeg", TONE), ("application/ogg", OGG))[number % 2]
        before = listener.size
        with Encoder(station.port, "/live", content_type=kind) as encoder:
            encoder.send(data)
            until(lambda had=before: listener.size > had, within=WAIT_S, what="it is heard")
        until(lambda: "/live" not in station.statistics(), within=WAIT_S, what="it is gone")


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.soak)])
@pytest.mark.timeout(3600)
def test_many_flaps(serve: Serve, count: int) -> None:
    """They leave files, processes and memory as they were, and no listener is lost."""
    station = begun(serve, transcoder("/low"), transcoder("/small", "opus"))
    main = station.child.process.pid
    with Encoder(station.port, "/live", content_type="audio/mpeg") as encoder:
        encoder.send(TONE)
        wait_for(station, "/low", "ready")
        listener = Recorder(station.port, "/low")
        hears(listener, "mp3", 1.0)
    flaps(station, 6, listener)
    process = wait_for(station, "/low", "idle")["process"]
    # What is loaded once, the database for example, is no leak.
    until((station.home / "tinyice.db").exists, within=WAIT_S, what="the database")
    flaps(station, 4, listener)
    pids = (main, process)
    files, memory = [open_files(pid) for pid in pids], [resident_bytes(pid) for pid in pids]
    flaps(station, count, listener)
    until(
        lambda: all(open_files(pid) <= had for pid, had in zip(pids, files, strict=True)),
        within=WAIT_S,
        what="no file stays open",
    )
    grown = [resident_bytes(pid) - had for pid, had in zip(pids, memory, strict=True)]
    assert max(grown) < 6_000_000
    assert wait_for(station, "/low", "idle")["process"] == process
    assert not listener.ended


def open_files(pid: int) -> int:
    """How many descriptors the process has."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def test_an_upgrade(tmp_path: Path) -> None:
    """A successor goes on: who listens to an output stays, and hears no long gap."""
    settings = {"transcoders": [transcoder("/low"), transcoder("/small", "opus")]}
    more = {**settings, **accounts(), "api_rate": 0, "source_timeout": 60}
    with (
        upgradable(tmp_path, **more) as station,
        Encoder(station.port, "/live") as encoder,
        Playing(encoder),
    ):
        encoder.send(TONE)
        wait_for(station, "/small", "ready")
        listeners = {name: Recorder(station.port, path) for path, name in UPGRADED}
        for name, listener in listeners.items():
            hears(listener, name, 1.5)
        assert control(station, "upgrade").returncode == 0
        heard_s = {name: sound_of(one, name).seconds for name, one in listeners.items()}
        began = time.monotonic()
        for name, listener in listeners.items():
            hears(listener, name, heard_s[name] + 4.0)
            assert not listener.ended
        assert time.monotonic() - began < 6.0


def test_changes_over_the_api(serve: Serve) -> None:
    """A transcoder is made, changed and removed while others play; its listeners stay."""
    station = begun(serve, transcoder("/low"))
    with Encoder(station.port, "/live", "ice-name: Nord") as encoder:
        encoder.send(TONE)
        untouched = Recorder(station.port, "/low")
        wait_for(station, "/low", "encoding")
        made = api(station).ask("POST", "/api/transcoders", transcoder("/new", "opus", name="new"))
        assert made.status == 201
        encoder.send(TONE)
        wait_for(station, "/new", "ready")
        listener = Recorder(station.port, "/new")
        wait_for(station, "/new", "encoding")
        before = hears(listener, "opus", 1.0).seconds
        assert (
            api(station).ask("PATCH", "/api/transcoders", {"bitrate": 32}, name="new").status == 200
        )
        encoder.send(TONE)
        hears(listener, "opus", before + 5.0)
        assert station.sources()["/new"]["server_name"] == "Nord (Opus 32k)"
        off = api(station).ask("PATCH", "/api/transcoders", {"enabled": False}, name="new")
        assert off.status == 200
        until(lambda: listener.ended, within=WAIT_S, what="its listeners are let go")
        assert transcoders(station)["/new"]["state"] == "off"
        assert api(station).ask("DELETE", "/api/transcoders", name="new").status == 200
        assert not untouched.ended
        audit = api(station).get("/api/security/audit", action="transcoders.change")["items"]
        assert len(audit) == 4


def test_the_same_settings_share_an_encoder(serve: Serve) -> None:
    """Two outputs that are alike are encoded once."""
    station = begun(serve, transcoder("/one"), transcoder("/two"), transcoder("/three", "opus"))
    with Encoder(station.port, "/live") as encoder:
        encoder.send(TONE)
        listeners = [Recorder(station.port, path) for path in ("/one", "/two")]
        for listener in listeners:
            hears(listener, "mp3", 1.5)
        now = transcoders(station)
        assert [now[path]["shares"] for path in ("/one", "/two", "/three")] == [1, 1, 0]
        assert now["/one"]["bytes_encoded"] == now["/two"]["bytes_encoded"]
        assert now["/three"]["state"] == "ready"


def test_mp3_beside_everything_else(serve: Serve) -> None:
    """They come with a mount that plays no MP3, and there are none of MP3 itself."""
    station = begun(serve, auto_transcode_mp3_bitrates=[64, 128])
    with (
        Encoder(station.port, "/live", content_type="application/ogg") as encoder,
        Encoder(station.port, "/other") as plain,
    ):
        encoder.send(OGG)
        plain.send(TONE)
        until(lambda: "/live-mp3-64" in station.sources(), within=WAIT_S, what="it comes")
        wait_for(station, "/live-mp3-64", "ready")
        listener = Recorder(station.port, "/live-mp3-64")
        wait_for(station, "/live-mp3-64", "encoding")
        encoder.send(OGG)
        hears(listener, "mp3", 4.0)
        assert sorted(transcoders(station)) == ["/live-mp3-128", "/live-mp3-64"]
        assert all(one["automatic"] for one in transcoders(station).values())


def test_damage_touches_nobody_else(serve: Serve) -> None:
    """What is no audio is silence on the outputs of that mount, and counted."""
    station = begun(serve, transcoder("/low"))
    with Encoder(station.port, "/live") as encoder:
        encoder.send(TONE)
        listener = Recorder(station.port, "/low")
        before = hears(listener, "mp3", 1.5).seconds
        encoder.send(b"\xff\xfb\x90\x64" + os.urandom(40_000))
        encoder.send(TONE)
        hears(listener, "mp3", before + 5.0)
        now = transcoders(station)["/low"]
        assert now["restarts"] == 0
        assert not listener.ended
