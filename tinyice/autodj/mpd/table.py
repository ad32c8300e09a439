"""All commands by their names, and those that tell which there are."""

from collections.abc import Sequence

from tinyice.autodj.mpd import (
    connection,
    database,
    pictures,
    playback,
    queue,
    status,
    stickers,
    stored,
)
from tinyice.autodj.mpd.needs import NOTHING, Permission
from tinyice.autodj.mpd.talk import Command, Table, Talk

_TOLD = {"idle": Permission.READ, "close": NOTHING}


def permits(talk: Talk, needed: Permission) -> bool:
    """Whether the client may do what needs this."""
    return needed in talk.visitor.may


def _tell_names(talk: Talk, *, permitted: bool) -> None:
    needed = _TOLD | {name: command.permission for name, command in TABLE.items()}
    if talk.station.stickers is None:
        del needed["sticker"]
    for name, permission in sorted(needed.items()):
        if permits(talk, permission) is permitted:
            talk.answer.pair("command", name)


def _commands(talk: Talk, _args: Sequence[str]) -> None:
    _tell_names(talk, permitted=True)


def _notcommands(talk: Talk, _args: Sequence[str]) -> None:
    _tell_names(talk, permitted=False)


TABLE: Table = {
    **status.COMMANDS,
    **playback.COMMANDS,
    **queue.COMMANDS,
    **database.COMMANDS,
    **stored.COMMANDS,
    **pictures.COMMANDS,
    **stickers.COMMANDS,
    **connection.COMMANDS,
    "commands": Command(_commands, NOTHING),
    "notcommands": Command(_notcommands, NOTHING),
}
