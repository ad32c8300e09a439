"""Pushes of a real server: to Icecast, to one of our own, to a Shoutcast, to those that fail."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from features import swallowing
from features.api_talk import Api, accounts, secret_of
from features.conftest import Serve
from features.sounding import BYTES_A_SECOND, FRAME_BYTES, Encoder, sound
from features.swallowing import Swallower
from net.certificates import write_pair
from programs import audio
from programs.children import Child, give_away, start
from programs.raw import Recorder
from programs.station import HOST, PASSWORD, Station, free_port_pair, start_icecast
from programs.waiting import until
from tinyice.formats.detect import framer_for

WAIT_S = 40.0
HEARD_S = 3.0
HEARD_BYTES = 80_000
FORMATS = ("mp3", "aac", "vorbis", "opus")

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("ffmpeg", "icecast2")]


def push(called: str, mount: str, url: str, **more: object) -> dict[str, object]:
    """What the file says of a push."""
    return {"id": called, "mount": mount, "url": url, "password": PASSWORD, **more}


def begun(serve: Serve, *entries: dict[str, object], **more: object) -> Station:
    """A server with these pushes, whose API may be asked as often as a test likes."""
    settings = {"source_timeout": 60, **more, **accounts()}
    return serve(pushes=list(entries), api_rate=0, **settings)


def pushes(station: Station) -> dict[str, dict[str, Any]]:
    """How the pushes are, as the API tells it."""
    answer = Api(station, secret_of("root")).ask("GET", "/api/pushes", limit=1000)
    return {one["id"]: one for one in answer.document["items"]}


def wait_for(station: Station, called: str, state: str = "sending") -> dict[str, Any]:
    """The push once it is in that state."""

    def there() -> dict[str, Any] | None:
        found = pushes(station)[called]
        return found if found["state"] == state else None

    return until(there, within=WAIT_S, what=f"{called} is {state}")


def encode(station: Station, mount: str, encoding: str, home: Path) -> Child:
    """ffmpeg, which feeds a mount in real time until it is stopped."""
    folder = home / mount[1:]
    folder.mkdir(parents=True, exist_ok=True)
    address = f"icecast://source:{PASSWORD}@{HOST}:{station.port}{mount}"
    told = ["-content_type", audio.CONTENT_TYPES[encoding], "-metadata", "title=A sweep"]
    told += ["-ice_name", "Sweeps", "-ice_genre", "Test"]
    command = ["ffmpeg", "-nostdin", "-v", "warning", "-re", *audio.LAVFI]
    command += [*audio.ENCODINGS[encoding], *told, address]
    return start(command, home=folder, name="ffmpeg", lasting=110)


def decodes(station: Station, mount: str, home: Path) -> str:
    """What ffmpeg complains of when it plays some seconds of the mount.

    Icecast lets listeners of MP3 and AAC begin anywhere: before the first whole frame
    there is nothing to be played.
    """
    recorder = Recorder(station.port, mount, icy=False)
    until(lambda: recorder.size > HEARD_BYTES, within=WAIT_S, what="sound")
    recorder.stop()
    answer = recorder.answer
    heard = answer.audio
    if answer.headers["content-type"] != "application/ogg":
        framer = framer_for(answer.headers["content-type"], heard)
        assert framer is not None
        chunks = framer.feed(heard)
        (first, *_) = chunks[0].sync_points
        heard = b"".join(chunk.data for chunk in chunks)[first:]
    recording = home / "heard"
    recording.write_bytes(heard)
    seconds, complaints = audio.decoded_seconds(recording, 60)
    assert seconds > HEARD_S
    return complaints


@pytest.fixture(scope="module")
def workshop() -> Iterator[Path]:
    """A folder that programs of another user may read and write."""
    with tempfile.TemporaryDirectory(prefix="pushes-", ignore_cleanup_errors=True) as path:
        yield give_away(Path(path))


@pytest.fixture(scope="module")
def start_there(workshop: Path) -> Iterator[Callable[[], Station]]:
    """Starts Debian's Icecast 2.4.4; all of them end with the module."""
    opened: list[Station] = []

    def starter() -> Station:
        home = workshop / f"icecast{len(opened)}"
        home.mkdir()
        opened.append(start_icecast(home))
        return opened[-1]

    yield starter
    for station in opened:
        station.child.stop()


@pytest.fixture(scope="module")
def icecast(start_there: Callable[[], Station]) -> Station:
    """One of them."""
    return start_there()


