"""A folder of files as people really have them: odd, damaged, misnamed, or no music at all."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from autodj.files import id3

SECONDS = 0.6
"""How long a good file lasts."""

LONG_S = 6 * 3600.0
LONG = "six hours.mp3"
MEGABYTE = 1024 * 1024
TITLE = b"TIT2"

MADE: Mapping[str, str] = {
    "8k mono.wav": "-ar 8000 -ac 1",
    "96k 24 bit.flac": "-ar 96000 -sample_fmt s32",
    "192k.flac": "-ar 192000",
    "5.1.flac": "-ac 6",
    "7.1.wav": "-ac 8 -ar 48000",
    "8 bit.wav": "-c:a pcm_u8 -ar 11025",
    "float.wav": "-c:a pcm_f32le",
    "vbr without header.mp3": "-c:a libmp3lame -q:a 5 -write_xing 0 -id3v2_version 0",
    "8 kbit.mp3": "-c:a libmp3lame -ar 8000 -ac 1 -b:a 8k",
    "layer 2.mp2": "-c:a mp2",
    "raw.aac": "-c:a aac",
    "apple.m4a": "-c:a alac",
    "aac.m4a": "-c:a aac",
    "vorbis.ogg": "-c:a libvorbis",
    "flac in ogg.oga": "-c:a flac -f ogg",
    "opus.opus": "-c:a libopus",
    "speex named ogg.ogg": "-c:a libspeex -ar 16000 -ac 1 -f ogg",
    "windows.wma": "-c:a wmav2",
    "wavpack.wv": "-c:a wavpack",
    "aiff.aiff": "",
    "matroska.mka": "-c:a libvorbis",
    "web.webm": "-c:a libopus",
    "sun.au": "",
    "-leads with a dash.mp3": "-c:a libmp3lame",
    "percent %s %n.mp3": "-c:a libmp3lame",
    "quote ' \" $(x) `y`.mp3": "-c:a libmp3lame",
    "ünïcode 😀.mp3": "-c:a libmp3lame",
    "l" * 251 + ".mp3": "-c:a libmp3lame",
}
"""What ffmpeg makes of a tone, by the options; all of it plays."""


def encoded(path: Path, options: str, seconds: float = SECONDS) -> bytes:
    """A tone in a file of that name."""
    tone = f"sine=frequency=441:sample_rate=44100:duration={seconds}"
    source = ("-v", "error", "-y", "-f", "lavfi", "-i", tone)
    subprocess.run(("ffmpeg", *source, *options.split(), f"file:{path}"), check=True, timeout=60)
    return path.read_bytes()


def good_ones(folder: Path) -> list[str]:
    """Files that play, for all that is odd about them; their names."""
    for name, options in MADE.items():
        encoded(folder / name, options)
    plain = encoded(folder / "plain.mp3", "-c:a libmp3lame -write_xing 0 -id3v2_version 0")
    flac = encoded(folder / "plain.flac", "-c:a flac")
    ogg = encoded(folder / "plain.ogg", "-c:a libvorbis")
    cover = b"\x00image/jpeg\0\x03\0\xff\xd8\xff\xe0" + os.urandom(15 * MEGABYTE)
    words: dict[str, bytes] = {
        "cp1251": b"\x00" + "Земля".encode("cp1251"),
        "utf-16 without an order": b"\x01" + "Title".encode("utf-16-le"),
        "half of utf-16": b"\x01\xff\xfeT\0i",
        "no utf-8": b"\x03\xff\xfe\x80",
        "unknown encoding": b"\x09abc",
        "zeros": b"\x03a\0b\0\0c",
        "controls": b"\x03\x1b[2J\r\n\x07" + "\u202e\u2028".encode(),
        "a megabyte": b"\x03" + b"long " * (MEGABYTE // 5),
        "nothing": b"",
    }
    data: dict[str, bytes] = {
        **{f"tag {name}.mp3": id3((TITLE, text)) + plain for name, text in words.items()},
        "giant cover.mp3": id3((b"APIC", cover)) + plain,
        "lying tag.mp3": b"ID3\x04\x00\x00\x00\x00\x7f\x7f" + bytes(16383) + plain,
        "rubbish in front.mp3": bytes(3000) + plain,
        "rubbish behind.mp3": plain + b"TAG" + b"\xff" * 5000,
        "mp3 named flac.flac": plain,
        "flac named mp3.mp3": flac,
        "chained.ogg": ogg + ogg,
        "no length.wav": _wave(0xFFFFFFFF),
    }
    for name, content in data.items():
        (folder / name).write_bytes(content)
    video = "-f lavfi -i testsrc=duration=1:size=64x64 -map 0:a -map 1:v -c:a aac -c:v mpeg4"
    encoded(folder / "with pictures.mp4", video)
    (folder / os.fsdecode(b"latin\xe9.mp3")).write_bytes(plain)
    (folder / "link.mp3").symlink_to("plain.mp3")
    plains = ("plain.mp3", "plain.flac", "plain.ogg", "with pictures.mp4", "link.mp3")
    return [*MADE, *data, *plains, os.fsdecode(b"latin\xe9.mp3")]


def bad_ones(folder: Path, outside: Path) -> list[str]:
    """Files that can't or may not be played; their names. ``outside`` is not allowed."""
    png = b"\x89PNG\r\n\x1a\n" + bytes(5000)
    data: dict[str, bytes] = {
        "empty.mp3": b"",
        "empty.flac": b"",
        "empty.ogg": b"",
        "zeros.mp3": bytes(50_000),
        "noise.ogg": os.urandom(50_000),
        "picture.mp3": png,
        "text.flac": b"Dear diary,\n" * 1000,
        "only a tag.mp3": id3((TITLE, b"\x03nothing else")),
        "only a head.flac": b"fLaC\0\0\0\x22",
        "only a head.wav": b"RIFF\x24\0\0\0WAVEfmt ",
        "list.mp3": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{outside}\n".encode(),
        "script.mp3": b"#!/bin/sh\ntouch /tmp/oops\n",
    }
    for name, content in data.items():
        (folder / name).write_bytes(content)
    (folder / "no index.m4a").write_bytes(_half(encoded(folder / "no index.m4a", "-c:a aac")))
    encoded(folder / "new\nline.mp3", "-c:a libmp3lame")
    video = "-f lavfi -i testsrc=duration=1:size=64x64 -map 1:v -c:v mpeg4"
    encoded(folder / "silent film.mp4", video)
    (folder / "leads out.mp3").symlink_to(outside)
    return [*data, "no index.m4a", "silent film.mp4", "new\nline.mp3"]


