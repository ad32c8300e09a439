"""Files and silence where a source was: what listeners get, decoded by ffmpeg."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

from features.conftest import Serve
from programs.raw import Recorder
from programs.station import HOST, PASSWORD, Station
from programs.waiting import until

pytestmark = [pytest.mark.needs_program("ffmpeg"), pytest.mark.timeout(180)]

FILE_S = 3.0
LOOPS = 3
WAIT_S = 30.0


@dataclass(frozen=True)
class Codec:
    """How ffmpeg makes and reads it; ``chains``: whether ffmpeg reads links that follow others."""

    content_type: str
    options: tuple[str, ...]
    demuxer: str
    suffix: str
    chains: bool = True


CODECS = {
    "mp3": Codec("audio/mpeg", ("-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3"), "mp3", "mp3"),
    "vbr": Codec("audio/mpeg", ("-c:a", "libmp3lame", "-q:a", "4", "-f", "mp3"), "mp3", "mp3"),
    "aac": Codec("audio/aac", ("-c:a", "aac", "-b:a", "96k", "-f", "adts"), "aac", "aac"),
    "opus": Codec(
        "application/ogg",
        ("-c:a", "libopus", "-page_duration", "200000", "-f", "ogg"),
        "ogg",
        "ogg",
    ),
    "vorbis": Codec("application/ogg", ("-c:a", "libvorbis", "-f", "ogg"), "ogg", "oga"),
    "flac": Codec("application/ogg", ("-c:a", "flac", "-f", "ogg"), "ogg", "flac.ogg"),
    "webm": Codec(
        "audio/webm",
        ("-c:a", "libopus", "-cluster_time_limit", "500", "-f", "webm"),
        "matroska",
        "webm",
    ),
}


def tone(pitch: int, seconds: float) -> tuple[str, ...]:
    """The input of ffmpeg."""
    source = f"sine={pitch}:r=48000:d={seconds},aformat=channel_layouts=stereo"
    return ("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", source)


def write_file(codec: Codec, path: Path, seconds: float = FILE_S) -> None:
    """A file as people have them, with tags and a table."""
    titled = ("-metadata", "title=Night", "-metadata", "artist=Tape")
    done = subprocess.run(
        (*tone(660, seconds), *titled, *codec.options, "-y", str(path)), check=True
    )
    assert done.returncode == 0


class Live:
    """ffmpeg as a source, in real time."""

    def __init__(self, station: Station, mount: str, codec: Codec) -> None:
        target = f"icecast://source:{PASSWORD}@{HOST}:{station.port}{mount}"
        command = tone(440, 300)
        command = (*command[:4], "-re", *command[4:], *codec.options)
        self._process = subprocess.Popen((*command, "-content_type", codec.content_type, target))

    def kill(self) -> None:
        """No good-bye."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def decoded(codec: Codec, data: bytes) -> bytes:
    """The samples, two channels of 16 bits; ffmpeg must not find fault."""
    strict = ("-xerror", "-err_detect", "explode")
    command = ("ffmpeg", "-v", "error", *strict, "-f", codec.demuxer, "-i", "-")
    done = subprocess.run(
        (*command, "-f", "s16le", "-ac", "2", "-ar", "48000", "-"),
        input=data,
        capture_output=True,
        check=False,
    )
    said = [
        line
        for line in done.stderr.decode(errors="replace").splitlines()
        # of chained links, whose time begins anew; of the frame that the end of the test cut
        if not any(known in line for known in ("monotonic", "0x18538067", "ended prematurely"))
    ]
    assert (said, done.returncode) == ([], 0)
    return done.stdout


def whole_units(codec: Codec, data: bytes) -> bytes:
    """What was got, up to the last unit that is whole."""
    from tinyice.formats.detect import framer_for

    framer = framer_for(codec.content_type, data[:64])
    assert framer is not None
    return b"".join(chunk.data for chunk in framer.feed(data))


def seconds_of(samples: bytes) -> float:
    """How long they sound."""
    return len(samples) / 4 / 48000


def chain(*elements: str) -> Mapping[str, object]:
    """The settings of a mount."""
    return {"fallbacks": list(elements), "return_after": 1, "burst_size": 8192}


