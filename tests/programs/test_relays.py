"""Relays between this server and Icecast 2.4.4, both ways, and between servers of this kind."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

from features.api_talk import Api, accounts, secret_of
from features.sounding import FRAME_BYTES, Encoder, audio_of
from features.talk import listening_status
from programs.audio import ENCODINGS, LAVFI, decoded_seconds
from programs.children import Child, start
from programs.raw import Recorder
from programs.station import (
    PASSWORD,
    PASSWORD_HASH,
    Station,
    free_port_pair,
    start_icecast,
    start_tinyice,
)
from programs.waiting import until

pytestmark = pytest.mark.needs_program("icecast2", "ffmpeg")

WAIT_S = 40.0
PIECE_S = 0.2
Open = Callable[..., Station]


@pytest.fixture
def opened(workshop: Path) -> Iterator[Open]:
    """Starts servers, each in a folder of its own; they end with the test."""
    stations: list[Station] = []

    def opener(starter: Callable[..., Station], **more: object) -> Station:
        home = workshop / f"relays{time.monotonic_ns()}"
        home.mkdir(mode=0o777)
        stations.append(starter(home, **more))
        return stations[-1]

    yield opener
    for station in stations:
        station.child.stop()
        if station.kind == "tinyice":
            assert "Traceback" not in station.child.output(), station.child.output()


def tinyice(opened: Open, *relays: dict[str, object], **more: object) -> Station:
    """A server of ours with these relays."""
    return opened(start_tinyice, relays=list(relays), api_rate=0, **more, **accounts())


def state(station: Station, mount: str) -> dict[str, Any]:
    """How the relay on that mount is."""
    answer = Api(station, secret_of("root")).ask("GET", "/api/relays")
    found = {one["mount"]: one for one in answer.document["items"]}
    return found.get(mount, {"state": "", "error": ""})


def wait_for(station: Station, mount: str, wanted: str = "on air") -> None:
    """Return once the relay is in that state."""
    until(lambda: state(station, mount)["state"] == wanted, within=WAIT_S, what=f"{mount} {wanted}")


class Playing:
    """An encoder that plays in real time, two seconds ahead, until it is closed."""

    def __init__(self, station: Station, mount: str, *lines: str) -> None:
        self.encoder = Encoder(station.port, mount, *lines)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Play until it is so."""
        until(condition, within=WAIT_S, what=what)

    def close(self) -> None:
        """Hang up."""
        self._over.set()
        self._thread.join()
        self.encoder.close()

    def _play(self) -> None:
        began, played = time.monotonic(), 0.0
        # where a test takes the server away, nobody listens any more
        with suppress(OSError):
            while not self._over.is_set():
                due = time.monotonic() - began + 2 - played
                self.encoder.play(due)
                played += due
                self._over.wait(PIECE_S)


def ffmpeg(station: Station, home: Path, mount: str, encoding: str) -> Child:
    """An encoder on air with one format, and a title."""
    target = f"icecast://source:{PASSWORD}@127.0.0.1:{station.port}{mount}"
    kind = ("-content_type", "application/ogg")
    tags = ("-metadata", "title=A Title", "-metadata", "artist=An Artist")
    command = ["ffmpeg", "-v", "error", "-re", *LAVFI, *tags, *ENCODINGS[encoding], *kind]
    return start([*command, "-ice_name", "Hub", target], home=home, name="ffmpeg", lasting=100)


@contextmanager
def ogg_from(opened: Open, mount: str, encoding: str) -> Iterator[Station]:
    """Icecast with an Ogg source on air; 2.4.4 dies of one now and then, and gets another try."""
    for more_tries in (2, 1, 0):
        icecast = opened(start_icecast)
        with ffmpeg(icecast, icecast.home, mount, encoding):
            try:
                icecast.wait_for_mount(mount, WAIT_S)
            except ConnectionRefusedError:
                if icecast.child.running or not more_tries:
                    raise
                continue
            yield icecast
            return


