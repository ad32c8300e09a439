"""Real programs over TLS: encoders in, players out, the page and its playlist, SIGHUP."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from net.certificates import any_server, name_shown, write_pair
from programs import audio
from programs.children import Child, start
from programs.station import HOST, PASSWORD, Station, free_port_pair, start_tinyice
from programs.waiting import until

HEARD_S = 3.0
WITHIN_S = 30.0
ENCODERS = {"/put.mp3": ("mp3", ()), "/source.opus": ("opus", ("-legacy_icecast", "1"))}

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.needs_program("ffmpeg", "curl", "mpv", "gst-launch-1.0"),
]


class Secure:
    """A station with TLS on a port of its own, and two encoders that came in by it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port_pair()
        pair = write_pair(home)
        self.station: Station = start_tinyice(
            home,
            use_https=True,
            https_port=self.port,
            cert_file=str(pair.cert_file),
            key_file=str(pair.key_file),
        )
        self.children = [self.station.child]

    def url(self, path: str) -> str:
        return f"https://{HOST}:{self.port}{path}"

    def run(self, name: str, *command: str) -> Child:
        folder = self.home / name
        folder.mkdir()
        self.children.append(start(command, home=folder, name=name, lasting=100))
        return self.children[-1]

    def encode(self, mount: str) -> Child:
        encoding, more = ENCODERS[mount]
        address = f"icecast://source:{PASSWORD}@{HOST}:{self.port}{mount}"
        told = ["-content_type", audio.CONTENT_TYPES[encoding], "-tls", "1", *more]
        command = ["ffmpeg", "-nostdin", "-v", "warning", "-re", *audio.LAVFI]
        return self.run(mount[1:], *command, *audio.ENCODINGS[encoding], *told, address)

    def curl(self, path: str, *more: str) -> str:
        command = ["curl", "-ksS", "--max-time", "10", *more, self.url(path)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def name_shown(self) -> str:
        raw = socket.create_connection((HOST, self.port), 40)
        with any_server().wrap_socket(raw) as connection:
            return name_shown(connection)


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    made = Secure(tmp_path_factory.mktemp("tls"))
    try:
        encoders = {mount: made.encode(mount) for mount in ENCODERS}
        for mount, encoder in encoders.items():
            made.station.wait_for_mount(mount, WITHIN_S)
            assert encoder.running
        yield made
    finally:
        for child in reversed(made.children):
            child.stop()


def _curl(url: str, out: Path) -> list[str]:
    return ["curl", "-ksS", "-o", str(out), url]


def _ffmpeg(url: str, out: Path) -> list[str]:
    return [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-i",
        url,
        "-c",
        "copy",
        "-f",
        _kind(url),
        str(out),
    ]


def _mpv(url: str, out: Path) -> list[str]:
    return ["mpv", "--no-config", "--no-video", "--ao=null", f"--stream-record={out}", url]


def _gstreamer(url: str, out: Path) -> list[str]:
    source = ["souphttpsrc", f"location={url}", "ssl-strict=false"]
    return ["gst-launch-1.0", *source, "!", "filesink", f"location={out}", "buffer-mode=unbuffered"]


def _kind(url: str) -> str:
    return "mp3" if url.endswith("mp3") else "ogg"


PLAYERS = {"curl": _curl, "ffmpeg": _ffmpeg, "mpv": _mpv, "gstreamer": _gstreamer}


def _out(home: Path, name: str, mount: str) -> Path:
    return home / f"{name}.{_kind(mount)}"


@pytest.fixture(scope="module")
def playing(secure: Secure) -> dict[tuple[str, str], Child]:
    """Every player before every stream, all at once."""
    return {
        (name, mount): secure.run(
            name + mount[1:], *command(secure.url(mount), _out(secure.home, name, mount))
        )
        for name, command in PLAYERS.items()
        for mount in ENCODERS
    }


@pytest.mark.parametrize("mount", ENCODERS)
@pytest.mark.parametrize("name", PLAYERS)
def test_players(
    secure: Secure, playing: dict[tuple[str, str], Child], name: str, mount: str
) -> None:
    """A player hears over TLS what an encoder sends over TLS."""
    out = _out(secure.home, name, mount)
    until(
        lambda: audio.decoded_seconds(out, 30)[0] > HEARD_S,
        within=WITHIN_S,
        what=f"enough is heard: {playing[name, mount].output()}",
    )


def test_a_page_and_a_playlist(secure: Secure) -> None:
    """The page comes over TLS, and so do the addresses in its playlists."""
    assert "/put.mp3" in secure.curl("/")
    assert secure.curl("/put.mp3.m3u").strip() == secure.url("/put.mp3")
    plain = subprocess.run(
        ["curl", "-sS", secure.station.url("/put.mp3.m3u")], check=True, capture_output=True
    )
    assert plain.stdout.decode().strip() == secure.station.url("/put.mp3")
    # HTTP/1.0 without a host: the name of the configuration, and the port with TLS.
    told = secure.curl("/put.mp3.m3u", "-0", "-H", "Host:")
    assert told.strip() == f"https://localhost:{secure.port}/put.mp3"


def test_plain_http_on_the_port(secure: Secure) -> None:
    """Who forgets the s is told so."""
    address = f"http://{HOST}:{secure.port}/"
    answer = subprocess.run(["curl", "-sS", address], check=True, capture_output=True, text=True)
    assert "https://" in answer.stdout


def test_a_new_certificate(secure: Secure) -> None:
    """SIGHUP shows the files' new certificate, and nobody is disconnected."""
    before = secure.station.sources()
    write_pair(secure.home, "radio.example")
    assert secure.name_shown() == "localhost"
    secure.station.child.send(signal.SIGHUP)
    until(lambda: secure.name_shown() == "radio.example", within=5, what="the new one is shown")
    (secure.home / "key.pem").write_text("nothing")
    secure.station.child.send(signal.SIGHUP)
    said = secure.station.child.output
    until(lambda: "stays as it was" in said(), within=5, what="the fault is told")
    assert secure.name_shown() == "radio.example"
    assert secure.station.sources().keys() == before.keys()


def test_it_ends_in_order(tmp_path: Path) -> None:
    """When the server stops, a listener over TLS hears the end, not a break."""
    own = Secure(tmp_path)
    try:
        own.encode("/put.mp3")
        own.station.wait_for_mount("/put.mp3", WITHIN_S)
        raw = socket.create_connection((HOST, own.port), 40)
        context = any_server()
        with context.wrap_socket(raw, suppress_ragged_eofs=False) as listener:
            listener.sendall(b"GET /put.mp3 HTTP/1.0\r\n\r\n")
            assert b"200 OK" in listener.recv(100)
            own.station.child.send(signal.SIGTERM)
            while listener.recv(65536):
                pass
        assert own.station.child.wait(10) in {0, -signal.SIGTERM}
    finally:
        for child in reversed(own.children):
            child.stop()


def test_files_that_are_not_there(tmp_path: Path) -> None:
    """The server does not start, and says which key is wrong, in one line."""
    with pytest.raises(AssertionError, match=r"tinyice: cert_file: .*No such file") as caught:
        start_tinyice(tmp_path, use_https=True, cert_file="none.pem", key_file="none.pem")
    assert "Traceback" not in str(caught.value)


def test_tls_1_1_is_refused(secure: Secure) -> None:
    """Old TLS gets no further."""
    command = ["curl", "-ksS", "--tls-max", "1.1", "--tlsv1.0", "--ciphers", "ALL:@SECLEVEL=0"]
    done = subprocess.run([*command, secure.url("/")], check=False, capture_output=True, text=True)
    assert done.returncode == 35, done.stderr
