"""What was done on the On air page, told once, with the way back where there is one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tinyice.core.access.principal import Principal
from tinyice.core.paths import mount_path_fault
from tinyice.core.snapshots import MountSnapshot, StationSnapshot
from tinyice.web import urls
from tinyice.web.params import Params

_COUNT_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Undo:
    """A form that takes it back."""

    url: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Said:
    """``words`` go on where ``mount`` stands."""

    mount: str
    words: str
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class _Deed:
    """``holds``: whether a mount is such that it can be true; None: there need be no mount."""

    words: str
    holds: Callable[[MountSnapshot], bool] | None = None
    undo: Undo | None = None


DEEDS: Mapping[str, _Deed] = MappingProxyType(
    {
        "title": _Deed("has another title.", lambda mount: mount.on_air),
        "kicked": _Deed("lost its source. An encoder that is set to reconnect comes back."),
        "moved": _Deed("gave its listeners away"),
        "hidden": _Deed(
            "is hidden from lists.",
            lambda mount: not mount.visible,
            Undo(urls.ONAIR_VISIBLE, "visible", "1"),
        ),
        "shown": _Deed(
            "is shown in lists.",
            lambda mount: mount.visible,
            Undo(urls.ONAIR_VISIBLE, "visible", "0"),
        ),
        "disabled": _Deed(
            "is disabled: its source and its listeners are gone.",
            lambda mount: mount.disabled,
            Undo(urls.ONAIR_ENABLED, "enabled", "1"),
        ),
        "enabled": _Deed("is enabled.", lambda mount: not mount.disabled),
        "approved": _Deed("is a mount like others now.", lambda mount: mount.configured),
        "refused": _Deed("was refused: its source is gone."),
    }
)


def said_in(params: Params, principal: Principal, station: StationSnapshot) -> Said | None:
    """What the address says was done, as far as it can be true."""
    path = params.text("mount", "utf-8")
    deed = DEEDS.get(params.text("done"))
    if deed is None or mount_path_fault(path) is not None or not principal.owns(path):
        return None
    found = next((mount for mount in station.mounts if mount.path == path), None)
    if deed.holds is not None and (found is None or not deed.holds(found)):
        return None
    if params.text("done") == "moved":
        return Said(path, _moved(deed.words, params.text("count")))
    return Said(path, deed.words, deed.undo)


def _moved(words: str, digits: str) -> str:
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _COUNT_DIGITS):
        return f"{words}."
    number = int(digits)
    if not number:
        return "kept its listeners: there was nobody to move."
    return f"{words}: {number:,} moved."
