"""Pages, style sheets and scripts hold together: what one names, another has."""

import re
from pathlib import Path

import pytest

from house.sources import PROJECT
from tinyice.web.static_files import SHEETS

STATIC = PROJECT / "static"
TEMPLATES = PROJECT / "templates"
SHEET_FILES = sorted(STATIC.glob("*.css"))
SCRIPTS = sorted(STATIC.glob("*.js"))
PAGES = sorted(TEMPLATES.glob("*.html"))
LONGEST_FILE = 400

SPRITE = set(re.findall(r'<symbol id="i-([\w-]+)"', (STATIC / "icons.svg").read_text()))
TOKENS = set(re.findall(r"(--[\w-]+):", (STATIC / "tokens.css").read_text()))
_MADE_OF_TEXT = re.compile(
    r"\b(?:insertAdjacentHTML|document\.write|eval|new Function|createContextualFragment)\b"
    r"|\b(?:innerHTML|outerHTML)\s*\+?=(?!=)"
)
HANDED_IN = {"--v", "--at"}
"""Set by a script, where a drawing depends on a figure."""


def each(files: list[Path]) -> pytest.MarkDecorator:
    """Run a test once for each file."""
    return pytest.mark.parametrize("path", files, ids=lambda path: path.name)


@each([*SHEET_FILES, *SCRIPTS, *PAGES])
def test_one_idea_a_file(path: Path) -> None:
    """A file that grows too long is two files."""
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@each([*SHEET_FILES, *SCRIPTS])
def test_every_file_says_what_it_is_for(path: Path) -> None:
    """A sheet or a script opens with a comment."""
    assert path.read_text().startswith(("/*", "//"))


@each(SHEET_FILES)
def test_values_come_from_the_tokens(path: Path) -> None:
    """A value with a name is a token, or set in the same sheet."""
    text = path.read_text()
    own = set(re.findall(r"(--[\w-]+):", text))
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= TOKENS | HANDED_IN | own
    if path.name != "tokens.css":
        assert re.findall(r":[^;{}]*(#[0-9a-f]{3,8})\b(?![^;]*mask)", text.replace("#000", "")) in (
            [],
            ["#fff"] * text.count("#fff"),
        )


@each(SHEET_FILES)
def test_nothing_is_too_small_to_read(path: Path) -> None:
    """No text below 12 px."""
    sizes = re.findall(r"font-size:\s*(?:max\()?([\d.]+)(rem|px)", path.read_text())
    assert [size for size in sizes if float(size[0]) * (16 if size[1] == "rem" else 1) < 12] == []


@each([*SHEET_FILES, *SCRIPTS, *PAGES])
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    """No font, script, picture or style of another host, and none written into a page."""
    text = path.read_text()
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", text)
    assert not re.search(r"url\((?!#)|@import|@font-face", text)
    if path.suffix == ".html":
        assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", text)


@each(SCRIPTS)
def test_scripts_make_no_markup_of_text(path: Path) -> None:
    """Titles and names are hostile: they only ever become text."""
    assert _MADE_OF_TEXT.findall(path.read_text()) == []


@each(SCRIPTS)
def test_scripts_import_what_there_is(path: Path) -> None:
    """Each import is a file beside it."""
    for name in re.findall(r'(?:from|import)\s*\(?"(\.[^"]*)"', path.read_text()):
        assert (STATIC / name).is_file(), name


@each(PAGES)
def test_pages_name_what_there_is(path: Path) -> None:
    """Each file, each icon and each template that a page names."""
    text = path.read_text()
    for name in re.findall(r"asset\(['\"]([^'\"]+)", text):
        assert (STATIC / name).is_file() or name in SHEETS, name
    assert set(re.findall(r"parts\.icon\(\"([\w-]+)\"", text)) <= SPRITE
    for name in re.findall(r"{%-?\s*(?:extends|import|include|from)\s+\"([^\"]+)\"", text):
        assert (TEMPLATES / name).is_file(), name


def test_every_sheet_is_on_some_page() -> None:
    """What no page names is forgotten."""
    named = "\n".join(page.read_text() for page in PAGES)
    together = {sheet for sheets in SHEETS.values() for sheet in sheets}
    alone = {path.name for path in SHEET_FILES} - together
    assert {name for name in alone if f"asset('{name}')" not in named} == set()
