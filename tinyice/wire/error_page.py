"""The page on which a browser is told what went wrong.

Players, encoders and scripts get Icecast's few words, which they know; a
browser says that it came for a page.
"""

from html import escape

_CURES = {
    403: "Another account may be allowed to do it.",
    404: "The address may be spelled otherwise, or its programme is not on air now.",
    413: "Send less at once.",
    429: "Wait a while, then try again.",
    500: "It is written in the log. Try again in a moment.",
    503: "Try again in a moment.",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta name="robots" content="noindex">
<title>Error {status}</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<script src="/static/theme.js"></script>
<link rel="stylesheet" href="/static/public.css">
<link rel="stylesheet" href="/accent.css">
</head>
<body class="public">
<main class="failed" id="main">
<p class="failed-status">{status}</p>
<h1>{sentence}</h1>
<p class="quiet">{cure}</p>
<p class="failed-ways"><a class="btn" href="/">The station's front page</a>\
<a class="link" href="/explore">What is on air</a></p>
</main>
</body>
</html>
"""
SHEETS_OF_OURS = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"
"""The ``Content-Security-Policy`` that the page needs."""


def is_for_people(accept: str) -> bool:
    """Whether who sends this ``Accept`` shows pages to somebody."""
    kinds = (part.partition(";")[0].strip().lower() for part in accept.split(","))
    return "text/html" in kinds


def error_page(status: int, words: str) -> str:
    """The page; ``words`` say what is wrong."""
    sentence = words.strip()
    return _PAGE.format(
        status=status,
        sentence=escape(sentence[:1].upper() + sentence[1:]),
        cure=_CURES.get(status, ""),
    )
