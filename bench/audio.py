"""What the sources send: noise and tones, encoded once and kept in the cache."""

import array
import math
import random
import shutil
import subprocess
import wave
from pathlib import Path

from bench.programs import CACHE

SECONDS = 20
RATE_HZ = 44_100


class NoEncoder(Exception):
    """There is no program here that encodes."""


def bytes_per_second(kbps: int) -> int:
    """Give the rate of a stream of so many kbit/s."""
    return kbps * 125


def mp3(kbps: int) -> Path:
    """Give MP3 frames of a constant ``kbps``, without tags."""
    rate = RATE_HZ if kbps >= 64 else 16_000
    kept = CACHE / f"{kbps}.mp3"
    return _encoded(kept, (_ffmpeg_mp3(kbps, rate), _lame(kbps, rate)))


def opus() -> Path:
    """Give Ogg pages with Opus at 128 kbit/s."""
    words = ("-c:a", "libopus", "-b:a", "128k", "-f", "ogg")
    return _encoded(CACHE / "128.opus", (("ffmpeg", "-v", "error", "-y", "-i", "{in}", *words),))


def _ffmpeg_mp3(kbps: int, rate: int) -> tuple[str, ...]:
    codec = ("-c:a", "libmp3lame", "-b:a", f"{kbps}k", "-ar", str(rate))
    bare = ("-write_xing", "0", "-id3v2_version", "0", "-f", "mp3")
    return ("ffmpeg", "-v", "error", "-y", "-i", "{in}", *codec, *bare)


def _lame(kbps: int, rate: int) -> tuple[str, ...]:
    return ("lame", "--quiet", "-t", "--cbr", "-b", str(kbps), "--resample", str(rate), "{in}")


def _encoded(kept: Path, commands: tuple[tuple[str, ...], ...]) -> Path:
    """Encode with the first of ``commands`` whose program is here."""
    if kept.exists():
        return kept
    command = next((words for words in commands if shutil.which(words[0])), None)
    if command is None:
        names = " or ".join(words[0] for words in commands)
        raise NoEncoder(f"{names} is missing")
    CACHE.mkdir(parents=True, exist_ok=True)
    sound, fresh = CACHE / "sound.wav", kept.with_suffix(".new")
    write_sound(sound)
    words = [word.replace("{in}", str(sound)) for word in command]
    subprocess.run([*words, fresh], check=True, stdin=subprocess.DEVNULL)
    return fresh.rename(kept)


def write_sound(path: Path) -> None:
    """Write tones in noise, the same every time."""
    noise = random.Random(1)  # noqa: S311 - sound, no secret
    steps = [2 * math.pi * hertz / RATE_HZ for hertz in (220, 277, 330)]
    samples = array.array("h")
    for at in range(SECONDS * RATE_HZ):
        tones = sum(math.sin(step * at) for step in steps)
        samples.append(int(6000 * tones + 3000 * noise.uniform(-1, 1)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
