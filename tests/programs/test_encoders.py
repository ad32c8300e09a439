"""Real encoders, all at once, each heard by a plain listener."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from programs import audio, encode_desktop, encode_ffmpeg, encode_libshout, ogg
from programs.children import Child, found, give_away
from programs.encoders import Encoder, Studio
from programs.raw import Recorder
from programs.station import Station

ENCODERS = [*encode_ffmpeg.ENCODERS, *encode_libshout.ENCODERS, *encode_desktop.ENCODERS]
LISTEN_S = 10.0
DECODED_S = 10.0
PATIENCE_S = 110.0
STATUS_EVERY_S = 0.5
MP3_RATE = 16_000
LEAD_S = 10.0
BURST_S = 4.1
SLACK_S = 2.0

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("ffmpeg")]


@dataclass
class Hearing:
    """One encoder at work, and what a listener of its mount has got."""

    encoder: Encoder
    child: Child
    station: Station
    recorder: Recorder | None = None
    row: dict[str, Any] = field(default_factory=dict)
    alive_at_end: bool = False
    titles: list[str] = field(default_factory=list)
    decoded_s: float = 0.0
    complaints: str = ""

    def advance(self, sources: dict[str, dict[str, Any]]) -> None:
        """Join once the mount is on air; look at what has come."""
        if self.encoder.mount not in sources:
            return
        if self.recorder is None and self.station.plays(self.encoder.mount):
            self.recorder = Recorder(self.station.port, self.encoder.mount)
        self.row = sources[self.encoder.mount]
        self.titles = self._titles()

    def _titles(self) -> list[str]:
        if self.recorder is None or not self.encoder.titles:
            return []
        answer = self.recorder.answer
        is_ogg = answer.body.startswith(b"OggS")
        return ogg.titles(answer.body) if is_ogg else answer.titles

    def complete(self, home: Path) -> bool:
        """Whether all that is wanted has been heard."""
        if self.recorder is None or self.recorder.listened_s < LISTEN_S:
            return False
        untold = set(self.encoder.titles) - set(self.titles)
        if not untold and self.decoded_s < DECODED_S:
            self.decode(home)
        return self.decoded_s >= DECODED_S and not untold

    def decode(self, home: Path) -> None:
        """Let ffmpeg judge what came; the cut end is not listened to."""
        if self.recorder is not None:
            recording = self.recorder.save_audio(home / f"{self.encoder.name}.recording")
            self.decoded_s, self.complaints = audio.decoded_seconds(recording, DECODED_S + 0.5)


@pytest.fixture(scope="module")
def heard(workshop: Path, open_station: Callable[[], Station]) -> Iterator[dict[str, Hearing]]:
    """Every encoder at work at once, until each was listened to."""
    stations = [open_station() for _ in range(1 + max(each.station for each in ENCODERS))]
    home = workshop / "studio"
    home.mkdir()
    studio = Studio(stations, give_away(home))
    here = [each for each in ENCODERS if all(map(found, each.programs))]
    hearings = [Hearing(each, each.start(studio, each), each.feeds(studio)) for each in here]
    try:
        _listen(hearings, studio, workshop)
        yield {hearing.encoder.name: hearing for hearing in hearings}
    finally:
        for hearing in hearings:
            hearing.child.stop()


def _listen(hearings: list[Hearing], studio: Studio, home: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    waiting = list(hearings)
    while waiting and time.monotonic() < deadline:
        sources = {station.port: station.sources() for station in studio.stations}
        for hearing in waiting:
            hearing.advance(sources[hearing.station.port])
        waiting = [each for each in waiting if not each.complete(home)]
        time.sleep(STATUS_EVERY_S)
    for hearing in hearings:
        hearing.alive_at_end = hearing.child.running
    for hearing in hearings:
        hearing.child.stop()
        if hearing.recorder is not None:
            hearing.recorder.stop()
    for hearing in waiting:
        hearing.decode(home)


def encoders(which: Callable[[Encoder], object] = lambda _: True) -> pytest.MarkDecorator:
    """Those encoders of which ``which`` is true."""
    rows = [
        pytest.param(each, id=each.name, marks=pytest.mark.needs_program(*each.programs))
        for each in ENCODERS
        if which(each)
    ]
    return pytest.mark.parametrize("encoder", rows)


def listener_of(hearing: Hearing) -> Recorder:
    """The listener that joined; what the encoder said, if it never came on air."""
    assert hearing.recorder is not None, f"never on air:\n{hearing.child.output()[-4000:]}"
    return hearing.recorder


@encoders()
def test_encoder_is_decoded(encoder: Encoder, heard: dict[str, Hearing]) -> None:
    """What a listener gets of an encoder decodes without an error."""
    hearing = heard[encoder.name]
    listener_of(hearing)
    assert hearing.complaints == ""
    assert hearing.decoded_s >= DECODED_S
    assert hearing.alive_at_end, hearing.child.output()[-4000:]


@encoders()
def test_encoder_is_named(encoder: Encoder, heard: dict[str, Hearing]) -> None:
    """Listeners and the status page learn the programme's name and type."""
    hearing = heard[encoder.name]
    answer = listener_of(hearing).answer
    assert answer.status.endswith("200 OK")
    assert answer.headers["content-type"] == encoder.content_type
    assert answer.headers["icy-name"] == encoder.station_name
    assert hearing.row["server_type"] == encoder.content_type
    assert hearing.row["server_name"] == encoder.station_name


@encoders(lambda encoder: encoder.titles)
def test_encoder_titles(encoder: Encoder, heard: dict[str, Hearing]) -> None:
    """The titles that an encoder sends reach listeners and the status, letter by letter."""
    hearing = heard[encoder.name]
    listener_of(hearing)
    assert set(encoder.titles) <= set(hearing.titles)
    title, artist = hearing.row["title"], hearing.row.get("artist")
    assert title in encoder.titles or f"{artist} - {title}" in encoder.titles


@encoders(lambda encoder: encoder.hurried)
def test_hurried_encoder_is_held_back(encoder: Encoder, heard: dict[str, Hearing]) -> None:
    """An encoder that does not wait for the clock gets its lead, then real time."""
    recorder = listener_of(heard[encoder.name])
    played_s = recorder.size / MP3_RATE
    assert played_s < recorder.listened_s + LEAD_S + BURST_S + SLACK_S
