"""What is in a playlist that nobody made by hand, and what a stand-in plays."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.autodj.entries import EntryIds
from tinyice.autodj.filling import bring
from tinyice.autodj.following import can_follow, quality_like
from tinyice.autodj.playlist import Playlist
from tinyice.core.quality import AAC, FLAC, MP3, OPUS, Quality, fault_of
from tinyice.core.source import StreamFormat
from tinyice.core.tracks import Track
from tinyice.formats.base import AudioInfo, FormatKind

USUAL = Quality(MP3, 128, samplerate=44100, channels=2)
LISTS = st.lists(st.sampled_from("abcdefgh"), max_size=12)


def tracks(names: Sequence[str], mtime_ns: int = 0) -> list[Track]:
    return [Track(f"{name}.mp3", mtime_ns=mtime_ns) for name in names]


def paths(playlist: Playlist) -> list[str]:
    return [entry.track.path[0] for entry in playlist]


@given(LISTS, LISTS)
def test_a_playlist_becomes_what_is_wanted(before: list[str], after: list[str]) -> None:
    playlist = Playlist(EntryIds())
    playlist.add(tracks(before))
    bring(playlist, tracks(after, 1), gain_db=-3.0)
    assert {entry.gain_db for entry in playlist} <= {-3.0}
    assert paths(playlist) == after
    assert all(entry.track.mtime_ns == 1 for entry in playlist)


@given(st.sets(st.sampled_from("abcdefgh")), st.sets(st.sampled_from("abcdefgh")))
def test_what_stays_keeps_its_number(before: set[str], after: set[str]) -> None:
    """A library is always in the same order."""
    playlist = Playlist(EntryIds())
    playlist.add(tracks(sorted(before)))
    numbers = {entry.track.path[0]: entry.id for entry in playlist}
    bring(playlist, tracks(sorted(after)))
    assert paths(playlist) == sorted(after)
    now = {entry.track.path[0]: entry.id for entry in playlist}
    assert all(now[name] == numbers[name] for name in before & after)


@given(LISTS.filter(bool), LISTS, st.integers(0, 11))
def test_what_plays_is_not_taken_away(before: list[str], after: list[str], at: int) -> None:
    playlist = Playlist(EntryIds())
    numbers = playlist.add(tracks(before))
    kept = numbers[at % len(numbers)]
    bring(playlist, tracks(after), kept)
    assert kept in playlist
    others = [entry.track.path[0] for entry in playlist if entry.id != kept]
    assert others == after or paths(playlist) == after


def test_nothing_changes_where_all_is_as_it_was() -> None:
    playlist = Playlist(EntryIds())
    playlist.add(tracks("abc"))
    version = playlist.version
    bring(playlist, tracks("abc"))
    assert playlist.version == version


@pytest.mark.parametrize(
    ("heard", "info", "wanted"),
    [
        (None, AudioInfo(), USUAL),
        (StreamFormat(FormatKind.MPEG), AudioInfo(), USUAL),
        (
            StreamFormat(FormatKind.MPEG),
            AudioInfo(bitrate=320_000, samplerate=48000, channels=1),
            Quality(MP3, 320, samplerate=48000, channels=1),
        ),
        (
            StreamFormat(FormatKind.ADTS),
            AudioInfo(bitrate=63_700, samplerate=48000, channels=2),
            Quality(AAC, 64, samplerate=48000, channels=2),
        ),
        (
            StreamFormat(FormatKind.OGG, "Opus"),
            AudioInfo(samplerate=44100, channels=6),
            Quality(OPUS, 128, samplerate=48000, channels=2),
        ),
        (
            StreamFormat(FormatKind.OGG, "FLAC"),
            AudioInfo(bitrate=900_000, samplerate=96000, channels=2),
            Quality(FLAC, 900, samplerate=96000, channels=2),
        ),
        (StreamFormat(FormatKind.OGG, "Vorbis"), AudioInfo(), USUAL),
        (StreamFormat(FormatKind.MATROSKA, "audio/webm"), AudioInfo(), USUAL),
    ],
)
def test_a_stand_in_plays_what_is_understood(
    heard: StreamFormat | None, info: AudioInfo, wanted: Quality
) -> None:
    assert quality_like(heard, info, USUAL) == wanted


@given(
    st.sampled_from(FormatKind),
    st.sampled_from(["", "Opus", "FLAC", "Vorbis", "audio/webm"]),
    st.builds(
        AudioInfo,
        st.integers(0, 2_000_000),
        st.integers(0, 400_000),
        st.integers(0, 9),
        st.just(""),
    ),
)
def test_a_stand_in_can_always_be_made(kind: FormatKind, codec: str, info: AudioInfo) -> None:
    heard = StreamFormat(kind, codec)
    made = quality_like(heard, info, USUAL)
    assert fault_of(made) is None
    assert can_follow(heard) or made.format == USUAL.format
