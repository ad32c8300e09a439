"""ffmpeg as a source in real time, and as the judge of what was heard, for every codec."""

import subprocess
from dataclasses import dataclass
from typing import Self

from programs.station import HOST, PASSWORD, Station
from tinyice.formats.detect import framer_for


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


class Live:
    """ffmpeg as a source, in real time."""

    def __init__(self, station: Station, mount: str, codec: Codec, pitch: int = 440) -> None:
        target = f"icecast://source:{PASSWORD}@{HOST}:{station.port}{mount}"
        command = tone(pitch, 300)
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
    framer = framer_for(codec.content_type, data[:64])
    assert framer is not None
    return b"".join(chunk.data for chunk in framer.feed(data))


def seconds_of(samples: bytes) -> float:
    """How long they sound."""
    return len(samples) / 4 / 48000
