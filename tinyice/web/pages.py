"""The HTML pages: templates of one folder, compiled once, escaping everything."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from tinyice.web.answers import Answer, page
from tinyice.web.settings import WebSettings
from tinyice.web.static_files import StaticFiles

_SUFFIX = ".html"


class Pages:
    """Renders pages by name. A fault in any template shows at the start."""

    def __init__(self, folder: Path, static: StaticFiles, settings: WebSettings) -> None:
        self._compiled = _compiled(folder)
        self._common = {"asset": static.url, "site": settings}

    def answer(self, name: str, **values: object) -> Answer:
        """The page ``name`` with ``values`` in it."""
        return page(self._compiled[name + _SUFFIX].render(self._common, **values))


@cache
def _compiled(folder: Path) -> Mapping[str, Template]:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["web_url"] = web_url
    names = environment.list_templates(filter_func=lambda name: name.endswith(_SUFFIX))
    return {name: environment.get_template(name) for name in names}


def web_url(text: str) -> str:
    """``text`` if it leads to a web page; "" for any other address, scripts among them."""
    return text if text.lower().startswith(("http://", "https://")) else ""
