"""What is common to the encoders: the studio that they work in, and their promises."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from programs import audio
from programs.children import Child, give_away, start, unprivileged
from programs.station import PASSWORD, Station

LASTING_S = 150.0
CYRILLIC = 'Кино - "Группа крови"'
QUOTED = "O'Connor - \"Тест\"; 'A & B'"
TITLES = (CYRILLIC, QUOTED)
TRACK_S = 6.0
LONG_S = 120.0


@dataclass(frozen=True)
class Studio:
    """Where encoders work: the servers, a folder of their own, and music to send."""

    stations: Sequence[Station]
    home: Path
    shared: dict[str, Child] = field(default_factory=dict)
    """Programs that feed several mounts at once, by name."""

    @property
    def login(self) -> str:
        """The login of a source, as it stands in addresses."""
        return f"source:{PASSWORD}"

    def run(
        self, encoder: "Encoder", argv: Sequence[str], env: Mapping[str, str] | None = None
    ) -> Child:
        """Start an encoder's program."""
        name = encoder.name.replace(" ", "-")
        command = unprivileged(argv)
        return start(command, home=self.home, name=name, lasting=LASTING_S, env=env)

    def write(self, name: str, text: str) -> Path:
        """Give the programs a file to read (and, where they like, to write)."""
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        return give_away(path)

    def folder(self, name: str) -> Path:
        """Give a program a folder of its own."""
        path = self.home / name
        path.mkdir(exist_ok=True)
        return give_away(path)

    @cached_property
    def mp3_tracks(self) -> tuple[Path, ...]:
        """Two short MP3 files, titled `TITLES`."""
        return self._tracks("mp3")

    @cached_property
    def vorbis_tracks(self) -> tuple[Path, ...]:
        """Two short Ogg Vorbis files, titled `TITLES`."""
        return self._tracks("vorbis")

    @cached_property
    def long_mp3(self) -> Path:
        """One MP3 file that lasts for the whole of the tests."""
        tags = [("title", CYRILLIC)]
        return give_away(audio.make(self.home / "long.mp3", "mp3", LONG_S, tags))

    def _tracks(self, encoding: str) -> tuple[Path, ...]:
        made = [
            audio.make(
                self.home / f"track{number}.{encoding}", encoding, TRACK_S, [("title", title)]
            )
            for number, title in enumerate(TITLES)
        ]
        return tuple(give_away(path) for path in made)


@dataclass(frozen=True)
class Encoder:
    """One way to be a source.

    ``station``: which of the studio's servers it feeds (encoders that can't
    choose their mount must not meet). ``titles``: what listeners are to read,
    in any order. ``hurried``: without a sound card it does not wait for the
    clock, and sends as fast as it may.
    """

    name: str
    programs: tuple[str, ...]
    mount: str
    content_type: str
    start: "Starter"
    station: int = 0
    titles: tuple[str, ...] = ()
    hurried: bool = False

    @property
    def station_name(self) -> str:
        """What it calls its programme."""
        return f"Prog {self.name}"

    def feeds(self, studio: Studio) -> Station:
        """The server that it feeds."""
        return studio.stations[self.station]


Starter = Callable[[Studio, Encoder], Child]
