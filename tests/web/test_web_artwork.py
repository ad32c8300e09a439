"""Pictures of tracks: who may see them, and how long browsers keep them."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from web_support import ADMIN, Reply, Web, mount

from tinyice.core.artwork import Artwork
from tinyice.core.autodjs import AutoDJSnapshot, DjState, EntryRow, TrackRow
from tinyice.core.tags import Tags
from tinyice.core.waveform import COLUMNS, Waveform
from tinyice.web.artwork import art_of, cover_of, version_of, waveform_of
from tinyice.work.jobs import Busy
from web.api_support import NOW as NOW_IS

TRACK = TrackRow(7, "a.mp3", "Low Tide", has_cover=True, version="3e8.1f")
PLAYS = AutoDJSnapshot("/live", "night", DjState.PLAY, is_heard=True, now=EntryRow(3, TRACK))
DJ = b"Authorization: Basic ZGo6c3Bpbg==\r\n"  # dj:spin
PICTURE = Artwork("image/png", b"\x89PNG\r\n\x1a\n and more", "d1")
LOOKS = Waveform(bytes(range(200)) * 2, bytes([9]) * COLUMNS)
PLAYED = mount(source_kind="autodj")
NOW = f"/cover/live?v={version_of(TRACK)}"
COVER = "/admin/studio-cover?mount=/live&track=7"
WAVEFORM = "/admin/studio-waveform?mount=/live&track=7"


@dataclass
class FakeLibrary:
    """Has a cover for track 7, and knows what it looks like."""

    covers: dict[int, Artwork] = field(default_factory=lambda: {7: PICTURE})
    looks: dict[int, Waveform] = field(default_factory=lambda: {7: LOOKS})
    is_busy: bool = False

    async def cover(self, track: int) -> Artwork | None:
        if self.is_busy:
            raise Busy
        return self.covers.get(track)

    async def waveform(self, track: int) -> Waveform | None:
        if self.is_busy:
            raise Busy
        return self.looks.get(track)


class FakeDj:
    """Plays what a test says."""

    def __init__(self, now: AutoDJSnapshot = PLAYS) -> None:
        self.mount = "/live"
        self.library = FakeLibrary()
        self.now = now

    def snapshot(self) -> AutoDJSnapshot:
        return self.now


def station(now: AutoDJSnapshot = PLAYS, shown: object = PLAYED) -> tuple[Web, FakeDj]:
    """A web whose /live an AutoDJ plays."""
    web, dj = Web(shown, mount("/two")), FakeDj(now)  # type: ignore[arg-type]
    web.bench.autodjs.running["/live"] = dj  # type: ignore[assignment]
    return web, dj


def is_harmless(reply: Reply) -> bool:
    """Whether a browser takes it for a picture and nothing else."""
    head = reply.head
    told = head["content-security-policy"], head["x-content-type-options"]
    return told == ("default-src 'none'; sandbox", "nosniff")


def test_the_cover_of_what_plays_is_for_everybody() -> None:
    """It is what it is by its bytes, and may be kept as long as its address holds."""
    web, _dj = station()
    reply = web.ask(NOW)
    assert (reply.status, reply.body) == (200, PICTURE.picture)
    assert reply.head["content-type"] == "image/png"
    assert reply.head["cache-control"] == "public, max-age=86400"
    assert reply.head["access-control-allow-origin"] == "*"
    assert is_harmless(reply)
    again = web.ask(NOW, b'If-None-Match: "d1"\r\n')
    assert (again.status, again.body) == (304, b"")
    plain = web.ask("/cover/live")
    assert (plain.status, plain.head["cache-control"]) == (200, "public, no-cache")


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (replace(PLAYS, now=None), PLAYED),
        (replace(PLAYS, is_heard=False), PLAYED),
        (replace(PLAYS, now=EntryRow(3, replace(TRACK, has_cover=False))), PLAYED),
        (PLAYS, mount(source_kind="client")),
        # titles are not told, so covers are not either
        (PLAYS, replace(PLAYED, tags=Tags())),
        (PLAYS, replace(PLAYED, disabled=True)),
    ],
)
def test_what_nobody_is_to_see(now: AutoDJSnapshot, shown: object) -> None:
    """Nothing of what is not heard, or not told."""
    web, _dj = station(now, shown)
    for address in (NOW, "/cover/live", "/cover/two", "/cover/none"):
        reply = web.ask(address)
        assert (reply.status, PICTURE.picture in reply.body) == (404, False)
        assert "max-age" not in reply.head.get("cache-control", "")
    assert art_of(shown, now) == "" or shown.disabled  # type: ignore[arg-type, attr-defined]


def test_an_address_means_one_picture() -> None:
    """That of a track that has ended is none of the next one."""
    web, dj = station()
    other = replace(TRACK, id=8)
    dj.now = replace(PLAYS, now=EntryRow(4, other))
    dj.library.covers[8] = Artwork("image/jpeg", b"\xff\xd8\xff", "d2")
    assert web.ask(NOW).status == 404
    assert web.ask(f"/cover/live?v={version_of(other)}").body == b"\xff\xd8\xff"
    assert version_of(replace(TRACK, version="other")) != version_of(TRACK)


def test_pages_and_widgets_know_the_address() -> None:
    """The front page, the player, the frame, the AzuraCast document; else there is the logo."""
    web, dj = station()
    assert art_of(PLAYED, PLAYS) == NOW
    for page in ("/", "/player/live", "/embed/live"):
        assert f'src="{NOW}" alt="" data-art' in web.ask(page).text
    song = web.ask("/api/nowplaying/live").json()["now_playing"]["song"]  # type: ignore[index]
    assert song["art"] == f"http://radio.example:8000{NOW}"
    dj.now = replace(PLAYS, now=None)
    web.clock.advance(1)
    for page in ("/", "/player/live"):
        assert "data-art" not in web.ask(page).text
    song = web.ask("/api/nowplaying/live").json()["now_playing"]["song"]  # type: ignore[index]
    assert song["art"].endswith("/static/icon-512.png")


NEXT = TrackRow(8, "b.mp3", "Undertow", "Vane", album="Deep", genre="Dub", seconds=100.4)
LONG = TrackRow(7, "a.mp3", "Low Tide", "Kestrel", album="Sea", genre="Jazz", seconds=240.0)
TIMED = replace(PLAYS, now=EntryRow(3, LONG), next=EntryRow(4, NEXT), elapsed_s=40.9)


def azuracast(now: AutoDJSnapshot, shown: object = PLAYED) -> dict[str, Any]:
    """The document of /live."""
    found: Any = station(now, shown)[0].ask("/api/nowplaying/live").json()
    return found


def test_widgets_know_how_far_it_is_and_what_comes() -> None:
    """In whole seconds, as they expect it."""
    told = azuracast(TIMED)
    now, coming = told["now_playing"], told["playing_next"]
    assert (now["elapsed"], now["duration"], now["remaining"]) == (40, 240, 200)
    assert (now["song"]["album"], now["song"]["genre"]) == ("Sea", "Jazz")
    assert (coming["song"]["text"], coming["song"]["album"]) == ("Vane - Undertow", "Deep")
    assert coming["song"]["art"].endswith("/static/icon-512.png")
    assert coming["duration"] == 100
    assert coming["played_at"] == int(NOW_IS.timestamp()) + 200


@pytest.mark.parametrize(
    ("change", "times"),
    [
        # the tags of a file may lie about how long it is
        ({"elapsed_s": 300.0}, (240, 240, 0)),
        ({"now": EntryRow(3, replace(LONG, seconds=0.0))}, (40, 0, 0)),
        ({"state": DjState.PAUSE}, (40, 240, 200)),
    ],
)
def test_what_is_not_known_is_not_made_up(
    change: dict[str, Any], times: tuple[int, int, int]
) -> None:
    """Nobody knows when the next one begins then."""
    told = azuracast(replace(TIMED, **change))
    now = told["now_playing"]
    assert (now["elapsed"], now["duration"], now["remaining"]) == times
    assert told["playing_next"]["played_at"] == 0
    assert azuracast(replace(TIMED, next=None))["playing_next"] is None


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (replace(TIMED, is_heard=False), PLAYED),
        (replace(TIMED, now=None), PLAYED),
        (TIMED, mount(source_kind="client")),
        (TIMED, replace(PLAYED, tags=Tags())),
    ],
)
def test_nothing_is_told_of_what_is_not_heard(now: AutoDJSnapshot, shown: object) -> None:
    """Nor where titles are not told: what comes would be one."""
    told = azuracast(now, shown)
    assert (told["now_playing"]["duration"], told["now_playing"]["remaining"]) == (0, 0)
    assert told["now_playing"]["song"]["album"] == ""
    assert told["playing_next"] is None


def test_covers_and_waveforms_of_a_library() -> None:
    """For who may see the AutoDJ of that mount."""
    web, _dj = station()
    for head in (ADMIN, DJ):
        cover = web.ask(COVER, head)
        assert (cover.status, cover.body) == (200, PICTURE.picture)
        assert cover.head["cache-control"] == "private, no-cache"
        assert is_harmless(cover)
        looks = web.ask(WAVEFORM, head)
        assert looks.json() == {"peaks": list(LOOKS.peaks), "levels": list(LOOKS.levels)}
        tag = f"If-None-Match: {looks.head['etag']}\r\n".encode()
        assert web.ask(WAVEFORM, head + tag).status == 304
    for address in (COVER, WAVEFORM):
        assert web.ask(f"{address}&v=1", ADMIN).head["cache-control"] == "private, max-age=86400"
        assert web.ask(address).status == 401
        assert web.ask(address.replace("/live", "/two"), DJ).status == 403
        assert web.ask(address.replace("/live", "/two"), ADMIN).status == 404
        for track in ("", "x", "-1", "9" * 30):
            assert web.ask(address.replace("track=7", f"track={track}"), ADMIN).status == 404
    assert web.ask(COVER.replace("track=7", "track=8"), ADMIN).status == 404
    # not measured yet is no fault, and not for long
    looks = web.ask(WAVEFORM.replace("track=7", "track=8&v=1"), ADMIN)
    assert looks.json() == {"peaks": [], "levels": []}
    assert "no-store" in looks.head["cache-control"]


def test_too_much_at_once() -> None:
    """Who asks is told to come again, and nothing is kept."""
    web, dj = station()
    dj.library.is_busy = True
    for address in (COVER, WAVEFORM, NOW):
        reply = web.ask(address, ADMIN)
        assert reply.status == 503
        assert "max-age" not in reply.head.get("cache-control", "")


def test_addresses_of_tracks() -> None:
    """What is in no library has none."""
    assert cover_of("/live", TRACK) == f"{COVER}&v=3e8.1f"
    assert waveform_of("/live", TRACK) == f"{WAVEFORM}&v=3e8.1f"
    assert cover_of("/live", replace(TRACK, has_cover=False)) == ""
    assert cover_of("/live", replace(TRACK, id=0)) == waveform_of("/l", replace(TRACK, id=0)) == ""
    assert cover_of("/ü&b", TRACK).startswith("/admin/studio-cover?mount=/%C3%BC%26b&")
