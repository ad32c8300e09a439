"""What AutoDJs cost, as a table; and the library that is made to be read."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.autodj import FORMATS, HEAD, LATER_MS, Reading, Share, library, report
from bench.report import rewrite_block
from bench.servers import PROJECT
from tinyice.autodj.tags import read_track

_READ = Reading(
    100_000, 230.0, 95.0, 4.0, 12.5, 310.0, 330.0, 420.0, 315.0, 70.0, 16_384, 90.0
)  # fmt: skip


def test_every_line_of_the_table_has_every_column() -> None:
    """A row for each format, and what was measured of the library below."""
    shares = {name: Share(3.25, 0.5, 22.5) for name in FORMATS}
    read = _READ
    told = report(shares, Share(2.5, 0.75, 22.0), read, seconds=30)
    table = told.partition("\n\n")[0].splitlines()
    assert len(table) == 2 + len(FORMATS)
    assert {row.count("|") for row in table} == {len(HEAD) + 1}
    assert "100,000 files (230 MB)" in told
    assert "16,384 entries" in told
    document = (PROJECT / "docs/performance.md").read_text("utf-8")
    assert told in rewrite_block(document, "autodj", told)


def test_a_gap_that_is_heard_is_too_long() -> None:
    """While the library is read, and while it is searched."""
    assert _READ.is_heard
    too_long = _READ.quiet_ms + LATER_MS + 1
    assert not replace(_READ, gap_ms=too_long).is_heard
    assert not replace(_READ, search_gap_ms=too_long).is_heard


@pytest.mark.needs_program("ffmpeg")
def test_the_library_is_music(tmp_path: Path) -> None:
    """Each file has its own tags, and can be played."""
    size = library(tmp_path / "all", 501)
    paths = sorted((tmp_path / "all").rglob("*.mp3"))
    assert len(paths) == 501
    assert size == sum(path.stat().st_size for path in paths) < 501 * 4096
    track = read_track(paths[-1].name, str(paths[-1]))
    assert (track.title, track.album, track.fault) == ("Title 500", "Album 41", "")
    assert track.seconds > 0.1
