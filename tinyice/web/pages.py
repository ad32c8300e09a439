"""The HTML pages: templates of one folder, compiled once, escaping everything."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tinyice.web.answers import Answer, page
from tinyice.web.settings import WebSettings
from tinyice.web.static_files import StaticFiles

_SUFFIX = ".html"


class Pages:
    """Renders pages by name. A fault in any template shows at the start."""

    def __init__(self, folder: Path, static: StaticFiles, settings: WebSettings) -> None:
        environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(asset=static.url, site=settings)
        environment.filters["web_url"] = web_url
        self._compiled = {
            name: environment.get_template(name)
            for name in environment.list_templates(filter_func=lambda name: name.endswith(_SUFFIX))
        }

    def answer(self, name: str, **values: object) -> Answer:
        """The page ``name`` with ``values`` in it."""
        return page(self._compiled[name + _SUFFIX].render(values))


def web_url(text: str) -> str:
    """``text`` if it leads to a web page; "" for any other address, scripts among them."""
    return text if text.lower().startswith(("http://", "https://")) else ""
