"""What a file looks like from afar: a picture of its levels, as it was measured. Plain values."""

from dataclasses import dataclass

COLUMNS = 400


@dataclass(frozen=True, slots=True)
class Waveform:
    """A byte for each of ``COLUMNS`` pieces of equal length; 255 is full scale.

    ``peaks``: the largest sample of each piece. ``levels``: the root mean square of each.
    """

    peaks: bytes
    levels: bytes

    def __post_init__(self) -> None:
        if len(self.peaks) != COLUMNS or len(self.levels) != COLUMNS:
            raise ValueError(f"a waveform has {COLUMNS} columns")

    @property
    def packed(self) -> bytes:
        """Both, one behind the other."""
        return self.peaks + self.levels


def unpacked(packed: bytes) -> Waveform:
    """The waveform of ``Waveform.packed``; raises ``ValueError``."""
    return Waveform(packed[:COLUMNS], packed[COLUMNS:])
