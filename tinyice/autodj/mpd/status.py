"""Commands that say what is: what plays, how much there is, and what this server can do."""

from collections.abc import Sequence

from tinyice.autodj.mpd.needs import Permission, State
from tinyice.autodj.mpd.songs import audio, queued
from tinyice.autodj.mpd.talk import Command, Table, Talk
from tinyice.wire.mpd import Ack, MpdFault, whole

OUTPUT = 0
"""The number of the only output: the mount."""

_FORMATS = (
    ("mp3", "audio/mpeg"),
    ("flac", "audio/flac"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/opus"),
    ("m4a", "audio/mp4"),
    ("aac", "audio/aac"),
    ("wav", "audio/wav"),
    ("wma", "audio/x-ms-wma"),
    ("aiff", "audio/aiff"),
    ("mka", "audio/x-matroska"),
)


def _status(talk: Talk, _args: Sequence[str]) -> None:
    player, say = talk.station.player, talk.answer.pair
    playing, modes, playlist = player.playing(), player.modes, player.playlist
    say("volume", playing.volume)
    say("repeat", int(modes.repeat))
    say("random", int(modes.random))
    say("single", modes.single.value)
    say("consume", modes.consume.value)
    say("partition", "default")
    say("playlist", playlist.version)
    say("playlistlength", len(playlist))
    say("mixrampdb", "0")
    say("state", playing.state.value)
    if playing.crossfade_s >= 1:
        say("xfade", round(playing.crossfade_s))
    if playing.entry is not None and playing.entry.id in playlist:
        say("song", playlist.position(playing.entry.id))
        say("songid", playing.entry.id)
    if playing.state is not State.STOP:
        _progress(talk)
    if playing.upcoming is not None and playing.upcoming.id in playlist:
        say("nextsong", playlist.position(playing.upcoming.id))
        say("nextsongid", playing.upcoming.id)
    if talk.station.library.scanning:
        say("updating_db", talk.station.library.scanning)
    if playing.fault:
        say("error", playing.fault)


def _progress(talk: Talk) -> None:
    playing, say = talk.station.player.playing(), talk.answer.pair
    duration = 0.0 if playing.entry is None else playing.entry.track.seconds
    say("time", f"{int(playing.elapsed_s)}:{round(duration)}")
    say("elapsed", f"{playing.elapsed_s:.3f}")
    say("bitrate", playing.bitrate)
    if duration > 0:
        say("duration", f"{duration:.3f}")
    if playing.samplerate and playing.channels:
        say("audio", audio(playing.samplerate, playing.channels))


def _currentsong(talk: Talk, _args: Sequence[str]) -> None:
    player = talk.station.player
    entry = player.playing().entry
    if entry is not None:
        priority = player.priority(entry.id)
        lines = queued(entry, talk.current_position(), priority, talk.visitor.tags)
        talk.answer.add(lines)


def _clearerror(talk: Talk, _args: Sequence[str]) -> None:
    talk.station.player.clear_fault()


async def _stats(talk: Talk, _args: Sequence[str]) -> None:
    station, say = talk.station, talk.answer.pair
    count = await station.library.count()
    say("uptime", max(0, int(station.now() - station.since)))
    say("playtime", int(station.player.playing().played_s))
    say("artists", count.artists)
    say("albums", count.albums)
    say("songs", count.tracks - count.broken)
    say("db_playtime", int(count.seconds))
    say("db_update", int(station.library.scanned_at))


def _outputs(talk: Talk, _args: Sequence[str]) -> None:
    talk.answer.pair("outputid", OUTPUT)
    talk.answer.pair("outputname", talk.station.mount)
    talk.answer.pair("plugin", "mount")
    talk.answer.pair("outputenabled", 1)


def _enableoutput(_talk: Talk, args: Sequence[str]) -> None:
    _output(args[0])


def _disableoutput(_talk: Talk, args: Sequence[str]) -> None:
    _output(args[0])
    raise MpdFault(Ack.PERMISSION, "The mount is always an output; stop or pause instead")


def _output(text: str) -> None:
    if whole(text) != OUTPUT:
        raise MpdFault(Ack.NO_EXIST, "No such audio output")


def _urlhandlers(_talk: Talk, _args: Sequence[str]) -> None:
    """Only files of the library are played: there are none."""


def _decoders(talk: Talk, _args: Sequence[str]) -> None:
    talk.answer.pair("plugin", "ffmpeg")
    for suffix, kind in _FORMATS:
        talk.answer.pair("suffix", suffix)
        talk.answer.pair("mime_type", kind)


def _config(_talk: Talk, _args: Sequence[str]) -> None:
    raise MpdFault(Ack.PERMISSION, "Command only permitted to local clients")


def _listpartitions(talk: Talk, _args: Sequence[str]) -> None:
    talk.answer.pair("partition", "default")


def _partition(_talk: Talk, args: Sequence[str]) -> None:
    if args[0] != "default":
        raise MpdFault(Ack.NO_EXIST, "No such partition")


COMMANDS: Table = {
    "status": Command(_status, Permission.READ),
    "currentsong": Command(_currentsong, Permission.READ),
    "clearerror": Command(_clearerror, Permission.PLAYER),
    "stats": Command(_stats, Permission.READ),
    "outputs": Command(_outputs, Permission.READ),
    "enableoutput": Command(_enableoutput, Permission.ADMIN, 1, 1),
    "disableoutput": Command(_disableoutput, Permission.ADMIN, 1, 1),
    "toggleoutput": Command(_disableoutput, Permission.ADMIN, 1, 1),
    "urlhandlers": Command(_urlhandlers, Permission.READ),
    "decoders": Command(_decoders, Permission.READ),
    "config": Command(_config, Permission.ADMIN),
    "listpartitions": Command(_listpartitions, Permission.READ),
    "partition": Command(_partition, Permission.READ, 1, 1),
}
