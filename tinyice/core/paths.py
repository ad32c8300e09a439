"""Which paths may be mounts: one rule for configuration, sources and web pages."""

import unicodedata

MAX_PATH_LENGTH = 255

_EXACT = frozenset(
    {
        "/",
        "/7.html",
        "/admin.cgi",
        "/developers",
        "/events",
        "/explore",
        "/favicon.ico",
        "/kiosk",
        "/login",
        "/logout",
        "/metrics",
        "/oembed",
        "/player.webmanifest",
        "/robots.txt",
        "/server_version.xsl",
        "/setup",
        "/stats",
    }
)
_TREES = (
    "/.well-known",
    "/admin",
    "/api",
    "/branding",
    "/cover",
    "/embed",
    "/player",
    "/static",
    "/status",
    "/webrtc",
)
_SUFFIXES = (".m3u", ".m3u8", ".pls", ".xspf", ".vclt", ".xsl")
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories that no line of a log or page can carry."""


def mount_path_fault(path: str) -> str | None:
    """Say in a sentence why ``path`` can't be a mount; None when it can."""
    if not path.startswith("/"):
        return "a mount path must begin with /"
    if len(path) > MAX_PATH_LENGTH:
        return f"a mount path has at most {MAX_PATH_LENGTH} characters"
    if any(unicodedata.category(character) in _UNSEEN for character in path):
        return "a mount path must not contain control characters"
    if ".." in path:
        return 'a mount path must not contain ".."'
    if "?" in path or "#" in path:
        return "a mount path must not contain ? or #"
    return _reserved_fault(path)


def _reserved_fault(path: str) -> str | None:
    if path in _EXACT:
        return f"{path} is a page of the server and can't be a mount"
    for tree in _TREES:
        if path == tree or path.startswith(f"{tree}/"):
            return f"{tree} and what lies below it are pages of the server, not mounts"
    for suffix in _SUFFIXES:
        if path.lower().endswith(suffix):
            return f"a mount path must not end with {suffix}, which asks for a playlist or page"
    return None
