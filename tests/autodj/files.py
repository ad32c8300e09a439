"""Audio files for tests: real ones in all formats, and odd ones."""

import subprocess
import wave
from functools import cache
from pathlib import Path

FORMATS = {
    "mp3": ["-c:a", "libmp3lame", "-b:a", "128k"],
    "flac": ["-c:a", "flac"],
    "ogg": ["-c:a", "libvorbis"],
    "opus": ["-c:a", "libopus", "-b:a", "64k"],
    "m4a": ["-c:a", "aac", "-b:a", "96k"],
    "aac": ["-c:a", "aac", "-f", "adts"],
    "wav": [],
    "aiff": [],
    "wma": ["-c:a", "wmav2"],
    "wv": ["-c:a", "wavpack"],
    "mka": ["-c:a", "libopus"],
}

TONE = "sine=frequency=440:duration=2"

TAGS = {
    "title": "Ünïcode Сon",
    "artist": "Artist",
    "album": "Album",
    "album_artist": "Band",
    "genre": "Jazz",
    "track": "3/12",
    "disc": "2/2",
    "date": "1999-05-01",
}


def make(path: Path, *arguments: str, tone: str = "", tags: dict[str, str] | None = None) -> Path:
    """A tone at ``path``, in the format of its ending."""
    told = [f"-metadata:g={key}={value}" for key, value in (TAGS if tags is None else tags).items()]
    metadata = [part for each in told for part in ("-metadata", each.partition("=")[2])]
    options = FORMATS.get(path.suffix[1:], [])
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        tone or TONE,
        *options,
        *arguments,
    ]
    subprocess.run([*command, *metadata, str(path)], check=True, stdin=subprocess.DEVNULL)
    return path


@cache
def mp3_frames() -> bytes:
    """Two seconds of MP3 with neither tag nor header of the whole."""
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "sine=duration=2",
        "-c:a",
        "libmp3lame",
    ]
    command += ["-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def id3(*frames: tuple[bytes, bytes]) -> bytes:
    """An ID3v2.3 tag of frames with these contents."""
    body = b"".join(name + len(data).to_bytes(4, "big") + b"\0\0" + data for name, data in frames)
    size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + body


def write_wave(path: Path, *, rate: int = 44100, channels: int = 2, width: int = 2) -> Path:
    """A second of silence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(rate * channels * width))
    return path


PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
