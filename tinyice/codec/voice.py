"""One track that sounds: what is read of it, with the fades at its ends."""

from tinyice.codec.joins import Curve
from tinyice.codec.reading import Reader
from tinyice.codec.samples import Samples, fall, rise


class Voice:
    """``number`` plays what ``reader`` has."""

    def __init__(self, number: int, reader: Reader) -> None:
        self.number = number
        self.reader = reader
        self._rise: _Fade | None = None
        self._fall: _Fade | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is heard of it."""
        is_gone = self._fall is not None and self._fall.left <= 0
        return is_gone or (self.reader.is_at_end and not self.reader.ready)

    @property
    def fades_for(self) -> int:
        """For how many samples it fades out, which it does."""
        return 1 if self._fall is None else max(1, self._fall.left)

    @property
    def is_leaving(self) -> bool:
        """Whether it fades out."""
        return self._fall is not None

    def fade_in(self, curve: Curve, length: int) -> None:
        """Come from silence within so many samples."""
        self._rise = _Fade(curve, length) if length > 0 else None

    def fade_out(self, curve: Curve, length: int) -> None:
        """Be gone within so many samples."""
        self._fall = _Fade(curve, length)

    def read(self, count: int) -> Samples:
        """The next samples: fewer than ``count`` only where it ends."""
        if self._fall is not None:
            count = min(count, self._fall.left)
        samples = self.reader.read(count)
        length = len(samples)
        if self._rise is not None:
            fade = self._rise
            samples = samples * rise(fade.curve, fade.done, length, fade.length)[:, None]
            fade.done += length
            self._rise = fade if fade.left > 0 else None
        if self._fall is not None:
            fade = self._fall
            samples = samples * fall(fade.curve, fade.done, length, fade.length)[:, None]
            fade.done += length
        return samples


class _Fade:
    """How far a fade has come, in samples."""

    def __init__(self, curve: Curve, length: int) -> None:
        self.curve = curve
        self.length = length
        self.done = 0

    @property
    def left(self) -> int:
        """How many samples are to come."""
        return self.length - self.done
