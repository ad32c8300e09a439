"""How offsets of the audio and of the interleaved stream correspond.

The grid is absolute: a metadata block stands before every audio offset that is
a multiple of the interval, for all listeners alike. A *segment* is the audio
between two blocks.
"""

from bisect import bisect_right

from tinyice.formats.frozen import State


class IcyGrid:
    """The segments that an interleaved ring holds, oldest first."""

    __slots__ = ("_audio", "_icy")

    def __init__(self, *, audio: int, icy: int) -> None:
        self._audio = [audio]
        self._icy = [icy]

    @property
    def first_audio(self) -> int:
        """The oldest audio offset that can be mapped."""
        return self._audio[0]

    def freeze(self) -> State:
        """Where it stands; see ``formats/frozen.py``."""
        return {"audio": list(self._audio), "icy": list(self._icy)}

    def thaw(self, state: State) -> None:
        """Go on from ``state``."""
        self._audio, self._icy = state["audio"], state["icy"]

    def begin_segment(self, audio: int, icy: int) -> None:
        """A block ends at ``icy``; the audio from ``audio`` on follows."""
        self._audio.append(audio)
        self._icy.append(icy)

    def forget(self, tail: int) -> None:
        """Drop the segments that lie wholly before the interleaved offset ``tail``."""
        keep = bisect_right(self._icy, tail) - 1
        if keep > 0:
            del self._audio[:keep]
            del self._icy[:keep]

    def to_icy(self, audio: int) -> int:
        """Where the byte at ``audio`` stands; behind the block, if one is before it."""
        index = max(0, bisect_right(self._audio, audio) - 1)
        return self._icy[index] + audio - self._audio[index]

    def to_audio(self, icy: int) -> tuple[int, int]:
        """The audio offset at ``icy``, and how many bytes of a block come first."""
        index = max(0, bisect_right(self._icy, icy) - 1)
        audio = self._audio[index] + icy - self._icy[index]
        if index + 1 < len(self._audio) and audio >= self._audio[index + 1]:
            return self._audio[index + 1], self._icy[index + 1] - icy
        return audio, 0
