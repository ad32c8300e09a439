"""What was just done in the Studio, in a sentence.

In addresses there are only its name and numbers: nobody can be sent a link that says
something else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from tinyice.core.autodjs import Put
from tinyice.web.console.studio_rows import several
from tinyice.web.console.studio_view import number_in
from tinyice.web.params import Params

_SENTENCES: Mapping[str, str] = {
    "added": "{n} added to the playlist.",
    "next": "{n} will play next.",
    "removed": "{n} removed.",
    "cleared": "{n} removed. What plays goes on.",
    "loaded": "{n} loaded.",
    "undone": "It is as it was.",
    "playing": "It plays.",
    "moved": "Moved.",
    "scanning": "The library is looked through for changes.",
    "saved": "Saved, with {n}.",
    "imported": "Saved, with {n}.",
    "renamed": "Renamed.",
    "gained": "It holds from the next time that it is loaded or appended.",
    "deleted": "Deleted.",
}
_TAKEN_BACK = frozenset({"added", "next", "removed", "cleared", "loaded"})
_FROM_LIBRARY = frozenset({"added", "next", "scanning"})


@dataclass(frozen=True, slots=True)
class Done:
    """What was done (a key of the table), to how many tracks, and what was not found or fit."""

    what: str
    count: int = 0
    missing: int = 0
    left_out: int = 0

    @property
    def query(self) -> str:
        """For the address that says so."""
        told = {"said": self.what, "n": self.count, "gone": self.missing, "left": self.left_out}
        return urlencode({name: value for name, value in told.items() if value})

    @property
    def sentence(self) -> str:
        """For people; "" where there is nothing to be said."""
        if self.what not in _SENTENCES:
            return ""
        said = [_SENTENCES[self.what].format(n=several(self.count, "track"))]
        if self.missing:
            said.append(f"Not found: {self.missing:,}.")
        if self.left_out:
            said.append(f"Left out, as broken or for want of room: {self.left_out:,}.")
        return " ".join(said)

    @property
    def can_be_undone(self) -> bool:
        """Whether such a thing is remembered."""
        return self.what in _TAKEN_BACK

    @property
    def is_about_library(self) -> bool:
        """Whether it was done from there."""
        return self.what in _FROM_LIBRARY


def done_in(params: Params) -> Done:
    """What the address says."""
    return Done(
        params.text("said"),
        number_in(params, "n"),
        number_in(params, "gone"),
        number_in(params, "left"),
    )


def done_by(what: str, put: Put) -> Done:
    """What came of adding."""
    return Done(what, len(put.entries), len(put.missing), put.left_out)
