"""What an encoder says of its programme, whichever family of headers it uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from tinyice.wire.charset import decode_text, printable
from tinyice.wire.headers import Headers

_FAMILIES = ("ice-", "icy-", "x-audiocast-")


@dataclass(frozen=True, slots=True)
class StationFields:
    """The programme in words; "" and None where nothing was said.

    ``bitrate`` in kbit/s as given; ``audio_info`` is the raw ``ice-audio-info``,
    ``audio_items`` its parts, decoded, under names that begin with ``ice-``.
    """

    name: str = ""
    description: str = ""
    genre: str = ""
    url: str = ""
    public: bool | None = None
    bitrate: str = ""
    audio_info: str = ""
    audio_items: Mapping[str, str] = field(default_factory=dict)


def station_fields(headers: Headers) -> StationFields:
    """The first value given for each field by ``ice-``, ``icy-`` or ``x-audiocast-`` headers."""
    audio_info = _first(headers, "audio-info")
    items = _audio_items(audio_info)
    return StationFields(
        name=_first(headers, "name"),
        description=_first(headers, "description"),
        genre=_first(headers, "genre"),
        url=_first(headers, "url"),
        public=_flag(_first(headers, "public", "pub")),
        bitrate=_first(headers, "bitrate", "br") or items.get("ice-bitrate", ""),
        audio_info=audio_info,
        audio_items=items,
    )


def _first(headers: Headers, *names: str) -> str:
    for family in _FAMILIES:
        for name in names:
            value = printable(headers.text(family + name)).strip()
            if value:
                return value
    return ""


def _flag(value: str) -> bool | None:
    if value.lower() in ("1", "true", "yes"):
        return True
    if value.lower() in ("0", "false", "no", "-1"):
        return False
    return None


def _audio_items(audio_info: str) -> dict[str, str]:
    items: dict[str, str] = {}
    for part in audio_info.split(";"):
        name, _, raw = part.partition("=")
        name = name.strip().lower().removeprefix("ice-")
        value = printable(decode_text(unquote_to_bytes(raw.strip()))).strip()
        if name and value:
            items["ice-" + name] = value
    return items
