"""Commands that play, stop and seek, and those that say how."""

from collections.abc import Sequence
from dataclasses import replace

from tinyice.autodj.entries import Entry
from tinyice.autodj.modes import Switch
from tinyice.autodj.mpd.needs import GainMode, Permission, State
from tinyice.autodj.mpd.talk import Command, Table, Talk
from tinyice.wire.mpd import Ack, MpdFault, flag, seconds, seconds_by, signed, whole

VOLUME_MAX = 100
CROSSFADE_MAX_S = 60


def _play(talk: Talk, args: Sequence[str]) -> None:
    position = signed(args[0]) if args else -1
    talk.station.player.play(None if position == -1 else talk.at(position).id)


def _playid(talk: Talk, args: Sequence[str]) -> None:
    entry = signed(args[0]) if args else -1
    talk.station.player.play(None if entry == -1 else _entry(talk, args[0]).id)


def _pause(talk: Talk, args: Sequence[str]) -> None:
    player = talk.station.player
    on = flag(args[0]) if args else player.playing().state is State.PLAY
    player.pause(on=on)


def _stop(talk: Talk, _args: Sequence[str]) -> None:
    talk.station.player.stop()


def _next(talk: Talk, _args: Sequence[str]) -> None:
    if talk.station.player.playing().state is not State.STOP:
        talk.station.player.next()


def _previous(talk: Talk, _args: Sequence[str]) -> None:
    if talk.station.player.playing().state is not State.STOP:
        talk.station.player.previous()


def _seek(talk: Talk, args: Sequence[str]) -> None:
    talk.station.player.seek(talk.at(whole(args[0])).id, seconds(args[1]))


def _seekid(talk: Talk, args: Sequence[str]) -> None:
    talk.station.player.seek(_entry(talk, args[0]).id, seconds(args[1]))


def _seekcur(talk: Talk, args: Sequence[str]) -> None:
    playing = talk.station.player.playing()
    if playing.entry is None or playing.state is State.STOP:
        raise MpdFault(Ack.PLAYER_SYNC, "Not playing")
    by, is_relative = seconds_by(args[0])
    to = playing.elapsed_s + by if is_relative else by
    talk.station.player.seek(playing.entry.id, max(0.0, to))


def _entry(talk: Talk, text: str) -> Entry:
    return talk.station.player.playlist.entry(whole(text))


def _setvol(talk: Talk, args: Sequence[str]) -> None:
    talk.station.player.set_volume(whole(args[0], VOLUME_MAX))


def _volume(talk: Talk, args: Sequence[str]) -> None:
    player = talk.station.player
    volume = player.playing().volume + signed(args[0], VOLUME_MAX)
    player.set_volume(min(max(volume, 0), VOLUME_MAX))


def _getvol(talk: Talk, _args: Sequence[str]) -> None:
    talk.answer.pair("volume", talk.station.player.playing().volume)


def _random(talk: Talk, args: Sequence[str]) -> None:
    player = talk.station.player
    player.set_modes(replace(player.modes, random=flag(args[0])))


def _repeat(talk: Talk, args: Sequence[str]) -> None:
    player = talk.station.player
    player.set_modes(replace(player.modes, repeat=flag(args[0])))


def _single(talk: Talk, args: Sequence[str]) -> None:
    player = talk.station.player
    player.set_modes(replace(player.modes, single=_switch(args[0])))


def _consume(talk: Talk, args: Sequence[str]) -> None:
    player = talk.station.player
    player.set_modes(replace(player.modes, consume=_switch(args[0])))


def _switch(text: str) -> Switch:
    try:
        return Switch(text)
    except ValueError:
        raise MpdFault(Ack.ARG, f"Unrecognized mode: {text}; 0, 1 or oneshot expected") from None


def _crossfade(talk: Talk, args: Sequence[str]) -> None:
    talk.station.player.set_crossfade(whole(args[0], CROSSFADE_MAX_S))


def _gain_mode(talk: Talk, args: Sequence[str]) -> None:
    try:
        mode = GainMode(args[0])
    except ValueError:
        raise MpdFault(Ack.ARG, "Unrecognized replay gain mode") from None
    talk.station.player.set_gain(mode)


def _gain_status(talk: Talk, _args: Sequence[str]) -> None:
    talk.answer.pair("replay_gain_mode", talk.station.player.playing().gain.value)


COMMANDS: Table = {
    "play": Command(_play, Permission.PLAYER, 0, 1),
    "playid": Command(_playid, Permission.PLAYER, 0, 1),
    "pause": Command(_pause, Permission.PLAYER, 0, 1),
    "stop": Command(_stop, Permission.PLAYER),
    "next": Command(_next, Permission.PLAYER),
    "previous": Command(_previous, Permission.PLAYER),
    "seek": Command(_seek, Permission.PLAYER, 2, 2),
    "seekid": Command(_seekid, Permission.PLAYER, 2, 2),
    "seekcur": Command(_seekcur, Permission.PLAYER, 1, 1),
    "setvol": Command(_setvol, Permission.PLAYER, 1, 1),
    "volume": Command(_volume, Permission.PLAYER, 1, 1),
    "getvol": Command(_getvol, Permission.READ),
    "random": Command(_random, Permission.PLAYER, 1, 1),
    "repeat": Command(_repeat, Permission.PLAYER, 1, 1),
    "single": Command(_single, Permission.PLAYER, 1, 1),
    "consume": Command(_consume, Permission.PLAYER, 1, 1),
    "crossfade": Command(_crossfade, Permission.PLAYER, 1, 1),
    "replay_gain_mode": Command(_gain_mode, Permission.PLAYER, 1, 1),
    "replay_gain_status": Command(_gain_status, Permission.READ),
}
