"""Addresses on this very server: where somebody may be sent on to."""

import re
from urllib.parse import quote

from tinyice.web import urls

_PATH = re.compile(r"/(?!/)[!-\[\]-~]{0,2000}")
"""Printable ASCII without the backslash, which browsers read as a slash."""


def local_path(given: str, otherwise: str) -> str:
    """``given`` if it is a path on this server and can't be read as anything else."""
    return given if _PATH.fullmatch(given) else otherwise


def login_url(back: str) -> str:
    """The login page, which leads ``back`` afterwards."""
    asked = local_path(back, "")
    return f"{urls.LOGIN}?next={quote(asked, safe='/')}" if asked else urls.LOGIN
