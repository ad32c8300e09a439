"""The static files, all in memory: what is not there can't be asked for.

Style sheets are kept one idea a file. Those that a page always needs together
are also there as one, in their order, so that a first visit is few requests; and
the script of a page has in it what it imports.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tinyice.web.answers import Answer
from tinyice.web.compressing import pressed_small
from tinyice.web.joining import joined

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}
_EVERYWHERE = (
    "tokens.css",
    "base.css",
    "controls.css",
    "signals.css",
    "containers.css",
    "forms.css",
)
SHEETS: Mapping[str, tuple[str, ...]] = {
    "console.css": (*_EVERYWHERE, "meters.css", "frame.css"),
    "public.css": (*_EVERYWHERE, "listeners.css"),
    "studio.css": (
        "studio_frame.css",
        "studio_deck.css",
        "studio_library.css",
        "studio_lists.css",
    ),
}
"""Style sheets that are served as one: every page's own ones come after them."""

SCRIPTS = (
    "access.js",
    "audience.js",
    "console.js",
    "developers.js",
    "embed.js",
    "explore.js",
    "kiosk.js",
    "listen.js",
    "network.js",
    "onair-live.js",
    "onair.js",
    "reveal.js",
    "settings.js",
    "stations.js",
    "studio.js",
    "system.js",
)
"""What pages load: one each. All other modules are imported by these."""

_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file; ``digest`` changes when its bytes do. ``small`` is the same in gzip, if it pays."""

    content_type: str
    body: bytes
    small: bytes
    digest: str


Files = Mapping[str, StaticFile]


class StaticFiles:
    """The files of one folder by name, read once: by a worker, or when they are first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: Files | None = None

    def use(self, files: Files) -> None:
        """Serve ``files``, which were read from the folder."""
        self._read = files

    @property
    def _files(self) -> Files:
        if self._read is None:
            self._read = read_files_in_worker(self.folder)
        return self._read

    def url(self, name: str) -> str:
        """The address of a file, which changes with its content."""
        return f"/static/{name}?v={self._files[name].digest}"

    def answer(
        self, name: str, version: str, known_tags: str, *, gzip: bool = False
    ) -> Answer | None:
        """The file, or that the browser has it already; None: there is no such file.

        Only an address with the right ``version`` may be kept for long.
        ``gzip``: whether the browser reads that.
        """
        file = self._files.get(name)
        if file is None:
            return None
        small = gzip and file.small
        tag = f'"{file.digest}-gzip"' if small else f'"{file.digest}"'
        caching = _FOR_A_YEAR if version == file.digest else _ASK_AGAIN
        fields = [("Cache-Control", caching), ("ETag", tag)]
        if file.small:
            fields.append(("Vary", "Accept-Encoding"))
        if _names(known_tags, tag):
            return Answer(304, file.content_type, b"", tuple(fields))
        if small:
            fields.append(("Content-Encoding", "gzip"))
        return Answer(200, file.content_type, file.small if small else file.body, tuple(fields))


def read_files_in_worker(folder: Path) -> Files:
    """Every file of ``folder`` that may be served; sheets and scripts as one, too."""
    bodies = {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.suffix in _TYPES
    }
    for name, sheets in SHEETS.items():
        if bodies.keys() >= set(sheets):
            bodies[name] = b"\n".join(bodies[sheet] for sheet in sheets)
    modules = {name: body.decode() for name, body in bodies.items() if name.endswith(".js")}
    bodies |= {name: joined(name, modules).encode() for name in SCRIPTS if name in modules}
    return {name: _made(Path(name).suffix, body) for name, body in bodies.items()}


def _names(known_tags: str, tag: str) -> bool:
    known = [given.strip().removeprefix("W/") for given in known_tags.split(",")]
    return tag in known or known == ["*"]


def _made(suffix: str, body: bytes) -> StaticFile:
    return StaticFile(_TYPES[suffix], body, pressed_small(body), sha256(body).hexdigest()[:16])
