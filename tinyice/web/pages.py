"""The HTML pages: templates of one folder, compiled once, escaping everything.

Compiling them, and pressing what they load, takes a tenth of a second, and
memory that a station without visitors has no use for: a worker does it when
the first page is asked for.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.web.answers import Answer, page
from tinyice.web.plots import spark
from tinyice.web.settings import WebSettings
from tinyice.web.static_files import Files, StaticFiles, read_files_in_worker

if TYPE_CHECKING:
    from jinja2 import Template

Compiled = Mapping[str, "Template"]
Ready = tuple[Compiled, Files]
Prepare = Callable[[Path, Path], Deferred[Ready]]
"""Calls ``prepare_in_worker`` where it delays nobody."""

HasAutodj = Callable[[Callable[[str], bool]], bool]

_SUFFIX = ".html"


def no_autodj(_owns: Callable[[str], bool]) -> bool:
    """There are none at all."""
    return False


class Pages:
    """Renders pages by name, once they are ready.

    ``waiting`` tells how many mounts wait for approval, ``has_autodj`` whether an AutoDJ
    plays on one of the mounts that a function admits.
    """

    _log = Logger()

    def __init__(
        self,
        folder: Path,
        static: StaticFiles,
        settings: WebSettings,
        prepare: Prepare,
        *,
        waiting: Callable[[], int],
        has_autodj: HasAutodj = no_autodj,
    ) -> None:
        self._folder = folder
        self._static = static
        self._prepare = prepare
        self._compiled: Compiled = {}
        self._common = {
            "asset": static.url,
            "site": settings,
            "mounts_waiting": waiting,
            "has_autodj": has_autodj,
        }
        self._waiting: list[Callable[[], None]] = []

    def when_ready(self, go_on: Callable[[], None]) -> None:
        """Call ``go_on`` when there are pages: at once, as a rule."""
        if self._compiled:
            go_on()
            return
        self._waiting.append(go_on)
        if len(self._waiting) == 1:
            ready = self._prepare(self._folder, self._static.folder)
            ready.addCallback(self._use).addErrback(self._failed)

    def answer(self, name: str, **values: object) -> Answer:
        """The page ``name`` with ``values`` in it."""
        return page(self._compiled[name + _SUFFIX].render(self._common, **values))

    def _use(self, ready: Ready) -> None:
        self._compiled, files = ready
        self._static.use(files)
        self._go_on()

    def _failed(self, failure: Failure) -> None:
        """What needs no page is answered all the same; the next request tries again."""
        self._log.failure("the pages can't be made ready", failure)
        self._go_on()

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        for go_on in waiting:
            go_on()


@cache
def prepare_in_worker(templates: Path, static: Path) -> Ready:
    """The pages of one folder, and the files of the other that they load."""
    return compile_in_worker(templates), read_files_in_worker(static)


@cache
def compile_in_worker(folder: Path) -> Compiled:
    """Every template of ``folder``, ready to be rendered."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - see above

    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(web_url=web_url, spark=spark)
    names = environment.list_templates(filter_func=lambda name: name.endswith(_SUFFIX))
    return {name: environment.get_template(name) for name in names}


def web_url(text: str) -> str:
    """``text`` if it leads to a web page; "" for any other address, scripts among them."""
    return text if text.lower().startswith(("http://", "https://")) else ""
