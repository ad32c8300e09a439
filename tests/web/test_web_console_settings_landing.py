"""The operator's Markdown: what it may say, and what it can't do."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.web.landing import landing_html_in_worker

ALLOWED = {
    *("p", "em", "strong", "s", "a", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "br", "hr"),
    *("blockquote", "code", "pre", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title", "rel"}, "ol": {"start"}, "code": {"class"}}

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a <b onclick=alert(1)>b</b>",
    "<svg/onload=alert(1)>",
    "<div>\n<iframe src=//evil.example></iframe>\n</div>",
    "<!-- --><style>*{display:none}</style>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\nscript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](&#x6A;avascript&colon;alert(1))",
    "[a](javascript&Tab;:alert(1))",
    "[a](<javascript:alert(1)>)",
    "[a]( data:text/html,<script>alert(1)</script>)",
    "[a](data:image/png;base64,AAAA)",
    "[a](vbscript:x)",
    "[a](file:///etc/passwd)",
    "[a](//evil.example)",
    "[a](/admin/killsource?mount=/live)",
    "[a](\\\\evil.example)",
    "[a][r]\n\n[r]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "![a](https://evil.example/pixel.png)",
    "![a](x){onerror=alert(1)}",
    '[a](https://x.example "\\" onmouseover=\\"alert(1)")',
    '[a](https://x.example/"onmouseover=alert(1))',
    "`<script>alert(1)</script>`",
    "```<script>\n<script>alert(1)</script>\n```",
    '``` "onmouseover=alert(1)\nx\n```',
    "# <script>alert(1)</script>",
    "| a |\n|:--|\n| <script>alert(1)</script> |",
    "[![a](javascript:alert(1))](javascript:alert(1))",
    "*" * 2000,
    "[" * 2000,
    "> " * 500 + "a",
    "- " * 500 + "a",
)


class Reader(HTMLParser):
    """Collects every tag as a browser would see it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def check(markdown: str) -> str:
    """What comes of it, if it is harmless."""
    html = landing_html_in_worker(markdown)
    for tag, attributes in Reader(html).tags:
        assert tag in ALLOWED, (tag, html)
        assert set(attributes) <= ATTRIBUTES.get(tag, set()), (attributes, html)
        if tag == "a":
            assert re.match(r"(https?://|mailto:)", attributes["href"] or ""), html
            assert attributes["rel"] == "noopener nofollow"
    return html


@pytest.mark.parametrize("markdown", HOSTILE)
def test_nothing_hostile_comes_through(markdown: str) -> None:
    """No tag but the library's own, no address but of pages and mails, no attribute besides."""
    check(markdown)
    check(f"- > {markdown}\n\nafter")


@given(st.text(st.sampled_from("<>[]()!`*_#|-:\"'\\&;/= \nahrefjscript"), max_size=120))
def test_no_text_does_harm(markdown: str) -> None:
    """Whatever is typed."""
    check(markdown)


def test_html_is_shown_as_it_was_typed() -> None:
    """Nothing vanishes without a word."""
    assert "&lt;b&gt;bold&lt;/b&gt;" in check("<b>bold</b>")


def test_what_it_may_say() -> None:
    """Headings below the page's own, lists, quotes, tables, links."""
    html = check(
        "# One\n\n## Two\n\n*a* **b** ~~c~~ `d`\n\n- x\n\n1. y\n\n> z\n\n"
        "| h |\n|--:|\n| c |\n\n[w](https://radio.example/a?b=1&c=2) <mail@radio.example>\n\n---"
    )
    for found in (
        "<h2>One</h2>",
        "<h3>Two</h3>",
        "<em>a</em>",
        "<strong>b</strong>",
        "<s>c</s>",
        "<code>d</code>",
        "<li>x</li>",
        "<blockquote>",
        "<td>c</td>",
        'href="https://radio.example/a?b=1&amp;c=2"',
        'href="mailto:mail@radio.example"',
        "<hr",
    ):
        assert found in html, found


@pytest.mark.parametrize("markdown", ["", "  \n\t\n"])
def test_no_words(markdown: str) -> None:
    """Are no words, and nothing is loaded for them."""
    assert landing_html_in_worker(markdown) == ""