def cut_ones(folder: Path) -> list[str]:
    """Files of which the end is missing: played as far as they go, or refused; their names."""
    kinds = ("mp3", "flac", "ogg", "opus", "wav", "aac", "wma", "mka", "aiff", "wv")
    for kind in kinds:
        path = folder / f"cut.{kind}"
        path.write_bytes(_half(encoded(path, "", 5 * SECONDS)))
    return [f"cut.{kind}" for kind in kinds]


def not_even_files(folder: Path) -> None:
    """What has a name like music, and must not hold anything up."""
    (folder / "folder.mp3").mkdir()
    os.mkfifo(folder / "pipe.mp3")
    (folder / "nowhere.mp3").symlink_to("there is no such file")
    (folder / "round.mp3").symlink_to("round.mp3")
    (folder / "device.mp3").symlink_to("/dev/zero")
    (folder / "round").symlink_to(".")


def long_one(folder: Path) -> None:
    """Six hours of MP3, with no header that says so."""
    options = "-c:a libmp3lame -ar 8000 -ac 1 -b:a 8k -write_xing 0 -id3v2_version 0 -reservoir 0"
    piece = encoded(folder / LONG, options, 60.0)
    with (folder / LONG).open("wb") as file:
        for _ in range(round(LONG_S / 60)):
            file.write(piece)


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _wave(size: int) -> bytes:
    """A file whose head tells another length."""
    frames = bytes(range(256)) * (round(SECONDS * 44100) * 2 // 256)
    head = b"RIFF" + size.to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0"
    rates = (44100).to_bytes(4, "little") + (88200).to_bytes(4, "little") + b"\x02\0\x10\0"
    return head + rates + b"data" + size.to_bytes(4, "little") + frames
