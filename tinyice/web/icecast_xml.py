"""Icecast's XML: statistics, lists, and replies to commands."""

from collections.abc import Mapping
from html import escape

from tinyice.web.icecast import Value
from tinyice.web.icecast_documents import Document, Reply, Told
from tinyice.web.xml_text import character_data

DECLARATION = '<?xml version="1.0"?>\n'


def document_xml(document: Document | Reply) -> str:
    """The whole of an answer."""
    if isinstance(document, Reply):
        return f"{DECLARATION}{_reply(document)}\n"
    sources = "".join(map(_source, document.sources))
    rows = "".join(row_xml(document.row_name, row) for row in document.rows)
    reply = _reply(document.reply) if document.reply is not None else ""
    inner = f"{elements(document.fields)}{sources}{rows}{reply}"
    return f"{DECLARATION}<icestats>{inner}</icestats>\n"


def listeners_xml(mount: str, rows: list[str]) -> str:
    """Who listens to ``mount``; ``rows`` are elements already.

    icecast-kh spells their number in small letters, and there are readers of that.
    """
    count = elements({"Listeners": len(rows), "listeners": len(rows)})
    source = f"<source{_attribute(mount)}>{count}{''.join(rows)}</source>"
    return f"{DECLARATION}<icestats>{source}</icestats>\n"


def row_xml(name: str, fields: Mapping[str, Value]) -> str:
    """One of many."""
    return f"<{name}>{elements(fields)}</{name}>"


def elements(fields: Mapping[str, Value]) -> str:
    """Fields, one element each."""
    return "".join(
        f"<{name}>{escape(character_data(str(value)), quote=False)}</{name}>"
        for name, value in fields.items()
    )


def _reply(reply: Reply) -> str:
    return f"<iceresponse>{elements(reply.fields)}</iceresponse>"


def _source(told: Told) -> str:
    rows = "".join(row_xml(told.row_name, row) for row in told.rows)
    return f"<source{_attribute(told.mount)}>{elements(told.fields)}{rows}</source>"


def _attribute(mount: str) -> str:
    return f' mount="{escape(character_data(mount), quote=True)}"'
