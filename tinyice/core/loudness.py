"""How loud a file is, as it was measured. Plain values."""

from dataclasses import dataclass

from tinyice.core.waveform import Waveform


@dataclass(frozen=True, slots=True)
class Loudness:
    """By EBU R128: LUFS, and the true peak in dBTP; ``range_lu`` from soft to loud.

    ``seconds`` is how long the file is, as far as it was listened to.
    """

    lufs: float
    peak_db: float
    range_lu: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Measurement:
    """What came of measuring a file: its loudness and looks, or the ``fault`` that it has.

    What earlier versions measured has no waveform.
    """

    loudness: Loudness | None = None
    fault: str = ""
    waveform: Waveform | None = None
