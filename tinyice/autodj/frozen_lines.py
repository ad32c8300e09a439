"""A frozen AutoDJ as lines of JSON, and back.

The first line says what it is, each further one is an entry of the playlist, the last one
how many there are: what was cut off, or damaged in any other way, is ``Damaged``, and
never half of it. Lines are made one by one, so that others get their turn.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import MISSING, Field, astuple, fields
from math import isfinite
from typing import Any, TypeVar

from tinyice.autodj.entries import Entry
from tinyice.autodj.frozen import (
    FrozenAutoDJ,
    FrozenFailure,
    FrozenLists,
    FrozenPlayer,
    FrozenPlaylist,
    FrozenQueue,
    FrozenSuccession,
    FrozenTrack,
    Said,
)
from tinyice.autodj.gains import Levelling
from tinyice.autodj.modes import Modes, Switch
from tinyice.autodj.playing import PlayState
from tinyice.autodj.playlist import ENTRIES_MAX
from tinyice.autodj.upnext import ASKED
from tinyice.core.tracks import NO_GAINS, Gains, Track
from tinyice.wire.listed import GAIN_LEAST_DB, GAIN_MOST_DB

VERSION = 2
READ = (1, VERSION)
"""Version 1 had no gains of entries."""

NUMBER_MAX = 2**53

T = TypeVar("T")
Listed = list[Any]


class Damaged(ValueError):
    """This is no AutoDJ that was frozen by this version; the text says why."""


def lines_of(frozen: FrozenAutoDJ) -> Iterator[str]:
    """The lines, without their ends."""
    player = frozen.player
    lists, track = player.lists, player.track
    playlist, order = lists.playlist, lists.succession
    yield _line(
        {
            "version": VERSION,
            "said": [*astuple(frozen.said)[:-1], frozen.said.levelling.value],
            "is_filled": frozen.is_filled,
            "state": player.state.value,
            "track": None if track is None else _of_track(track),
            "volume": player.volume,
            "crossfade_s": player.crossfade_s,
            "levelling": player.levelling.value,
            "played_s": player.played_s,
            "next_id": lists.next_id,
            "playlist": [playlist.version, playlist.bookmark],
            "queue": lists.queue.version,
            "waiting": [[*of_entry(entry), urgent] for entry, urgent in lists.queue.waiting],
            "modes": _of_modes(order.modes),
            "played": list(order.played),
            "back": list(order.back),
            "current": order.current,
            "priorities": [list(pair) for pair in lists.priorities],
            "failures": [list(astuple(each)) for each in lists.failures],
        }
    )
    for entry, mark in zip(playlist.entries, playlist.marks, strict=True):
        yield _line([*of_entry(entry), mark])
    yield _line(len(playlist.entries))


def frozen_in(lines: Sequence[str]) -> FrozenAutoDJ:
    """What these lines say; raises ``Damaged``."""
    try:
        head, *entries, count = [json.loads(line) for line in lines]
    except (ValueError, RecursionError) as error:
        raise Damaged(str(error)) from error
    if not isinstance(head, dict) or head.get("version") not in READ:
        raise Damaged("it is of another version")
    if count != len(entries):
        raise Damaged("entries are missing")
    try:
        return _frozen(head, entries)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise Damaged(f"{type(error).__name__}: {error}") from error


def _frozen(head: dict[str, Any], entries: list[Listed]) -> FrozenAutoDJ:
    *said, levelling = head["said"]
    root, playlist, last_playlist, shuffle, loop, crossfade_s = said
    return FrozenAutoDJ(
        Said(
            _text(root),
            tuple(map(_text, _list(playlist))),
            _text(last_playlist),
            _flag(shuffle),
            _flag(loop),
            _seconds(crossfade_s),
            Levelling(levelling),
        ),
        _player(head, entries),
        _flag(head["is_filled"]),
    )


def _player(head: dict[str, Any], entries: list[Listed]) -> FrozenPlayer:
    return FrozenPlayer(
        _lists(head, entries),
        PlayState(head["state"]),
        None if head["track"] is None else _track_in(head["track"]),
        _bounded(head["volume"], 100),
        _seconds(head["crossfade_s"]),
        Levelling(head["levelling"]),
        _seconds(head["played_s"]),
    )


def _lists(head: dict[str, Any], entries: list[Listed]) -> FrozenLists:
    version, bookmark = head["playlist"]
    playlist = FrozenPlaylist(
        tuple(entry_in(entry[:-1]) for entry in entries),
        tuple(_number(entry[-1]) for entry in entries),
        _number(version),
        _bounded(bookmark, len(entries)),
    )
    waiting = tuple((entry_in(each[:-1]), _urgency(each[-1])) for each in _list(head["waiting"]))
    numbers = [entry.id for entry in (*playlist.entries, *(one for one, _ in waiting))]
    next_id = _number(head["next_id"])
    if len(set(numbers)) < len(numbers) or max(numbers, default=0) >= next_id:
        raise ValueError("numbers of entries do not fit")
    if len(entries) > ENTRIES_MAX:
        raise ValueError("too many entries")
    return FrozenLists(
        next_id,
        playlist,
        FrozenQueue(waiting, _number(head["queue"])),
        _succession(head),
        tuple((_number(entry), _bounded(urgent, 255)) for entry, urgent in head["priorities"]),
        tuple(map(_failure, _list(head["failures"]))),
    )


def _succession(head: dict[str, Any]) -> FrozenSuccession:
    random, repeat, single, consume = head["modes"]
    modes = Modes(_flag(random), _flag(repeat), Switch(single), Switch(consume))
    current = head["current"]
    return FrozenSuccession(
        modes,
        tuple(map(_number, _list(head["played"]))),
        tuple(map(_number, _list(head["back"]))),
        None if current is None else _number(current),
    )


def _failure(each: Listed) -> FrozenFailure:
    path, reason, count, left_s = each
    return FrozenFailure(_text(path), _text(reason), _number(count), _seconds(left_s))


def _of_modes(modes: Modes) -> Listed:
    return [modes.random, modes.repeat, modes.single.value, modes.consume.value]


def _of_track(track: FrozenTrack) -> Listed:
    return [*of_entry(track.entry), track.is_queued, track.seconds]


def _track_in(each: Listed) -> FrozenTrack:
    *entry, is_queued, seconds = each
    return FrozenTrack(entry_in(entry), _flag(is_queued), _seconds(seconds))


def of_entry(entry: Entry) -> Listed:
    """An entry as plain values."""
    track = entry.track
    told = {
        name: value
        for name, usual in _TOLD.items()
        if (value := getattr(track, name)) != usual and name != "gains"
    }
    gains = [] if track.gains == NO_GAINS else list(astuple(track.gains))
    own = [entry.gain_db] if entry.gain_db else []
    return [entry.id, track.path, told, gains, *own]


def entry_in(each: Listed) -> Entry:
    """The entry that such values say; raises ``TypeError``, ``ValueError`` or ``KeyError``."""
    number, path, told, gains, *own = each
    for name, value in told.items():
        kind = type(_TOLD[name])
        if type(value) is not kind or kind is float:
            told[name] = _like(_TOLD[name], value)
    values = told
    if gains:
        track_db, track_peak, album_db, album_peak = map(_gain, gains)
        values["gains"] = Gains(track_db, track_peak, album_db, album_peak)
    (gain_db,) = own or [0.0]
    return Entry(_number(number), Track(_text(path), **values), _entry_gain(gain_db))


def _usual(field: "Field[Any]") -> Any:  # noqa: ANN401 (as many types as there are fields)
    return field.default


_TOLD = {one.name: _usual(one) for one in fields(Track) if one.default is not MISSING}
"""What a track tells, and what it is when the file does not."""


def _like(usual: T, value: object) -> T:
    """``value``, if it may stand where ``usual`` stands."""
    if isinstance(usual, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not type(usual) or (isinstance(value, float) and not isfinite(value)):
        raise TypeError(f"{value!r} in a wrong place")
    return value


def _text(value: object) -> str:
    return _like("", value)


def _flag(value: object) -> bool:
    return _like(True, value)


def _number(value: object) -> int:
    return _bounded(value, NUMBER_MAX)


def _urgency(value: object) -> int:
    """A priority in the queue."""
    return _bounded(value, NUMBER_MAX, least=ASKED)


def _bounded(value: object, most: int, least: int = 0) -> int:
    number = _like(0, value)
    if not least <= number <= most:
        raise ValueError(f"{number} is out of bounds")
    return number


def _seconds(value: object) -> float:
    seconds = _like(0.0, value)
    if seconds < 0:
        raise ValueError("a time that is none")
    return seconds


def _entry_gain(value: object) -> float:
    gain_db = _like(0.0, value)
    if not GAIN_LEAST_DB <= gain_db <= GAIN_MOST_DB:
        raise ValueError("a gain that no playlist has")
    return gain_db


def _gain(value: object) -> float | None:
    return None if value is None else _like(0.0, value)


def _list(value: object) -> Listed:
    return _like([], value)


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def text_of(lines: Iterable[str]) -> bytes:
    """The lines as a file has them; names that are no text stand in it escaped."""
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def lines_in(data: bytes) -> Sequence[str]:
    """The lines of a file; raises ``Damaged``."""
    try:
        return data.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise Damaged(str(error)) from error
