"""The parameters of a request: its query, and the form that it carries."""

from collections.abc import Mapping
from io import SEEK_SET

from twisted.web.server import Request

from tinyice.web import forms
from tinyice.wire.charset import decode_text
from tinyice.wire.target import parse_target

MAX_FORM_BYTES = 64 * 1024

_FORM = b"application/x-www-form-urlencoded"


class Params:
    """Parameters by name, without regard to case; of two, the last one wins.

    Values stay bytes until somebody says in which charset they are. Twisted's
    own ``request.args`` would end a title at its first semicolon.
    """

    def __init__(self, found: Mapping[str, bytes]) -> None:
        self._found = {name.lower(): value for name, value in found.items()}

    def has(self, name: str) -> bool:
        """Whether the parameter is there, be it empty."""
        return name.lower() in self._found

    def raw(self, name: str) -> bytes:
        """The bytes of a parameter; b"" when it is missing."""
        return self._found.get(name, b"")

    def text(self, name: str, charset: str = "", assumed: str = "") -> str:
        """A parameter as text; "" when it is missing. Charsets as in ``decode_text``."""
        return decode_text(self.raw(name), charset, assumed)

    def beginning(self, prefix: str) -> Mapping[str, str]:
        """The parameters whose names begin so, by the rest of their names, in UTF-8."""
        found = ((name, value) for name, value in self._found.items() if name.startswith(prefix))
        return {name[len(prefix) :]: decode_text(value, "utf-8") for name, value in found}


def params_of(request: Request) -> Params:
    """All parameters of ``request``; a form counts after the query."""
    return Params({**parse_target(request.uri).query, **_form_of(request)})


def _form_of(request: Request) -> Mapping[str, bytes]:
    given = request.getHeader(b"Content-Type") or b""
    kind = given.partition(b";")[0].strip().lower()
    if request.method != b"POST" or request.content is None:
        return {}
    request.content.seek(0, SEEK_SET)
    if kind == forms.KIND:
        return forms.parts_of(given, request.content.read())
    if kind != _FORM:
        return {}
    return parse_target(b"/?" + request.content.read(MAX_FORM_BYTES).strip()).query