@pytest.fixture(scope="module")
def station(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Station:
    folder = tmp_path_factory.mktemp("data")
    mounts = {}
    for name, codec in CODECS.items():
        write_file(codec, folder / f"night.{name}.{codec.suffix}")
        mounts[f"/{name}"] = chain(f"file:night.{name}.{codec.suffix}", "silence")
        mounts[f"/quiet-{name}"] = chain("silence")
    mounts["/twin"] = chain(f"file:{folder / 'night.mp3.mp3'}")
    mounts["/twin2"] = chain(f"file:{folder / 'night.mp3.mp3'}")
    mounts["/bad"] = chain("file:missing.mp3", "file:bad.mp3", "silence")
    (folder / "bad.mp3").write_bytes(b"nothing to be heard " * 5000)
    return serve(data_dir=str(folder), advanced_mounts=mounts)


def listen_to(station: Station, mount: str, live: Live) -> Recorder:
    """Somebody listens to the source."""
    until(
        lambda: station.sources().get(mount, {}).get("server_type", "") != "",
        within=WAIT_S,
        what=f"{mount} is on air",
    )
    station.wait_for_mount(mount, WAIT_S)
    assert live is not None
    return Recorder(station.port, mount, icy=False)


class Show:
    """A source on a mount, and somebody who listens before and after it is killed."""

    def __init__(self, station: Station, mount: str, codec: Codec) -> None:
        self.codec = codec
        self._station = station
        self._mount = mount
        self._live = Live(station, mount, codec)
        self._recorder: Recorder | None = None
        self._before = 0

    def listen(self) -> None:
        """Somebody comes."""
        self._station.wait_for_mount(self._mount, WAIT_S)
        self._recorder = Recorder(self._station.port, self._mount, icy=False)

    def kill(self) -> None:
        """The source is gone."""
        assert self._recorder is not None
        self._live.kill()
        self._before = self._recorder.size

    def wait(self) -> None:
        """Until something else is heard."""
        recorder = self._recorder
        assert recorder is not None
        until(lambda: recorder.size > self._before, within=5, what=f"{self._mount} goes on")

    def end(self) -> None:
        """Leave nothing behind."""
        self._live.kill()

    def stop(self) -> bytes:
        """All that was heard, as samples."""
        assert self._recorder is not None
        answer = self._recorder.stop()
        assert not self._recorder.ended
        return decoded(self.codec, whole_units(self.codec, answer.body))


@pytest.fixture
def shows(station: Station) -> Iterator[Callable[[str], dict[str, Show]]]:
    """Sources of all codecs at once, with listeners, killed after a while."""
    begun: dict[str, Show] = {}

    def begin(prefix: str) -> dict[str, Show]:
        begun.update({n: Show(station, f"{prefix}{n}", codec) for n, codec in CODECS.items()})
        time.sleep(3.5)
        for show in begun.values():
            show.listen()
        time.sleep(3)
        for show in begun.values():
            show.kill()
        for show in begun.values():
            show.wait()
        return begun

    yield begin
    for show in begun.values():
        show.end()


def test_the_file_takes_over_when_the_source_is_killed(
    shows: Callable[[str], dict[str, Show]],
) -> None:
    """What listeners get decodes straight through, over the loss and three loops."""
    begun = shows("/")
    time.sleep(LOOPS * FILE_S + 2)
    for name, show in begun.items():
        samples = show.stop()
        assert seconds_of(samples) > 3 + LOOPS * FILE_S, name
        tail = memoryview(samples).cast("h")[-2 * 48000 * 2 :]
        assert max(tail) > 1000, f"{name}: it is the file, not silence"


def test_silence_in_every_codec(shows: Callable[[str], dict[str, Show]]) -> None:
    """Where nothing else is left there is silence in the format of the programme."""
    begun = shows("/quiet-")
    time.sleep(8)
    for name, show in begun.items():
        samples = show.stop()
        assert seconds_of(samples) > 9, name
        assert max(memoryview(samples).cast("h")[-48000 * 2 :]) <= 1, name


def test_two_mounts_share_one_position(station: Station) -> None:
    """Both hear the same frames at the same time, whenever they came."""
    with ExitStack() as stack:
        first = stack.enter_context(Live(station, "/twin", CODECS["mp3"]))
        second = stack.enter_context(Live(station, "/twin2", CODECS["mp3"]))
        time.sleep(3)
        one, two = listen_to(station, "/twin", first), listen_to(station, "/twin2", second)
        first.kill()
        time.sleep(1.7)
        second.kill()
        time.sleep(3)
        heard = [recorder.stop().body for recorder in (one, two)]
    newest = heard[0][-6000:-4000]
    assert newest in heard[1][-12000:]


def test_bad_files_are_told_and_passed_over(station: Station) -> None:
    """The log and the feed say what is wrong; listeners hear what comes next."""
    with Live(station, "/bad", CODECS["mp3"]) as live:
        time.sleep(2.5)
        recorder = listen_to(station, "/bad", live)
        time.sleep(1)
        live.kill()
        time.sleep(4)
        answer = recorder.stop()
    samples = decoded(CODECS["mp3"], whole_units(CODECS["mp3"], answer.body))
    assert max(memoryview(samples).cast("h")[-48000 * 2 :]) <= 1
    said = station.child.output()
    for name, words in (("missing", "no such file"), ("bad", "no audio that can be played")):
        line = f'event=mount.fallback.missing mount=/bad input=file:{name}.mp3 reason="{words}'
        assert line in said
