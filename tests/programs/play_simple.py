"""ffmpeg, ffprobe, curl, mpv, mpg123, ogg123, streamripper as players."""

import re
from collections.abc import Callable

from programs.players import (
    ALL,
    ICY,
    OGG,
    Player,
    Seat,
    not_known_yet,
    recording_heard,
)

RATES = {"mp3": 44100, "aac": 44100, "vorbis": 44100, "opus": 48000, "flac": 22050, "webm": 48000}
RECORDED_S = "18"


def _ffmpeg(seat: Seat) -> list[str]:
    quiet = ["ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+verbose"]
    return [*quiet, "-i", seat.url, "-vn", "-flush_packets", "1", "-f", "wav", str(seat.out)]


def _ffprobe(seat: Seat) -> list[str]:
    wanted = "frame=nb_samples:format_tags=StreamTitle,title:stream_tags=title"
    interval = ["-read_intervals", "%+15"]
    shown = ["-select_streams", "a", "-show_entries", wanted, "-of", "default"]
    return ["ffprobe", "-loglevel", "level+error", *interval, *shown, seat.url]


def _frames_shown(seat: Seat, said: str) -> float:
    counts = re.findall(r"^nb_samples=(\d+)", said, re.MULTILINE)
    return sum(map(int, counts)) / RATES[seat.encoding]


def _curl(version: str) -> Callable[[Seat], list[str]]:
    def command(seat: Seat) -> list[str]:
        return ["curl", "-sS", version, "-m", RECORDED_S, "-o", str(seat.recording), seat.url]

    return command


def _mpv(seat: Seat) -> list[str]:
    quiet = ["mpv", "--no-config", "--quiet", "--no-video"]
    return [*quiet, "--ao=pcm", f"--ao-pcm-file={seat.out}", seat.url]


def _mpg123(seat: Seat) -> list[str]:
    return ["mpg123", "-w", str(seat.out), seat.url]


def _ogg123(seat: Seat) -> list[str]:
    return ["ogg123", "-b", "64", "-p", "5", "-d", "wav", "-f", str(seat.out), seat.url]


def _streamripper(seat: Seat) -> list[str]:
    bounded = ["streamripper", seat.url, "-l", RECORDED_S, "-d", str(seat.home)]
    charset = ["--codeset-metadata=UTF-8", "--codeset-filesys=UTF-8"]
    return [*bounded, "-s", "-a", str(seat.recording), *charset]


PLAYERS = [
    Player(
        "ffmpeg",
        ("ffmpeg",),
        ALL,
        _ffmpeg,
        re.compile(r"\[(warning|error|fatal)\](?!.*(bitrate|duration))"),
        titled=(*ICY, *OGG),
    ),
    Player(
        "ffprobe",
        ("ffprobe",),
        ALL,
        _ffprobe,
        re.compile(r"\[(error|fatal)\]"),
        titled=OGG,
        heard=_frames_shown,
        so_far=not_known_yet,
    ),
    *(
        Player(
            f"curl {version}",
            ("curl", "ffmpeg"),
            ALL,
            _curl(f"--http{version}"),
            re.compile(r"curl: \((?!28\))"),
            heard=recording_heard,
            so_far=not_known_yet,
        )
        for version in ("1.0", "1.1")
    ),
    Player(
        "mpv",
        ("mpv",),
        ALL,
        _mpv,
        re.compile(r"(?i)error|corrupt|failed"),
        titled=(*ICY, *OGG),
    ),
    Player(
        "mpg123",
        ("mpg123",),
        ("mp3",),
        _mpg123,
        re.compile(r"(?i)error|warning|junk|illegal"),
        titled=("mp3",),
    ),
    Player(
        "ogg123",
        ("ogg123",),
        ("vorbis",),
        _ogg123,
        re.compile(r"(?i)error|hole|corrupt"),
        titled=("vorbis",),
    ),
    Player(
        "streamripper",
        ("streamripper", "ffmpeg"),
        ("mp3", "aac", "vorbis"),
        _streamripper,
        re.compile(r"(?i)error|failed"),
        titled=ICY,
        heard=recording_heard,
        so_far=not_known_yet,
    ),
]
"""The players of one command line and one output."""