@pytest.fixture(scope="module")
def studio(
    serve: Serve, icecast: Station, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Station]:
    """A server that sends each format there, by PUT and by SOURCE."""
    entries = [
        push(f"{way}-{one}", f"/{one}", icecast.url(f"/{way}.{one}"), protocol=way)
        for one in FORMATS
        for way in ("put", "source")
    ]
    station = begun(serve, *entries)
    home = tmp_path_factory.mktemp("encoders")
    encoders = [encode(station, f"/{one}", one, home) for one in FORMATS]
    yield station
    for encoder in encoders:
        encoder.stop()


class TestIcecast:
    """What a listener of the other server hears."""

    @pytest.mark.parametrize("way", ["put", "source"])
    @pytest.mark.parametrize("encoding", FORMATS)
    def test_it_is_heard_there(
        self, studio: Station, icecast: Station, encoding: str, way: str, tmp_path: Path
    ) -> None:
        wait_for(studio, f"{way}-{encoding}")
        mount = f"/{way}.{encoding}"
        icecast.wait_for_mount(mount, WAIT_S)
        assert decodes(icecast, mount, tmp_path) == ""
        row = icecast.statistics()[mount]
        assert (row["server_name"], row["genre"]) == ("Sweeps", "Test")
        assert row["user_agent"].startswith("Icecast 2.4.4 (tinyice)")

    @pytest.mark.parametrize("encoding", ["mp3", "aac"])
    def test_titles_arrive(self, studio: Station, icecast: Station, encoding: str) -> None:
        wait_for(studio, f"put-{encoding}")
        for title in ("Björk - Jóga?", "A & B - 100%"):
            studio.set_title(f"/{encoding}", title)
            for way in ("put", "source"):
                until(
                    lambda mount=f"/{way}.{encoding}", wanted=title: (
                        icecast.statistics()[mount].get("title") == wanted
                    ),
                    within=WAIT_S,
                    what=f"{title} on {way}",
                )
        assert pushes(studio)[f"put-{encoding}"]["titles_error"] == ""

    def test_a_wrong_password_and_a_mount_in_use(
        self, serve: Serve, icecast: Station, studio: Station
    ) -> None:
        wait_for(studio, "put-mp3")
        wrong = push("wrong", "/own", icecast.url("/w"), password="nope")
        taken = push("taken", "/own", icecast.url("/put.mp3"))
        old = push("old", "/own", icecast.url("/put.mp3"), protocol="source")
        station = begun(serve, wrong, taken, old)
        with Encoder(station.port, "/own") as encoder:
            encoder.play(1)
            words = {
                "wrong": "refuses the password (401)",
                "taken": "has another source on that mount (403)",
                "old": "has another source on that mount (403)",
            }
            for called, expected in words.items():
                assert wait_for(station, called, "waiting")["error"] == expected
        log = station.child.output()
        assert "nope" not in log
        assert log.count("event=push.refused") == 3

    def test_it_comes_back_with_the_source_and_after_a_restart_there(
        self, serve: Serve, start_there: Callable[[], Station]
    ) -> None:
        there = start_there()
        station = begun(serve, push("hub", "/own", there.url("/live")))
        encoder = Encoder(station.port, "/own")
        encoder.play(2)
        wait_for(station, "hub")
        encoder.close()
        wait_for(station, "hub", "idle")
        until(lambda: "/live" not in there.statistics(), within=WAIT_S, what="it ended there")
        with Encoder(station.port, "/own") as again:
            again.play(2)
            wait_for(station, "hub")
            there.child.stop()
            found = wait_for(station, "hub", "waiting")
            assert found["error"]
            again.play(2)
            assert not again.is_dropped(0.1)
        log = station.child.output()
        assert log.count("event=push.connected") == 2
        assert log.count("event=push.ended") == 1
        assert log.count("event=push.lost") == 1


