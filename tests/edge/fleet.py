"""Several servers that feed each other: encoders for them, deaths and returns."""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from programs import audio
from programs.children import Child, start
from programs.raw import Recorder
from programs.station import HOST, PASSWORD, Station, accepts, project_path, twistd_command
from programs.waiting import until

WAIT_S = 40.0
LASTING_S = 600.0
TONE = "0.2*sin(2*PI*{pitch}*(1+0.01*floor(t))*t)+0.02*(random(0)-0.5)"
"""A tone with noise, of which no frame is like another."""

ABOUT = {
    "ice_name": "Night & Day",
    "ice_genre": "Jazz",
    "ice_description": "Played by hand",
    "ice_url": "http://meridian.example",
}
TOLD = {
    "icy-name": "Night & Day",
    "icy-genre": "Jazz",
    "icy-description": "Played by hand",
    "icy-url": "http://meridian.example",
}
"""What listeners are told of a station that says so of itself."""

LOST_S = 4
"""A relay gives up an upstream that brings nothing for so long."""

Open = Callable[..., Recorder]


def relay(mount: str, upstream: Station | str, **more: object) -> dict[str, object]:
    """What the file says of a relay of the same mount there, with little patience."""
    url = upstream if isinstance(upstream, str) else upstream.url(mount)
    return {"mount": mount, "url": url, "idle_timeout": LOST_S, **more}


def encode(station: Station, *mounts: str, pitch: int, host: str = HOST) -> Child:
    """Let ffmpeg send the same programme to all mounts, each in the format of its ending."""
    sound = TONE.format(pitch=pitch)
    command = ["ffmpeg", "-nostdin", "-v", "error", "-re"]
    command += ["-f", "lavfi", "-i", f"aevalsrc='{sound}':s=48000"]
    for mount in mounts:
        encoding = mount.rpartition(".")[2]
        told = [part for key, value in ABOUT.items() for part in (f"-{key}", value)]
        command += [*audio.ENCODINGS[encoding], *told]
        command += ["-content_type", audio.CONTENT_TYPES[encoding]]
        command += [f"icecast://source:{PASSWORD}@{host}:{station.port}{mount}"]
    return start(command, home=station.home, name=f"encoder-{pitch}", lasting=LASTING_S)


@contextmanager
def encoders() -> Iterator[Callable[..., Child]]:
    """Starts what ``encode`` starts; all end."""
    with ExitStack() as stack:
        yield lambda *words, **more: stack.enter_context(encode(*words, **more))


@contextmanager
def listening() -> Iterator[Open]:
    """Starts recorders of a station's mount; all hang up."""
    recorders: list[Recorder] = []

    def listen(station: Station, mount: str, *, icy: bool = True) -> Recorder:
        recorders.append(Recorder(station.port, mount, icy=icy))
        return recorders[-1]

    try:
        yield listen
    finally:
        for recorder in recorders:
            recorder.stop()


def kill(station: Station) -> None:
    """The machine goes dark: no goodbye is said."""
    station.child.send(signal.SIGKILL)
    station.child.wait(10)


def revive(station: Station) -> None:
    """The same server, on the same port, comes back."""
    command = twistd_command(station.home / "tinyice.json")
    guarded = ["setpriv", "--pdeathsig", "TERM", "--", *command]
    station.child = start(guarded, home=station.home, name="revived", env=project_path())
    until(lambda: accepts(station.port), within=WAIT_S, what="the server is back")


def listeners(station: Station, mount: str) -> int:
    """How many the server says that listen there."""
    return int(station.statistics().get(mount, {}).get("listeners", 0))


def all_hear(recorders: Iterable[Recorder], size: int, *, within: float = WAIT_S) -> None:
    """Wait until so many bytes more have come to each."""
    wanted = [(recorder, recorder.size + size) for recorder in recorders]

    def more() -> bool:
        gone = [recorder.name for recorder, _ in wanted if recorder.ended]
        assert not gone, f"dropped: {gone}"
        return all(recorder.size >= due for recorder, due in wanted)

    until(more, within=within, what="everybody hears more")


def all_read(recorders: Iterable[Recorder], title: str, *, within: float = WAIT_S) -> None:
    """Wait until the newest title that each has got is this one."""
    for recorder in recorders:
        reads(recorder, title, within=within)


def reads(recorder: Recorder, title: str, *, within: float = WAIT_S) -> None:
    """Wait until the newest title that a listener got is this one."""

    def there() -> bool:
        assert not recorder.ended, f"{recorder.name} was dropped"
        return recorder.answer.titles[-1:] == [title]

    until(there, within=within, what=f"{recorder.name} reads {title!r}")


def decode(recorders: Iterable[Recorder], folder: Path, *, at_least_s: float) -> None:
    """Check that what each has got is sound from the first byte on, and enough of it."""

    def judged(recorder: Recorder) -> str:
        path = folder / f"heard-{id(recorder):x}"
        path.write_bytes(recorder.answer.audio)
        seconds, complaint = audio.decoded_seconds(path, 600)
        enough = seconds >= at_least_s
        return complaint or ("" if enough else f"only {seconds:.1f} s of it are sound")

    faults = [(recorder.name, judged(recorder)) for recorder in recorders]
    assert not [fault for fault in faults if fault[1]]
