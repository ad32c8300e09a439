"""A new AutoDJ, from its form; and which ones there are to choose from."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tinyice.config.mounts import settings_for
from tinyice.core.access.permissions import Action, permits
from tinyice.core.access.principal import Principal
from tinyice.core.errors import DomainError, NotUsable
from tinyice.web.api.autodjs import AutoDJSettings, change_autodj, make_autodj
from tinyice.web.api.problems import Unfit
from tinyice.web.api.shapes import About
from tinyice.web.console.attempt import filled, judged
from tinyice.web.console.desk import Desk
from tinyice.web.guard import Caller
from tinyice.web.params import Params

FORMATS = (
    ("mp3", "MP3: every player"),
    ("aac", "AAC"),
    ("opus", "Opus in Ogg: best for its size"),
    ("flac", "FLAC in Ogg: nothing is lost"),
)
FOLDERS_MAX = 100
_SECTION = "autodjs"
_FIELDS: Mapping[str, str] = {"mount": "/", "music_dir": "", "format": "mp3", "bitrate": "128"}
_TEXT_MAX = 4096


@dataclass(frozen=True, slots=True)
class Choice:
    """An AutoDJ of somebody's. ``is_off``: it is set up, and does not run."""

    mount: str
    name: str
    is_off: bool = False
    may_change: bool = False


def choices_of(desk: Desk, principal: Principal) -> Sequence[Choice]:
    """Those that they may see, by mount."""
    services = desk.services
    config = services.config()
    running = {dj.mount for dj in services.autodjs.all()}
    mounts = sorted(running | {one.mount for one in config.autodjs})
    return [
        Choice(
            mount,
            settings_for(config, mount).name_override,
            is_off=mount not in running,
            may_change=permits(principal, Action.CHANGE_AUTODJS, mount),
        )
        for mount in mounts
        if permits(principal, Action.SEE_AUTODJ, mount)
    ]


def typed_in(params: Params) -> dict[str, str]:
    """What the form says, or what an empty one begins with."""
    return {
        name: params.text(name, "utf-8")[:_TEXT_MAX].strip() if params.has(name) else usual
        for name, usual in _FIELDS.items()
    }


async def make(desk: Desk, caller: Caller, text: Mapping[str, str]) -> None:
    """Set it up; raises Unfit."""
    about = filled(About, {"mount": text["mount"]})
    if not text["music_dir"]:
        raise Unfit(422, "invalid", "name the folder of its music", "music_dir")
    if not (text["bitrate"].isascii() and text["bitrate"].isdigit()):
        raise Unfit(422, "invalid", "give a number of kbit/s, such as 128", "bitrate")
    await _find(desk, text["music_dir"])
    values = {
        "music_dir": text["music_dir"],
        "format": text["format"],
        "bitrate": int(text["bitrate"][:9]),
    }
    settings = filled(AutoDJSettings, values)
    call = desk.both(caller, about, settings)
    await judged(make_autodj(desk.services, call), _SECTION)


async def _find(desk: Desk, folder: str) -> None:
    """Look whether there is such a folder: nobody wants an AutoDJ with nothing to play."""
    if not folder.startswith("/"):
        return
    try:
        await desk.services.autodjs.browse(folder)
    except NotUsable as error:
        raise Unfit(422, "invalid", str(error), "music_dir") from None


async def switch_on(desk: Desk, caller: Caller) -> None:
    """Let one run that rests; raises Unfit."""
    call = desk.both(caller, About(mount=caller.mount), AutoDJSettings(enabled=True))
    await judged(change_autodj(desk.services, call), _SECTION)


async def folders_for(desk: Desk, principal: Principal) -> Sequence[str]:
    """Where music may be, for who may look at folders of the server."""
    if not permits(principal, Action.BROWSE_FOLDERS):
        return ()
    autodjs = desk.services.autodjs
    found: list[str] = []
    with suppress(DomainError):
        for root in (await autodjs.browse("")).rows:
            found.append(root.path)
            found += [row.path for row in (await autodjs.browse(root.path)).rows]
    return found[:FOLDERS_MAX]