def test_from_icecast(opened: Open) -> None:
    """Every byte, the titles, and what the station says of itself."""
    icecast = opened(start_icecast)
    playing = Playing(icecast, "/live", "ice-name: Hub", "ice-genre: Jazz", "ice-bitrate: 128")
    until(lambda: icecast.plays("/live"), within=WAIT_S, what="Icecast plays")
    edge = tinyice(opened, {"mount": "/edge", "url": icecast.url("/live")})
    playing.until(lambda: state(edge, "/edge")["state"] == "on air", "the relay is on air")
    recorder = Recorder(edge.port, "/edge")
    icecast.set_title("/live", "Café – Tschüß")
    playing.until(lambda: "Café – Tschüß" in recorder.answer.titles, "the title")
    playing.until(lambda: recorder.size > 100_000, "sound")
    head = recorder.answer.headers
    assert (head["icy-name"], head["icy-genre"], head["icy-br"]) == ("Hub", "Jazz", "128")
    recorder.stop()
    heard = audio_of(recorder)
    assert heard[: len(heard) // FRAME_BYTES * FRAME_BYTES] in bytes(playing.encoder.sent)
    playing.close()


@pytest.mark.parametrize("encoding", ["vorbis", "opus"])
def test_ogg_from_icecast(opened: Open, workshop: Path, encoding: str) -> None:
    """Headers, pages and comments: it decodes, and its title is known here."""
    with ogg_from(opened, "/live.ogg", encoding) as icecast:
        edge = tinyice(opened, {"mount": "/edge", "url": icecast.url("/live.ogg")})
        wait_for(edge, "/edge")
        recorder = Recorder(edge.port, "/edge")
        until(lambda: recorder.size > 60_000, within=WAIT_S, what="sound")
        recorder.stop()
        row = edge.sources()["/edge"]
    assert "A Title" in json.dumps(row)
    seconds, complaints = decoded_seconds(recorder.save_audio(workshop / f"{encoding}.ogg"), 30)
    assert seconds > 2
    assert complaints == ""


def test_icecast_relays_us(opened: Open) -> None:
    """Its relay gets from us what it gets from its own kind: bytes and titles."""
    hub = tinyice(opened)
    playing = Playing(hub, "/live", "ice-name: Hub")
    relay = (
        f"<relay><server>127.0.0.1</server><port>{hub.port}</port><mount>/live</mount>"
        "<local-mount>/edge</local-mount><on-demand>0</on-demand>"
        "<relay-shoutcast-metadata>1</relay-shoutcast-metadata></relay>"
    )
    icecast = opened(start_icecast, more=relay)
    playing.until(lambda: icecast.plays("/edge"), "Icecast relays it")
    recorder = Recorder(icecast.port, "/edge")
    hub.set_title("/live", "Relayed title")
    playing.until(lambda: "Relayed title" in recorder.answer.titles, "the title")
    playing.until(lambda: recorder.size > 80_000, "sound")
    recorder.stop()
    heard = recorder.answer.audio
    first = heard.index(b"\xff\xfb\x90\x64")
    whole = heard[first : first + (len(heard) - first) // FRAME_BYTES * FRAME_BYTES]
    assert whole in bytes(playing.encoder.sent)
    playing.close()


def test_icecast_as_our_slave_and_as_our_master(opened: Open) -> None:
    """It reads our list with the login of relays; we read its list, new mounts included."""
    hub = tinyice(opened, relay_password=PASSWORD_HASH)
    one = Playing(hub, "/one")
    slave = (
        f"<master-server>127.0.0.1</master-server><master-server-port>{hub.port}"
        f"</master-server-port><master-update-interval>1</master-update-interval>"
        f"<master-password>{PASSWORD}</master-password>"
    )
    icecast = opened(start_icecast, more=slave)
    one.until(lambda: icecast.plays("/one"), "Icecast mirrors it")
    master = {"url": icecast.url(""), "password": PASSWORD, "interval": 1, "prefix": "/far"}
    edge = tinyice(opened, masters=[master])
    one.until(lambda: state(edge, "/far/one")["state"] == "on air", "it is mirrored again")
    two = Encoder(icecast.port, "/two")
    two.play(10)
    one.until(lambda: state(edge, "/far/two")["state"] == "on air", "the new mount, too")
    two.close()
    one.until(lambda: not state(edge, "/far/two")["state"], "it is gone with its source")
    assert state(edge, "/far/one")["state"] == "on air"
    (found,) = Api(edge, secret_of("root")).ask("GET", "/api/masters").document["items"]
    assert (found["url"], found["mounts"], found["error"]) == (icecast.url(""), 1, "")
    one.close()


def test_an_icecast_that_restarts(opened: Open) -> None:
    """The listener of the relay stays, and hears the programme go on."""
    port = free_port_pair()
    icecast = opened(start_icecast, port=port)
    playing = Playing(icecast, "/live")
    edge = tinyice(opened, {"mount": "/edge", "url": icecast.url("/live")})
    playing.until(lambda: state(edge, "/edge")["state"] == "on air", "the relay is on air")
    recorder = Recorder(edge.port, "/edge")
    playing.until(lambda: recorder.size > 60_000, "sound")
    icecast.child.stop()
    size = recorder.size
    again = opened(start_icecast, port=port)
    playing = Playing(again, "/live")
    playing.until(lambda: recorder.size > size + 100_000, "sound again")
    assert not recorder.ended
    recorder.stop()
    playing.close()


def test_studio_hub_and_edge(opened: Open) -> None:
    """Three servers in a row: what the studio sends is heard at the edge, byte for byte."""
    studio = tinyice(opened)
    playing = Playing(studio, "/live", "ice-name: Studio")
    hub = tinyice(opened, {"mount": "/hub", "url": studio.url("/live")})
    edge = tinyice(opened, {"mount": "/edge", "url": hub.url("/hub"), "on_demand": True})
    playing.until(lambda: state(hub, "/hub")["state"] == "on air", "the hub has it")
    assert state(edge, "/edge")["state"] == "idle"
    recorder = Recorder(edge.port, "/edge")
    studio.set_title("/live", "From the studio")
    playing.until(lambda: "From the studio" in recorder.answer.titles, "the title")
    playing.until(lambda: recorder.size > 100_000, "sound")
    assert recorder.answer.headers["icy-name"] == "Studio"
    recorder.stop()
    heard = audio_of(recorder)
    assert heard[: len(heard) // FRAME_BYTES * FRAME_BYTES] in bytes(playing.encoder.sent)
    playing.close()


def test_a_circle_of_two_is_seen(opened: Open) -> None:
    """Each relays the other; once a source has begun it, it ends with that source."""
    one = tinyice(opened, outbound_allow=["127.0.0.1"])
    two = tinyice(opened, {"mount": "/live", "url": one.url("/live")})
    back = {"mount": "/live", "url": two.url("/live")}
    playing = Playing(one, "/live")
    playing.until(lambda: state(two, "/live")["state"] == "on air", "the second relays the first")
    assert Api(one, secret_of("root")).ask("POST", "/api/relays", back).status == 201
    playing.until(lambda: "circle" in state(one, "/live")["error"], "the first sees the circle")
    playing.close()
    until(lambda: listening_status(two.port, "/live") == 404, within=40, what="it is over")


def secured(home: Path) -> tuple[trustme.CA, dict[str, object], str]:
    """An authority, settings with a certificate of it for localhost, its SHA-256."""
    authority = trustme.CA()
    made = authority.issue_cert("localhost")
    leaf = made.cert_chain_pems[0].bytes()
    (home / "cert.pem").write_bytes(leaf)
    (home / "key.pem").write_bytes(made.private_key_pem.bytes())
    authority.cert_pem.write_to_path(str(home / "ca.pem"))
    digest = load_pem_x509_certificate(leaf).fingerprint(SHA256()).hex()
    files = {"cert_file": str(home / "cert.pem"), "key_file": str(home / "key.pem")}
    return authority, {"use_https": True, **files}, digest


def test_over_tls(opened: Open, workshop: Path) -> None:
    """Verified by name and authority, or pinned; else nothing is sent, and it is told why."""
    home = workshop / "tls"
    home.mkdir()
    _, settings, digest = secured(home)
    port = free_port_pair()
    hub = tinyice(opened, https_port=port, **settings)
    playing = Playing(hub, "/live")
    named, by_number = f"https://localhost:{port}/live", f"https://127.0.0.1:{port}/live"
    edge = tinyice(
        opened,
        {"mount": "/verified", "url": named},
        {"mount": "/name", "url": by_number},
        {"mount": "/pinned", "url": by_number, "pin": digest},
        {"mount": "/other", "url": named, "pin": "ab" * 32},
        env={"SSL_CERT_FILE": str(home / "ca.pem")},
    )
    stranger = tinyice(opened, {"mount": "/stranger", "url": named})
    for mount in ("/verified", "/pinned"):
        playing.until(lambda m=mount: state(edge, m)["state"] == "on air", f"{mount} is on air")
        recorder = Recorder(edge.port, mount)
        playing.until(lambda r=recorder: r.size > 60_000, "sound")
        recorder.stop()
    for station, mount, words in (
        (edge, "/name", "has no certificate that can be believed"),
        (edge, "/other", f"than the one that is pinned: {digest}"),
        (stranger, "/stranger", "has no certificate that can be believed"),
    ):
        playing.until(lambda s=station, m=mount, w=words: w in state(s, m)["error"], mount)
    playing.close()
