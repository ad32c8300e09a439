"""The documents are held against what there is: links, keys, options, targets."""

import dataclasses
import re
from functools import cache
from pathlib import Path

import msgspec
import pytest

from house.sources import PROJECT
from tinyice.cli import CommandLine
from tinyice.config.advanced import AdvancedMount
from tinyice.config.autodjs import AutoDJ
from tinyice.config.items import ApiToken, BanNote, Master, Push, Relay, Transcoder, UrlAuth
from tinyice.config.kept import KEPT
from tinyice.config.model import Config, User
from tinyice.core.events import DropReason, Event
from tinyice.options import Options

DOCUMENTS = tuple(
    sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md"), *PROJECT.glob("packaging/*.md")])
)
GUIDES = tuple(
    path
    for path in DOCUMENTS
    if path.name in {"README.md", "getting-started.md", "operations.md", "protocols.md"}
)
"""Written for users: a word with an underscore in backticks is a key there."""

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
KEY = re.compile(r"`([a-z]+(?:_[a-z]+)+)`")
VARIABLE = re.compile(r"\bTINYICE_[A-Z_]*[A-Z]")
OURS = re.compile(
    r"^\s*(?:\S*/)?(?:tinyice|twistd)\s(.*)|`tinyice (.*?)`|ARGS=\"(.*?)\"", re.MULTILINE
)
OPTION = re.compile(r"--[a-z][a-z-]*")
MAKE = re.compile(r"(?:^ +|`)make ([a-z]+)", re.MULTILINE)

TWISTD = {"--pidfile", "--nodaemon"}
"""Options that are twistd's own."""


def named(paths: tuple[Path, ...]) -> pytest.MarkDecorator:
    """Run a test once for each document."""
    return pytest.mark.parametrize("path", paths, ids=lambda p: str(p.relative_to(PROJECT)))


@cache
def text_of(path: Path) -> str:
    """A document, without its fenced blocks."""
    return FENCED.sub("", path.read_text("utf-8"))


def anchors(path: Path) -> set[str]:
    """The names of a document's headings, as links spell them."""
    titles = (title.lower().replace("`", "") for title in HEADING.findall(text_of(path)))
    return {re.sub(r"[^\w\- ]", "", title).strip().replace(" ", "-") for title in titles}


TOLD = ("ARTIST", "TITLE", "ALBUM", "FILE", "MOUNT")
"""What programs of the operator find in their environment."""


def broken_links(path: Path) -> list[str]:
    """Every link of ``path`` to a file or heading that is not there."""
    broken = []
    for link in LINK.findall(text_of(path)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    return broken


def known_keys() -> set[str]:
    """Every key that a configuration may have."""
    listed = (ApiToken, BanNote, Relay, Master, Push, Transcoder, AutoDJ)
    models = (Config, AdvancedMount, User, UrlAuth, *listed)
    known = {field.name for model in models for field in msgspec.structs.fields(model)}
    return known.union(*KEPT.values())


def event_words() -> set[str]:
    """The fields of all events, which documents name in the same way."""
    kinds = [Event]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return {field.name for kind in kinds for field in dataclasses.fields(kind)}


def options_of(kind: type[Options]) -> set[str]:
    """Every long option of a command line."""
    return {f"--{name.rstrip('=')}" for name in kind().longOpt}


@named(DOCUMENTS)
def test_links_lead_somewhere(path: Path) -> None:
    """A link to a file or a heading finds it."""
    assert broken_links(path) == []


@named(GUIDES)
def test_keys_exist(path: Path) -> None:
    """Whoever copies a key from a document into tinyice.json must not be told of a fault."""
    assert set(KEY.findall(text_of(path))) - known_keys() - event_words() == set()


@named(DOCUMENTS)
def test_variables_exist(path: Path) -> None:
    """An environment variable in a document is one that the server reads."""
    known = {f"TINYICE_{key.upper()}" for key in known_keys()} | {"TINYICE_CONFIG"}
    names = set(VARIABLE.findall(text_of(path))) - {f"TINYICE_{each}" for each in TOLD}
    told = {name.removesuffix("_FILE") for name in names}
    assert told - known == set()


@named(DOCUMENTS)
def test_options_exist(path: Path) -> None:
    """An option shown with one of our commands is one that it takes."""
    lines = " ".join("".join(found) for found in OURS.findall(text_of(path)))
    known = options_of(CommandLine) | options_of(Options) | TWISTD
    assert set(OPTION.findall(lines)) - known == set()


@named(GUIDES)
def test_options_on_their_own_exist(path: Path) -> None:
    """An option in backticks, without a command, is one of ours."""
    alone = re.findall(r"`(--[a-z][a-z-]*)`", text_of(path))
    assert set(alone) - options_of(CommandLine) == set()


@named(DOCUMENTS)
def test_make_targets_exist(path: Path) -> None:
    """What a document tells to make can be made."""
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert set(MAKE.findall(text_of(path))) - targets == set()


def test_every_document_is_found_from_the_readme() -> None:
    """A document that nothing links to is not read."""
    linked = set(LINK.findall(text_of(PROJECT / "README.md")))
    there = {str(path.relative_to(PROJECT)) for path in PROJECT.glob("docs/*.md")}
    assert there - linked == set()


def test_drop_reasons_are_spelled_as_in_the_code() -> None:
    """Who searches a log for the words of a document finds them."""
    assert f"`{DropReason.TOO_SLOW.value}`" in text_of(PROJECT / "docs/protocols.md")


def test_the_picture_stays_small() -> None:
    """The README loads fast."""
    assert (PROJECT / "docs/images/on-air.png").stat().st_size < 150_000


def test_broken_things_are_seen(tmp_path: Path) -> None:
    """The readers of this file find what they look for."""
    path = tmp_path / "page.md"
    path.write_text("# A `b` c\n[x](gone.md) [y](#a-b-c) [z](#not) `some_key`\n    make x --y\n")
    assert broken_links(path) == ["gone.md", "#not"]
    assert KEY.findall(text_of(path)) == ["some_key"]
    assert MAKE.findall(text_of(path)) == ["x"]
    found = OURS.findall('run `tinyice --a b`\n    radio/bin/tinyice --c\nARGS="--d 1"\n')
    assert [OPTION.findall("".join(one)) for one in found] == [["--a"], ["--c"], ["--d"]]