class TestOurOwn:
    """The other server is one of these, with and without TLS."""

    def test_over_tls_with_a_pin(self, serve: Serve, tmp_path: Path) -> None:
        """The certificate is nobody's, so it must be that one; titles go the same way."""
        secure = free_port_pair()
        pair = write_pair(tmp_path)
        hub = serve(
            use_https=True,
            https_port=secure,
            cert_file=str(pair.cert_file),
            key_file=str(pair.key_file),
        )
        command = ["openssl", "x509", "-in", str(pair.cert_file), "-noout", "-fingerprint"]
        told = subprocess.run([*command, "-sha256"], check=True, capture_output=True, text=True)
        pin = told.stdout.strip().partition("=")[2]
        url = f"https://{HOST}:{secure}/there"
        station = begun(
            serve,
            push("good", "/own", url, pin=pin),
            push("bad", "/own", url + "2", pin="ab" * 32),
            push("none", "/own", url + "3"),
        )
        with Encoder(station.port, "/own") as encoder:
            encoder.play(1)
            wait_for(station, "good")
            encoder.play(3)
            hub.wait_for_mount("/there", WAIT_S)
            station.set_title("/own", "Over TLS")
            until(
                lambda: hub.statistics()["/there"].get("title") == "Over TLS",
                within=WAIT_S,
                what="the title",
            )
            assert "another certificate" in wait_for(station, "bad", "waiting")["error"]
            assert "no certificate that can be believed" in pushes(station)["none"]["error"]

    def test_by_shoutcast(self, serve: Serve) -> None:
        """Whole frames, in order, all of them from the first one on."""
        hub = serve()
        station = begun(
            serve, push("hub", "/own", hub.url("/"), protocol="shoutcast", name="By Shoutcast")
        )
        with Encoder(station.port, "/own") as encoder:
            encoder.play(1)
            wait_for(station, "hub")
            encoder.play(1)
            hub.wait_for_mount("/live", WAIT_S)
            recorder = Recorder(hub.port, "/live", icy=False)
            for _ in range(20):
                encoder.play(0.5)
                time.sleep(0.02)
            piece = sound("/own", 150, 200)
            until(lambda: piece in recorder.answer.audio, within=WAIT_S, what="the sound")
            recorder.stop()
            assert hub.statistics()["/live"]["server_name"] == "By Shoutcast"
            assert hub.statistics()["/live"]["source_ip"] == HOST


