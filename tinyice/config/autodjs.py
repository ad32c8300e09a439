"""AutoDJs in ``tinyice.json``: mounts that are fed from folders of music."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from tinyice.config.kinds import (
    Address,
    Charset,
    Command,
    Count,
    MountPath,
    Port,
    Secret,
    Text,
    says,
)
from tinyice.core.quality import OPUS, Quality

Minutes = Annotated[float, Meta(ge=0, le=100_000)]
HookTime = Annotated[float, Meta(ge=0, le=600)]

_USUAL_KBITS = 128
_USUAL_HZ = 44100
_OPUS_HZ = 48000


class AutoDJ(Struct, frozen=True, kw_only=True):
    """A mount that is fed from a folder of music. 0 stands for what is usual."""

    name: Annotated[Text, says("What it is called in lists; empty: as its mount.")] = ""
    mount: Annotated[MountPath, says("Mount that is fed.")] = ""
    music_dir: Annotated[
        Text, says("Folder of its music, with all below it; in data_dir, or by its whole path.")
    ] = ""
    enabled: Annotated[bool, says("Whether it runs.")] = True
    visible: Annotated[bool, says("Whether lists may show its mount.")] = True
    format: Annotated[
        Literal["mp3", "opus", "aac", "flac"],
        says("What it plays: `mp3`, `opus` and `flac` (both in Ogg), `aac` (ADTS)."),
    ] = "mp3"
    bitrate: Annotated[
        int, Meta(ge=0, le=1000), says("Bit rate in kbit/s; 0: 128. FLAC has none of its own.")
    ] = _USUAL_KBITS
    sample_rate: Annotated[
        int, Meta(ge=0, le=192_000), says("Samples a second; 0: 44100, and 48000 for Opus.")
    ] = 0
    channels: Annotated[int, Meta(ge=0, le=2), says("1 or 2; 0: 2.")] = 2
    opus_application: Annotated[
        Literal["", "audio", "voip", "lowdelay"], says("What Opus is tuned for; empty: audio.")
    ] = ""
    opus_vbr: Annotated[bool, says("Whether Opus varies its bit rate.")] = True
    opus_complexity: Annotated[
        int, Meta(ge=0, le=10), says("How hard Opus tries: 10 sounds best, 0 costs least.")
    ] = 10
    opus_frame_size_ms: Annotated[
        float,
        Meta(ge=0, le=60),
        says("Milliseconds in one frame of Opus: 2.5, 5, 10, 20, 40 or 60; 0: 20."),
    ] = 20.0
    playlist: Annotated[
        tuple[Text, ...],
        says("Files that it begins with, in `music_dir` or by their whole paths; empty: all."),
    ] = ()
    last_playlist: Annotated[
        Text, says("Name of the saved playlist that it begins with; before `playlist`.")
    ] = ""
    shuffle: Annotated[bool, says("Play in an order of chance that keeps the rules below.")] = True
    loop: Annotated[bool, says("Begin again at the end of the playlist.")] = True
    inject_metadata: Annotated[bool, says("Tell listeners what plays.")] = True
    title_separation: Annotated[
        Minutes, says("Minutes before the same title may play again in an order of chance.")
    ] = 120.0
    artist_separation: Annotated[
        Minutes, says("Minutes before the same artist may play again in an order of chance.")
    ] = 30.0
    artist_separation_songs: Annotated[
        Count, says("So many songs by others come between two by the same artist, too.")
    ] = 3
    album_separation: Annotated[
        Minutes, says("Minutes before the same album may be heard again in an order of chance.")
    ] = 0.0
    crossfade: Annotated[
        float, Meta(ge=0, le=15), says("Seconds that two tracks sound together; 0: none.")
    ] = 3.0
    crossfade_curve: Annotated[
        Literal["sine", "linear", "logarithmic"],
        says("How the level goes: equally loud, in straight lines, or with a dip in the middle."),
    ] = "sine"
    gapless_albums: Annotated[
        bool, says("Tracks that follow each other on their album are joined without a fade.")
    ] = True
    speech_genres: Annotated[
        tuple[Text, ...],
        says("More genres, or names of folders, that are speech: nothing is faded there."),
    ] = ()
    jingle_genres: Annotated[
        tuple[Text, ...],
        says("More genres, or names of folders, that are jingles: nothing is faded there."),
    ] = ()
    gain: Annotated[
        Literal["track", "album", "off"],
        says("Whether all tracks are made equally loud, or all albums, or nothing is."),
    ] = "track"
    target_loudness: Annotated[
        float, Meta(ge=-40, le=-5), says("How loud that is, in LUFS (EBU R 128).")
    ] = -16.0
    tag_charset: Annotated[
        Charset, says("Charset of tags that do not say theirs, like cp1251; empty: a guess.")
    ] = ""
    mpd_enabled: Annotated[bool, says("Whether MPD clients may drive it.")] = False
    mpd_port: Annotated[Port, says("Port for MPD clients, like 6600.")] = 0
    mpd_host: Annotated[
        Address, says("Address of that port; 127.0.0.1: only clients on this machine.")
    ] = "127.0.0.1"
    mpd_password: Annotated[
        Secret, says("Password for MPD clients; empty: none, and they may do everything.")
    ] = ""
    song_command: Annotated[
        Command,
        says(
            "Program that is asked for the next track: the first line that it prints is the path "
            "of a file. No shell runs it. Only superadmins may set it."
        ),
    ] = ()
    song_command_timeout: Annotated[
        HookTime, says("Seconds for its answer, after which it is ended; 0: 5.")
    ] = 5.0
    on_play_command: Annotated[
        Command,
        says(
            "Program that is told of each track that begins. No shell runs it. Only superadmins "
            "may set it."
        ),
    ] = ()
    on_play_command_timeout: Annotated[
        HookTime, says("Seconds after which it is ended; 0: 10.")
    ] = 10.0

    @property
    def called(self) -> str:
        """What it is called: its name, or else its mount."""
        return self.name or self.mount.lstrip("/")

    @property
    def quality(self) -> Quality:
        """What it makes, without zeros."""
        usual_hz = _OPUS_HZ if self.format == OPUS else _USUAL_HZ
        return Quality(
            format=self.format,
            bitrate=self.bitrate or _USUAL_KBITS,
            samplerate=self.sample_rate or usual_hz,
            channels=self.channels or 2,
            opus_application=self.opus_application or "audio",
            opus_vbr=self.opus_vbr,
            opus_complexity=self.opus_complexity,
            opus_frame_ms=float(self.opus_frame_size_ms) or 20.0,
        )

    @property
    def song_command_s(self) -> float:
        """How long the program that is asked for tracks has for its answer."""
        return self.song_command_timeout or 5.0

    @property
    def on_play_command_s(self) -> float:
        """How long the program that is told of tracks may run."""
        return self.on_play_command_timeout or 10.0
