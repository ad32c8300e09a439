"""What makes the pages this station's: its logo and its own words on the front page.

Both are made ready once for each change, by a worker: the picture is read and
judged, the Markdown is rendered. Requests find the results in memory. An uploaded
logo lies in the data folder, and the configuration names it.
"""

import re
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from errno import ENOENT
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.config.edits import Document
from tinyice.config.faults import NotSaved
from tinyice.config.model import Config
from tinyice.config.save import in_words
from tinyice.config.writer import Perform
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal
from tinyice.core.clients import Client
from tinyice.web import urls
from tinyice.web.changes import Changes
from tinyice.web.landing import NOTHING, landing_html_in_worker
from tinyice.web.pictures import BYTES_MAX, Picture, PictureRefused, picture_of
from tinyice.web.settings import WebSettings

_PREFIX = "branding/logo-"
_UPLOAD = re.compile(rf"{_PREFIX}[0-9a-f]+\.[a-z]+")
"""The names of uploads, in the data folder."""


class Branding:
    """The logo and the landing text that are in force, ready to be shown.

    ``folder`` is the data folder; ``perform`` runs what reads and writes there.
    """

    _log = Logger()

    def __init__(
        self,
        folder: Path,
        settings: WebSettings,
        config: Callable[[], Config],
        changes: Changes,
        perform: Perform,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._config = config
        self._changes = changes
        self._perform = perform
        self._uploaded: tuple[str, Picture] | None = None
        self._making: set[Deferred[None]] = set()
        self.picture: Picture | None = None
        self.fault = ""
        """Why the logo that the configuration names is not shown."""

    def begin(self) -> None:
        """Make ready what the configuration says now."""
        self.changed(Config(), self._config())

    def changed(self, before: Config, after: Config) -> None:
        """Make ready what is different in ``after``."""
        if before.landing_markdown != after.landing_markdown:
            self._spawn(self._render(after.landing_markdown))
        if before.logo_path != after.logo_path:
            self._take(after.logo_path)

    async def ready(self) -> None:
        """Wait until what the configuration says can be shown."""
        await DeferredList([*self._making])

    async def put(self, content: bytes, *, who: Principal, client: Client) -> Sequence[str]:
        """Let ``content`` be the logo; raises ``PictureRefused``, ``NotSaved``, or what changes do.

        Gives notes for who asked.
        """
        name, picture = await self._perform(_kept_in_worker, self._folder, content)
        self._uploaded = name, picture
        former = ""

        def edit(document: Document) -> None:
            nonlocal former
            former = str(document.get("logo_path") or "")
            document["logo_path"] = name

        try:
            notes = await self._changes.change(
                edit, who=who, client=client, action=Action.CHANGE_SETTINGS, subject="logo_path"
            )
        except Exception:
            await self._forget(name)
            raise
        self._take(self._config().logo_path)
        await self._forget(former)
        return notes

    async def _forget(self, name: str) -> None:
        """Take away the file of an upload that nobody names any more."""
        if _UPLOAD.fullmatch(name) and name != self._config().logo_path:
            await self._perform(_removed_in_worker, self._folder / name)

    def _take(self, path: str) -> None:
        if not path:
            self._show(None)
        elif self._uploaded is not None and self._uploaded[0] == path:
            self._show(self._uploaded[1])
        else:
            self._spawn(self._load(path))

    def _show(self, picture: Picture | None, fault: str = "") -> None:
        self.picture, self.fault = picture, fault
        self._settings.logo_url = "" if picture is None else f"{urls.LOGO}?v={picture.digest}"

    async def _load(self, path: str) -> None:
        try:
            picture = await self._perform(_read_in_worker, self._folder / path)
        except (OSError, PictureRefused) as error:
            reason = str(error.strerror) if isinstance(error, OSError) else error.sentence
            self._log.warn("logo_path: {path} is not shown: {reason}", path=path, reason=reason)
            self._show(None, reason)
            return
        if self._config().logo_path == path:
            self._show(picture)

    async def _render(self, markdown: str) -> None:
        html = await self._perform(landing_html_in_worker, markdown) if markdown else NOTHING
        if self._config().landing_markdown == markdown:
            self._settings.landing_html = html

    def _spawn(self, work: Coroutine[Deferred[Any], Any, None]) -> None:
        making = Deferred.fromCoroutine(work)
        self._making.add(making)
        making.addErrback(self._failed)
        making.addBoth(lambda _: self._making.discard(making))

    def _failed(self, failure: Failure) -> None:
        self._log.failure("logo or landing text can't be made ready", failure)


def _kept_in_worker(folder: Path, content: bytes) -> tuple[str, Picture]:
    picture = picture_of(content)
    name = f"{_PREFIX}{picture.digest}{picture.suffix}"
    path = folder / name
    fresh = path.with_suffix(".new")
    try:
        path.parent.mkdir(mode=0o750, exist_ok=True)
        fresh.write_bytes(picture.content)
        fresh.replace(path)
    except OSError as error:
        raise NotSaved(f"{path} can't be written: {in_words(error)}") from None
    return name, picture


def _read_in_worker(path: Path) -> Picture:
    if not path.is_file():
        raise FileNotFoundError(ENOENT, "there is no such file", str(path))
    with path.open("rb") as file:
        return picture_of(file.read(BYTES_MAX + 1))


def _removed_in_worker(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