class TestOthers:
    """Servers that do something else; the mount goes on in any case."""

    def test_a_shoutcast_server(self, serve: Serve) -> None:
        with Swallower(swallowing.shoutcast) as server:
            station = begun(
                serve,
                push("good", "/own", server.url("/"), protocol="shoutcast"),
                push("bad", "/own", server.url("/"), protocol="shoutcast", password="x"),
            )
            with Encoder(station.port, "/own") as encoder:
                encoder.play(1)
                wait_for(station, "good")
                encoder.play(3)
                station.set_title("/own", "One")
                visit = until(
                    lambda: next((v for v in server.visits if b"icy-pub" in v.got), None),
                    within=WAIT_S,
                    what="a stream",
                )
                asked = until(
                    lambda: next((v.got for v in server.visits if b"song=One" in v.got), None),
                    within=WAIT_S,
                    what="a title",
                )
                assert asked.startswith(b"GET /admin.cgi?mode=updinfo&song=One&pass=hackme HTTP")
                head, _, stream = bytes(visit.got).partition(b"\r\n\r\n")
                assert head.startswith(b"hackme\r\nicy-pub:0\r\n")
                assert stream
                assert len(stream) % FRAME_BYTES == 0
                assert wait_for(station, "bad", "waiting")["error"] == "refuses the password"
            assert PASSWORD not in station.child.output()

    @pytest.mark.parametrize(
        ("script", "words"),
        [
            (swallowing.says(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"), "is elsewhere"),
            (swallowing.says(b"HTTP/1.0 503 Full\r\n\r\n"), "is overloaded, or full (503)"),
            (swallowing.says(b"garbage\r\n"), "neither HTTP nor ICY"),
            (swallowing.says(b""), "closed before it answered"),
            (swallowing.dies, "closed the connection"),
        ],
    )
    def test_who_refuses_and_who_dies(
        self, serve: Serve, script: swallowing.Script, words: str
    ) -> None:
        with Swallower(script) as server:
            station = begun(serve, push("hub", "/own", server.url()))
            with Encoder(station.port, "/own") as encoder:
                deadline = time.monotonic() + WAIT_S
                while not (error := pushes(station)["hub"]["error"]):
                    assert time.monotonic() < deadline
                    encoder.play(0.5)
                    time.sleep(0.1)
                assert words in error
                until(lambda: len(server.visits) > 1, within=WAIT_S, what="another try")
                assert not encoder.is_dropped(0.1)

    def test_who_takes_nothing_costs_nothing(self, serve: Serve) -> None:
        """Who stops reading, who reads too slowly: bounded, counted, and all others hear it all."""
        with (
            Swallower(swallowing.stops_reading) as dead,
            Swallower(swallowing.reads_slowly) as slow,
            Swallower(swallowing.takes) as good,
        ):
            station = begun(
                serve,
                push("dead", "/own", dead.url()),
                push("slow", "/own", slow.url()),
                push("good", "/own", good.url()),
                source_lead=0,
                queue_size=262_144,
                queue_seconds=0,
            )
            with Encoder(station.port, "/own") as encoder:
                encoder.play(1)
                for called in ("dead", "slow", "good"):
                    wait_for(station, called)
                before = 0
                for count in range(150):
                    if count == 30:
                        before = _memory(station)
                    encoder.play(4)
                    time.sleep(0.05)
                arrived = encoder.sent[-2 * FRAME_BYTES - 4 * BYTES_A_SECOND : -2 * FRAME_BYTES]
                visit = good.visits[0]
                until(lambda: arrived in visit.got, within=WAIT_S, what="all is there")
                stream = bytes(visit.got).partition(b"\r\n\r\n")[2]
                assert bytes(encoder.sent).find(stream) >= 0, "one unbroken piece"
                found = pushes(station)
                assert found["good"]["bytes_left_out"] == 0
                for called in ("dead", "slow"):
                    assert found[called]["bytes_left_out"] > 3_000_000
                assert _memory(station) - before < 4_000_000
                got = bytes(slow.visits[0].got).partition(b"\r\n\r\n")[2]
                whole = got[: len(got) // FRAME_BYTES * FRAME_BYTES]
                pieces = {whole[at : at + FRAME_BYTES] for at in range(0, len(whole), FRAME_BYTES)}
                sent = bytes(encoder.sent)
                all_of_it = {sent[at : at + FRAME_BYTES] for at in range(0, len(sent), FRAME_BYTES)}
                assert pieces <= all_of_it, "only whole frames were left out"
            log = station.child.output()
            assert "Traceback" not in log


class TestChanges:
    """While it runs: only what is different is touched."""

    def test_over_the_api(self, serve: Serve) -> None:
        with Swallower(swallowing.takes) as one, Swallower(swallowing.takes) as two:
            station = begun(serve, push("one", "/own", one.url()), outbound_allow=[HOST])
            api = Api(station, secret_of("root"))
            with Encoder(station.port, "/own") as encoder:
                encoder.play(1)
                wait_for(station, "one")
                body = {"mount": "/own", "url": two.url("/b"), "password": "hidden", "id": "two"}
                assert api.ask("POST", "/api/pushes", body).status == 201
                encoder.play(1)
                found = wait_for(station, "two")
                assert (found["url"], found["has_password"]) == (two.url("/b"), True)
                assert "hidden" not in str(found)
                assert api.ask("POST", "/api/pushes", body).status == 409
                off = api.ask("PATCH", "/api/pushes", {"enabled": False}, id="two")
                assert off.status == 200, off.body
                wait_for(station, "two", "off")
                moved = api.ask("PATCH", "/api/pushes", {"url": one.url("/c")}, id="two")
                assert moved.status == 422, "a kept password goes to no other server"
                assert api.ask("DELETE", "/api/pushes", id="two").status == 200
                assert "two" not in pushes(station)
                assert len(one.visits) == 1, "the other one was not touched"
            audit = api.ask("GET", "/api/security/audit").document["items"]
            assert [row["action"] for row in audit] == ["relays.change"] * 3
            assert "hidden" not in str(audit)
            assert "hidden" not in station.child.output()

    def test_what_the_api_names_is_guarded(self, serve: Serve) -> None:
        with Swallower(swallowing.takes) as server:
            station = begun(serve)
            api = Api(station, secret_of("root"))
            made = api.ask("POST", "/api/pushes", {"mount": "/own", "url": server.url()})
            assert made.status == 201
            with Encoder(station.port, "/own") as encoder:
                encoder.play(1)
                found = wait_for(station, made.document["id"], "waiting")
            assert "is not at an address that may be reached" in found["error"]
            assert not server.visits

    def test_only_superadmins(self, serve: Serve) -> None:
        station = begun(serve)
        for user in ("head", "anna"):
            api = Api(station, secret_of(user))
            for path in ("/api/pushes", "/api/masters"):
                assert api.ask("GET", path).status == 403
                body = {"mount": "/own", "url": "http://x/"}
                assert api.ask("POST", path, body).status in (400, 403)


def _memory(station: Station) -> int:
    """What the server has of the machine's memory, in bytes."""
    status = Path(f"/proc/{station.child.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
