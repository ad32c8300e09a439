"""Texts that mean harm, and what a page must not be after it has shown them."""

import re

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "'-alert(1)-'",
    "{{ 7 * 7 }}{% raw %}",
    "</title><svg/onload=alert(1)>",
    "</style></textarea><iframe src=javascript:alert(1)>",
    "<!--<script>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&#60;script&#62;alert(1)",
    "\u202egnp.exe \u2067 شب‌های تهران",
    "W" * 3000,
    "a\x00b",
)

_FORBIDDEN = ("<script>alert", "<img", "<svg/onload", "<iframe src=java", "<!--<", "<svg onload")


def faults(text: str) -> list[str]:
    """What in a page must not be there, whatever titles and names are shown on it."""
    found = [word for word in _FORBIDDEN if word in text]
    tags = re.findall(r"<[a-zA-Z][^<>]*>", text)
    found += [tag for tag in tags if re.search(r"\s(?:on\w+|style)\s*=", _unquoted(tag))]
    found += re.findall(r'(?:href|src|action)="\s*(?:javascript|data):[^"]*"', text)
    return found


def _unquoted(tag: str) -> str:
    """``tag`` without the values of its attributes."""
    return re.sub(r'"[^"]*"', '""', tag)
