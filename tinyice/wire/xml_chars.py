"""Which characters XML can hold (XML 1.0, production 2)."""

import re

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def only_xml(text: str) -> str:
    """``text`` without what no XML document may have."""
    return _NOT_XML.sub("", text)
