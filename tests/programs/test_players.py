"""Real players, all at once, each before every format that it understands."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from programs import encode_ffmpeg, play_media, play_simple
from programs.audio import CONTENT_TYPES
from programs.children import Child, found, give_away, start, unprivileged
from programs.encoders import TITLES, Studio
from programs.play_browser import Browser
from programs.players import ICY, NEEDED_S, Player, Seat
from programs.station import Station

PLAYERS = [*play_simple.PLAYERS, *play_media.PLAYERS]
BROWSED_S = 10.0
PATIENCE_S = 75.0
ON_AIR_S = 45.0
TITLE_EVERY_S = 3.0
POLL_S = 0.25

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.needs_program("ffmpeg"),
]


@dataclass
class Playing:
    """One player at work on one stream."""

    player: Player
    seat: Seat
    child: Child
    said: str = ""

    def finished(self) -> bool:
        """Whether it has ended, or was ended because it has heard enough."""
        if self.child.running:
            self.said = self.child.output()
            if not self.player.has_enough(self.seat, self.said):
                return False
            self.child.stop()
            return True
        self.said = self.child.output()
        return True


@dataclass
class Evening:
    """What all players together made of it."""

    playing: dict[tuple[str, str], Playing]
    browsed: dict[str, Any]


@pytest.fixture(scope="module")
def evening(workshop: Path, open_station: Callable[[], Station]) -> Iterator[Evening]:
    """One server, six streams with changing titles, every player before each."""
    station = open_station()
    home = workshop / "studio"
    home.mkdir()
    studio = Studio([station], give_away(home))
    feeds = [each for each in encode_ffmpeg.ENCODERS if each.mount.startswith("/ffmpeg.")]
    children = [each.start(studio, each) for each in feeds]
    try:
        for each in feeds:
            station.wait_for_mount(each.mount, ON_AIR_S)
        yield _play(station, workshop)
    finally:
        for child in children:
            child.stop()


def _play(station: Station, workshop: Path) -> Evening:
    browser = Browser({each: station.url(f"/ffmpeg.{each}") for each in CONTENT_TYPES})
    playing = list(_start_players(station, workshop))
    pages = []
    if found("chromium"):
        home = workshop / "chromium"
        home.mkdir()
        pages.append(browser.start(give_away(home), "chromium", PATIENCE_S))
    try:
        _wait_for(playing, browser if pages else None, station)
    finally:
        for child in (*(each.child for each in playing), *pages):
            child.stop()
        browser.close()
    by_name = {(each.player.name, each.seat.encoding): each for each in playing}
    return Evening(by_name, browser.report)


def _start_players(station: Station, workshop: Path) -> Iterator[Playing]:
    for player in PLAYERS:
        for encoding in player.encodings:
            if not all(map(found, player.programs)):
                continue
            home = workshop / f"{player.name}-{encoding}".replace(" ", "-")
            home.mkdir()
            seat = Seat(encoding, station.url(f"/ffmpeg.{encoding}"), give_away(home))
            command = unprivileged(player.command(seat))
            yield Playing(player, seat, start(command, home=home, name="said", lasting=PATIENCE_S))


def _wait_for(playing: list[Playing], browser: Browser | None, station: Station) -> None:
    titles = itertools.cycle(TITLES)
    changed = 0.0
    deadline = time.monotonic() + PATIENCE_S
    waiting = list(playing)
    while time.monotonic() < deadline:
        if time.monotonic() - changed > TITLE_EVERY_S:
            changed, title = time.monotonic(), next(titles)
            for encoding in ICY:
                station.set_title(f"/ffmpeg.{encoding}", title)
        waiting = [each for each in waiting if not each.finished()]
        if not waiting and (browser is None or browser.has_enough(BROWSED_S)):
            return
        time.sleep(POLL_S)


def seats(*, titled: bool) -> "pytest.MarkDecorator":
    """Every player before every format, or before those of which it tells titles."""
    rows = [
        pytest.param(player, encoding, id=f"{player.name}-{encoding}", marks=marks)
        for player in PLAYERS
        for marks in (pytest.mark.needs_program(*player.programs),)
        for encoding in (player.titled if titled else player.encodings)
    ]
    return pytest.mark.parametrize(("player", "encoding"), rows)


@seats(titled=False)
def test_player_decodes(player: Player, encoding: str, evening: Evening) -> None:
    """Each player decodes ten seconds of each format, without a decoder's error."""
    played = evening.playing[player.name, encoding]
    complaints = [line for line in played.said.splitlines() if player.complaint.search(line)]
    assert complaints == []
    heard = player.heard(played.seat, played.said)
    assert heard >= NEEDED_S, f"{heard} s\n{played.said[-4000:]}"


@seats(titled=True)
def test_player_shows_titles(player: Player, encoding: str, evening: Evening) -> None:
    """Each player shows the titles that its format carries, letter by letter."""
    played = evening.playing[player.name, encoding]
    assert player.missing_titles(played.seat, played.said) == [], played.said[-4000:]


@pytest.mark.needs_program("chromium")
@pytest.mark.parametrize("encoding", CONTENT_TYPES)
def test_browser_plays(encoding: str, evening: Evening) -> None:
    """An audio element on a page of another origin plays on, without an error."""
    row = evening.browsed[encoding]
    assert row["error"] == ""
    assert row["time"] > BROWSED_S
