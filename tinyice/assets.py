"""Where the page templates and the static files lie.

An editable install or a checkout has them beside the package; a normal install
puts them under ``share/tinyice``, in a place that depends on the Python.
"""

import site
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("templates", "static")


@dataclass(frozen=True, slots=True)
class Assets:
    """The two folders that the web pages are made of."""

    templates: Path
    static: Path


class AssetsMissingError(Exception):
    """No place has both folders; ``places`` are those looked at."""

    def __init__(self, places: tuple[Path, ...]) -> None:
        listed = ", ".join(str(place) for place in places)
        super().__init__(f"no folder with templates/ and static/ among: {listed}")
        self.places = places


def find_assets(explicit: Path | None = None) -> Assets:
    """Find templates/ and static/; with ``explicit``, in that folder and nowhere else.

    Raises `AssetsMissingError` when there are none.
    """
    return first_complete(installed_places() if explicit is None else (explicit,))


def first_complete(places: tuple[Path, ...]) -> Assets:
    """Give the folders of the first of ``places`` that has both."""
    for place in places:
        templates, static = (place / name for name in FOLDERS)
        if templates.is_dir() and static.is_dir():
            return Assets(templates=templates.resolve(), static=static.resolve())
    raise AssetsMissingError(places)


def installed_places() -> tuple[Path, ...]:
    """Give the folders that an install may have filled, the likeliest first."""
    return tuple(dict.fromkeys(_installed_places()))


def _installed_places() -> Iterator[Path]:
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "setup.cfg").is_file():
        yield checkout
    share = Path("share", "tinyice")
    yield Path(sys.prefix) / share
    yield Path(sysconfig.get_path("data")) / share
    yield Path(site.getuserbase()) / share
