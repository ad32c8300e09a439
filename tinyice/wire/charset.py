"""The one policy that turns bytes of a peer into text.

A declared charset is believed if it is known and fits; otherwise the bytes are
UTF-8 if they can be, and if they can't, what the mount's operator assumes of old
encoders, or Windows-1252.
"""

import codecs
import re

# Only charsets that write ASCII as ASCII and keep no state between characters:
# ICY metadata depends on its quotes. The names are a closed set, because Python
# caches every name that it is asked for, unknown ones too.
_KNOWN = re.compile(
    r"utf-?8|us-ascii|ascii|latin-?1|iso-?8859-(?:[1-9]|1[013456])"
    r"|(?:cp|windows-)(?:125[0-8]|874|949|950)|cp(?:437|850|852|866|932)"
    r"|koi8-[rtu]|shift-?jis|sjis|euc-?jp|euc-?kr|gb2312|gbk|gb18030|big5|tis-?620"
    r"|mac-(?:roman|cyrillic)",
    re.ASCII,
)

_WESTERN = "".join(
    bytes([code]).decode("latin-1" if code in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "cp1252")
    for code in range(256)
)

_UNPRINTABLE: dict[int, str | None] = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), None),
    **dict.fromkeys((0x09, 0x0A, 0x0D, 0x2028, 0x2029), " "),
}


def canonical(charset: str) -> str:
    """The codec of a charset that is known here; "" for any other name."""
    name = charset.strip().lower().replace("_", "-")
    if not _KNOWN.fullmatch(name):
        return ""
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def is_known(charset: str) -> bool:
    """Whether text may be read and written in this charset."""
    return bool(canonical(charset))


def decode_text(raw: bytes, charset: str = "", assumed: str = "") -> str:
    """The text of ``raw``; any bytes give some text, never an error.

    ``charset`` was declared; ``assumed`` counts only for what is no UTF-8.
    """
    for codec in (canonical(charset), "utf-8", canonical(assumed)):
        if codec:
            try:
                return raw.decode(codec)
            except UnicodeDecodeError:
                continue
    return codecs.charmap_decode(raw, "strict", _WESTERN)[0]


def printable(text: str) -> str:
    """``text`` on one line: line breaks and tabs are blanks, other control characters gone."""
    return text.translate(_UNPRINTABLE)
