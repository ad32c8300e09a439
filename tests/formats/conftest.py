"""Streams made by the real encoders, each once a session."""

import io
import math
import random
import struct
import subprocess
import wave
from collections.abc import Callable

import pytest

RATE = 48000
SECONDS = 12

FFMPEG = ("ffmpeg", "-nostdin", "-v", "error", "-f", "wav", "-i", "-")
TITLES = ("-metadata", "title=Группа крови", "-metadata", "artist=Кино")

COMMANDS: dict[str, tuple[str, ...]] = {
    "ffmpeg mp3": (*FFMPEG, *TITLES, "-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3", "-"),
    "ffmpeg mp3 low": (
        *FFMPEG,
        "-c:a",
        "libmp3lame",
        "-ar",
        "22050",
        "-b:a",
        "56k",
        "-f",
        "mp3",
        "-",
    ),
    "ffmpeg mp2": (*FFMPEG, "-c:a", "mp2", "-b:a", "192k", "-f", "mp2", "-"),
    "lame vbr": ("lame", "--quiet", "-V4", "-", "-"),
    "ffmpeg aac": (*FFMPEG, "-c:a", "aac", "-b:a", "96k", "-f", "adts", "-"),
    "ffmpeg vorbis": (*FFMPEG, *TITLES, "-c:a", "libvorbis", "-f", "ogg", "-"),
    "ffmpeg opus": (*FFMPEG, *TITLES, "-c:a", "libopus", "-f", "ogg", "-"),
    "ffmpeg opus quick": (
        *FFMPEG,
        *TITLES,
        "-c:a",
        "libopus",
        "-page_duration",
        "1",
        "-f",
        "ogg",
        "-",
    ),
    "ffmpeg flac": (*FFMPEG, *TITLES, "-c:a", "flac", "-f", "ogg", "-"),
    "ffmpeg speex": (
        *FFMPEG,
        *TITLES,
        "-c:a",
        "libspeex",
        "-ar",
        "16000",
        "-ac",
        "1",
        "-f",
        "ogg",
        "-",
    ),
    "oggenc": ("oggenc", "-Q", "-t", "Группа крови", "-a", "Кино", "--utf8", "-"),
    "opusenc": ("opusenc", "--quiet", "--title", "Группа крови", "--artist", "Кино", "-", "-"),
    "flac": ("flac", "-s", "--ogg", "-T", "TITLE=Группа крови", "-T", "ARTIST=Кино", "-c", "-"),
    "speexenc": ("speexenc", "--quiet", "--title", "Группа крови", "--author", "Кино", "-", "-"),
    "ffmpeg webm opus": (*FFMPEG, *TITLES, "-c:a", "libopus", "-f", "webm", "-"),
    "ffmpeg webm vorbis": (*FFMPEG, *TITLES, "-c:a", "libvorbis", "-live", "1", "-f", "webm", "-"),
    "ffmpeg matroska": (*FFMPEG, *TITLES, "-c:a", "flac", "-f", "matroska", "-"),
}


def program_of(name: str) -> str:
    """The program that makes the sample."""
    return COMMANDS[name][0]


def music() -> bytes:
    """A WAV file of a wandering chord with a little noise."""
    dice = random.Random(7)
    samples = bytearray()
    for at in range(RATE * SECONDS):
        moment = at / RATE
        chord = sum(math.sin(moment * pitch * (6 + at // RATE)) for pitch in (220, 277, 330))
        value = int(6000 * chord + 800 * dice.uniform(-1, 1))
        samples += struct.pack("<hh", value, value // 2)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(bytes(samples))
    return file.getvalue()


@pytest.fixture(scope="session")
def encoded() -> Callable[[str], bytes]:
    """Give the stream of that name from ``COMMANDS``; mark the test with its program."""
    made: dict[str, bytes] = {}

    def give(name: str) -> bytes:
        if "wav" not in made:
            made["wav"] = music()
        if name not in made:
            done = subprocess.run(
                COMMANDS[name], input=made["wav"], capture_output=True, check=True, timeout=50
            )
            made[name] = done.stdout
        return made[name]

    return give
