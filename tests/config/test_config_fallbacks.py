"""Fallbacks in the file: what may stand there, which counts, and that none is a circle."""

from pathlib import Path
from typing import Any

import pytest

from config.configs import checked
from tinyice.config.edits import set_fallback
from tinyice.config.load import ConfigFaults
from tinyice.config.mounts import configured_paths, settings_for
from tinyice.core.settings import MountSettings


def faults(folder: Path, document: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigFaults) as refused:
        checked(folder, document)
    return [str(fault) for fault in refused.value.faults]


def settings(folder: Path, document: dict[str, Any], path: str = "/live") -> MountSettings:
    return settings_for(checked(folder, document).config, path)


def test_times_are_those_of_the_mount_or_of_the_server(tmp_path: Path) -> None:
    """Each on its own."""
    document = {
        "advanced_mounts": {"/live": {"hold_time": 0, "stall_after": 1.5}},
        "hold_time": 4,
        "return_after": 5,
    }
    own, other = settings(tmp_path, document), settings(tmp_path, document, "/other")
    assert (own.hold_s, own.return_after_s, own.stall_after_s) == (0, 5, 1.5)
    assert (other.hold_s, other.return_after_s, other.stall_after_s) == (4, 5, 3)


def test_the_richer_chain_counts(tmp_path: Path) -> None:
    """Of two places for fallbacks; the first mount of it is what Icecast's tools are told."""
    chain = ["relay", "/night", "file:loop.mp3", "silence"]
    document = {
        "advanced_mounts": {"/live": {"fallbacks": chain, "fallback_when_full": True}},
        "fallback_mounts": {"/live": "/day", "/plain": "/day"},
    }
    own, plain = settings(tmp_path, document), settings(tmp_path, document, "/plain")
    assert (own.chain, own.fallback, own.overflows) == (tuple(chain), "/night", True)
    assert (plain.chain, plain.fallback, plain.overflows) == (("/day",), "/day", False)
    assert configured_paths(checked(tmp_path, document).config) == ("/live", "/plain")
    assert plain.configured


FAULTS = [
    (["live"], "advanced_mounts./a.fallbacks[0]", 'a mount like /night, "relay"'),
    (["file:"], "advanced_mounts./a.fallbacks[0]", '"file:NAME"'),
    (["/api/x"], "advanced_mounts./a.fallbacks[0]", "pages of the server"),
    (["silence", "/b", "silence"], "advanced_mounts./a.fallbacks[2]", '"silence" is there twice'),
    (["/b", "/a"], "advanced_mounts./a.fallbacks", "began: /a -> /a"),
]


@pytest.mark.parametrize(("chain", "key", "words"), FAULTS)
def test_what_can_not_be_a_fallback(tmp_path: Path, chain: list[str], key: str, words: str) -> None:
    """The fault names the element."""
    found = faults(tmp_path, {"advanced_mounts": {"/a": {"fallbacks": chain}}})
    assert len(found) == 1
    assert found[0].startswith(f"{key}: ")
    assert words in found[0]


def test_a_circle_is_refused_with_the_way_round(tmp_path: Path) -> None:
    """Over all chains, of both kinds, wherever in them it is; a mount met twice is no circle."""
    document = {
        "fallback_mounts": {"/a": "/b", "/c": "/d"},
        "advanced_mounts": {"/b": {"fallbacks": ["/e", "/c"]}, "/d": {"fallbacks": ["/b"]}},
    }
    assert faults(tmp_path, document) == [
        "fallback_mounts./c: must not lead back to where it began: /c -> /d -> /b -> /c"
    ]
    document["advanced_mounts"] = {"/b": {"fallbacks": ["/e", "/c"]}, "/e": {"fallbacks": ["/c"]}}
    assert settings(tmp_path, document, "/a").chain == ("/b",)


def test_a_tool_that_names_a_fallback_is_obeyed() -> None:
    """What it names takes the place of the whole chain."""
    document: dict[str, Any] = {
        "advanced_mounts": {"/a": {"fallbacks": ["/x", "silence"], "hold_time": 3}}
    }
    set_fallback(document, "/a", "/y")
    assert document["fallback_mounts"] == {"/a": "/y"}
    assert document["advanced_mounts"] == {"/a": {"hold_time": 3}}
