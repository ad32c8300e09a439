"""Templates and static files are found wherever an install put them."""

import sys
from pathlib import Path

import pytest

from tinyice.assets import AssetsMissingError, find_assets, first_complete, installed_places


def filled(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).mkdir(parents=True)
    return root


def test_an_explicit_folder_is_the_only_one_looked_at(tmp_path: Path) -> None:
    """Who names a folder gets that folder, or an error that names it."""
    with pytest.raises(AssetsMissingError, match=str(tmp_path)) as caught:
        find_assets(tmp_path)
    assert caught.value.places == (tmp_path,)

    filled(tmp_path, "templates", "static")
    found = find_assets(tmp_path)
    assert (found.templates, found.static) == (tmp_path / "templates", tmp_path / "static")


def test_a_place_counts_only_with_both_folders(tmp_path: Path) -> None:
    """Half an install is passed over for a whole one."""
    half = filled(tmp_path / "half", "templates")
    whole = filled(tmp_path / "whole", "templates", "static")
    assert first_complete((half, whole)).static == whole / "static"


def test_the_paths_do_not_depend_on_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative folder on the command line stays right after a daemon's chdir."""
    filled(tmp_path, "templates", "static")
    monkeypatch.chdir(tmp_path)
    assert find_assets(Path()).templates.is_absolute()


def test_the_prefix_of_the_running_python_is_among_the_places() -> None:
    """A normal install into an environment is found."""
    places = installed_places()
    assert Path(sys.prefix, "share", "tinyice") in places
    assert len(set(places)) == len(places)
