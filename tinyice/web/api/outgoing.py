"""What operations about other servers have in common: relays, masters, pushes.

An address that comes in over the API is guarded: it must be public, or stand in
``outbound_allow``. One that was written into the file by hand may be anywhere.
A password that is kept is sent to no other server than the one it was given for.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from msgspec import UNSET, Meta, Struct

from tinyice.web.api.problems import Unfit

Url = Annotated[
    str,
    Meta(
        max_length=2000,
        description="An address, http or https, without a login.",
        examples=["https://hub.example.org/live"],
    ),
]
SentPassword = Annotated[
    str, Meta(max_length=400, description="Sent to the other server; never shown again.")
]


def given(said: Struct, kind: type[Struct]) -> dict[str, Any]:
    """What was said, of the fields of ``kind``."""
    values = {key: getattr(said, key) for key in kind.__struct_fields__}
    return {key: value for key, value in values.items() if value is not UNSET}


def put(entry: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Let ``entry`` of the file say that; None takes a key away."""
    for key, value in values.items():
        if value is None:
            entry.pop(key, None)
        else:
            entry[key] = list(value) if isinstance(value, tuple) else value
    if "url" in values or "urls" in values:
        entry["guarded"] = True


def check_password(entry: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Let nobody have a password sent to them that they do not know."""
    if not entry.get("password") or "password" in values:
        return
    if set(_origins({**entry, **values})) - set(_origins(entry)):
        sentence = "must be given again: what is kept is not sent to another server"
        raise Unfit(422, "invalid", sentence, "password")


def _origins(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    urls: Iterable[object] = (entry.get("url"), *(entry.get("urls") or ()))
    parts = [urlsplit(url) for url in urls if isinstance(url, str) and url]
    return [(one.scheme.lower(), one.netloc.lower()) for one in parts]
