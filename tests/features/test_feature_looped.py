"""Files and silence where a source was: what listeners get, decoded by ffmpeg."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from features.coding import CODECS, Codec, Live, decoded, seconds_of, tone, whole_units
from features.conftest import Serve
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

pytestmark = [pytest.mark.needs_program("ffmpeg"), pytest.mark.timeout(180)]

FILE_S = 3.0
LOOPS = 3
WAIT_S = 40.0


def write_file(codec: Codec, path: Path, seconds: float = FILE_S) -> None:
    """A file as people have them, with tags and a table."""
    titled = ("-metadata", "title=Night", "-metadata", "artist=Tape")
    done = subprocess.run(
        (*tone(660, seconds), *titled, *codec.options, "-y", str(path)), check=True
    )
    assert done.returncode == 0


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
