"""What every encoder promises."""

from dataclasses import dataclass
from typing import Protocol

from av.audio.frame import AudioFrame

from tinyice.codec.made import Made
from tinyice.codec.sound import Shape

MAX_TAG = 2000
"""Longer artists and titles are cut: all comments together must fit a page."""


@dataclass(frozen=True, slots=True)
class Title:
    """What plays."""

    artist: str = ""
    title: str = ""


class Encoder(Protocol):
    """Makes one endless stream. It runs on from title to title."""

    @property
    def shape(self) -> Shape:
        """How the samples must lie that it takes."""

    @property
    def has_titles(self) -> bool:
        """Whether titles stand in the stream."""

    def begin(self, title: Title) -> bytes:
        """``title`` plays from the next sample on: what that puts into the stream.

        Called once before all else. No sample is lost or made up.
        """

    def encode(self, samples: AudioFrame) -> Made:
        """What these samples complete."""

    def rest(self) -> Made:
        """What is complete but waits for more; after it there may be a pause."""

    def go_on(self) -> None:
        """After a pause: what comes has nothing to do with what was before."""

    def flush(self) -> Made:
        """The last of it: there is no more to come."""
