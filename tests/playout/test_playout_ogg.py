"""Ogg and WebM files in loops: each round another link, or the same segment; joined anywhere."""

from itertools import pairwise
from pathlib import Path

import pytest

from core.fakes import Player
from formats import synthetic_matroska as mkv
from formats import synthetic_ogg as ogg
from formats.test_formats_seam_matroska import times
from formats.test_formats_seam_ogg import RATE_STEP, TAGS, check_link, links_of, opus
from playout.stage import Stage
from tinyice.core.settings import MountSettings
from tinyice.formats.ogg_page import Page, iter_pages

ROUND_S = 150 * 3 * RATE_STEP / 48000


def stage_of(folder: Path, data: bytes) -> Stage:
    """Two mounts with one file, of which the second one has an encoder."""
    (folder / "night").write_bytes(data)
    paths = ("/one", "/two")
    chain = ("file:night",)
    return Stage(folder, *(MountSettings(one, chain=chain, configured=True) for one in paths))


class Encoder:
    """Sends Opus in real time: 60 ms a page."""

    def __init__(self, stage: Stage, path: str) -> None:
        self.stage = stage
        self.mount, self.source = stage.rig.claim(
            path, stage.rig.source(content_type="application/ogg")
        )
        self.pages = [page.raw for page in iter_pages(opus(77, 5000))]
        self.mount.take(self.source, self.pages.pop(0) + self.pages.pop(0))

    def play(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.6)):
            self.mount.take(self.source, b"".join(self.pages[:10]))
            del self.pages[:10]
            self.stage.run(0.6)

    def end(self) -> None:
        self.stage.rig.mounts.release(self.mount, self.source, "gone")


def links_heard(player: Player) -> list[list[Page]]:
    """The links that came whole; the first one began before, the last one goes on."""
    return links_of(bytes(player.got))


def check_rounds(player: Player, *, first_is_cut: bool) -> list[int]:
    """Every link but the last is sound, and no serial comes twice; how long each is, in pages."""
    links = links_heard(player)
    for link in links[1 if first_is_cut else 0 : -1]:
        check_link(link)
    serials = [link[0].serial for link in links]
    assert len(set(serials)) == len(serials)
    return [len(link) - 2 for link in links]


@pytest.mark.parametrize("links", [1, 2])
def test_each_round_is_a_link(links: int, tmp_path: Path) -> None:
    """And each link of the file is one in each round."""
    data = b"".join(opus(5 + number, 150) for number in range(links))
    stage = stage_of(tmp_path, data)
    stage.run(1)
    player = stage.listen("/one")
    stage.run(3.5 * ROUND_S * links)
    lengths = check_rounds(player, first_is_cut=True)
    assert lengths[1:-1] == [150] * (len(lengths) - 2)
    assert len(lengths) >= 3 * links


@pytest.mark.parametrize("after_s", [3, 12, 16, 30])
def test_a_mount_that_comes_in_the_middle_of_any_link(after_s: float, tmp_path: Path) -> None:
    """Gets the headers of that link, numbers of its own, and then whole rounds."""
    stage = stage_of(tmp_path, opus(5, 150) + opus(6, 150))
    stage.run(1)
    encoder = Encoder(stage, "/two")
    encoder.play(15)
    player = stage.listen("/two")
    encoder.play(after_s)
    encoder.end()
    stage.run(30)
    lengths = check_rounds(player, first_is_cut=True)
    _, _, of_the_encoder, of_the_file, *_ = links_heard(player)
    for link in (of_the_encoder, of_the_file):
        check_link(link)
        assert link[2].granule == 3 * RATE_STEP
    assert lengths[3] < 150
    assert lengths[4:-1] == [150] * (len(lengths) - 5)
    assert player.finished == 0


def test_titles_of_the_file_are_told(tmp_path: Path) -> None:
    """As its comments have them."""
    stage = stage_of(tmp_path, opus(5, 150))
    stage.run(1)
    assert stage.mount("/one").tags.title == TAGS["TITLE"]


def test_a_file_of_unknown_pace_is_not_played(tmp_path: Path) -> None:
    """Ogg with a codec that is not known tells no time."""
    stage = stage_of(tmp_path, ogg.link([b"unheard of"], pages=900))
    stage.run(1)
    assert stage.mount("/one").source is None


def test_time_goes_on_over_rounds_of_webm(tmp_path: Path) -> None:
    """One segment for ever: no headers again, and no step backwards or ahead."""
    stage = stage_of(tmp_path, mkv.head() + b"".join(mkv.clusters(8, known_size=True)))
    stage.run(1)
    player = stage.listen("/one")
    stage.run(30)
    data = bytes(player.got)
    assert data.count(b"\x1a\x45\xdf\xa3") == 1
    heard = times(data)
    assert {b - a for a, b in pairwise(heard)} == {100}
    assert len(heard) > 250
