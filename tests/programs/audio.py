"""Sound made when the tests run: a sweep with a little noise, in every format."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

SWEEP = "0.3*sin(2*PI*(220+40*sin(t/3))*t)+0.02*(random(0)-0.5)"
LAVFI = ("-f", "lavfi", "-i", f"aevalsrc='{SWEEP}|{SWEEP}':s=44100")
"""An endless input for ffmpeg in which no second is like another."""

ENCODINGS: dict[str, tuple[str, ...]] = {
    "mp3": ("-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3"),
    "aac": ("-c:a", "aac", "-b:a", "128k", "-f", "adts"),
    "vorbis": ("-c:a", "libvorbis", "-b:a", "128k", "-page_duration", "200000", "-f", "ogg"),
    "opus": ("-c:a", "libopus", "-b:a", "96k", "-page_duration", "200000", "-f", "ogg"),
    "flac": ("-c:a", "flac", "-ar", "22050", "-page_duration", "200000", "-f", "ogg"),
    "webm": ("-c:a", "libopus", "-b:a", "96k", "-f", "webm"),
    "wav": ("-f", "wav"),
}
"""How ffmpeg makes each format."""

CONTENT_TYPES = {
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
    "vorbis": "application/ogg",
    "opus": "application/ogg",
    "flac": "application/ogg",
    "webm": "audio/webm",
}


def make(path: Path, encoding: str, seconds: float, tags: Sequence[tuple[str, str]] = ()) -> Path:
    """Write ``seconds`` of sound into ``path``."""
    told = [part for key, value in tags for part in ("-metadata", f"{key}={value}")]
    command = ["ffmpeg", "-v", "error", "-y", *LAVFI, "-t", f"{seconds:g}", *told]
    subprocess.run([*command, *ENCODINGS[encoding], str(path)], check=True, timeout=60)
    return path


def decoded_seconds(recording: Path, limit: float) -> tuple[float, str]:
    """How much of ``recording`` ffmpeg decodes (at most ``limit``), and what it complains of.

    It reads as from a network: of a file it would look at the end, too, and
    stumble over a later link of an Ogg chain. Time is counted in samples, as
    time stamps jump where an Ogg FLAC stream was joined.
    """
    if not recording.exists():
        return 0.0, "nothing was recorded"
    out = recording.with_name(recording.name + ".decoded.wav")
    command = ["ffmpeg", "-v", "error", "-y", "-i", "pipe:0", "-vn", "-af", "asetpts=N/SR/TB"]
    with recording.open("rb") as source:
        done = subprocess.run(
            [*command, "-t", f"{limit:g}", "-f", "wav", str(out)],
            check=False,
            timeout=60,
            stdin=source,
            capture_output=True,
        )
    return wav_seconds(out), done.stderr.decode("utf-8", "replace").strip()


def wav_seconds(path: Path) -> float:
    """The length of a WAV file by its bytes: the header of a stopped writer is not trusted."""
    if not path.exists() or path.stat().st_size <= WAV_HEAD_BYTES:
        return 0.0
    with path.open("rb") as file:
        head = file.read(WAV_HEAD_BYTES)
    rate = int.from_bytes(head[28:32], "little")
    return (path.stat().st_size - WAV_HEAD_BYTES) / rate if rate else 0.0


WAV_HEAD_BYTES = 44
