"""Two sources, one of which is killed: who listens stays, and decodes straight through."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from features.coding import CODECS, Codec, Live, decoded, seconds_of, whole_units
from features.conftest import Serve
from features.offspring import worker_pids
from features.sounding import Encoder
from features.test_feature_endurance import GROWTH_MAX_KB, Remains
from net.certificates import any_server, write_pair
from programs.raw import Recorder, listener_head
from programs.station import HOST, Station, free_port_pair
from programs.waiting import until
from tinyice.formats.detect import framer_for

pytestmark = [pytest.mark.needs_program("ffmpeg"), pytest.mark.timeout(180)]

NAMES = ("mp3", "aac", "opus")
RETURN_S = 2.0
GAP_MAX_S = 0.3
WAIT_S = 40.0
HEAD_END = b"\r\n\r\n"


@dataclass
class Ear:
    """A listener that knows when each piece came."""

    codec: Codec
    connection: socket.socket
    pieces: list[tuple[float, bytes]] = field(default_factory=list)
    ended: bool = False

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self.connection.settimeout(0.25)
        while not self._stopping.is_set():
            try:
                data = self.connection.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                data = b""
            if not data:
                self.ended = True
                break
            self.pieces.append((time.monotonic(), data))
        self.connection.close()

    @property
    def body(self) -> bytes:
        return b"".join(data for _, data in self.pieces).partition(HEAD_END)[2]

    def stop(self) -> bytes:
        self._stopping.set()
        self._thread.join(10)
        return self.body

    def behind(self, begin: float, end: float) -> float:
        """How far the audio that came fell behind the clock in that time, at worst, in seconds."""
        whole = b"".join(data for _, data in self.pieces)
        framer = framer_for(self.codec.content_type, whole.partition(HEAD_END)[2][:64])
        assert framer is not None
        skip, heard, worst, since = whole.index(HEAD_END) + 4, 0.0, 0.0, None
        for moment, data in self.pieces:
            audio, skip = data[skip:], max(0, skip - len(data))
            if begin <= moment <= end:
                since = (moment, heard) if since is None else since
                worst = max(worst, moment - since[0] - (heard - since[1]))
            heard += sum(chunk.seconds for chunk in framer.feed(audio))
        assert since is not None
        return worst


@dataclass
class House:
    """A station with a port for TLS, and its chains."""

    station: Station
    tls_port: int

    def join(self, name: str, *, secure: bool) -> Ear:
        port = self.tls_port if secure else self.station.port
        connection = socket.create_connection((HOST, port), 10)
        if secure:
            context: ssl.SSLContext = any_server()
            connection = context.wrap_socket(connection)
        connection.sendall(listener_head(f"/{name}", icy=False))
        return Ear(CODECS[name], connection)

    def told(self, event: str, mount: str) -> int:
        return self.station.child.output().count(f"event={event} mount={mount} ")


@pytest.fixture(scope="module", params=[0, 2], ids=["alone", "with workers"])
def house(
    serve: Serve, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> House:
    pair, tls_port = write_pair(tmp_path_factory.mktemp("tls")), free_port_pair()
    station = serve(
        workers=request.param,
        use_https=True,
        https_port=tls_port,
        cert_file=str(pair.cert_file),
        key_file=str(pair.key_file),
        return_after=RETURN_S,
        advanced_mounts={f"/{name}": {"fallbacks": [f"/{name}-night"]} for name in NAMES},
    )
    until(lambda: len(worker_pids(station)) == request.param, within=WAIT_S, what="workers are up")
    return House(station, tls_port)


@pytest.fixture
def nights(house: House) -> Iterator[None]:
    shows = [Live(house.station, f"/{name}-night", CODECS[name], 660) for name in NAMES]
    yield
    for show in shows:
        show.kill()


def test_a_source_is_killed_and_comes_back(house: House, nights: None) -> None:
    """Plain and over TLS, in three codecs at once; nobody is dropped, and little is missed."""
    lives = {name: Live(house.station, f"/{name}", CODECS[name]) for name in NAMES}
    try:
        for name in NAMES:
            for path in (f"/{name}", f"/{name}-night"):
                house.station.wait_for_mount(path, WAIT_S)
        time.sleep(1)
        ears = {
            (name, secure): house.join(name, secure=secure)
            for name in NAMES
            for secure in (False, True)
        }
        time.sleep(4)
        killed = time.monotonic()
        for live in lives.values():
            live.kill()
        time.sleep(4)
        lives = {name: Live(house.station, f"/{name}", CODECS[name]) for name in NAMES}
        for name in NAMES:
            until(
                lambda name=name: house.told("mount.fallback.ended", f"/{name}"),
                within=WAIT_S,
                what="the source is heard again",
            )
        time.sleep(2)
        for (name, secure), ear in ears.items():
            body = ear.stop()
            assert not ear.ended, (name, secure)
            before = ear.behind(killed - 3, killed)
            after = ear.behind(killed - 0.5, killed + 3)
            assert after - before < GAP_MAX_S, (name, secure, before, after)
            samples = decoded(ear.codec, whole_units(ear.codec, body))
            assert seconds_of(samples) > 9, (name, secure)
    finally:
        for live in lives.values():
            live.kill()


def flap(serve: Serve, times: int) -> None:
    """Encoders come and go on a mount with a fallback and on one that waits for them."""
    station = serve(
        takeover_after=0,
        advanced_mounts={
            "/live": {"fallbacks": ["/night"], "return_after": 0.1},
            "/held": {"hold_time": 20},
        },
    )
    remains = Remains(station)
    with Encoder(station.port, "/night") as night, Encoder(station.port, "/held") as first:
        night.play(2)
        first.play(2)
        for path in ("/live", "/held"):
            station.wait_for_mount(path, 10.0)
        ears = [
            Recorder(station.port, path, icy=icy)
            for path in ("/live", "/held")
            for icy in (False, True)
        ]
        until(lambda: all(ear.size for ear in ears), within=10, what="all listen")
        first.close()
        memory = files = 0
        for number in range(times):
            for path in ("/live", "/held"):
                until(lambda path=path: _session(station, path), within=10, what="it is let in")
            night.play(0.05)
            if number == times // 10:
                memory, files = remains.memory_kb, remains.open_files
        until(lambda: remains.settled(files), within=10.0, what="connections are gone")
        assert remains.memory_kb - memory < GROWTH_MAX_KB
        for ear in ears:
            assert not ear.ended
            assert ear.stop().audio


def _session(station: Station, path: str) -> bool:
    encoder = Encoder(station.port, path)
    with_luck = encoder.is_on_air
    if with_luck:
        encoder.play(0.3)
    encoder.close()
    return with_luck


def test_five_hundred_flaps(serve: Serve) -> None:
    """Listeners stay through all of them, and nothing piles up."""
    flap(serve, 500)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_five_thousand_flaps(serve: Serve) -> None:
    """Ten times as many."""
    flap(serve, 5000)
