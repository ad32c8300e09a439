"""The operator's own words on the front page: Markdown in, markup that can do no harm out.

HTML in the text stays text. Links lead to web pages and mail addresses, and to
nothing else; pictures are left out. What comes out is made of the library's own
tags alone.
"""

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

NOTHING = Markup("")

_SCHEMES = ("http://", "https://", "mailto:")
_HEADINGS = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6"}
"""The page has its own first heading."""


def landing_html_in_worker(markdown: str) -> Markup:
    """``markdown`` as a part of a page."""
    if not markdown.strip():
        return NOTHING
    return Markup(_parser().render(markdown))  # noqa: S704 - see above


def leads_somewhere(address: str) -> bool:
    """Whether a link may lead there."""
    return address.strip().lower().startswith(_SCHEMES)


def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - loaded by the first text there is

    class Careful(MarkdownIt):
        """A parser that knows few kinds of links."""

        def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
            return leads_somewhere(url)

    parser = Careful("commonmark", {"html": False, "linkify": False, "maxNesting": 20})
    parser.disable(["image", "html_block", "html_inline"])
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.push("house", _house)
    return parser


def _house(state: Any) -> None:  # noqa: ANN401 (of a library that is not loaded yet)
    """Let headings begin one level lower, and links tell nobody more than they must."""
    for token in _all(state.tokens):
        token.tag = _HEADINGS.get(token.tag, token.tag)
        if token.type == "link_open":
            token.attrSet("rel", "noopener nofollow")
        elif token.type in ("th_open", "td_open"):
            # its alignment is a style of its own, which the pages' rules forbid
            token.attrs.pop("style", None)


def _all(tokens: "list[Token]") -> "list[Token]":
    return [each for token in tokens for each in (token, *(token.children or ()))]
