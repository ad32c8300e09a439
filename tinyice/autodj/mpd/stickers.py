"""The commands ``sticker``: what clients note about songs, such as how they are liked."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from tinyice.autodj.mpd.database import clean, one
from tinyice.autodj.mpd.needs import Permission, Stickers, Subsystem
from tinyice.autodj.mpd.talk import Command, Table, Talk
from tinyice.wire.mpd import NUMBER_MAX, Ack, MpdFault, Range, options, pair, signed, span

NAME_MAX = 100
VALUE_MAX = 1000

Compare = Callable[[str, str], bool]


def _number(text: str) -> int:
    try:
        return int(text[:20])
    except ValueError:
        return 0


_COMPARED: Mapping[str, Compare] = {
    "=": lambda value, other: value == other,
    "<": lambda value, other: value < other,
    ">": lambda value, other: value > other,
    "contains": lambda value, other: other in value,
    "starts_with": lambda value, other: value.startswith(other),
    "eq": lambda value, other: _number(value) == _number(other),
    "lt": lambda value, other: _number(value) < _number(other),
    "gt": lambda value, other: _number(value) > _number(other),
}
_SORTED: Mapping[str, Callable[[tuple[str, str]], tuple[int, str]]] = {
    "uri": lambda row: (0, row[0]),
    "value": lambda row: (0, row[1]),
    "value_int": lambda row: (_number(row[1]), ""),
}


async def _sticker(talk: Talk, args: Sequence[str]) -> None:
    stickers = talk.station.stickers
    if stickers is None:
        raise MpdFault(Ack.UNKNOWN, "sticker database is disabled")
    deed = _DEEDS.get(args[0])
    if deed is None or not deed.least <= len(args) - 1 <= deed.most:
        raise MpdFault(Ack.ARG, "bad request")
    if args[1] != "song":
        raise MpdFault(Ack.ARG, "unknown sticker domain")
    await deed.run(talk, stickers, args[2:])


async def _get(talk: Talk, stickers: Stickers, args: Sequence[str]) -> None:
    value = (await stickers.of((await one(talk, args[0])).path)).get(args[1])
    if value is None:
        raise MpdFault(Ack.NO_EXIST, "no such sticker")
    talk.answer.pair("sticker", f"{args[1]}={value}")


async def _set(talk: Talk, stickers: Stickers, args: Sequence[str]) -> None:
    await _put(talk, stickers, (await one(talk, args[0])).path, (args[1], args[2]))


async def _put(talk: Talk, stickers: Stickers, path: str, named: tuple[str, str]) -> None:
    name, value = named
    if not name or "=" in name or len(name) > NAME_MAX or len(value) > VALUE_MAX:
        raise MpdFault(Ack.ARG, "no such sticker can be")
    await stickers.set(path, name, value)
    talk.tell(Subsystem.STICKER)


async def _inc(talk: Talk, stickers: Stickers, args: Sequence[str]) -> None:
    await _change(talk, stickers, args, signed(args[2]))


async def _dec(talk: Talk, stickers: Stickers, args: Sequence[str]) -> None:
    await _change(talk, stickers, args, -signed(args[2]))


async def _change(talk: Talk, stickers: Stickers, args: Sequence[str], by: int) -> None:
    path = (await one(talk, args[0])).path
    before = (await stickers.of(path)).get(args[1], "0")
    value = min(max(_number(before) + by, -NUMBER_MAX), NUMBER_MAX)
    await _put(talk, stickers, path, (args[1], str(value)))


async def _delete(talk: Talk, stickers: Stickers, args: Sequence[str]) -> None:
    track = await one(talk, args[0])
    if not await stickers.remove(track.path, args[1] if len(args) > 1 else None):
        raise MpdFault(Ack.NO_EXIST, "no such sticker")
    talk.tell(Subsystem.STICKER)


async def _list(talk: Talk, stickers: Stickers, args: Sequence[str]) -> None:
    attached = await stickers.of((await one(talk, args[0])).path)
    for name, value in sorted(attached.items()):
        talk.answer.pair("sticker", f"{name}={value}")


async def _find(talk: Talk, stickers: Stickers, args: Sequence[str]) -> None:
    rest, more = options(args, "sort", "window")
    window = span(more["window"][0]) if "window" in more else Range(0, None)
    sort = _SORTED.get(more.get("sort", ["uri"])[0])
    if sort is None or len(rest) not in {2, 4}:
        raise MpdFault(Ack.ARG, "bad request")
    rows = list(await stickers.named(clean(rest[0]), rest[1]))
    if len(rest) == 4:
        compare = _COMPARED.get(rest[2])
        if compare is None:
            raise MpdFault(Ack.ARG, "bad operator")
        rows = [row for row in rows if compare(row[1], rest[3])]
    for path, value in sorted(rows, key=sort)[window.start : window.end]:
        talk.answer.add(pair("file", path) + pair("sticker", f"{rest[1]}={value}"))


@dataclass(frozen=True, slots=True)
class _Deed:
    """What follows the word: the domain is one of its arguments."""

    run: Callable[[Talk, Stickers, Sequence[str]], Awaitable[None]]
    least: int
    most: int


_DEEDS: Mapping[str, _Deed] = {
    "get": _Deed(_get, 3, 3),
    "set": _Deed(_set, 4, 4),
    "inc": _Deed(_inc, 4, 4),
    "dec": _Deed(_dec, 4, 4),
    "delete": _Deed(_delete, 2, 3),
    "list": _Deed(_list, 2, 2),
    "find": _Deed(_find, 3, 9),
}

COMMANDS: Table = {"sticker": Command(_sticker, Permission.CONTROL, 3, None)}
