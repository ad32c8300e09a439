"""What the operator says of an AutoDJ, as its parts take it."""

from pathlib import Path

from tinyice.autodj.gains import GainRules, Levelling
from tinyice.autodj.library import LibrarySettings
from tinyice.autodj.modes import Modes
from tinyice.autodj.playing import PlayerSettings
from tinyice.autodj.separation import Apart, Separation
from tinyice.autodj.transitions import Fades
from tinyice.codec.joins import Curve
from tinyice.config.autodjs import AutoDJ
from tinyice.core.quality import Quality, resolved
from tinyice.core.snapshots import StationHeaders


def library_settings(config: AutoDJ, folder: Path, media_roots: tuple[str, ...]) -> LibrarySettings:
    """Its library; ``folder`` is where paths begin that are not whole."""
    root = str(folder / config.music_dir)
    roots = tuple(str(folder / each) for each in media_roots)
    return LibrarySettings(root, roots or (root,), config.tag_charset)


def player_settings(
    config: AutoDJ, library: LibrarySettings, quality: Quality | None = None
) -> PlayerSettings:
    """How it plays; ``quality`` in place of its own."""
    made = resolved(quality or config.quality, 0, 0)
    return PlayerSettings(
        mount=config.mount,
        root=library.root,
        quality=made,
        folders=library.bounds,
        fades=Fades(
            config.crossfade,
            Curve(config.crossfade_curve),
            config.gapless_albums,
            speech=frozenset(word.strip().casefold() for word in config.speech_genres),
            jingles=frozenset(word.strip().casefold() for word in config.jingle_genres),
        ),
        gains=GainRules(Levelling(config.gain), config.target_loudness),
        station=StationHeaders(
            name=config.called, bitrate=str(made.bitrate) if made.bitrate else ""
        ),
        tells_titles=config.inject_metadata,
    )


def separation_of(config: AutoDJ) -> Separation:
    """What it keeps apart."""
    return Separation(
        title=Apart(minutes=config.title_separation),
        artist=Apart(minutes=config.artist_separation, songs=config.artist_separation_songs),
        album=Apart(minutes=config.album_separation),
    )


def modes_of(config: AutoDJ) -> Modes:
    """How it goes through its playlist."""
    return Modes(random=config.shuffle, repeat=config.loop)
