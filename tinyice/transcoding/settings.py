"""What the operator says of a transcoder, as the transcoders of this process take it."""

from dataclasses import dataclass

from tinyice.config.model import Config
from tinyice.core.quality import Quality


@dataclass(frozen=True, slots=True)
class TranscoderSettings:
    """``output`` is fed with what ``input`` plays."""

    name: str
    input: str
    output: str
    quality: Quality
    is_automatic: bool = False


def transcoders_of(config: Config) -> tuple[TranscoderSettings, ...]:
    """Those of the file that are on."""
    return tuple(
        TranscoderSettings(one.called, one.input_mount, one.output_mount, one.quality)
        for one in config.transcoders
        if one.enabled
    )


def automatic(path: str, kbits: int) -> TranscoderSettings:
    """The MP3 of this bit rate that goes with the mount ``path``."""
    output = automatic_path(path, kbits)
    return TranscoderSettings(output[1:], path, output, Quality(bitrate=kbits), is_automatic=True)


def automatic_path(path: str, kbits: int) -> str:
    """The mount of that MP3."""
    return f"{path}-mp3-{kbits}"
