"""Folders of tones for AutoDJs: which of them is heard, and when one follows another."""

import itertools
import json
import os
import re
import signal
import subprocess
from array import array
from dataclasses import dataclass
from pathlib import Path

from autodj.files import make
from codec.sounds import Heard, heard
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until

WAIT_S = 40.0
KINDS = {"mp3": "mpeg", "opus": "ogg", "aac": "adts", "flac": "ogg"}
WINDOW_S = 0.1
STEP_HZ = 220
_SAMPLE = re.compile(r"^(tinyice_autodj_\w+)\{mount=\"([^\"]+)\"\} (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Tone:
    """A file: its name, how high the tone is, and how long."""

    name: str
    pitch: int
    seconds: float = 4.0

    @property
    def title(self) -> str:
        """What its tags say."""
        return f"Tone {self.pitch}"


def put(folder: Path, *tones: Tone) -> None:
    """Let these files be there; each appears whole."""
    folder.mkdir(exist_ok=True)
    for tone in tones:
        partial = folder.parent / f"partial-{tone.name}"
        told = {"title": tone.title, "artist": f"Artist {tone.pitch}"}
        sound = f"sine=frequency={tone.pitch}:duration={tone.seconds}:sample_rate=44100"
        make(partial, "-ac", "2", tone=sound, tags=told)
        partial.rename(folder / tone.name)


def autodj(mount: str, folder: Path, **more: object) -> dict[str, object]:
    """What the file says of an AutoDJ that plays one tone after the other as it is."""
    plain = {"crossfade": 0, "shuffle": False, "gain": "off", "bitrate": 96}
    return {"mount": mount, "music_dir": str(folder), **plain, **more}


def sound_of(listener: Recorder, encoding: str) -> Heard:
    """What was heard so far."""
    return heard(listener.answer.audio, KINDS[encoding])


def hears(listener: Recorder, encoding: str, seconds: float, *, within: float = WAIT_S) -> Heard:
    """Wait until so much was heard; what has to come at its pace has its time besides."""

    def enough() -> Heard | None:
        found = sound_of(listener, encoding)
        return found if found.seconds >= seconds else None

    return until(enough, within=within + 2 * seconds, what=f"{seconds:g} s of {encoding} are heard")


def remarks(audio: bytes) -> str:
    """What the ffmpeg program finds wrong with a stream."""
    command = ["ffmpeg", "-v", "warning", "-i", "-", "-f", "null", "-"]
    done = subprocess.run(command, input=audio, capture_output=True, timeout=30, check=False)
    return done.stderr.decode()


def pitches(found: Heard, window_s: float = WINDOW_S) -> list[int]:
    """How high each window is, to the next 220 Hz; 0: it is silent."""
    size = round(window_s * found.samplerate)
    parts = (found.samples[at : at + size] for at in range(0, len(found.samples) - size, size))
    return [_pitch(part, found.samplerate) for part in parts]


def in_turn(found: Heard) -> list[int]:
    """The pitches one after the other; what sounds only for a window is none."""
    runs = [(pitch, len(list(run))) for pitch, run in itertools.groupby(pitches(found))]
    steady = [pitch for pitch, length in runs if length > 2]
    return [pitch for pitch, _run in itertools.groupby(steady)]


def _pitch(samples: "array[int]", samplerate: int) -> int:
    if max(samples, default=0) < 300:
        return 0
    rises = sum(one < 0 <= other for one, other in itertools.pairwise(samples))
    return round(rises * samplerate / len(samples) / STEP_HZ) * STEP_HZ


def reload(station: Station, **changes: object) -> None:
    """Let these settings hold."""
    path = station.home / "tinyice.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    station.child.send(signal.SIGHUP)


def figure(station: Station, name: str, mount: str) -> float:
    """A metric of an AutoDJ; ``nan`` where there is none.

    On a busy machine the first page takes long: the web site is loaded with it.
    """
    try:
        page = station.get("/metrics", user="admin").decode()
    except TimeoutError:
        return float("nan")
    found = {(metric, where): float(value) for metric, where, value in _SAMPLE.findall(page)}
    return found.get((f"tinyice_autodj_{name}", mount), float("nan"))


def wait_for(station: Station, name: str, mount: str, least: float) -> float:
    """Wait until a metric is at least that."""
    return until(
        lambda: figure(station, name, mount) >= least and figure(station, name, mount),
        within=WAIT_S,
        what=f"{name} of {mount} is {least:g}",
    )


def cpu_s(pid: int) -> float:
    """How long that process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
