"""What is common to the players: what they are given, and what they must prove."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from programs import audio
from programs.encoders import CYRILLIC, TITLES

NEEDED_S = 10.0
ALL = tuple(audio.CONTENT_TYPES)
ICY = ("mp3", "aac")
OGG = ("vorbis", "opus", "flac")
SUFFIXES = (".mp3", ".aac", ".ogg")


@dataclass(frozen=True, slots=True)
class Seat:
    """One player before one stream, in a folder of its own."""

    encoding: str
    url: str
    home: Path

    @property
    def out(self) -> Path:
        """Where the player writes what it heard."""
        return self.home / "out.wav"

    @property
    def recording(self) -> Path:
        """Where the player writes the stream itself."""
        return self.home / "recording"

    def saved(self) -> Path:
        """The recording under the name that the player gave it in the end."""
        named = [path for path in self.home.glob("recording*") if path.suffix in SUFFIXES]
        return named[0] if named else self.recording

    @property
    def expected_titles(self) -> tuple[str, ...]:
        """The titles that the stream carries while it is played."""
        return TITLES if self.encoding in ICY else (CYRILLIC,)


def wav_heard(seat: Seat, said: str) -> float:
    """Seconds in the WAV file that the player writes."""
    return audio.wav_seconds(seat.out)


def not_known_yet(seat: Seat, said: str) -> float:
    """For players that end by themselves."""
    return 0.0


def recording_heard(seat: Seat, said: str) -> float:
    """Seconds that ffmpeg decodes of what the player saved, 0 if it complains.

    The end, where the player was stopped within a frame, is not listened to.
    """
    seconds, complaint = audio.decoded_seconds(seat.saved(), NEEDED_S + 0.5)
    return 0.0 if complaint else seconds


@dataclass(frozen=True, slots=True)
class Player:
    """One way to listen.

    ``heard`` tells how many seconds were decoded, ``so_far`` the same while the
    player runs (players that end by themselves need none). ``complaint`` finds
    a decoder's error in what the player says; ``titled`` are the encodings of
    which it says the titles.
    """

    name: str
    programs: tuple[str, ...]
    encodings: tuple[str, ...]
    command: Callable[[Seat], list[str]]
    complaint: "re.Pattern[str]"
    titled: tuple[str, ...] = ()
    heard: Callable[[Seat, str], float] = wav_heard
    so_far: Callable[[Seat, str], float] = wav_heard

    def has_enough(self, seat: Seat, said: str) -> bool:
        """Whether it may stop: enough was heard, and every title seen."""
        return self.so_far(seat, said) >= NEEDED_S + 0.5 and not self.missing_titles(seat, said)

    def missing_titles(self, seat: Seat, said: str) -> list[str]:
        """The titles that it should have said and did not."""
        expected = seat.expected_titles if seat.encoding in self.titled else ()
        return [title for title in expected if title not in said]
