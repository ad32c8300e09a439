"""A track in the words of the protocol: its tags, and the lines that tell of it."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from tinyice.autodj.entries import Entry
from tinyice.core.tracks import Track
from tinyice.wire.mpd import Ack, MpdFault, pair

TAGS: Mapping[str, str] = {
    "artist": "Artist",
    "albumartist": "AlbumArtist",
    "album": "Album",
    "title": "Title",
    "track": "Track",
    "date": "Date",
    "genre": "Genre",
    "disc": "Disc",
}
"""The tags that are known, and how they are written."""

_FALLBACK = {
    "artistsort": "artist",
    "albumsort": "album",
    "titlesort": "title",
    "albumartistsort": "albumartist",
    "originaldate": "date",
}
"""Tags that are looked for by what other tags say."""

_OTHERS = {
    name.lower(): name
    for name in (
        "ArtistSort", "AlbumSort", "AlbumArtistSort", "TitleSort", "OriginalDate", "Name", "Mood",
        "Composer", "ComposerSort", "Performer", "Conductor", "Work", "Ensemble", "Movement",
        "MovementNumber", "ShowMovement", "Location", "Grouping", "Comment", "DiscSubtitle",
        "Label", "MUSICBRAINZ_ARTISTID", "MUSICBRAINZ_ALBUMID", "MUSICBRAINZ_ALBUMARTISTID",
        "MUSICBRAINZ_TRACKID", "MUSICBRAINZ_RELEASETRACKID", "MUSICBRAINZ_RELEASEGROUPID",
        "MUSICBRAINZ_WORKID",
    )
}  # fmt: skip
"""Tags that clients may ask for and no track has, and how they are written."""

ALL_TAGS = frozenset(TAGS)
NUMBERS = frozenset({"track", "disc", "date", "originaldate"})
"""Tags that are numbers, and are in order as such."""

_LAST = 253_402_300_799.0


def tag_name(word: str) -> str:
    """The tag that a client names, in lower case; raises ``MpdFault`` for what is none."""
    tag = word.lower()
    if tag not in TAGS and tag not in _OTHERS:
        raise MpdFault(Ack.ARG, f"Unknown tag type: {word}")
    return tag


def written(tag: str) -> str:
    """How a tag is written."""
    return TAGS.get(tag) or _OTHERS[tag]


def value_of(track: Track, tag: str) -> str:
    """What the track has for a tag, "" where it has nothing."""
    tag = _FALLBACK.get(tag, tag)
    if tag == "albumartist":
        return track.album_artist or track.artist
    return _own(track, tag)


def _own(track: Track, tag: str) -> str:
    texts = {
        "artist": track.artist,
        "albumartist": track.album_artist,
        "album": track.album,
        "title": track.title,
        "genre": track.genre,
    }
    numbers = {"track": track.number, "date": track.year, "disc": track.disc}
    if tag in numbers:
        return str(numbers[tag]) if numbers[tag] else ""
    return texts.get(tag, "")


def stamp(at: float) -> str:
    """A moment (seconds since 1970) as the protocol writes it."""
    return datetime.fromtimestamp(min(max(at, 0.0), _LAST), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def audio(samplerate: int, channels: int) -> str:
    """A format of samples; they are floats here, whatever the file has."""
    return f"{samplerate}:f:{channels}"


def song(track: Track, tags: Collection[str] = ALL_TAGS) -> bytes:
    """The lines of a track; only those of ``tags``."""
    lines = [pair("file", track.path)]
    if track.mtime_ns:
        lines.append(pair("Last-Modified", stamp(track.mtime_ns / 1e9)))
    if track.samplerate and track.channels:
        lines.append(pair("Format", audio(track.samplerate, track.channels)))
    for tag, name in TAGS.items():
        value = _own(track, tag) if tag in tags else ""
        if value:
            lines.append(pair(name, value))
    if track.seconds > 0:
        lines.append(pair("Time", round(track.seconds)))
        lines.append(pair("duration", f"{track.seconds:.3f}"))
    return b"".join(lines)


def queued(
    entry: Entry, position: int | None, priority: int, tags: Collection[str] = ALL_TAGS
) -> bytes:
    """The lines of an entry; None: what plays has been taken out of the playlist."""
    lines = [song(entry.track, tags)]
    if position is not None:
        lines.append(pair("Pos", position))
    lines.append(pair("Id", entry.id))
    if priority:
        lines.append(pair("Prio", priority))
    return b"".join(lines)
