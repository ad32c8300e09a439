"""Settings of one mount, each on a mount of its own: one server has them all."""

import json
from functools import partial

import pytest

from features.conftest import Serve
from features.sounding import (
    FRAME_BYTES,
    WAIT_S,
    Encoder,
    arrived,
    audio_of,
    hears,
    is_unbroken,
    sound,
)
from features.talk import HEAD_END, SOURCE_LOGIN, ask, listening_status, request, status
from programs import frames
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

INTRO = sound("intro", 0, 60)
OVERRIDDEN = {
    "name_override": "Ночь",
    "genre": "talk",
    "description": "d",
    "url": "http://u.example/",
}
SMALL_QUEUE = 16_384

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def station(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Station:
    intro = tmp_path_factory.mktemp("intro") / "intro.mp3"
    intro.write_bytes(INTRO)
    return serve(
        advanced_mounts={
            "/dump": {"dump_file": "dump.mp3"},
            "/intro": {"intro_file": str(intro)},
            "/two": {"max_listeners": 2},
            "/short": {"max_listener_duration": 2},
            "/called": OVERRIDDEN,
            "/often": {"metaint": 1000},
            "/little": {"burst_size": 4096},
            "/queue": {"queue_size": SMALL_QUEUE},
        },
        disabled_mounts={"/off": True},
        visible_mounts={"/hidden": False},
        hidden_mounts={"/hidden2": True},
        queue_seconds=0.1,
    )


def test_a_dump_file_holds_exactly_what_came_in(station: Station) -> None:
    """The recording is byte for byte what the source sent, titles or listeners aside."""
    with Encoder(station.port, "/dump") as encoder:
        encoder.play(3)
        station.set_title("/dump", "not in the file")
        encoder.send(b"junk between frames")
        encoder.play(2)
        encoder.send(sound("/dump", 9000, 1)[:100])
    dump = station.home / "dump.mp3"
    until(
        lambda: dump.exists() and dump.read_bytes() == encoder.sent,
        within=WAIT_S,
        what="the dump is what was sent",
    )


@pytest.mark.parametrize("icy", [False, True])
def test_an_intro_is_heard_first(station: Station, icy: bool) -> None:
    """Every listener gets the whole intro, then the stream from a frame on."""
    with Encoder(station.port, "/intro") as encoder:
        encoder.play(3)
        station.wait_for_mount("/intro", WAIT_S)
        listener = Recorder(station.port, "/intro", icy=icy)
        hears(listener, encoder.play(2))
        heard = audio_of(listener)
        assert heard.startswith(INTRO)
        live = heard[len(INTRO) :]
        place = encoder.sent.find(live[frames.id3_length(live) :])
        assert place >= 0
        assert place % FRAME_BYTES == 0
        assert bool(listener.stop().metaint) == icy


def test_a_mount_has_its_own_limit(station: Station) -> None:
    """One listener too many gets 403; who leaves makes room."""
    with Encoder(station.port, "/two") as encoder:
        encoder.play(2)
        listeners = [Recorder(station.port, "/two") for _ in range(2)]
        until(lambda: all(each.size for each in listeners), within=WAIT_S, what="both listen")
        answer = ask(station.port, request("/two"))
        assert answer.status == "HTTP/1.0 403 Forbidden"
        listeners.pop().stop()
        until(
            lambda: listening_status(station.port, "/two") == 200, within=WAIT_S, what="room again"
        )
        hears(listeners[0], encoder.play(2))
        listeners[0].stop()


def test_a_listener_has_its_time(station: Station) -> None:
    """It is let go after the mount's duration, and may come again."""
    with Encoder(station.port, "/short") as encoder:
        encoder.play(5)
        listener = Recorder(station.port, "/short")
        until(lambda: listener.ended, within=WAIT_S, what="the listener's time is over")
        assert is_unbroken(listener, [encoder.sent])
        assert listening_status(station.port, "/short") == 200


@pytest.mark.parametrize("mount", ["/hidden", "/hidden2"])
def test_hidden_mounts_are_nowhere_but_play(station: Station, mount: str) -> None:
    """No list that everybody may read names them; who knows their name can listen."""
    with Encoder(station.port, mount, "ice-name: Secret Garden") as encoder:
        encoder.play(2)
        station.wait_for_mount(mount, WAIT_S)
        for page in (
            "/status-json.xsl",
            "/status.xsl",
            "/api/status",
            "/api/stats",
            "/",
            "/7.html",
        ):
            shown = station.get(page).decode()
            assert "Secret Garden" not in shown, page
            assert mount not in shown, page
        assert mount in station.statistics()
        listener = Recorder(station.port, mount)
        hears(listener, encoder.play(1))
        listener.stop()


def test_disabled_mounts_serve_nobody(station: Station) -> None:
    """Sources and listeners of a disabled mount get 403; it is listed nowhere."""
    source = request("/off", SOURCE_LOGIN, "Content-Type: audio/mpeg", method="SOURCE")
    assert status(station.port, source) == 403
    assert status(station.port, source.replace(b"SOURCE", b"PUT", 1)) == 403
    assert listening_status(station.port, "/off") == 403
    assert b"/off" not in station.get("/") + station.get("/status-json.xsl")


def test_the_operators_words_win(station: Station) -> None:
    """Name, genre, description and address of the configuration replace the encoder's."""
    said = ("ice-name: Encoder", "ice-genre: noise", "ice-description: x", "ice-url: http://x/")
    with Encoder(station.port, "/called", *said, "ice-bitrate: 128") as encoder:
        encoder.play(2)
        until(lambda: "/called" in station.sources(), within=WAIT_S, what="it is listed")
        row = station.sources()["/called"]
        assert row["server_name"] == OVERRIDDEN["name_override"]
        assert row["genre"] == OVERRIDDEN["genre"]
        assert row["server_description"] == OVERRIDDEN["description"]
        assert row["server_url"] == OVERRIDDEN["url"]
        headers = ask(station.port, request("/called"), HEAD_END).headers
        assert headers["icy-name"].encode("latin-1").decode() == OVERRIDDEN["name_override"]
        assert headers["icy-br"] == "128"
        assert OVERRIDDEN["name_override"] in station.get("/").decode()


def test_a_mount_has_its_own_interval(station: Station) -> None:
    """Metadata comes every so many bytes as the mount says, the audio around it is whole."""
    with Encoder(station.port, "/often") as encoder:
        encoder.play(3)
        station.wait_for_mount("/often", WAIT_S)
        listener = Recorder(station.port, "/often")
        hears(listener, encoder.play(2))
        station.set_title("/often", "one")
        hears(listener, encoder.play(1))
        answer = listener.stop()
        assert answer.metaint == 1000
        assert answer.titles[-1] == "one"
        assert is_unbroken(listener, [encoder.sent])


def test_a_mount_has_its_own_burst(station: Station) -> None:
    """What a listener gets at once is bounded by the mount's burst, or the server's."""
    bursts = {}
    for mount in ("/little", "/plain"):
        with Encoder(station.port, mount) as encoder:
            encoder.play(8)
            arrived(station, encoder)
            listener = Recorder(station.port, mount, icy=False)
            until(partial(getattr, listener, "size"), within=WAIT_S, what="an answer")
            news = encoder.play(1)
            hears(listener, news)
            bursts[mount] = len(audio_of(listener)) - len(news)
            listener.stop()
    assert 4096 - FRAME_BYTES <= bursts["/little"] + 2 * FRAME_BYTES <= 4096 + 2 * FRAME_BYTES
    assert 60_000 <= bursts["/plain"] <= 65_536


def test_a_mount_has_its_own_queue(station: Station) -> None:
    """The burst is at most half of it."""
    with Encoder(station.port, "/queue") as encoder:
        encoder.play(3)
        arrived(station, encoder)
        listener = Recorder(station.port, "/queue", icy=False)
        until(lambda: listener.size, within=WAIT_S, what="an answer")
        news = encoder.play(0.1)
        hears(listener, news)
        burst = len(audio_of(listener)) - len(news)
        assert SMALL_QUEUE // 2 - 4 * FRAME_BYTES <= burst <= SMALL_QUEUE // 2
        listener.stop()


def test_all_mounts_together_have_a_limit(serve: Serve) -> None:
    """Over the global limit the answer is 403, whatever the mount."""
    station = serve(max_listeners=2)
    with Encoder(station.port, "/a") as one, Encoder(station.port, "/b") as other:
        one.play(2)
        other.play(2)
        listeners = [Recorder(station.port, mount) for mount in ("/a", "/b")]
        until(lambda: all(each.size for each in listeners), within=WAIT_S, what="both listen")
        assert listening_status(station.port, "/a") == 403
        assert listening_status(station.port, "/b") == 403
        assert json.loads(station.get("/api/stats"))["total_listeners"] == 2
        for each in listeners:
            each.stop()
        until(lambda: listening_status(station.port, "/b") == 200, within=WAIT_S, what="room")
