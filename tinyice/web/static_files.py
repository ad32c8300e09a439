"""The static files, all in memory: what is not there can't be asked for."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tinyice.web.answers import Answer

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}
_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file; ``digest`` changes when its bytes do."""

    content_type: str
    body: bytes
    digest: str


class StaticFiles:
    """The files of one folder by name, read once."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.name: _read(path)
            for path in sorted(folder.iterdir())
            if path.is_file() and path.suffix in _TYPES
        }

    def url(self, name: str) -> str:
        """The address of a file, which changes with its content."""
        return f"/static/{name}?v={self._files[name].digest}"

    def answer(self, name: str, version: str, known_tags: str) -> Answer | None:
        """The file, or that the browser has it already; None: there is no such file.

        Only an address with the right ``version`` may be kept for long.
        """
        file = self._files.get(name)
        if file is None:
            return None
        tag = f'"{file.digest}"'
        caching = _FOR_A_YEAR if version == file.digest else _ASK_AGAIN
        fields = (("Cache-Control", caching), ("ETag", tag))
        if _names(known_tags, tag):
            return Answer(304, file.content_type, b"", fields)
        return Answer(200, file.content_type, file.body, fields)


def _names(known_tags: str, tag: str) -> bool:
    known = [given.strip().removeprefix("W/") for given in known_tags.split(",")]
    return tag in known or known == ["*"]


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    return StaticFile(_TYPES[path.suffix], body, sha256(body).hexdigest()[:16])
