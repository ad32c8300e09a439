"""What an audio file tells of itself, read with mutagen. In the child only.

Whatever the file is made of, the outcome is a track: with a fault, if it can't be played.
"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import mutagen
from mutagen.aac import AAC
from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import ID3, Encoding
from mutagen.mp3 import MP3, BitrateMode
from mutagen.mp4 import MP4Tags
from mutagen.oggopus import OggOpusInfo
from mutagen.wave import WAVE

from tinyice.autodj.mpeg_length import estimated_seconds
from tinyice.autodj.riff_tags import riff_words
from tinyice.autodj.tag_words import gains, mended, number, seconds, words, year
from tinyice.core.tracks import NO_GAINS, Gains, Track

UNREADABLE = (
    mutagen.MutagenError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    EOFError,
    MemoryError,
    RecursionError,
    struct.error,
)
"""What a parser raises at bytes that nobody has thought of."""

UNTAGGED = frozenset(
    {".mka", ".mkv", ".webm", ".caf", ".amr", ".ac3", ".au", ".dts", ".shn", ".w64"}
)
"""Endings of what decoders know and mutagen does not: these are taken as they are."""

OPUS_HZ = 48_000
"""Opus has no other."""

_ID3 = {"title": "TIT2", "artist": "TPE1", "album": "TALB", "album_artist": "TPE2"}
_ID3 |= {"genre": "TCON", "number": "TRCK", "disc": "TPOS", "year": "TDRC"}
_MP4 = {"title": "\xa9nam", "artist": "\xa9ART", "album": "\xa9alb", "album_artist": "aART"}
_MP4 |= {"genre": "\xa9gen", "number": "trkn", "disc": "disk", "year": "\xa9day"}
_ASF = {"title": "title", "artist": "author", "album": "wm/albumtitle"}
_ASF |= {"album_artist": "wm/albumartist", "genre": "wm/genre", "number": "wm/tracknumber"}
_ASF |= {"disc": "wm/partofset", "year": "wm/year"}
_NAMES = {"title": ("title",), "artist": ("artist", "artists"), "album": ("album",)}
_NAMES |= {"album_artist": ("albumartist", "album artist"), "genre": ("genre",)}
_NAMES |= {"number": ("tracknumber", "track"), "disc": ("discnumber", "disc")}
_NAMES |= {"year": ("date", "year", "originaldate")}
_ITUNES = "----:com.apple.itunes:"

Named = dict[str, list[object]]


def read_track(path: str, whole_path: str, *, assumed: str = "") -> Track:
    """The track at ``whole_path``, which is ``path`` in its library, without size and time.

    ``assumed``: the charset of words that are in none that their tag names.
    """
    try:
        file = open_tagged(whole_path)
        if file is None:
            if Path(path).suffix.lower() in UNTAGGED:
                return Track(path)
            return Track(path, fault="it is no audio that is known here")
        return _described(path, whole_path, file, assumed)
    except UNREADABLE as error:
        return Track(path, fault=fault_of(error, whole_path))


def open_tagged(whole_path: str) -> Any:  # noqa: ANN401 - mutagen has many types, and no common one
    """The file as mutagen sees it; None if it is nothing that it knows."""
    try:
        found = mutagen.File(whole_path)
    except mutagen.MutagenError as error:
        if isinstance(error.__cause__ or error.__context__, OSError):
            raise
        found = _by_content(whole_path)
        if found is None:
            raise
    return _by_content(whole_path) if found is None else found


def fault_of(error: BaseException, whole_path: str) -> str:
    """What is wrong, for people; without the path, which is nobody's business."""
    reason = error.__cause__ or error.__context__ if not isinstance(error, OSError) else error
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    text = words([error]) if isinstance(error, mutagen.MutagenError) else ""
    text = text.replace(repr(whole_path), "it").replace(whole_path, "it")
    return f"its tags can't be read: {text[:200] or type(error).__name__}"


def _by_content(whole_path: str) -> Any:  # noqa: ANN401
    """A file whose name says something else than its bytes."""
    with open(whole_path, "rb") as file:  # noqa: PTH123 - as mutagen wants it
        head = file.read(16)
        if not head:
            raise EmptyFile
        file.seek(0)
        found = mutagen.File(_Nameless(file))
        if found is not None:
            return found
        for kind, looks_so in (
            (AAC, head[:1] == b"\xff" and head[1] & 0xF6 == 0xF0),
            (MP3, head[:1] == b"\xff"),
        ):
            if looks_so:
                file.seek(0)
                return kind(file)
    return None


class EmptyFile(OSError):
    """There is nothing in it."""

    strerror = "it is empty"


class _Nameless:
    """An open file that does not tell its name: the ending would count more than the bytes."""

    def __init__(self, file: Any) -> None:  # noqa: ANN401
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


def _described(path: str, whole_path: str, file: Any, assumed: str) -> Track:  # noqa: ANN401
    named = named_tags(file.tags, assumed)
    if not named and _is(file, WAVE):
        with Path(whole_path).open("rb") as riff:
            named = riff_words(riff, assumed)
    info = file.info
    text = {name: words(values) for name, values in named.items()}
    length = seconds(getattr(info, "length", 0))
    if length and getattr(info, "bitrate_mode", None) is BitrateMode.UNKNOWN:
        with Path(whole_path).open("rb") as frames:
            length = estimated_seconds(frames, info.frame_offset) or length
    return Track(
        path,
        title=text.get("title", ""),
        artist=text.get("artist", ""),
        album=text.get("album", ""),
        album_artist=text.get("album_artist", ""),
        genre=text.get("genre", ""),
        number=number(text.get("number", "")),
        disc=number(text.get("disc", "")),
        year=year(text.get("year", "")),
        seconds=length,
        gains=_gains(file.tags, text),
        has_cover=any(True for _picture in pictures(file)),
        samplerate=OPUS_HZ if _is(info, OggOpusInfo) else _whole(getattr(info, "sample_rate", 0)),
        channels=_whole(getattr(info, "channels", 0)),
        bitrate=_whole(getattr(info, "bitrate", 0)),
        fault="" if length else "there is no sound in it",
    )


def named_tags(tags: Any, assumed: str) -> Named:  # noqa: ANN401
    """The tags by our names, and all others by theirs in lower case."""
    if tags is None:
        return {}
    if _is(tags, ID3):
        return dict(_id3(tags, assumed))
    found: Named = {}
    for key, value in tags.items() if hasattr(tags, "items") else tags:
        values = value if isinstance(value, list) else [value]
        name = str(key).lower().removeprefix(_ITUNES)
        found.setdefault(name, []).extend(map(_plain, values[:20]))
    table: dict[str, Iterable[str]] = dict(_NAMES)
    if _is(tags, MP4Tags):
        table = {name: (key.lower(),) for name, key in _MP4.items()}
    elif _is(tags, ASFTags):
        table = {name: (key,) for name, key in _ASF.items()}
    for name, keys in table.items():
        values = next((found[key] for key in keys if key in found), [])
        found[name] = values
    return found


def _id3(tags: Any, assumed: str) -> Iterator[tuple[str, list[object]]]:  # noqa: ANN401
    for name, key in _ID3.items():
        frames = tags.getall(key)
        if frames:
            # Numbers of genres are names here.
            texts = frames[0].genres if key == "TCON" else frames[0].text
            told = [str(text) for text in texts[:20]]
            is_latin = frames[0].encoding == Encoding.LATIN1
            yield name, [mended(text, assumed) if is_latin else text for text in told]
    for frame in tags.getall("TXXX"):
        yield frame.desc.lower(), list(frame.text)


def _gains(tags: Any, text: dict[str, str]) -> Gains:  # noqa: ANN401
    found = gains(text)
    if found != NO_GAINS or not _is(tags, ID3):
        return found
    told = {frame.desc.lower(): frame for frame in tags.getall("RVA2")}
    track, album = told.get("track"), told.get("album")
    return Gains(
        track and track.gain,
        track and (track.peak or None),
        album and album.gain,
        album and (album.peak or None),
    )


def pictures(file: Any) -> Iterator[Any]:  # noqa: ANN401
    """The pictures in a file, in the forms that their tags have; the first is the cover."""
    tags = file.tags
    yield from getattr(file, "pictures", ())
    if _is(tags, ID3):
        yield from sorted(tags.getall("APIC"), key=lambda frame: frame.type != 3)
    elif _is(tags, MP4Tags):
        yield from tags.get("covr", ())
    elif _is(tags, APEv2):
        yield from (tags[key] for key in tags if key.lower().startswith("cover art ("))
    elif tags is not None:
        for key in ("metadata_block_picture", "WM/Picture"):
            yield from tags.get(key, ())


def _is(tags: Any, kind: type) -> bool:  # noqa: ANN401
    # Their methods have no types: what is known of the kind would only make each call a fault.
    return isinstance(tags, kind)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        # A number, and of how many.
        return value[0] if value else ""
    if isinstance(value, bytes):
        return bytes(value[:1000]).decode("utf-8", "replace")
    return value


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < 2**31 else 0
